#include "tools/verbs/configs/config_documents.h"

#include <algorithm>
#include <utility>

#include "tools/command/streams/input.h"
#include "tools/exchange/place.h"

namespace coffer::tools {
namespace {

bool is_about(const Error& error, Subject::Kind kind) {
  return error.subject() != nullptr && error.subject()->kind == kind;
}

}  // namespace

Result<SecretBytes> ConfigDocuments::read(std::string_view role, std::string_view name) {
  SecretBytes text = COFFER_TRY(read_input(name));
  given_.push_back(
      {std::string(role), std::string(name == "-" ? "standard input" : name), text.clone()});
  return text;
}

Error ConfigDocuments::explain(Error error) const {
  if (is_about(error, Subject::Kind::name)) {
    const auto found = std::find_if(given_.begin(), given_.end(), [&](const Given& each) {
      return each.role == error.subject()->text;
    });
    if (found != given_.end()) return no_json(std::move(error), found->name, found->text.text());
  }
  const bool helpless = error.code() == ErrorCode::usage && error.hint().empty();
  if (!helpless || !is_about(error, Subject::Kind::pointer)) return error;
  // A spec's own faults say so; all else is the document's.
  if (error.text().starts_with("spec"))
    return std::move(error).with_hint("correct the spec at this place, a JSON Pointer");
  return std::move(error).with_hint("correct the document at this place, a JSON Pointer");
}

Error no_json(Error error, std::string_view name, std::string_view text) {
  // A limit's number is the limit, not a place.
  if (error.code() != ErrorCode::usage || !error.number())
    return std::move(error).about(Subject::Kind::file, name);
  const Place place = place_of(text, static_cast<std::size_t>(*error.number()));
  const std::string where = std::string(name) + ", line " + std::to_string(place.line) +
                            ", column " + std::to_string(place.column) + ": " +
                            std::string(error.text());
  return Error(ErrorCode::usage, "so it is not JSON",
               "correct the file there; often a comma, a quote or a bracket is missing just before")
      .about(Subject::Kind::file, where);
}

}  // namespace coffer::tools
