#include <coffer/error.h>
#include <coffer/result.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/check.h"

namespace coffer {

std::string_view code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::failed: return "failed";
    case ErrorCode::usage: return "usage";
    case ErrorCode::declined: return "declined";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::deleted: return "deleted";
    case ErrorCode::expired: return "expired";
    case ErrorCode::destroyed: return "destroyed";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::in_use: return "in_use";
    case ErrorCode::limit: return "limit";
    case ErrorCode::wrong_key: return "wrong_key";
    case ErrorCode::key_unavailable: return "key_unavailable";
    case ErrorCode::corrupt: return "corrupt";
    case ErrorCode::rolled_back: return "rolled_back";
    case ErrorCode::denied: return "denied";
    case ErrorCode::busy: return "busy";
    case ErrorCode::io: return "io";
    case ErrorCode::no_store: return "no_store";
    case ErrorCode::too_new: return "too_new";
  }
  return "failed";
}

namespace {

// An empty pointer means the whole document. For an empty name the error's text says it all.
std::string lead_of(const Subject& subject) {
  if (!subject.text.empty()) return subject.text + ": ";
  return subject.kind == Subject::Kind::pointer ? "the whole document: " : "";
}

}  // namespace

std::string describe(const Error& error) {
  std::string line;
  if (const Subject* subject = error.subject()) line += lead_of(*subject);
  line += error.text();
  if (error.number()) {
    const std::string number = std::to_string(*error.number());
    const bool is_bound = error.actual().has_value();
    line += is_bound ? " (" + std::to_string(*error.actual()) + ", at most " + number + ")"
                     : " (" + number + ")";
  }
  if (!error.users().empty()) line.append(": ").append(error.users());
  if (error.os_errno() != 0) {
    line += ": ";
    line += std::strerror(error.os_errno());
  }
  return line;
}

namespace detail {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "coffer: internal error: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

void result_misused() {
  check_failed("the result holds what was taken from it", __FILE__, __LINE__);
}

}  // namespace detail
}  // namespace coffer
