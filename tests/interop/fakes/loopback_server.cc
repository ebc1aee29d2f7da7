#include "tests/interop/fakes/loopback_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace fakes {
namespace {

void* begin_request(void*, const char* uri, MHD_Connection*) {
  auto request = std::make_unique<Request>();
  const std::string text(uri);
  const std::size_t mark = text.find('?');
  request->path = text.substr(0, mark);
  if (mark != std::string::npos) request->query = text.substr(mark + 1);
  return request.release();
}

std::size_t keep_escapes(void*, MHD_Connection*, char* text) { return std::strlen(text); }

MHD_Result keep_header(void* request, MHD_ValueKind, const char* name, const char* value) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto& headers = static_cast<Request*>(request)->headers;
  // A header given twice could be signed as one value and read as another.
  if (!headers.emplace(lower, value == nullptr ? "" : value).second) headers[lower] += ", twice";
  return MHD_YES;
}

MHD_Result send_reply(MHD_Connection* connection, const Reply& reply) {
  MHD_Response* response = MHD_create_response_from_buffer(
      reply.body.size(), const_cast<char*>(reply.body.data()), MHD_RESPMEM_MUST_COPY);
  for (const auto& [name, value] : reply.headers)
    MHD_add_response_header(response, name.c_str(), value.c_str());
  const MHD_Result sent =
      MHD_queue_response(connection, static_cast<unsigned>(reply.status), response);
  MHD_destroy_response(response);
  return sent;
}

MHD_Result on_request(void* server, MHD_Connection* connection, const char*, const char* method,
                      const char*, const char* data, std::size_t* size, void** state) {
  auto& request = *static_cast<Request*>(*state);
  if (request.method.empty()) {
    request.method = method;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_header, &request);
    return MHD_YES;
  }
  if (*size > 0) {
    request.body.append(data, *size);
    *size = 0;
    return MHD_YES;
  }
  return send_reply(connection, static_cast<LoopbackServer*>(server)->answer(request));
}

void end_request(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
  delete static_cast<Request*>(*state);
  *state = nullptr;
}

}  // namespace

LoopbackServer::LoopbackServer(Handler handler, Identity identity)
    : handler_(std::move(handler)), identity_(std::move(identity)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION;
  std::vector<MHD_OptionItem> options = {
      {MHD_OPTION_SOCK_ADDR, 0, &address},
      {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<std::intptr_t>(begin_request), nullptr},
      {MHD_OPTION_UNESCAPE_CALLBACK, reinterpret_cast<std::intptr_t>(keep_escapes), nullptr},
      {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<std::intptr_t>(end_request), nullptr},
  };
  if (!identity_.key.empty()) {
    flags |= MHD_USE_TLS;
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, identity_.certificate.data()});
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, identity_.key.data()});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, on_request, this, MHD_OPTION_ARRAY,
                             options.data(), MHD_OPTION_END);
  if (daemon_ == nullptr) throw std::runtime_error("MHD_start_daemon");
  port_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port;
}

std::string LoopbackServer::url() const {
  return (identity_.key.empty() ? "http://127.0.0.1:" : "https://localhost:") +
         std::to_string(port_);
}

void LoopbackServer::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  stopping_.notify_all();
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  daemon_ = nullptr;
}

std::string LoopbackServer::everything_said() const {
  const std::lock_guard lock(mutex_);
  return said_;
}

Reply LoopbackServer::answer(const Request& request) {
  ++request_count_;
  std::unique_lock lock(mutex_);
  said_ += request.method + " " + request.path + "?" + request.query + "\n";
  for (const auto& [name, value] : request.headers) said_ += name + ": " + value + "\n";
  said_ += request.body + "\n";
  if (refusals.load() > 0) {
    --refusals;
    return refusal;
  }
  const Mood now = mood.load();
  if (now == Mood::slow) {
    stopping_.wait_for(lock, std::chrono::seconds(60), [&] { return is_stopping_; });
    return {500, "", {}};
  }
  return in_mood(now, request);
}

Reply LoopbackServer::in_mood(Mood now, const Request& request) {
  switch (now) {
    case Mood::garbage: return {200, std::string("\x00\xff<html>{{{\r\n", 13), {}};
    case Mood::shapeless: return {200, R"({"answer":[42,{"data":null}]})", {}};
    case Mood::huge: return {200, "{\"pad\":\"" + std::string(1 << 20, 'x') + "\"}", {}};
    case Mood::redirect: return {307, "", {{"Location", redirect_to + request.path}}};
    case Mood::overloaded: return {503, "<html>come back later</html>", {}};
    case Mood::well:
    case Mood::slow: break;
  }
  try {
    return handler_(request);
  } catch (const std::exception&) {
    return {400, "this is not what a client sends", {}};
  }
}

}  // namespace fakes
