#include "tools/products/dataos/interpolation.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

#include "text/ascii.h"

namespace coffer::tools {
namespace {

bool begins_name(char c) { return ascii::is_letter(c) || c == '_'; }

bool is_in_name(char c) { return ascii::is_alphanumeric(c) || c == '_'; }

std::string_view name_in(std::string_view text) {
  if (text.empty() || !begins_name(text.front())) return {};
  const auto end = std::find_if_not(text.begin(), text.end(), is_in_name);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

Error malformed() {
  return {ErrorCode::usage, "`${` begins a variable here, but no name follows",
          "write ${NAME}; $$ is a dollar sign, and --disable-interpolation takes all as it is"};
}

Error unset() {
  return {ErrorCode::usage, "the variable that is named here is not set",
          "set it; $$ is a dollar sign, and --disable-interpolation takes all as it is"};
}

// How much of the text behind a dollar sign belongs to it.
Result<std::size_t> append_variable(SecretBytes& out, std::string_view behind) {
  if (behind.starts_with('$')) {
    out.push_back('$');
    return std::size_t{1};
  }
  const bool has_braces = behind.starts_with('{');
  const std::string_view name = name_in(behind.substr(has_braces ? 1 : 0));
  if (has_braces && (name.empty() || !behind.substr(1 + name.size()).starts_with('}')))
    return malformed();
  if (name.empty()) {
    out.push_back('$');
    return std::size_t{0};
  }
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return unset();
  if (!json::is_valid_utf8(value))
    return Error(ErrorCode::usage, "the variable that is named here does not hold UTF-8");
  out.append(std::string_view(value));
  return name.size() + (has_braces ? 2 : 0);
}

Result<void> append_filled(SecretBytes& out, std::string_view text) {
  SecretBytes filled;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    filled.append(text.substr(0, dollar));
    text.remove_prefix(dollar);
    if (text.empty()) break;
    text.remove_prefix(1);
    text.remove_prefix(COFFER_TRY(append_variable(filled, text)));
  }
  json::append_quoted(out, filled.text());
  return {};
}

class Filler {
 public:
  Filler(const json::Document& document, std::string_view place)
      : document_(document), place_(place) {}

  // As deep as a document may be, and no deeper.
  Result<void> append(SecretBytes& out, json::NodeId node) {
    switch (document_.type(node)) {
      case json::Type::string: {
        Result<void> done = append_filled(out, document_.string(node));
        if (done) return done;
        return std::move(done).error().about(
            Subject::Kind::pointer, std::string(place_) + "#" + json::print_pointer(pointer_));
      }
      case json::Type::object:
      case json::Type::array: return append_children(out, node);
      default: out.append(document_.raw(node)); return {};
    }
  }

 private:
  Result<void> append_children(SecretBytes& out, json::NodeId node) {
    const bool is_object = document_.type(node) == json::Type::object;
    out.push_back(is_object ? '{' : '[');
    std::size_t index = 0;
    for (json::NodeId child = document_.first_child(node); child != json::kNoNode;
         child = document_.next_sibling(child), ++index) {
      if (index != 0) out.push_back(',');
      if (is_object) {
        out.append(document_.raw_key(child));
        out.push_back(':');
      }
      pointer_.push_back(is_object ? std::string(document_.key(child)) : std::to_string(index));
      COFFER_TRY(append(out, child));
      pointer_.pop_back();
    }
    out.push_back(is_object ? '}' : ']');
    return {};
  }

  const json::Document& document_;
  std::string_view place_;
  json::Pointer pointer_;
};

}  // namespace

Result<SecretBytes> interpolated(const json::Document& document, std::string_view place) {
  SecretBytes out;
  COFFER_TRY(Filler(document, place).append(out, 0));
  return out;
}

}  // namespace coffer::tools
