#include "tools/workload/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "tools/command/fail.h"
#include "tools/workload/stop_signal.h"

namespace coffer::tools {
namespace {

// How long output that may begin a value is held back. After this time it counts as a prompt.
constexpr int kHeldForMs = 150;
// A shell does not tell a running job that it is now in the foreground, so we look this often.
constexpr int kLookForForegroundMs = 250;
// When the command has ended, other processes may still write; no more chunks than these are read.
constexpr int kLeftoverChunks = 64;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
// poll() guarantees that a write of this size does not block (PIPE_BUF). The descriptor is shared
// with other processes, so it must not be made non-blocking.
constexpr std::size_t kPieceBytes = 4096;

Error no_channel() {
  return Error(ErrorCode::io, "cannot open a pipe or terminal for the command").with_errno(errno);
}

void close_at(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

// In the background our terminal has the modes of the foreground process, for example a shell that
// edits a line. The child's terminal must start with standard modes.
void give_standard_modes(int terminal) {
  termios modes{};
  tcgetattr(terminal, &modes);
  modes.c_iflag |= ICRNL;
  modes.c_oflag |= OPOST | ONLCR;
  modes.c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ISIG | IEXTEN;
  tcsetattr(terminal, TCSANOW, &modes);
}

bool is_one_file(int a, int b) {
  struct stat first {};
  struct stat second {};
  return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

// One output channel: its source, the redactor and its destination.
struct Channel {
  int from = -1;       // Our end.
  int child_end = -1;  // The child's, until it is started.
  int to = -1;
  Redactor redactor;
  SecretBytes shown;  // Redacted and not written yet, because a reader may be slow.
  std::size_t written = 0;
  int write_errno = 0;  // Why a write failed, except for a reader that closed its end.

  bool is_open() const { return from >= 0; }
  bool is_waiting() const { return written < shown.size(); }
  // False: nothing to read now.
  bool read_some() {
    std::array<std::uint8_t, kChunkBytes> chunk;
    const ssize_t got = read(from, chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    if (got <= 0) {  // EIO: the other side of the terminal is closed.
      redactor.flush(shown);
      close_at(from);
      return false;
    }
    redactor.feed(ByteView(chunk).first(static_cast<std::size_t>(got)), shown);
    wipe(chunk.data(), static_cast<std::size_t>(got));
    return true;
  }
  void flush() { redactor.flush(shown); }
  // Call it after poll() found room.
  void write_some() {
    const ByteView rest = shown.bytes().subspan(written);
    const ssize_t count = write(to, rest.data(), std::min(rest.size(), kPieceBytes));
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count < 0 && errno != EPIPE) write_errno = errno;
    // The reader of our output is gone. Closing our end lets the command notice.
    if (count < 0) close_at(from);
    written = count < 0 ? shown.size() : written + static_cast<std::size_t>(count);
    if (is_waiting()) return;
    shown.clear();
    written = 0;
  }
  // False if the reader is slow and either `wake` is readable or `waits` is false.
  bool write_all(int wake, bool waits) {
    while (is_waiting()) {
      std::array<pollfd, 2> polled{{{to, POLLOUT, 0}, {wake, POLLIN, 0}}};
      const int ready = poll(polled.data(), polled.size(), waits ? -1 : 0);
      if (ready == 0 || (ready < 0 && errno != EINTR)) return false;
      if (ready < 0) continue;
      if (polled[0].revents == 0) return false;
      write_some();
    }
    return true;
  }
};

}  // namespace

struct Relay::Impl {
  std::vector<Channel> channels;
  Ends ends;
  std::string terminal_name;
  int terminal = -1;  // Our side of the child's terminal.
  bool takes_input = false;
  bool is_raw = false;
  bool opost_taken = false;  // Our terminal converts line ends, not the child's.
  pid_t child = -1;
  termios before{};
  SecretBytes typed;  // Keys not yet written to the child.

  Result<void> open_pipe(int to, int& child_end);
  Result<void> open_terminal();
  void copy_size() const;
  bool in_foreground() const { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }
  void shape_line_ends(bool here);
  void enter_raw();
  void leave_raw();
  bool stops_the_child(std::uint8_t key) const;
  void read_typed();
  void write_typed();
  std::vector<pollfd> to_poll(int wake, bool& holds_back) const;
};

Relay::Relay() : impl_(std::make_unique<Impl>()) {}

Relay::~Relay() {
  impl_->leave_raw();
  for (Channel& channel : impl_->channels) {
    close_at(channel.from);
    close_at(channel.child_end);
  }
}

Result<void> Relay::Impl::open_pipe(int to, int& child_end) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return no_channel();
  Channel& channel = channels.emplace_back();
  channel.from = fds[0];
  channel.child_end = child_end = fds[1];
  channel.to = to;
  return {};
}

Result<void> Relay::Impl::open_terminal() {
  Channel& channel = channels.emplace_back();
  channel.from = terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  channel.to = STDOUT_FILENO;
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) return no_channel();
  std::array<char, 64> name;
  if (ptsname_r(terminal, name.data(), name.size()) != 0) return no_channel();
  terminal_name = name.data();
  ends.terminal = terminal_name.c_str();
  channel.child_end = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (channel.child_end < 0) return no_channel();
  tcgetattr(STDOUT_FILENO, &before);
  tcsetattr(channel.child_end, TCSANOW, &before);
  copy_size();
  ends.out = channel.child_end;
  if (isatty(STDERR_FILENO) == 1) ends.err = channel.child_end;
  if (isatty(STDIN_FILENO) == 1) ends.in = channel.child_end;
  takes_input = ends.takes_session = ends.in >= 0;
  const bool is_behind = takes_input && !in_foreground();
  if (is_behind) give_standard_modes(channel.child_end);
  if (!takes_input || is_behind) shape_line_ends(false);
  fcntl(terminal, F_SETFL, fcntl(terminal, F_GETFL) | O_NONBLOCK);
  return {};
}

Result<std::unique_ptr<Relay>> Relay::open(const Bindings& bindings) {
  std::unique_ptr<Relay> relay(new Relay);
  Impl& impl = *relay->impl_;
  if (isatty(STDOUT_FILENO) == 1) {
    COFFER_TRY(impl.open_terminal());
  } else {
    COFFER_TRY(impl.open_pipe(STDOUT_FILENO, impl.ends.out));
    // Two pipes would lose the order of output that goes to one file.
    if (is_one_file(STDOUT_FILENO, STDERR_FILENO)) impl.ends.err = impl.ends.out;
  }
  if (impl.ends.err < 0) COFFER_TRY(impl.open_pipe(STDERR_FILENO, impl.ends.err));
  for (const Binding& binding : bindings.all()) {
    if (binding.value.size() < Redactor::kShortest)
      warn("the value of " + printable(binding.name) + " is too short to be redacted");
    for (Channel& channel : impl.channels) channel.redactor.add(binding.value.text());
  }
  return relay;
}

Relay::Ends Relay::ends() const { return impl_->ends; }

void Relay::started(pid_t child) {
  for (Channel& channel : impl_->channels) close_at(channel.child_end);
  impl_->child = child;
  impl_->enter_raw();
}

void Relay::enter_terminal() { impl_->enter_raw(); }
void Relay::leave_terminal() { impl_->leave_raw(); }

std::optional<Error> Relay::lost_output() const {
  for (const Channel& channel : impl_->channels) {
    if (channel.write_errno == 0) continue;
    return Error(ErrorCode::io, "the command's output could not be written completely")
        .about(Subject::Kind::file,
               channel.to == STDOUT_FILENO ? "standard output" : "standard error")
        .with_errno(channel.write_errno);
  }
  return std::nullopt;
}

void Relay::Impl::copy_size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) ioctl(terminal, TIOCSWINSZ, &size);
}

