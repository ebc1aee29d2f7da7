#include "tests/interop/fakes/kms_plugin.h"

#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <stdexcept>

#include "tests/interop/fakes/fake_crypto.h"

namespace fakes {
namespace {

using Headers = std::multimap<std::string, std::string>;

// A message of the API: fields by number, each with length-delimited bytes. It is coded by hand, so
// that the fake shares no code with the code under test.
using Fields = std::multimap<int, std::string>;

std::string varint(std::size_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
  return out + static_cast<char>(value);
}

std::string print(const Fields& fields) {
  std::string out;
  for (const auto& [number, bytes] : fields)
    out += varint(static_cast<std::size_t>(number << 3 | 2)) + varint(bytes.size()) + bytes;
  return out;
}

std::optional<std::size_t> take_varint(std::string_view& in) {
  std::size_t value = 0;
  for (int shift = 0; !in.empty() && shift < 35; shift += 7) {
    const auto byte = static_cast<unsigned char>(in[0]);
    in.remove_prefix(1);
    value |= static_cast<std::size_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<Fields> parse(std::string_view in) {
  Fields fields;
  while (!in.empty()) {
    const auto tag = take_varint(in);
    const auto size = tag ? take_varint(in) : std::nullopt;
    if (!size || (*tag & 7) != 2 || *size > in.size()) return std::nullopt;
    fields.emplace(static_cast<int>(*tag >> 3), std::string(in.substr(0, *size)));
    in.remove_prefix(*size);
  }
  return fields;
}

std::string field(const Fields& fields, int number) {
  const auto found = fields.find(number);
  return found == fields.end() ? std::string() : found->second;
}

std::string frame(const std::string& message) {
  std::string head(5, '\0');
  for (std::size_t i = 0; i < 4; ++i)
    head[1 + i] = static_cast<char>(message.size() >> (8 * (3 - i)));
  return head + message;
}

const char kAnnotation[] = "instance.kms.example.com";

// One call on one connection.
struct Call {
  Headers headers;
  std::string body;
  KmsPlugin::Answer answer;
  std::size_t sent = 0;
};

struct Connection {
  KmsPlugin* plugin = nullptr;
  std::map<int, Call> calls;
};

// Points into both arguments, which must outlive it.
nghttp2_nv pair(std::string_view name, std::string_view value) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
          value.size(), NGHTTP2_NV_FLAG_NONE};
}

int on_header(nghttp2_session*, const nghttp2_frame* on, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void* connection) {
  static_cast<Connection*>(connection)
      ->calls[on->hd.stream_id]
      .headers.emplace(std::string(reinterpret_cast<const char*>(name), name_size),
                       std::string(reinterpret_cast<const char*>(value), value_size));
  return 0;
}

int on_data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
            std::size_t size, void* connection) {
  static_cast<Connection*>(connection)
      ->calls[stream]
      .body.append(reinterpret_cast<const char*>(data), size);
  return 0;
}

ssize_t read_body(nghttp2_session* session, std::int32_t stream, std::uint8_t* out,
                  std::size_t size, std::uint32_t* flags, nghttp2_data_source* source, void*) {
  Call& call = *static_cast<Call*>(source->ptr);
  size = std::min(size, call.answer.body.size() - call.sent);
  std::memcpy(out, call.answer.body.data() + call.sent, size);
  call.sent += size;
  if (call.sent < call.answer.body.size()) return static_cast<ssize_t>(size);
  *flags |= NGHTTP2_DATA_FLAG_EOF;
  if (call.answer.has_trailers) {
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    const std::string code = std::to_string(call.answer.code);
    const nghttp2_nv trailers[] = {pair("grpc-status", code), pair("grpc-message", "fake")};
    nghttp2_submit_trailer(session, stream, trailers, 2);
  }
  return static_cast<ssize_t>(size);
}

int on_frame(nghttp2_session* session, const nghttp2_frame* got, void* user) {
  auto& connection = *static_cast<Connection*>(user);
  const bool is_request = got->hd.type == NGHTTP2_HEADERS || got->hd.type == NGHTTP2_DATA;
  if (!is_request || (got->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  Call& call = connection.calls[got->hd.stream_id];
  call.answer = connection.plugin->answer(call.headers, call.body);
  const std::string status = std::to_string(call.answer.status);
  const nghttp2_nv headers[] = {pair(":status", status), pair("content-type", call.answer.type)};
  nghttp2_data_provider body{};
  body.source.ptr = &call;
  body.read_callback = read_body;
  nghttp2_submit_response(session, got->hd.stream_id, headers, 2, &body);
  return 0;
}

nghttp2_session* new_session(Connection& connection) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session* session = nullptr;
  nghttp2_session_server_new(&session, callbacks, &connection);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
  return session;
}

bool send_pending(nghttp2_session* session, int guest) {
  const std::uint8_t* data = nullptr;
  for (;;) {
    const ssize_t size = nghttp2_session_mem_send(session, &data);
    if (size <= 0) return size == 0;
    if (::send(guest, data, static_cast<std::size_t>(size), MSG_NOSIGNAL) != size) return false;
  }
}

}  // namespace

KmsPlugin::KmsPlugin(std::string socket_path) : socket_path_(std::move(socket_path)) {
  rotate();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path_.size() >= sizeof address.sun_path) throw std::runtime_error("socket path");
  socket_path_.copy(address.sun_path, socket_path_.size());
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket_, 8) != 0)
    throw std::runtime_error("bind");
  thread_ = std::thread([this] { serve(); });
}

