#include "tools/verbs/configs/external_secrets.h"

#include <memory>
#include <utility>

#include "text/json.h"
#include "tools/command/streams/input.h"
#include "tools/verbs/configs/config_documents.h"

namespace coffer::tools {

Result<ConfigResolver> external_secrets(std::string_view file) {
  const SecretBytes text = COFFER_TRY(read_input(file));
  auto parsed = json::Document::parse(text.text());
  if (!parsed.ok()) return no_json(std::move(parsed).error(), file, text.text());
  if (parsed->type(0) != json::Type::object) {
    return Error(ErrorCode::usage, "does not hold a JSON object of names and values",
                 "write {\"NAME\": VALUE, ...}, a NAME as it stands behind secret_coordinate::")
        .about(Subject::Kind::file, file);
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
