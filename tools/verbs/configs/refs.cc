// coffer refs
#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

struct RefsWords {
  std::string first;
  std::optional<std::string> second, third;
  bool stale = false;
};

// `add REF USER` and `remove REF USER`. Errors: usage, and the store's.
Result<void> change_users(const Context& context, const RefsWords& words) {
  if (!words.second || !words.third) {
    return Error(ErrorCode::usage, "takes a secret and the name of its user",
                 "a secret of that name is written coffer://add or coffer://remove")
        .about(Subject::Kind::name, words.first);
  }
  const Target target = COFFER_TRY(parse_versioned(*words.second));
  Store store = COFFER_TRY(context.open());
  return about_secret(words.first == "add"
                          ? store.add_reference(target.path, target.version, *words.third)
                          : store.remove_reference(target.path, target.version, *words.third),
                      target.path);
}

struct Found {
  ReferenceInfo reference;
  std::uint64_t current = 0;  // What is current; 0: nothing is.
};

bool is_stale(const Found& found) {
  return found.reference.version != 0 && found.reference.version != found.current;
}

// Configs name versions on purpose, and bump them themselves: only outside users fall behind.
Result<std::vector<Found>> find_stale(Store& store, const std::string& prefix) {
  std::vector<Found> stale;
  FindOptions options;
  options.recursive = true;
  options.state = ListState::all;
  std::vector<ListedSecret> secrets = COFFER_TRY(store.find(prefix, options));
  if (store.metadata(prefix)) secrets.emplace_back().path = prefix;
  for (const ListedSecret& secret : secrets) {
    const auto references = store.references_to(secret.path);
    if (!references && references.error().code() == ErrorCode::not_found) continue;
    if (!references) return references.error();
    if (references->empty()) continue;
    const History history = COFFER_TRY(store.history(secret.path));
    const bool is_gone = history.versions.empty() || history.versions.front().destroyed;
    for (const ReferenceInfo& reference : *references) {
      Found found{reference, is_gone ? 0 : history.current_version};
      if (reference.user_kind != "config" && is_stale(found)) stale.push_back(std::move(found));
    }
  }
  return stale;
}

Result<void> write_stale(const Context& context, const std::vector<Found>& stale) {
  JsonText json;
  json.open('{').key("references").open('[');
  Table table({"PATH", "VERSION", "CURRENT", "KIND", "USER"});
  for (const Found& found : stale) {
    const ReferenceInfo& reference = found.reference;
    json.open('{').key("path").string(reference.target);
    json.key("version").number(reference.version).key("current_version").number(found.current);
    json.key("user_kind").string(reference.user_kind).key("user").string(reference.user);
    json.close('}');
    table.row({reference.target, std::to_string(reference.version),
               found.current == 0 ? "gone" : std::to_string(found.current), reference.user_kind,
               reference.user});
  }
  json.close(']').close('}');
  return context.json() ? json.write() : table.write();
}

VerbResult verb_refs(Arguments& arguments, const VerbText& text) {
  RefsWords words;
  std::optional<std::string> first;
  Syntax syntax(arguments, text);
  syntax.optional_word("PATH", first, "The secret; or `add` or `remove`, then REF and USER");
  syntax.optional_word("REF", words.second, "After `add` or `remove`: the secret, or one version");
  syntax.optional_word("USER", words.third, "After `add` or `remove`: who uses it");
  syntax.flag("--stale", words.stale,
              "Users of a version that is no longer current, of all secrets below PATH");
  syntax.explain(
      "A user that was added with a version (coffer://PATH?version=N) is stale once there is a "
      "newer one.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  words.first = first.value_or("");
  if (words.stale && !words.second) {
    Store store = COFFER_TRY(context.open());
    COFFER_TRY(write_stale(context, COFFER_TRY(find_stale(store, words.first))));
    return 0;
  }
  if (!first) return Error(ErrorCode::usage, "is missing").about(Subject::Kind::name, "PATH");
  if (words.stale) {
    return Error(ErrorCode::usage, "goes with one PATH, or none")
        .about(Subject::Kind::name, "--stale");
  }
  if (words.first == "add" || words.first == "remove") {
    COFFER_TRY(change_users(context, words));
    return 0;
  }
  if (words.second)
    return Error(ErrorCode::usage, "there is one argument too many", "see: coffer help refs");
  const Target target = COFFER_TRY(parse_versioned(words.first));
  Store store = COFFER_TRY(context.open());
  std::vector<ReferenceInfo> references =
      COFFER_TRY(about_secret(store.references_to(target.path), target.path));
  if (target.version != 0) {
    std::erase_if(references, [&target](const ReferenceInfo& reference) {
      return reference.version != 0 && reference.version != target.version;
    });
  }
  if (context.json()) {
    JsonText json;
    json.open('{').key("references").open('[');
    for (const ReferenceInfo& reference : references) {
      json.open('{').key("path").string(reference.target);
      json.key("version").number(reference.version);
      json.key("user_kind").string(reference.user_kind);
      json.key("user").string(reference.user).close('}');
    }
    json.close(']').close('}');
    COFFER_TRY(json.write());
    return 0;
  }
  Table table({"PATH", "VERSION", "KIND", "USER"});
  for (const ReferenceInfo& reference : references) {
    table.row({reference.target,
               reference.version == 0 ? "current" : std::to_string(reference.version),
               reference.user_kind, reference.user});
  }
  COFFER_TRY(table.write());
  return 0;
}

}  // namespace

extern constinit const Verb kRefsVerb{{"refs",
                                       "Lists what uses a secret.\n`refs add REF USER` records an "
                                       "outside user, `refs remove REF USER` removes the record.",
                                       "coffer refs add ingestion/my-job nightly-report"},
                                      Section::secrets,
                                      verb_refs};

}  // namespace coffer::tools