void KmsPlugin::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (is_over_.exchange(true)) return;
  }
  ending_.notify_all();
  thread_.join();
  for (std::thread& talking : talks_) talking.join();
  ::close(socket_);
  ::unlink(socket_path_.c_str());
}

void KmsPlugin::rotate() {
  const std::lock_guard lock(mutex_);
  current_ = "key-" + std::to_string(keys_.size() + 1);
  keys_[current_] = random_bytes(32);
}

std::string KmsPlugin::complaint() const {
  const std::lock_guard lock(mutex_);
  return complaint_;
}

void KmsPlugin::serve() {
  while (!is_over_) {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, 20) <= 0) continue;
    const int guest = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (guest >= 0) talks_.emplace_back([this, guest] { talk(guest); });
  }
}

void KmsPlugin::talk(int guest) {
  Connection connection{this, {}};
  nghttp2_session* session = new_session(connection);
  while (!is_over_ && send_pending(session, guest)) {
    pollfd wait{guest, POLLIN, 0};
    if (::poll(&wait, 1, 20) <= 0) continue;
    std::uint8_t buffer[8192];
    const ssize_t got = ::recv(guest, buffer, sizeof buffer, 0);
    if (got <= 0 || nghttp2_session_mem_recv(session, buffer, static_cast<std::size_t>(got)) < 0)
      break;
  }
  nghttp2_session_del(session);
  ::close(guest);
}

std::string KmsPlugin::check_headers(const Headers& headers) const {
  const std::map<std::string, std::string> wanted = {{":method", "POST"},
                                                     {":scheme", "http"},
                                                     {"content-type", "application/grpc"},
                                                     {"te", "trailers"}};
  for (const auto& [name, value] : wanted)
    if (headers.count(name) != 1 || headers.find(name)->second != value) return name;
  if (headers.count("grpc-timeout") != 1) return "grpc-timeout";
  const std::string timeout = headers.find("grpc-timeout")->second;
  if (timeout.size() < 2 || timeout.size() > 9 || timeout.back() != 'm') return "grpc-timeout";
  return {};
}

KmsPlugin::Answer KmsPlugin::answer(const Headers& headers, const std::string& body) {
  std::unique_lock lock(mutex_);
  const std::string path =
      headers.count(":path") == 1 ? headers.find(":path")->second : std::string();
  const std::string service = "/v2.KeyManagementService/";
  complaint_ = check_headers(headers);
  if (complaint_.empty() && path.rfind(service, 0) != 0) complaint_ = ":path";
  if (complaint_.empty() && (body.size() < 5 || frame(body.substr(5)) != body))
    complaint_ = "frame";
  if (!complaint_.empty()) return {200, "application/grpc", "", 12, true};
  if (mood == Mood::slow) {
    ending_.wait(lock, [this] { return is_over_.load(); });
    return {200, "application/grpc", "", 14, true};
  }
  return in_mood(path.substr(service.size()), body.substr(5));
}

KmsPlugin::Answer KmsPlugin::in_mood(const std::string& method, const std::string& message) {
  Answer answer;
  switch (mood.load()) {
    case Mood::garbage: answer.body = frame("\xff\xff\xff\xff\x0f garbage"); return answer;
    case Mood::unframed: answer.body = "no frame at all"; return answer;
    case Mood::huge: answer.body = frame(std::string(1 << 20, 'x')); return answer;
    case Mood::no_grpc: return {200, "text/html", "<html>", 0, false};
    case Mood::refusing: answer.code = code; return answer;
    case Mood::no_status: answer.has_trailers = false; break;
    case Mood::well:
    case Mood::slow: break;
  }
  const bool has_trailers = answer.has_trailers;
  answer = handle(method, message);
  answer.has_trailers = has_trailers;
  return answer;
}

KmsPlugin::Answer KmsPlugin::handle(const std::string& method, const std::string& message) {
  const Answer unknown{200, "application/grpc", "", 2, true};
  const auto request = parse(message);
  if (!request) return unknown;
  if (method == "Status") {
    if (!request->empty()) complaint_ = "Status takes nothing";
    const Fields status = {{1, version}, {2, is_healthy ? "ok" : "not ok"}, {3, current_}};
    return {200, "application/grpc", frame(print(status)), 0, true};
  }
  if (!is_healthy || field(*request, 2).empty()) return unknown;
  if (method == "Encrypt") {
    const Fields entry = {{1, kAnnotation}, {2, "i-42"}};
    const Fields answer = {{1, seal(keys_[current_], kAnnotation, field(*request, 1))},
                           {2, current_},
                           {3, print(entry)}};
    return {200, "application/grpc", frame(print(answer)), 0, true};
  }
  if (method != "Decrypt") return {200, "application/grpc", "", 12, true};
  // A client that does not return the annotations has lost what the plugin needs.
  const auto entry = parse(field(*request, 4));
  if (!entry || field(*entry, 1) != kAnnotation || field(*entry, 2) != "i-42") return unknown;
  const auto key = keys_.find(field(*request, 3));
  if (key == keys_.end()) return unknown;
  const auto plaintext = open(key->second, kAnnotation, field(*request, 1));
  if (!plaintext) return unknown;
  const Fields answer = {{1, *plaintext}};
  return {200, "application/grpc", frame(print(answer)), 0, true};
}

}  // namespace fakes
