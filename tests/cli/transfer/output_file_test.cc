// Files named by -o: never in place of a link or a device, and on any file system.
#include "tests/cli/command.h"

namespace output_file_test {

using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

constexpr char kTemplate[] = "token = ${secrets.app}\n";

std::string fill(const Sandbox& box) {
  box.init();
  box.expect(0, {"put", "app", "--value", "-"}, "Marzipan");
  return box.write("t.tpl", kTemplate);
}

std::size_t entries(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// Lets these system calls fail, as some file systems do. For openat only calls on the folder itself
// fail, because they create a file without a name.
Outcome with_failing(const Sandbox& box, const std::string& calls, const std::string& folder,
                     const Words& words) {
  Words all{"/usr/bin/strace", "-qqq", "-f", "-o", "/dev/null"};
  for (std::size_t at = 0; at < calls.size();) {
    const std::size_t end = std::min(calls.find(' ', at), calls.size());
    all.insert(all.end(), {"-e", "inject=" + calls.substr(at, end - at)});
    at = end + 1;
  }
  if (calls.starts_with("openat")) all.insert(all.end(), {"-P", folder});
  // A sanitizer's search for leaks does not work under strace.
  all.insert(all.end(), {"-E", "ASAN_OPTIONS=detect_leaks=0", COFFER_BIN});
  all.insert(all.end(), words.begin(), words.end());
  return box.run_program(all);
}

}  // namespace

TEST_CASE("a link is never replaced, whatever it leads to") {
  const Sandbox box;
  const std::string source = fill(box);
  const std::string real = box.write("real", "as it was");
  std::filesystem::create_symlink(real, box.path("link"));
  std::filesystem::create_symlink("/proc/self/fd/1", box.path("out"));
  std::filesystem::create_symlink(box.path("nothing"), box.path("dangling"));
  std::filesystem::create_symlink("/dev/null", box.path("null"));
  for (const char* name : {"link", "out", "dangling", "null"}) {
    for (const bool force : {false, true}) {
      for (const Words& verb : std::vector<Words>{{"inject", "-i", source},
                                                  {"env", "--map", "A=app"},
                                                  {"export", "app", "--as", "json"}}) {
        Words words = verb;
        words.insert(words.end(), {"-o", box.path(name)});
        if (force) words.emplace_back("--force");
        const Outcome outcome = box.expect(2, words);
        CHECK_FALSE(outcome.says("--force"));
        CHECK(std::filesystem::is_symlink(box.path(name)));
      }
    }
  }
  CHECK(cli::read_file(real) == "as it was");
  CHECK_FALSE(std::filesystem::exists(box.path("nothing")));
  CHECK_FALSE(box.expect(2, {"inject", "-i", source, "-o", "/dev/null"}).says("--force"));
}

TEST_CASE("nothing is written into the folder of a store, under any name") {
  const Sandbox box;
  const std::string source = fill(box);
  std::filesystem::create_directory(box.store() + "/sub");
  std::filesystem::create_directory_symlink(box.store(), box.path("way"));
  const std::string keyring = cli::read_file(box.store() + "/keyring");
  for (const std::string& target :
       {box.store() + "/keyring", box.store() + "/data.mdb", box.store() + "/new",
        box.store() + "/sub/new", box.path("way") + "/keyring", box.store() + "/sub/../keyring"}) {
    INFO(target);
    for (const Words& verb : std::vector<Words>{
             {"inject", "-i", source}, {"env", "--map", "A=app"}, {"export", "--as", "json"}}) {
      Words words = verb;
      words.insert(words.end(), {"-o", target, "--force"});
      CHECK(box.expect(2, words).says("a store's directory"));
    }
    CHECK(box.expect(2, {"--receipts", target, "list"}).says("a store's directory"));
    box.expect(2, {"watch", "--once", "--from", "0", "--cursor", target});
  }
  box.expect(2, {"run", "--map", "A=app", "--only", "app", "--files", box.store() + "/f/", "--",
                 "/bin/true"});
  CHECK_FALSE(std::filesystem::exists(box.store() + "/f"));
  CHECK_FALSE(std::filesystem::exists(box.store() + "/new"));
  CHECK(cli::read_file(box.store() + "/keyring") == keyring);
  box.expect(0, {"verify"});
}

TEST_CASE("a file is made where the file system has none without a name, or no hard links") {
  const Sandbox box;
  const std::string source = fill(box);
  const std::string folder = box.path("usb");
  std::filesystem::create_directory(folder);
  const std::string out = folder + "/out";
  if (!std::filesystem::exists("/usr/bin/strace")) return;
  const auto inject = [&](const std::string& calls, bool force) {
    Words words{"inject", "-i", source, "-o", out};
    if (force) words.emplace_back("--force");
    return with_failing(box, calls, folder, words);
  };
  for (const char* calls : {"openat:error=EOPNOTSUPP", "openat:error=EISDIR", "linkat:error=EPERM",
                            "linkat:error=EOPNOTSUPP", "linkat:error=EPERM renameat2:error=EINVAL",
                            "access:error=ENOENT:when=1+"}) {
    std::filesystem::remove(out);
    INFO(calls);
    const Outcome made = inject(calls, false);
    INFO(made.err);
    CHECK(made.exit_code == 0);
    CHECK(cli::read_file(out) == "token = Marzipan\n");
    struct stat status {};
    REQUIRE(stat(out.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(inject(calls, false).exit_code == 8);
    CHECK(inject(calls, true).exit_code == 0);
    CHECK(entries(folder) == 1);
  }
}

TEST_CASE("the true cause is told where a file cannot be made") {
  const Sandbox box;
  const std::string source = fill(box);
  const Outcome none = box.expect(17, {"inject", "-i", source, "-o", box.path("no/such/out")});
  CHECK(none.says("No such file or directory"));
  CHECK(none.says("its folder exists"));
  const Outcome file = box.expect(17, {"inject", "-i", source, "-o", source + "/out"});
  CHECK(file.says("Not a directory"));
  CHECK(
      box.expect(17, {"inject", "-i", source, "-o", "/proc/coffer-out"}).says("/proc/coffer-out"));
}

TEST_CASE("receipts go to a file of one's own, and a pipe there holds nobody up") {
  const Sandbox box;
  fill(box);
  const std::string open_to_all = box.write("all", "");
  chmod(open_to_all.c_str(), 0666);
  const std::string pipe = box.path("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::filesystem::create_symlink(box.path("elsewhere"), box.path("link"));
  for (const std::string& path : {open_to_all, pipe, box.path("link"), std::string("/dev/null")}) {
    const Outcome outcome = box.run_program({"/usr/bin/timeout", "20", COFFER_BIN, "destroy", "app",
                                             "--all", "-y", "--receipts", path});
    INFO(path << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.says("regular file, not a link, owned by this user"));
  }
  if (geteuid() == 0) {
    const std::string others = box.write("others", "");
    REQUIRE(chown(others.c_str(), 65534, 65534) == 0);
    box.expect(2, {"destroy", "app", "--all", "-y", "--receipts", others});
  }
  CHECK(box.expect(0, {"get", "app"}).out == "Marzipan");
  box.expect(0, {"destroy", "app", "--all", "-y", "--receipts", box.path("mine")});
  CHECK(cli::read_file(box.path("mine")).size() > 2);
}

}  // namespace output_file_test
