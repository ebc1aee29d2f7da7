#include "keys/services/aws/credential_process.h"
#include "base/files.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace coffer::keys {
namespace {

constexpr std::size_t kOutputBytesMax = std::size_t{64} << 10;

Error not_run(Literal text) {
  return {ErrorCode::key_unavailable, text, "run the credential_process of the profile by hand"};
}

Result<void> check_author(const std::string& file) {
  struct stat status {};
  const bool is_trusted = ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
                          (status.st_uid == geteuid() || status.st_uid == 0) &&
                          (status.st_mode & 022) == 0;
  if (is_trusted) return {};
  return Error(ErrorCode::key_unavailable,
               "the credential_process is not run: other users may write the file that names it",
               "chown the file to this user and chmod 600 it")
      .about(Subject::Kind::file, file);
}

std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  bool is_quoted = false;
  bool is_in_word = false;
  for (const char c : command) {
    if (c == '"') {
      is_quoted = !is_quoted;
      if (!is_in_word) words.emplace_back();
      is_in_word = true;
    } else if ((c == ' ' || c == '\t') && !is_quoted) {
      is_in_word = false;
    } else {
      if (!is_in_word) words.emplace_back();
      is_in_word = true;
      words.back().push_back(c);
    }
  }
  return words;
}

// A program in a group of its own, whose output comes to us.
class Program {
 public:
  static Result<Program> start(std::vector<std::string> words, std::vector<std::string> entries) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
      return not_run("no pipe could be made for the credential_process").with_errno(errno);
    Program program{FileDescriptor(ends[0])};
    const FileDescriptor theirs(ends[1]);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<char*> environment;
    for (std::string& entry : entries) environment.push_back(entry.data());
    environment.push_back(nullptr);
    const int failed = spawn(program.pid_, arguments, environment, theirs.get());
    if (failed != 0)
      return not_run("the credential_process of the profile cannot be run").with_errno(failed);
    return program;
  }
  Program(Program&& other) noexcept
      : output_(std::move(other.output_)), pid_(std::exchange(other.pid_, 0)) {}
  Program& operator=(Program&&) = delete;
  ~Program() {
    if (pid_ > 0) ::kill(-pid_, SIGKILL);
    (void)wait();
  }

  Result<SecretBytes> read_all(const Deadline& deadline) const {
    SecretBytes text(kOutputBytesMax + 1);
    std::size_t size = 0;
    while (size <= kOutputBytesMax) {
      pollfd wait{output_.get(), POLLIN, 0};
      const int ready = ::poll(&wait, 1, static_cast<int>(deadline.left_ms()));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return not_run("the credential_process of the profile did not end in time");
      const ssize_t got = ::read(output_.get(), text.data() + size, text.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return not_run("the credential_process cannot be read").with_errno(errno);
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    if (size > kOutputBytesMax)
      return Error(ErrorCode::limit, "the credential_process of the profile writes too much");
    text.resize(size);
    return text;
  }

  // Whether it ended well; so counts one that the host program has waited for before us.
  bool wait() {
    int status = 0;
    pid_t ended = pid_ > 0 ? -1 : 0;
    while (ended < 0) {
      ended = ::waitpid(pid_, &status, 0);
      if (ended < 0 && errno != EINTR) break;
    }
    pid_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  explicit Program(FileDescriptor output) : output_(std::move(output)) {}

  static int spawn(pid_t& pid, const std::vector<char*>& arguments,
                   const std::vector<char*>& environment, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t pipe;
    ::sigemptyset(&none);
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &pipe);
    const int failed = ::posix_spawnp(&pid, arguments.front(), &actions, &attributes,
                                      arguments.data(), environment.data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    return failed;
  }

  FileDescriptor output_;
  pid_t pid_ = 0;
};

// What such a program needs to find its own files and the network, and what tells it which profile
// is meant. A library does not hand its host's whole environment on.
std::vector<std::string> entries_for(const Surroundings& around) {
  std::vector<std::string> entries;
  for (const char* name : {"PATH",
                           "HOME",
                           "USER",
                           "LOGNAME",
                           "LANG",
                           "TMPDIR",
                           "XDG_CONFIG_HOME",
                           "XDG_CACHE_HOME",
                           "XDG_RUNTIME_DIR",
                           "DBUS_SESSION_BUS_ADDRESS",
                           "SSH_AUTH_SOCK",
                           "AWS_CONFIG_FILE",
                           "AWS_SHARED_CREDENTIALS_FILE",
                           "AWS_PROFILE",
                           "AWS_DEFAULT_PROFILE",
                           "AWS_REGION",
                           "AWS_DEFAULT_REGION",
                           "AWS_CA_BUNDLE",
                           "SSL_CERT_FILE",
                           "SSL_CERT_DIR",
                           "HTTPS_PROXY",
                           "HTTP_PROXY",
                           "NO_PROXY",
                           "https_proxy",
                           "http_proxy",
                           "no_proxy"})
    if (around.has(name))
      entries.push_back(std::string(name) + "=" + std::string(around.get(name)));
  return entries;
}

}  // namespace

Result<SecretBytes> run_credential_process(std::string_view command, const std::string& named_in,
                                           const Surroundings& around, const Deadline& deadline) {
  COFFER_TRY(check_author(named_in));
  std::vector<std::string> words = words_of(command);
  if (words.empty()) return not_run("the credential_process of the profile names no program");
  Program program = COFFER_TRY(Program::start(std::move(words), entries_for(around)));
  SecretBytes text = COFFER_TRY(program.read_all(deadline));
  if (!program.wait()) return not_run("the credential_process of the profile failed");
  return text;
}

}  // namespace coffer::keys
