// Keys and passphrases from files, pipes and descriptors: none hangs, none is left lying about.
#include <catch2/catch.hpp>
#include <thread>

#include "keys/file_io.h"
#include "keys/local/key_file.h"
#include "keys/local/passphrase.h"
#include "tests/scratch.h"

namespace coffer::test::key_material_test {
namespace {

constexpr int kShortMs = 30;

void write_all(int fd, std::string_view text) {
  must(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "write");
}

KeySource passphrase_from(const std::string& source) {
  return KeySource::parse("passphrase:?source=" + source).value();
}

std::string in_proc(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

struct Pipe {
  Pipe() { must(::pipe2(ends, O_CLOEXEC) == 0, "pipe2"); }
  ~Pipe() {
    ::close(ends[0]);
    close_writer();
  }
  void close_writer() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
  int ends[2];
};

}  // namespace

TEST_CASE("a key comes out of a pipe whose writer takes its time") {
  Pipe pipe;
  // It can only be read whole if the reader waits: for the first byte and for the rest.
  std::thread writer([&] {
    for (const char digit : {'0', '1', '2', '3'}) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      write_all(pipe.ends[1], std::string(16, digit));
    }
    pipe.close_writer();
  });
  const auto key = keys::read_key_file(in_proc(pipe.ends[0]));
  writer.join();
  REQUIRE(key.ok());
  CHECK(key->view()[0] == 0x00);
  CHECK(key->view()[31] == 0x33);
}

TEST_CASE("a pipe that nobody writes to is an unavailable key, and no end of it") {
  const ScratchDirectory directory;
  const std::string fifo = directory.in("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto lonely = keys::read_secret_file(fifo, 64, kShortMs);
  REQUIRE_FALSE(lonely.ok());
  CHECK(lonely.error().code() == ErrorCode::key_unavailable);
  CHECK(lonely.error().subject()->text == fifo);
  // A writer that stops half-way is not an end of file either.
  const Pipe pipe;
  write_all(pipe.ends[1], "half");
  const auto half = keys::read_secret_file(in_proc(pipe.ends[0]), 64, kShortMs);
  REQUIRE_FALSE(half.ok());
  CHECK(half.error().code() == ErrorCode::key_unavailable);
}

TEST_CASE("a writer that comes to the pipe later is waited for") {
  const ScratchDirectory directory;
  const std::string fifo = directory.in("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const int fd = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);
    write_all(fd, "the words\n");
    ::close(fd);
  });
  const auto words = keys::read_passphrase(passphrase_from("file:" + fifo), false);
  writer.join();
  REQUIRE(words.ok());
  CHECK(words->text() == "the words");
}

TEST_CASE("a file of a key or passphrase that others may read is refused") {
  const ScratchDirectory directory;
  const std::string path = directory.in("words");
  write_whole_file(path, as_bytes("correct horse, 32 bytes of it it"));
  for (const unsigned mode : {0644U, 0640U, 0604U, 0620U}) {
    INFO(mode);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto words = keys::read_passphrase(passphrase_from("file:" + path), false);
    REQUIRE_FALSE(words.ok());
    CHECK(words.error().code() == ErrorCode::key_unavailable);
    CHECK(words.error().hint() == "chmod 600 it");
    CHECK(keys::read_key_file(path).error().code() == ErrorCode::key_unavailable);
  }
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  CHECK(keys::read_passphrase(passphrase_from("file:" + path), false).ok());
  CHECK(keys::read_key_file(path).ok());
}

TEST_CASE("a descriptor that a passphrase was read from is closed to later programs") {
  Pipe pipe;
  const int inherited = ::dup(pipe.ends[0]);  // Without close-on-exec, as a shell leaves it.
  REQUIRE(inherited > STDERR_FILENO);
  REQUIRE(::fcntl(inherited, F_GETFD) == 0);
  write_all(pipe.ends[1], "words");
  pipe.close_writer();
  const auto words =
      keys::read_passphrase(passphrase_from("fd:" + std::to_string(inherited)), false);
  REQUIRE(words.ok());
  CHECK(words->text() == "words");
  CHECK(::fcntl(inherited, F_GETFD) == FD_CLOEXEC);
  ::close(inherited);
}

TEST_CASE("what cannot be read is an unavailable key") {
  const ScratchDirectory directory;
  const auto code = [](const Result<SecretBytes>& read) { return read.error().code(); };
  CHECK(code(keys::read_secret_file(directory.in("none"), 64)) == ErrorCode::key_unavailable);
  CHECK(code(keys::read_secret_file(directory.path(), 64)) == ErrorCode::key_unavailable);
  CHECK(code(keys::read_passphrase(passphrase_from("fd:999999"), false)) ==
        ErrorCode::key_unavailable);
  write_whole_file(directory.in("long"), Bytes(65));
  CHECK(code(keys::read_secret_file(directory.in("long"), 64)) == ErrorCode::limit);
}

}  // namespace coffer::test::key_material_test
