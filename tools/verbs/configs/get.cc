// coffer config get | list | delete | hydrate
#include <unistd.h>

#include <set>
#include <utility>

#include "format/names.h"
#include "text/json.h"
#include "text/time_text.h"
#include "tools/command/consent/consent.h"
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/receipts.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"
#include "tools/verbs/configs/config_documents.h"
#include "tools/verbs/configs/config_words.h"
#include "tools/verbs/configs/external_secrets.h"

namespace coffer::tools {
namespace {

void add_coordinates(const json::Document& document, json::NodeId node,
                     std::set<std::string>& bases) {
  const json::NodeId named =
      document.type(node) == json::Type::object ? document.find(node, "_secret") : json::kNoNode;
  if (named != json::kNoNode && document.type(named) == json::Type::string) {
    if (const auto parsed = format::parse_coordinate(document.string(named)))
      bases.insert(parsed->base);
  }
  const bool inner =
      document.type(node) == json::Type::object || document.type(node) == json::Type::array;
  for (json::NodeId child = inner ? document.first_child(node) : json::kNoNode;
       child != json::kNoNode; child = document.next_sibling(child))
    add_coordinates(document, child, bases);
}

// On a terminal a person sees the values: that is what `reveal` is asked for.
Result<void> check_seen(Store& store, const std::optional<std::string>& id,
                        std::string_view partial) {
  if (isatty(STDOUT_FILENO) == 0 || !COFFER_TRY(store.policies().in_force())) return {};
  if (id) {
    const auto seen = store.configs().get(*id, ConfigForm::revealed);
    if (!seen && seen.error().code() == ErrorCode::denied) return seen.error();
    return {};
  }
  std::set<std::string> bases;
  add_coordinates(COFFER_TRY(json::Document::parse(partial)), 0, bases);
  COFFER_TRY(store.transaction([&](Transaction& txn) -> Result<void> {
    for (const std::string& base : bases) COFFER_TRY(txn.require(UseCase::reveal, base));
    return {};
  }));
  return {};
}

VerbResult verb_config_get(Arguments& arguments, const VerbText& text) {
  std::string id;
  bool partial = false, masked = false, coordinates = false, reveal = false;
  std::optional<std::string> external;
  Syntax syntax(arguments, text);
  syntax.word("ID", id, "The config's name");
  syntax.flag("--partial", partial, "With coordinates in place of the secrets");
  syntax.flag("--masked", masked, "With a mask in place of the secrets (the default)");
  syntax.flag("--coordinates", coordinates,
              "As --masked, but showing the coordinates of secrets in this store");
  syntax.flag("--reveal", reveal, "With the secrets");
  syntax.option("--external", external, "FILE",
                "With --reveal: a JSON object with the values of secrets kept elsewhere");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (int(partial) + int(masked) + int(coordinates) + int(reveal) > 1) {
    return Error(ErrorCode::usage,
                 "--partial, --masked, --coordinates and --reveal exclude one another");
  }
  if (external && !reveal) return Error(ErrorCode::usage, "--external goes with --reveal");
  const ConfigForm form = partial       ? ConfigForm::partial
                          : coordinates ? ConfigForm::coordinates
                          : reveal      ? ConfigForm::revealed
                                        : ConfigForm::masked;
  ConfigResolver resolver;
  if (external) resolver = COFFER_TRY(external_secrets(*external));
  Store store = COFFER_TRY(context.open());
  const ConfigDocument config =
      COFFER_TRY(store.configs().with_resolver(std::move(resolver)).get(id, form));
  for (const std::string& pointer : config.hidden)
    warn(printable(pointer) + " equals a secret of this config: masked here, but stored in plain");
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
    table.row({config.id, std::to_string(config.revision), text::print_time(config.updated_at_ms),
               std::to_string(config.secret_count)});
  }
  COFFER_TRY(table.write());
  return 0;
}

// A missing config needs no question. A caller who may not look is asked all the same.
Result<void> check_there(Store& store, const std::string& id) {
  if (!can_ask()) return {};
  const auto found = store.configs().get(id, ConfigForm::partial);
  if (!found.ok() && found.error().code() == ErrorCode::not_found) return found.error();
  return {};
}

VerbResult verb_config_delete(Arguments& arguments, const VerbText& text) {
  std::string id;
  Consent consent;
  bool receipt_wanted = false;
  Syntax syntax(arguments, text);
  syntax.word("ID", id, "The config's name");
  syntax.flag("--receipt", receipt_wanted, kReceiptHelp);
  consent.describe(syntax);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  COFFER_TRY(consent.check(id));
  Receipts receipts;
  Store store = COFFER_TRY(context.open(receipts.sink()));
  COFFER_TRY(check_there(store, id));
  COFFER_TRY(consent.ask("Delete the config " + id + " and destroy what only it refers to?", id));
  const std::vector<std::string> destroyed = COFFER_TRY(store.configs().remove(id));
  if (receipt_wanted) {
    COFFER_TRY(receipts.write());
  } else if (context.json()) {
    JsonText json;
    json.open('{').key("id").string(id).key("destroyed").strings(destroyed).close('}');
    COFFER_TRY(json.write());
  }
  return 0;
}

VerbResult verb_config_hydrate(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> file, id, spec_name, external, compat;
  Syntax syntax(arguments, text);
  syntax.optional_word("FILE", file, "The partial document; standard input where none is named");
  syntax.option("--id", id, "ID", "Only at the places that this config's spec declares");
  syntax.option("--spec", spec_name, "FILE", "Only at the places that this spec declares");
  syntax.option("--external", external, "FILE",
                "A JSON object with the values of secrets kept elsewhere");
  syntax.option("--compat", compat, "airbyte",
                "JSON strings for all values; ids beside a coordinate are taken");
  syntax.explain(
      "Under a policy it needs `use` of the config, or without --id of each secret; and `reveal` "
      "where the output\nis a terminal.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (id && spec_name) return Error(ErrorCode::usage, "--id and --spec exclude each other");
  if (id && compat)
    return Error(ErrorCode::usage, "--compat does not go with --id: the stored config decides it");
  ConfigHydrateOptions options;
  if (compat) options.compat_airbyte = COFFER_TRY(is_airbyte(*compat));
  ConfigDocuments documents;
  SecretBytes spec;
  if (spec_name) spec = COFFER_TRY(documents.read("spec", *spec_name));
  ConfigResolver resolver;
  if (external) resolver = COFFER_TRY(external_secrets(*external));
  const SecretBytes partial = COFFER_TRY(documents.read("document", file.value_or("-")));
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(check_seen(store, id, partial.text()));
  Configs configs = store.configs().with_resolver(std::move(resolver));
  const auto full = id          ? configs.hydrate_for(*id, partial.text())
                    : spec_name ? configs.hydrate_with(spec.text(), partial.text(), options)
                                : configs.hydrate(partial.text(), options);
  if (!full.ok()) return documents.explain(full.error());
  COFFER_TRY(write_value(full->bytes()));
  return 0;
}

}  // namespace

extern constinit const Verb kConfigGetVerb{
    {"config get", "Writes a stored config, with its secrets masked unless --reveal is given.",
     "coffer config get source-1 --reveal"},
    Section::configs,
    verb_config_get};

extern constinit const Verb kConfigListVerb{
    {"config list", "Lists the stored configs.", "coffer config list"},
    Section::configs,
    verb_config_list};

extern constinit const Verb kConfigDeleteVerb{
    {"config delete", "Drops a config and destroys the secrets that only it referred to.",
     "coffer config delete source-1"},
    Section::configs,
    verb_config_delete};

extern constinit const Verb kConfigHydrateVerb{
    {"config hydrate", "Puts the values back into a partial config document.",
     "coffer config hydrate partial.json --id source-1"},
    Section::configs,
    verb_config_hydrate};

}  // namespace coffer::tools
