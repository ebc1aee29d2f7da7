// Runs the command as a script would, and keeps its output.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

struct Outcome {
  int exit_code = -1;  ///< As a shell reports it: 128+N for signal N.
  std::string out;
  std::string err;
  Json json() const {
    INFO(out << err);
    const Json parsed = Json::parse(out, nullptr, false);
    REQUIRE_FALSE(parsed.is_discarded());
    return parsed;
  }
  bool says(std::string_view text) const { return err.find(text) != std::string::npos; }
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// A folder with a store (after init()), and the environment that names the store.
class Sandbox {
 public:
  Sandbox() {
    std::string name = (std::filesystem::temp_directory_path() / "coffer-cli-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    root_ = name;
    environment = {"PATH=/usr/bin:/bin", "HOME=" + name, "LC_ALL=C.UTF-8",
                   "COFFER_STORE=" + store(), "COFFER_KEY=" + key()};
  }
  ~Sandbox() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  std::string path(std::string_view name) const { return (root_ / name).string(); }
  std::string store() const { return path("store"); }
  std::string key() const { return "file://" + path("master.key"); }
  std::string write(std::string_view name, std::string_view bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  void init() const { expect(0, {"init"}); }

  /// Runs `program` with everything given; stdout goes to `out_path` if it is named.
  Outcome run_program(const Words& words, std::string_view input = {},
                      const std::string& out_path = {}) const {
    const std::string in_file = write(".in", input);
    const std::string out_file = out_path.empty() ? path(".out") : out_path;
    const pid_t pid = start(words, in_file, out_file);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    Outcome outcome;
    outcome.exit_code = exit_code_of(status);
    if (out_path.empty()) outcome.out = read_file(out_file);
    outcome.err = read_file(path(".err"));
    return outcome;
  }
  Outcome run(Words words, std::string_view input = {}, const std::string& out_path = {}) const {
    words.insert(words.begin(), COFFER_BIN);
    return run_program(words, input, out_path);
  }
  /// Runs and requires this exit code.
  Outcome expect(int exit_code, const Words& words, std::string_view input = {}) const {
    Outcome outcome = run(words, input);
    std::string line;
    for (const std::string& word : words) line += word.substr(0, 80) + " ";
    INFO(line << "\n" << outcome.out.substr(0, 400) << outcome.err);
    REQUIRE(outcome.exit_code == exit_code);
    return outcome;
  }
  /// Starts without waiting, in a session of its own, so that the process has no terminal.
  pid_t start(const Words& words, const std::string& in_file, const std::string& out_file) const {
    std::vector<char*> argv = pointers(words);
    std::vector<char*> envp = pointers(environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, in_file.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_addopen(&actions, 2, path(".err").c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    pid_t pid = -1;
    const int failed = posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    REQUIRE(failed == 0);
    return pid;
  }

  std::vector<std::string> environment;

  static std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> all;
    for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));
    all.push_back(nullptr);
    return all;
  }

 private:
  std::filesystem::path root_;
};

}  // namespace cli
