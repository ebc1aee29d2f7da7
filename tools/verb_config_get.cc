// coffer config get | list | delete | hydrate
#include "format/time_text.h"
#include "tools/context.h"
#include "tools/input.h"
#include "tools/output.h"
#include "tools/prompt.h"
#include "tools/verbs.h"

namespace coffer::tools {

VerbResult verb_config_get(Arguments& arguments, const VerbText& text) {
  std::string id;
  bool partial = false;
  bool masked = false;
  bool reveal = false;
  Syntax syntax(arguments, text);
  syntax.word("ID", id, "The config's name");
  syntax.flag("--partial", partial, "With coordinates in place of the secrets");
  syntax.flag("--masked", masked, "With a mask in place of the secrets (the default)");
  syntax.flag("--reveal", reveal, "With the secrets");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (int(partial) + int(masked) + int(reveal) > 1) {
    return Error(ErrorCode::usage, "--partial, --masked and --reveal exclude one another");
  }
  const ConfigForm form = partial  ? ConfigForm::partial
                          : reveal ? ConfigForm::revealed
                                   : ConfigForm::masked;
  Store store = COFFER_TRY(context.open());
  const ConfigDocument config = COFFER_TRY(store.configs().get(id, form));
  COFFER_TRY(write_value(config.document.bytes()));
  return 0;
}

VerbResult verb_config_list(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const std::vector<ConfigSummary> configs = COFFER_TRY(store.configs().list());
  if (context.json()) {
    JsonText json;
    json.open('{').key("configs").open('[');
    for (const ConfigSummary& config : configs) {
      json.open('{').key("id").string(config.id).key("revision").number(config.revision);
      json.key("updated_time").time(config.updated_at_ms);
      json.key("secrets").number(config.secret_count).close('}');
    }
    json.close(']').close('}');
    COFFER_TRY(json.write());
    return 0;
  }
  Table table({"ID", "REVISION", "UPDATED", "SECRETS"});
  for (const ConfigSummary& config : configs) {
    table.row({config.id, std::to_string(config.revision), format::print_time(config.updated_at_ms),
               std::to_string(config.secret_count)});
  }
  COFFER_TRY(table.write());
  return 0;
}

VerbResult verb_config_delete(Arguments& arguments, const VerbText& text) {
  std::string id;
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.word("ID", id, "The config's name");
  syntax.flag("-y,--yes", yes, "Do not ask");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(confirm("Delete the config " + id + " and destroy what only it refers to?", yes));
  const std::vector<std::string> destroyed = COFFER_TRY(store.configs().remove(id));
  if (context.json()) {
    JsonText json;
    json.open('{').key("id").string(id).key("destroyed").open('[');
    for (const std::string& coordinate : destroyed) json.string(coordinate);
    json.close(']').close('}');
    COFFER_TRY(json.write());
  }
  return 0;
}

VerbResult verb_config_hydrate(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> file;
  std::optional<std::string> id;
  std::optional<std::string> spec_name;
  Syntax syntax(arguments, text);
  syntax.optional_word("FILE", file, "The partial document; standard input where none is named");
  syntax.option("--id", id, "ID", "Only at the places that this config's spec declares");
  syntax.option("--spec", spec_name, "FILE", "Only at the places that this spec declares");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (id && spec_name) return Error(ErrorCode::usage, "--id and --spec exclude one another");
  SecretBytes spec;
  if (spec_name) spec = COFFER_TRY(read_input(*spec_name));
  const SecretBytes partial = COFFER_TRY(read_input(file.value_or("-")));
  Store store = COFFER_TRY(context.open());
  Configs configs = store.configs();
  const SecretBytes full =
      COFFER_TRY(id          ? configs.hydrate_for(*id, partial.text())
                 : spec_name ? configs.hydrate_with(spec.text(), partial.text())
                             : configs.hydrate(partial.text()));
  COFFER_TRY(write_value(full.bytes()));
  return 0;
}

}  // namespace coffer::tools
