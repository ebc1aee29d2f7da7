// Damaged files against LMDB itself: what the verifier lets in, LMDB must survive, opened,
// read and written in a child process. COFFER_LONG=1 in the environment tries every byte.
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <new>

#include "storage/pages/page_verifier.h"
#include "tests/unit/storage/page_image.h"

namespace coffer::storage::page_mutation_test {
namespace {

using test::Lmdb;
using test::PageImage;
using test::TemporaryDirectory;
using test::Workload;

constexpr std::size_t kPage = PageImage::kPage;
constexpr std::size_t kMapSize = std::size_t{64} << 20;
constexpr unsigned kSeed = 20240917;

// What the children tell the parent; survives the death of any of them.
struct Progress {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> accepted{0};
};

struct Outcome {
  std::size_t tried = 0;
  std::size_t accepted = 0;
  std::size_t deaths = 0;
  std::size_t first_death = 0;
};

using Mutate = std::function<void(Bytes&, std::size_t)>;

[[noreturn]] void run_child(const Bytes& healthy, std::size_t count, const Mutate& mutate,
                            bool verified, const std::string& directory, Progress& progress) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  // Catch2 would catch the signal and report the test's failure from inside the child.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGTERM})
    ::signal(signal, SIG_DFL);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, STDERR_FILENO);
  while (progress.next < count) {
    const std::size_t index = progress.next++;
    ::alarm(20);  // a loop without end is a death too
    Bytes bytes = healthy;
    mutate(bytes, index);
    if (verified && !verify_pages(ByteView(bytes)).ok()) continue;
    ++progress.accepted;
    test::write_file(directory + "/data.mdb", bytes);
    test::use_everything(directory, index % 2 == 0 ? kMapSize : 0);
  }
  ::_exit(0);
}

Outcome try_all(const Bytes& healthy, std::size_t count, const Mutate& mutate, bool verified) {
  TemporaryDirectory directory;
  void* shared =
      ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(shared != MAP_FAILED);
  auto* progress = new (shared) Progress;
  Outcome outcome;
  while (progress->next < count) {
    const pid_t child = ::fork();
    if (child == 0) run_child(healthy, count, mutate, verified, directory.path(), *progress);
    REQUIRE(child > 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    // A sanitizer turns the signal into an exit code; anything but a clean end is a death.
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      if (outcome.deaths++ == 0) outcome.first_death = progress->next - 1;
    }
  }
  outcome.tried = progress->next;
  outcome.accepted = progress->accepted;
  ::munmap(shared, sizeof(Progress));
  return outcome;
}

void report(const char* what, const Outcome& outcome) {
  std::printf("%s: seed %u, %zu tried, %zu let in, %zu deaths\n", what, kSeed, outcome.tried,
              outcome.accepted, outcome.deaths);
  INFO(what << ", first death at mutant " << outcome.first_death);
  CHECK(outcome.accepted > 0);
  CHECK(outcome.deaths == 0);
}

Bytes small_store() {
  TemporaryDirectory directory;
  {
    const Lmdb lmdb(directory.path());
    Workload work(kSeed);
    for (unsigned commit = 0; commit < 9; ++commit) work.commit(lmdb, 5, 9000);
  }
  return test::read_file(directory.data());
}

bool thorough() { return std::getenv("COFFER_LONG") != nullptr; }

std::mt19937 random_for(std::size_t index) {
  return std::mt19937(kSeed + static_cast<unsigned>(index) * 2654435761U);
}

// A place that carries structure: a meta page, a page header or a node pointer or header.
std::size_t structural_place(const Bytes& bytes, std::mt19937& random) {
  const std::size_t page = random() % 4 == 0 ? random() % 2 : random() % (bytes.size() / kPage);
  const std::size_t begin = page * kPage;
  if (page < 2) return begin + random() % 152;
  const PageImage image(bytes);
  const unsigned nodes = image.nodes(begin);
  const bool has_nodes = (image.get<std::uint16_t>(begin + 10) & 3) != 0 && nodes < 1000;
  if (!has_nodes || nodes == 0 || random() % 2 == 0) return begin + random() % 24;
  const std::size_t node =
      image.node(begin, static_cast<unsigned>(random() % nodes)) + random() % 12;
  return node < bytes.size() ? node : begin;
}