// Exactly one terminal turns a line end into CR LF: the child's while ours is raw, else ours.
void Relay::Impl::shape_line_ends(bool here) {
  termios modes{};
  if ((before.c_oflag & OPOST) == 0 || tcgetattr(terminal, &modes) != 0) return;
  if (here && opost_taken) {
    opost_taken = false;
    modes.c_oflag |= OPOST;
  } else if (!here && (modes.c_oflag & OPOST) != 0) {
    opost_taken = true;
    modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  } else {
    return;
  }
  tcsetattr(terminal, TCSANOW, &modes);
}

// Passes keys to the child's terminal unchanged, which interprets Ctrl-C and others. Does nothing
// in the background, where another process uses the terminal.
void Relay::Impl::enter_raw() {
  if (!takes_input || is_raw || !in_foreground()) return;
  tcgetattr(STDIN_FILENO, &before);
  termios raw = before;
  cfmakeraw(&raw);
  is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
  if (is_raw) shape_line_ends(true);
}

void Relay::Impl::leave_raw() {
  if (!is_raw) return;
  is_raw = false;
  if (in_foreground()) tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
  shape_line_ends(false);
}

// The command leads a session without a shell that could continue it, so the system ignores its
// stop on Ctrl-Z. We stop it from here instead, unless it handles SIGTSTP itself.
bool Relay::Impl::stops_the_child(std::uint8_t key) const {
  termios modes{};
  return key != 0 && tcgetattr(terminal, &modes) == 0 && (modes.c_lflag & ISIG) != 0 &&
         key == modes.c_cc[VSUSP] && tcgetpgrp(terminal) == child && stops_by_default(child);
}

