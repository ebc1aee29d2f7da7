#include "tools/exchange/forms.h"

#include <set>

#include "text/json_writer.h"
#include "tools/exchange/dotenv/dotenv.h"
#include "tools/exchange/input_document.h"
#include "tools/exchange/yaml/yaml.h"

namespace coffer::tools {
namespace {

// The variables of a dotenv file become the fields of one secret.
Result<std::vector<SecretImage>> read_dotenv_secret(const SecretBytes& text,
                                                    const ImportNames& names) {
  if (names.prefix.empty()) {
    return Error(ErrorCode::usage,
                 "a dotenv file becomes the fields of one secret, but no secret is named",
                 "name it: --prefix PATH")
        .about(Subject::Kind::file, names.source);
  }
  const std::vector<Variable> variables = COFFER_TRY(read_dotenv(text.text(), names.source));
  json::Writer object;
  object.open('{');
  for (const Variable& variable : variables)
    object.key(variable.name).string(variable.value.text());
  object.close('}');
  std::vector<SecretImage> secrets(1);
  secrets.front().path = names.prefix;
  Value value = COFFER_TRY(Value::json(object.take()));
  secrets.front().versions.push_back({{}, std::move(value)});
  return secrets;
}

Result<std::vector<SecretImage>> read_yaml(const SecretBytes& text, const ImportNames& names) {
  SecretBytes json = COFFER_TRY(json_from_yaml(text.text(), names.source));
  const json::Document document = COFFER_TRY(parse_input(json.clone(), names.source));
  if (document.find(0, "format") != json::kNoNode) return read_own_json(std::move(json), names);
  return read_field_map(std::move(json), names);
}

Result<std::vector<SecretImage>> read_form(Form form, SecretBytes text, const ImportNames& names) {
  switch (form) {
    case Form::json: return read_own_json(std::move(text), names);
    case Form::dotenv: return read_dotenv_secret(text, names);
    case Form::yaml: return read_yaml(text, names);
    case Form::vault: return read_vault(std::move(text), names);
    case Form::vault_entries: return read_vault_entries(std::move(text), names);
    case Form::vault_json: return read_vault_json(std::move(text), names);
    case Form::csv: return read_table(std::move(text), names);
  }
  return Error(ErrorCode::failed, "an unknown form");
}

}  // namespace

Result<Form> parse_form(std::string_view text) {
  constexpr std::pair<std::string_view, Form> kForms[] = {
      {"json", Form::json},
      {"dotenv", Form::dotenv},
      {"yaml", Form::yaml},
      {"vault", Form::vault},
      {"vault-entries", Form::vault_entries},
      {"vault-json", Form::vault_json},
      {"csv", Form::csv},
  };
  for (const auto& [name, form] : kForms)
    if (text == name) return form;
  return Error(ErrorCode::usage,
               "takes json, yaml, dotenv, vault, vault-entries, vault-json or csv")
      .about(Subject::Kind::name, "--as");
}

bool is_whole(Form form) { return form == Form::json || form == Form::yaml; }

Result<void> ExportWriter::add(SecretBytes&, const ConfigImage& config) {
  return Error(ErrorCode::usage, "this form cannot hold a config", "use --as json")
      .about(Subject::Kind::name, config.config.id);
}

Result<void> ExportWriter::add(SecretBytes&, const RestoredReference& reference) {
  return Error(ErrorCode::usage, "this form cannot hold the users of a secret", "use --as json")
      .about(Subject::Kind::path, reference.path);
}

std::unique_ptr<ExportWriter> make_export_writer(Form form, ExportOptions options) {
  switch (form) {
    case Form::json:
      return make_own_writer(options.now_ms, options.history, std::move(options.store));
    case Form::yaml: return make_yaml_writer(options.now_ms, options.history);
    case Form::vault: return make_vault_writer();
    case Form::dotenv: return make_dotenv_writer(options.dotenv);
    case Form::vault_entries: return make_vault_entries_writer();
    case Form::vault_json: return make_vault_json_writer();
    case Form::csv: return make_table_writer();
  }
  return nullptr;
}

Result<std::vector<SecretImage>> read_import(Form form, SecretBytes text,
                                             const ImportNames& names) {
  std::vector<SecretImage> secrets = COFFER_TRY(read_form(form, std::move(text), names));
  std::set<std::string_view> paths;
  for (const SecretImage& secret : secrets) {
    if (!paths.insert(secret.path).second) {
      return Error(ErrorCode::usage, "is in the document twice", "remove one of the two")
          .about(Subject::Kind::path, secret.path);
    }
  }
  return secrets;
}

}  // namespace coffer::tools