void flip(Bytes& bytes, std::size_t at, std::size_t pattern) {
  switch (pattern % 4) {
    case 0: bytes[at] ^= 0x01; break;
    case 1: bytes[at] ^= 0x80; break;
    case 2: bytes[at] = 0xff; break;
    default: bytes[at] = 0x00; break;
  }
}

// Up to four edits of a number where structure stands, with numbers that mean something.
void edit_structure(Bytes& bytes, std::size_t index) {
  auto random = random_for(index);
  const Bytes before = bytes;
  for (std::size_t edits = 1 + random() % 4; edits > 0; --edits) {
    const std::size_t at = structural_place(before, random);
    const std::array<std::uint64_t, 12> numbers{0,
                                                1,
                                                2,
                                                3,
                                                4,
                                                8,
                                                511,
                                                4096,
                                                bytes.size() / kPage,
                                                random() % (bytes.size() / kPage),
                                                random() % 4096,
                                                ~std::uint64_t{0}};
    const std::uint64_t number = numbers[random() % numbers.size()];
    const std::size_t width = std::size_t{1} << (random() % 4);
    if (at + width > bytes.size()) continue;
    if (random() % 3 == 0) {
      bytes[at] = static_cast<std::uint8_t>(bytes[at] + (random() % 2 == 0 ? 1 : 0xff));
    } else {
      std::memcpy(&bytes[at], &number, width);
    }
  }
}

// A page in another's place, with its number made to fit.
void transplant(Bytes& bytes, std::size_t index) {
  auto random = random_for(index);
  const std::size_t pages = bytes.size() / kPage;
  const std::size_t from = random() % pages;
  const std::size_t to = 2 + random() % (pages - 2);
  std::memmove(&bytes[to * kPage], &bytes[from * kPage], kPage);
  const std::uint64_t number = to;
  std::memcpy(&bytes[to * kPage], &number, sizeof number);
}

}  // namespace

TEST_CASE("LMDB survives every single-byte flip that the verifier lets in") {
  const Bytes healthy = small_store();
  if (thorough()) {
    report("every flip",
           try_all(
               healthy, healthy.size() * 4,
               [](Bytes& bytes, std::size_t index) { flip(bytes, index / 4, index); }, true));
    return;
  }
  report("flips anywhere", try_all(
                               healthy, 800,
                               [](Bytes& bytes, std::size_t index) {
                                 auto random = random_for(index);
                                 const std::size_t at = random() % bytes.size();
                                 flip(bytes, at, random());
                               },
                               true));
  report("flips of structure", try_all(
                                   healthy, 3000,
                                   [](Bytes& bytes, std::size_t index) {
                                     auto random = random_for(index);
                                     const std::size_t at = structural_place(bytes, random);
                                     flip(bytes, at, random());
                                   },
                                   true));
}

TEST_CASE("LMDB survives edited structure and moved pages that the verifier lets in") {
  for (const Bytes& healthy : {small_store(), Bytes(test::sample().bytes())}) {
    report("edits", try_all(healthy, thorough() ? 1000000 : 3500, edit_structure, true));
    report("transplants", try_all(healthy, thorough() ? 100000 : 800, transplant, true));
  }
}

TEST_CASE("LMDB survives every truncation that the verifier lets in") {
  const Bytes healthy = small_store();
  const std::size_t step = thorough() ? 64 : 512;
  report("truncations", try_all(
                            healthy, healthy.size() / step * 3,
                            [step](Bytes& bytes, std::size_t index) {
                              bytes.resize((index / 3 + 1) * step + index % 3 - 1);
                            },
                            true));
}

TEST_CASE("without the verifier LMDB dies of such files, so these tests can fail") {
  const Bytes healthy = small_store();
  const Outcome outcome = try_all(healthy, 400, edit_structure, false);
  std::printf("without the verifier: seed %u, %zu tried, %zu deaths\n", kSeed, outcome.tried,
              outcome.deaths);
  CHECK(outcome.deaths > 0);
  const Outcome cut = try_all(
      healthy, 100, [](Bytes& bytes, std::size_t index) { bytes.resize((index + 3) * 512); },
      false);
  std::printf("without the verifier: %zu truncations, %zu deaths\n", cut.tried, cut.deaths);
  CHECK(cut.deaths > 0);
}

}  // namespace coffer::storage::page_mutation_test
