#include "records/notes.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "format/limits.h"
#include "text/utf8.h"

namespace coffer::records {

bool is_refusal(ErrorCode code) {
  switch (code) {
    case ErrorCode::failed:  // For example: the clock is behind.
    case ErrorCode::usage:
    case ErrorCode::not_found:
    case ErrorCode::deleted:
    case ErrorCode::expired:
    case ErrorCode::destroyed:
    case ErrorCode::conflict:
    case ErrorCode::in_use:
    case ErrorCode::limit:
    case ErrorCode::denied: return true;
    default: return false;
  }
}

std::string recordable(std::string_view name) {
  if (name.size() > format::kPathBytesMax || !utf8::is_valid(name) ||
      utf8::has_control_character(name))
    return {};
  return std::string(name);
}

bool is_below(std::string_view name, std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.empty()) return true;
  return name.starts_with(prefix) && (name.size() == prefix.size() || name[prefix.size()] == '/');
}

std::vector<Noted> Notes::take() {
  std::vector<Noted> all = std::exchange(done_, {});
  std::move(refused_.begin(), refused_.end(), std::back_inserter(all));
  refused_.clear();
  return all;
}

std::vector<Noted> Notes::take_refused() { return std::exchange(refused_, {}); }

std::vector<Noted> Notes::refused_by(const Error& error, const Intent* intent) const {
  std::vector<Noted> items;
  const auto code = static_cast<std::uint32_t>(error.code());
  const bool is_refused = is_refusal(error.code());
  if (is_refused && intent != nullptr)
    items.push_back({intent->action, recordable(intent->name), intent->version, code});
  items.insert(items.end(), refused_.begin(), refused_.end());
  if (is_refused && trying_)
    items.push_back({trying_->action, trying_->path, trying_->version, code});
  return items;
}

std::vector<Noted> Notes::reads() const {
  std::vector<Noted> items;
  std::copy_if(done_.begin(), done_.end(), std::back_inserter(items),
               [](const Noted& each) { return each.action == format::Action::read; });
  return items;
}

}  // namespace coffer::records
