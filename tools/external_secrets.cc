#include "tools/external_secrets.h"

#include <memory>
#include <utility>

#include "format/json.h"
#include "tools/input.h"

namespace coffer::tools {

Result<ConfigResolver> external_secrets(std::string_view file) {
  auto parsed = json::Document::parse(COFFER_TRY(read_input(file)));
  if (!parsed.ok()) return std::move(parsed).error().about(Subject::Kind::name, "--external");
  if (parsed->type(0) != json::Type::object) {
    return Error(ErrorCode::usage, "holds no JSON object of names and values")
        .about(Subject::Kind::name, "--external");
  }
  const auto values = std::make_shared<const json::Document>(std::move(*parsed));
  return ConfigResolver([values](std::string_view name) -> Result<SecretBytes> {
    const json::NodeId found = values->find(0, name);
    if (found == json::kNoNode) {
      return Error(ErrorCode::not_found, "the file of external secrets has no such name",
                   "add the name and its value to the file of --external");
    }
    return SecretBytes::copy_of(values->raw(found));
  });
}

}  // namespace coffer::tools
