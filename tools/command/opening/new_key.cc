#include "tools/command/opening/new_key.h"

#include "tools/command/fail.h"

namespace coffer::tools {

void NewKeys::show_for(KeySource& source) {
  source.print_by([this](const std::vector<SecretBytes>& texts) { return show(texts); });
}

Result<void> NewKeys::show(const std::vector<SecretBytes>& texts) {
  note(texts.size() == 1 ? "keep this recovery key on paper: it is not shown again"
                         : "give these shares to different people: they are not shown again");
  auto& kept = kept_.emplace_back();
  for (const SecretBytes& text : texts) {
    if (json_) {
      kept.push_back(text.clone());
      continue;
    }
    SecretBytes line = text.clone();
    line.push_back('\n');
    COFFER_TRY(write_stdout(line.bytes()));
  }
  return {};
}

void NewKeys::append_to(JsonText& json) const {
  if (kept_.empty()) return;
  json.key("printed_keys").open('[');
  for (const auto& texts : kept_) {
    json.open('[');
    for (const SecretBytes& text : texts) json.string(text.text());
    json.close(']');
  }
  json.close(']');
}

}  // namespace coffer::tools
