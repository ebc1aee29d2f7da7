// coffer resource delete
#include <algorithm>

#include "tools/command/fail.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"
#include "tools/products/dataos/resource_words.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kReasonBytesMax = 1024;  // What the audit log takes.
constexpr int kTries = 8;

void shorten(std::string& reason) {
  constexpr std::string_view kMore = " ...";
  if (reason.size() <= kReasonBytesMax) return;
  std::size_t size = kReasonBytesMax - kMore.size();
  while (size > 0 && (reason[size] & 0xC0) == 0x80) --size;  // No letter is cut in two.
  reason.resize(size);
  reason += kMore;
}

// What uses a secret goes before the secret itself.
void put_in_order(std::vector<ResourceName>& names) {
  std::stable_partition(names.begin(), names.end(), [](const ResourceName& name) {
    return name.type != kInstanceSecret && name.type != kWorkspaceSecret;
  });
}

Result<void> remove_all(Store& store, const std::vector<ResourceName>& names, bool forced) {
  COFFER_TRY(store.transaction([&](Transaction& txn) -> Result<void> {
    for (const ResourceName& name : names) COFFER_TRY(remove_resource(txn, name, forced));
    return {};
  }));
  return {};
}

// Who loses a secret by force stands in the record of its deletion. The record's reason is said
// before the transaction: if the users have changed by then, the question is put again.
Result<void> remove_by_force(Store& store, const std::vector<ResourceName>& names, Actor actor) {
  const auto users_in = [&names](const Transaction& txn) -> Result<std::string> {
    std::string users;
    for (const ResourceName& name : names) {
      const std::string of_one = COFFER_TRY(users_of(txn, name.path()));
      if (of_one.empty()) continue;
      users += (users.empty() ? "" : "; ") + name.path() + " is a dependency of " + of_one;
    }
    return users;
  };
  const std::string reason = actor.reason;
  for (int tries = 0; tries < kTries; ++tries) {
    std::string users;
    COFFER_TRY(store.transaction([&](Transaction& txn) -> Result<void> {
      users = COFFER_TRY(users_in(txn));
      return {};
    }));
    actor.reason = reason + (reason.empty() ? "" : "; ") +
                   "forced: " + (users.empty() ? "nobody uses it" : users);
    shorten(actor.reason);
    bool is_other = false;
    Store forcing = COFFER_TRY(store.as(actor));
    const Result<TransactionReport> report =
        forcing.transaction([&](Transaction& txn) -> Result<void> {
          is_other = COFFER_TRY(users_in(txn)) != users;
          if (is_other) return Error(ErrorCode::busy, "its users changed meanwhile");
          for (const ResourceName& name : names) COFFER_TRY(remove_resource(txn, name, true));
          return {};
        });
    if (report) return {};
    if (!is_other) return report.error();
  }
  return Error(ErrorCode::busy, "the users of the resource keep changing", "try again");
}

Result<void> tell(const Context& context, const std::vector<ResourceName>& names) {
  if (context.json()) {
    JsonText json;
    json.open('{').key("resources").open('[');
    for (const ResourceName& name : names) {
      json.open('{').key("name").string(name.name).key("type").string(name.type);
      json.key("workspace").string(name.workspace).key("path").string(name.path());
      json.key("outcome").string("deleted").close('}');
    }
    json.close(']').close('}');
    return json.write();
  }
  for (const ResourceName& name : names) {
    COFFER_TRY(write_line("deleting " + name.name + ":" +
                          (name.version.empty() ? "" : name.version + ":") + name.type +
                          "...deleted"));
  }
  return write_line("delete...complete");
}

VerbResult verb_resource_delete(Arguments& arguments, const VerbText& text) {
  ResourceWords words;
  bool forced = false;
  bool yes = false;
  Syntax syntax(arguments, text);
  words.describe(syntax);
  syntax.flag("--force", forced, "Delete it though others use it; the audit log names them");
  syntax.flag("-y,--yes", yes, "Do not ask");
  syntax.explain(
      "The values are destroyed when the command returns, and nothing brings them back; `resource "
      "get --show-deleted` still lists the resources. Either all named resources go, or none.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  context.set_purpose(Purpose::use);
  std::vector<ResourceName> names = COFFER_TRY(words.named());
  put_in_order(names);
  COFFER_TRY(confirm(
      "Delete " +
          (names.size() == 1 ? names.front().path() : std::to_string(names.size()) + " resources") +
          " for good?",
      yes));
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(forced ? remove_by_force(store, names, COFFER_TRY(context.actor_for(store)))
                    : remove_all(store, names, false));
  COFFER_TRY(tell(context, names));
  return 0;
}

}  // namespace

extern constinit const Verb kResourceDeleteVerb{
    {"resource delete", "Destroys resources that nothing depends on.",
     "coffer resource delete -t instance-secret -n mydepot-r"},
    Section::products,
    verb_resource_delete};

}  // namespace coffer::tools
