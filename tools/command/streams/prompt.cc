#include "tools/command/streams/prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "tools/command/fail.h"
#include "tools/command/streams/input.h"

namespace coffer::tools {
namespace {

// Signals that would end or stop the process and leave the terminal without echo.
constexpr std::array kHeldSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};

volatile std::sig_atomic_t signal_seen = 0;

void remember_signal(int number) { signal_seen = number; }

// A terminal delivers a pasted text in pieces, at most this long apart.
constexpr int kPasteGapMs = 50;
constexpr int kPasteGapsMax = 100;

int open_terminal() { return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC); }

// The terminal with echo off, or unchanged; it is always restored.
// A hidden line is read without the kernel's line editing, which silently cuts a line at 4,096
// bytes: a pasted token would be stored in part.
class Terminal {
 public:
  explicit Terminal(bool hidden) : hidden_(hidden) {}
  ~Terminal() {
    leave();
    if (fd_ >= 0) close(fd_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  Result<void> open();
  // Repeats the prompt after a signal until there is an answer. Errors: declined, usage (a control
  // character), limit, io.
  Result<SecretBytes> ask(std::string_view prompt);
  // Whether more lines follow the answer, because several were pasted. They are thrown away, so
  // that a shell does not run them as commands.
  bool throws_rest_away() const;
  void throw_away() const { tcflush(fd_, TCIFLUSH); }

 private:
  enum class Step { more, done, cut_off, control };
  void enter();
  void leave();
  void show(std::string_view text) const;
  void handle_signal();
  Step take(unsigned char byte, SecretBytes& line);
  bool is_key(int which, unsigned char byte) const {
    return byte == before_.c_cc[which] && byte != _POSIX_VDISABLE;
  }
  bool waits_for_more(int ms) const;

  bool hidden_;
  bool quotes_next_ = false;
  int fd_ = -1;
  bool entered_ = false;
  termios before_{};
  std::array<struct sigaction, kHeldSignals.size()> handlers_{};
};

Result<void> Terminal::open() {
  fd_ = open_terminal();
  if (fd_ < 0 || tcgetattr(fd_, &before_) != 0) {
    return Error(ErrorCode::usage, "there is no terminal for a prompt",
                 "give it by a file or by standard input; `coffer help VERB` explains how");
  }
  return {};
}

void Terminal::enter() {
  struct sigaction action {};
  action.sa_handler = remember_signal;  // Without SA_RESTART: the read must end.
  sigemptyset(&action.sa_mask);
  signal_seen = 0;
  for (std::size_t i = 0; i < kHeldSignals.size(); ++i) {
    sigaction(kHeldSignals[i], &action, &handlers_[i]);
    // A signal that the caller ignores stays ignored.
    if (handlers_[i].sa_handler == SIG_IGN) sigaction(kHeldSignals[i], &handlers_[i], nullptr);
  }
  if (hidden_) {
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    // Not TCSAFLUSH: a text typed ahead is an answer too.
    while (tcsetattr(fd_, TCSADRAIN, &quiet) != 0 && errno == EINTR && signal_seen == 0) continue;
  }
  entered_ = true;
}

void Terminal::leave() {
  if (!entered_) return;
  entered_ = false;
  if (hidden_) {
    // In the background each try brings another SIGTTOU; the shell that put us there sets its own
    // modes anyway.
    while (tcsetattr(fd_, TCSADRAIN, &before_) != 0 && errno == EINTR && signal_seen != SIGTTOU) {
    }
  }
  for (std::size_t i = 0; i < kHeldSignals.size(); ++i)
    sigaction(kHeldSignals[i], &handlers_[i], nullptr);
}

void Terminal::show(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = write(fd_, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The terminal is restored, so the signal has its usual effect; a process that was stopped
// continues here and asks again.
void Terminal::handle_signal() {
  const int number = signal_seen;
  leave();
  kill(getpid(), number);
}

bool Terminal::waits_for_more(int ms) const {
  pollfd polled{fd_, POLLIN, 0};
  return poll(&polled, 1, ms) == 1 && (polled.revents & POLLIN) != 0;
}

bool Terminal::throws_rest_away() const {
  if (!waits_for_more(kPasteGapMs)) return false;
  for (int gaps = 0; gaps < kPasteGapsMax && waits_for_more(kPasteGapMs); ++gaps) throw_away();
  return true;
}

bool is_blank(std::uint8_t byte) { return byte == ' ' || byte == '\t'; }

// The size of the line without its last character, which may take several bytes.
std::size_t size_without_last(const SecretBytes& line) {
  std::size_t size = line.size();
  while (size > 0 && (line.data()[size - 1] & 0xC0) == 0x80) --size;
  return size > 0 ? size - 1 : 0;
}

std::size_t size_without_word(const SecretBytes& line) {
  std::size_t size = line.size();
  while (size > 0 && is_blank(line.data()[size - 1])) --size;
  while (size > 0 && !is_blank(line.data()[size - 1])) --size;
  return size;
}

// Line editing as the terminal does it by default.
Terminal::Step Terminal::take(unsigned char byte, SecretBytes& line) {
  if (hidden_ && quotes_next_) {
    quotes_next_ = false;
    line.push_back(byte);
    return Step::more;
  }
  if (byte == '\n' || byte == '\r') return Step::done;
  if (!hidden_) {
    line.push_back(byte);
    return Step::more;
  }
  if (is_key(VEOF, byte)) return line.empty() ? Step::cut_off : Step::done;
  if (is_key(VEOL, byte) || is_key(VEOL2, byte)) return Step::done;
  if (is_key(VERASE, byte) || byte == '\b' || byte == 0x7F) {
    line.resize(size_without_last(line));
  } else if (is_key(VKILL, byte)) {
    line.resize(0);
  } else if (is_key(VWERASE, byte)) {
    line.resize(size_without_word(line));
  } else if (is_key(VLNEXT, byte)) {
    quotes_next_ = true;
  } else if (is_key(VREPRINT, byte)) {
    return Step::more;  // A hidden line is not shown.
  } else if (byte < 0x20 && byte != '\t') {
    return Step::control;
  } else {
    line.push_back(byte);
  }
  return Step::more;
}

Result<SecretBytes> Terminal::ask(std::string_view prompt) {
  if (!entered_) enter();
  show(prompt);
  SecretBytes line;
  quotes_next_ = false;
  Step step = Step::more;
  while (step == Step::more) {
    unsigned char byte = 0;
    const ssize_t got = signal_seen == 0 ? read(fd_, &byte, 1) : -1;
    // NOLINTNEXTLINE(bugprone-branch-clone): the ends are alike, the reasons are not.
    if (signal_seen == SIGINT) {
      step = Step::cut_off;
    } else if (signal_seen != 0) {
      handle_signal();
      line.resize(0);
      enter();
      show(prompt);
    } else if (got == 1) {
      step = take(byte, line);
      wipe(&byte, 1);
      if (line.size() > kInputBytesMax) return Error(ErrorCode::limit, "the line is too long");
    } else if (got == 0 || errno != EINTR) {
      step = Step::cut_off;
    }
  }
  if (hidden_ || step == Step::cut_off) show("\n");
  if (step == Step::control) {
    throws_rest_away();
    return Error(ErrorCode::usage, "a control character was typed or pasted; nothing was done",
                 "type Ctrl-V before it to enter it; --value - and --file take any bytes");
  }
  if (step == Step::cut_off) return Error(ErrorCode::declined, "the prompt was cancelled");
  return line;
}

// Reads byte by byte, because the input after the line belongs to another reader.
Result<SecretBytes> read_line() {
  SecretBytes line;
  for (;;) {
    unsigned char byte = 0;
    const ssize_t got = read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error(ErrorCode::io, "cannot read")
          .about(Subject::Kind::file, "standard input")
          .with_errno(errno);
    }
    if (got == 0 && line.empty()) {
      return Error(ErrorCode::declined, "standard input ended before an answer was read",
                   "give one line for each question");
    }
    if (got == 0 || byte == '\n') return line;
    line.push_back(byte);
    wipe(&byte, 1);
    if (line.size() > kInputBytesMax) return Error(ErrorCode::limit, "the line is too long");
  }
}

}  // namespace

bool can_ask() {
  if (isatty(STDIN_FILENO) != 1) return false;
  const int fd = open_terminal();
  if (fd < 0) return false;
  close(fd);
  return true;
}

namespace {

Error several_lines() {
  return {ErrorCode::declined, "more than one line was given at the prompt; nothing was done",
          "give a text of several lines by a file or standard input: --file FILE, --value -"};
}

}  // namespace

Result<SecretBytes> ask_secret(std::string_view prompt, std::string_view again) {
  Terminal terminal(true);
  COFFER_TRY(terminal.open());
  SecretBytes first = COFFER_TRY(terminal.ask(prompt));
  if (again.empty()) {
    if (terminal.throws_rest_away()) return several_lines();
    return first;
  }
  const SecretBytes second = COFFER_TRY(terminal.ask(again));
  if (terminal.throws_rest_away()) return several_lines();
  if (!equal_in_constant_time(first.bytes(), second.bytes()))
    return Error(ErrorCode::declined, "the two answers differ", "try again");
  return first;
}

Result<SecretBytes> ask_or_read_line(std::string_view prompt, bool hidden) {
  if (!can_ask()) return read_line();
  Terminal terminal(hidden);
  COFFER_TRY(terminal.open());
  SecretBytes line = COFFER_TRY(terminal.ask(printable(prompt)));
  if (hidden && terminal.throws_rest_away()) return several_lines();
  return line;
}

Result<void> confirm(std::string_view question, bool yes) {
  if (yes || !can_ask()) return {};
  Terminal terminal(false);
  COFFER_TRY(terminal.open());
  const SecretBytes answer = COFFER_TRY(terminal.ask(printable(question) + " [y/N] "));
  const std::string_view text = answer.text();
  if (text == "y" || text == "Y" || text == "yes" || text == "Yes" || text == "YES") return {};
  return Error(ErrorCode::declined, "nothing was done", "-y answers yes in advance");
}

Result<void> confirm_by_name(std::string_view question, std::string_view name, bool yes) {
  if (yes || !can_ask()) return {};
  Terminal terminal(false);
  COFFER_TRY(terminal.open());
  const std::string prompt = printable(question) + " Type " + printable(name) + " to continue: ";
  const SecretBytes answer = COFFER_TRY(terminal.ask(prompt));
  if (answer.text() == name) return {};
  return Error(ErrorCode::declined, "the name typed is another one; nothing was done",
               "--confirm NAME confirms in advance");
}

}  // namespace coffer::tools