void Relay::Impl::read_typed() {
  std::array<std::uint8_t, 4096> keys;
  const ssize_t got = read(STDIN_FILENO, keys.data(), keys.size());
  if (got == 0 || (got < 0 && errno == EIO)) takes_input = false;
  for (ssize_t i = 0; i < got; ++i) {
    const std::uint8_t key = keys[static_cast<std::size_t>(i)];
    if (stops_the_child(key)) {
      kill(-child, SIGSTOP);
    } else {
      typed.push_back(key);
    }
  }
  wipe(keys.data(), keys.size());
}

void Relay::Impl::write_typed() {
  const ssize_t written = write(terminal, typed.data(), typed.size());
  if (written <= 0) return;
  typed = SecretBytes::copy_of(typed.bytes().subspan(static_cast<std::size_t>(written)));
}

bool Relay::pump(int wake) {
  Impl& impl = *impl_;
  for (;;) {
    bool holds_back = false;
    std::vector<pollfd> polled = impl.to_poll(wake, holds_back);
    const bool waits_for_keys = impl.takes_input && !impl.is_raw;
    const int patience = holds_back ? kHeldForMs : waits_for_keys ? kLookForForegroundMs : -1;
    const int ready = poll(polled.data(), polled.size(), patience);
    if (ready < 0 && errno != EINTR) return false;
    if (waits_for_keys) impl.enter_raw();
    if (ready == 0)
      for (Channel& channel : impl.channels)
        if (channel.from == impl.terminal) channel.flush();
    if (ready <= 0) continue;
    bool is_busy = false;
    for (std::size_t i = 0; i < impl.channels.size(); ++i) {
      Channel& channel = impl.channels[i];
      const short events = polled[2 + 2 * i].revents;
      if ((events & POLLOUT) != 0) impl.write_typed();
      if (polled[3 + 2 * i].revents != 0) channel.write_some();
      if (channel.is_open() && (events & (POLLIN | POLLHUP | POLLERR)) != 0) channel.read_some();
      is_busy = is_busy || channel.is_open() || channel.is_waiting();
    }
    if (polled[1].revents != 0) impl.read_typed();
    if (polled[0].revents != 0) return true;
    if (!is_busy) return false;
  }
}

// The descriptors for poll(): the wake, the keys, and the two ends of each channel. A channel with
// a slow reader is not read further until the reader has caught up, as with a pipe.
std::vector<pollfd> Relay::Impl::to_poll(int wake, bool& holds_back) const {
  std::vector<pollfd> polled{
      {wake, POLLIN, 0}, {takes_input && is_raw && typed.empty() ? STDIN_FILENO : -1, POLLIN, 0}};
  for (const Channel& channel : channels) {
    const bool is_terminal = channel.from == terminal;
    short events = channel.is_waiting() ? 0 : POLLIN;
    if (is_terminal && !typed.empty()) events |= POLLOUT;
    polled.push_back({events == 0 ? -1 : channel.from, events, 0});
    polled.push_back({channel.is_waiting() ? channel.to : -1, POLLOUT, 0});
    // A pipe shows no prompts, so held output there may wait for the rest.
    holds_back = holds_back || (is_terminal && channel.redactor.holds_back());
  }
  return polled;
}

// Processes that the command left behind may hold the pipe open for ever, so only output that is
// there by now is moved.
bool Relay::finish(int wake, bool waits) {
  for (Channel& channel : impl_->channels) {
    if (!channel.write_all(wake, waits)) return false;
    if (channel.is_open()) fcntl(channel.from, F_SETFL, fcntl(channel.from, F_GETFL) | O_NONBLOCK);
    for (int left = kLeftoverChunks; left > 0 && channel.is_open(); --left) {
      if (!channel.read_some()) break;
      if (!channel.write_all(wake, waits)) return false;
    }
    channel.flush();
    if (!channel.write_all(wake, waits)) return false;
  }
  return true;
}

void Relay::resize() {
  if (impl_->terminal >= 0) impl_->copy_size();
}

}  // namespace coffer::tools
