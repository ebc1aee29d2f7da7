#include "tools/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "tools/fail.h"

namespace coffer::tools {
namespace {

// So long something that could become a value waits for the rest; then it is a prompt.
constexpr int kHeldForMs = 150;
// Of what others still write when the command has ended, no more than these are waited for.
constexpr int kLeftoverChunks = 64;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

Error no_channel() {
  return Error(ErrorCode::io, "no pipe or terminal is to be had for the command").with_errno(errno);
}

void close_at(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

void write_to(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) return;  // Who read our output went away; the command finds out by itself.
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// One way out: where the child writes, what is sought in it, where it goes.
struct Channel {
  int from = -1;       // Our end.
  int child_end = -1;  // The child's, until it is started.
  int to = -1;
  Redactor redactor;

  bool is_open() const { return from >= 0; }
  /// False: nothing came now.
  bool move() {
    std::array<std::uint8_t, kChunkBytes> chunk;
    const ssize_t got = read(from, chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    SecretBytes shown;
    if (got <= 0) {  // A terminal whose other side is closed answers EIO.
      redactor.flush(shown);
      close_at(from);
    } else {
      redactor.feed(ByteView(chunk).first(static_cast<std::size_t>(got)), shown);
      wipe(chunk.data(), static_cast<std::size_t>(got));
    }
    write_to(to, shown.bytes());
    return got > 0;
  }
  void flush() {
    SecretBytes shown;
    redactor.flush(shown);
    write_to(to, shown.bytes());
  }
};

}  // namespace

struct Relay::Impl {
  std::vector<Channel> channels;
  Ends ends;
  std::string terminal_name;
  int terminal = -1;  // Our side of the child's terminal.
  bool takes_input = false;
  termios before{};
  SecretBytes typed;  // On its way to the child.

  Result<void> open_pipe(int to, int& child_end);
  Result<void> open_terminal();
  void copy_size() const;
  void enter_raw();
  void leave_raw();
  void read_typed();
  void write_typed();
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
  takes_input = ends.in >= 0;
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

void Relay::started() {
  for (Channel& channel : impl_->channels) close_at(channel.child_end);
  impl_->enter_raw();
}

void Relay::Impl::copy_size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) ioctl(terminal, TIOCSWINSZ, &size);
}

// Keys go to the child's terminal as they are; that one knows what Ctrl-C means.
void Relay::Impl::enter_raw() {
  if (!takes_input) return;
  termios raw = before;
  cfmakeraw(&raw);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

void Relay::Impl::leave_raw() {
  if (takes_input) tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
  takes_input = false;
}

void Relay::Impl::read_typed() {
  std::array<std::uint8_t, 4096> keys;
  const ssize_t got = read(STDIN_FILENO, keys.data(), keys.size());
  if (got > 0) typed.append(ByteView(keys).first(static_cast<std::size_t>(got)));
  if (got == 0) takes_input = false;
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
    std::vector<pollfd> polled{{wake, POLLIN, 0}};
    bool holds_back = false;
    for (const Channel& channel : impl.channels) {
      const bool is_terminal = channel.from == impl.terminal && !impl.typed.empty();
      polled.push_back(
          {channel.from, static_cast<short>(is_terminal ? POLLIN | POLLOUT : POLLIN), 0});
      // A pipe shows no prompt: what is held back there waits for the rest.
      holds_back = holds_back || (channel.from == impl.terminal && channel.redactor.holds_back());
    }
    polled.push_back({impl.takes_input && impl.typed.empty() ? STDIN_FILENO : -1, POLLIN, 0});
    const int ready = poll(polled.data(), polled.size(), holds_back ? kHeldForMs : -1);
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0)
      for (Channel& channel : impl.channels)
        if (channel.from == impl.terminal) channel.flush();
    if (ready <= 0) continue;
    bool any_open = false;
    for (std::size_t i = 0; i < impl.channels.size(); ++i) {
      Channel& channel = impl.channels[i];
      const short events = polled[i + 1].revents;
      if ((events & POLLOUT) != 0) impl.write_typed();
      if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) channel.move();
      any_open = any_open || channel.is_open();
    }
    if (polled.back().revents != 0) impl.read_typed();
    if (polled.front().revents != 0) return true;
    if (!any_open) return false;
  }
}

// What it left behind may hold the pipe open for ever: only what is there by now is moved.
void Relay::finish() {
  for (Channel& channel : impl_->channels) {
    if (!channel.is_open()) continue;
    fcntl(channel.from, F_SETFL, fcntl(channel.from, F_GETFL) | O_NONBLOCK);
    for (int left = kLeftoverChunks; left > 0 && channel.is_open() && channel.move(); --left)
      continue;
    channel.flush();
  }
  impl_->leave_raw();
}

void Relay::resize() {
  if (impl_->terminal >= 0) impl_->copy_size();
}

}  // namespace coffer::tools
