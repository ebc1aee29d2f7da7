// --resource of run, env and inject: what an applied resource said that it uses, in the way it
// said.
#include <algorithm>

#include "tools/command/secret/target.h"
#include "tools/products/dataos/usage_record.h"
#include "tools/render/render.h"
#include "tools/workload/product_hooks.h"

namespace coffer::tools {
namespace {

// Pairs as one text of properties: a file of its own, or what goes by a secret's own name.
Result<void> add_properties(Bindings& bindings, const Secret& secret, const std::string& name,
                            const std::vector<std::string>& keys) {
  Bindings pairs;
  for (const std::string& key : keys)
    COFFER_TRY(add_field(pairs, secret, key, key, Use::variables));
  const SecretBytes text = COFFER_TRY(render_properties(pairs, {}));
  return bindings.add(name, text.text(), origin_of(secret, ""));
}

// A secret's name is no name of a variable where it has a hyphen or a dot: depot-r is DEPOT_R.
std::string as_variable(std::string_view name) {
  std::string variable(name);
  for (char& c : variable) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '-' || c == '.') c = '_';
  }
  return variable;
}

Result<void> add_used(Bindings& bindings, const Secret& secret, const UsedSecret& used, Use use) {
  const std::vector<std::string> names =
      COFFER_TRY(about_secret(secret.value.field_names(), secret.path));
  const std::string last = secret.path.substr(secret.path.rfind('/') + 1);
  // allKeys is false unless a manifest sets it: without keys and allKeys the use names nothing.
  if (used.keys.empty() && !used.all_keys) {
    return Error(ErrorCode::usage, "is used, but the manifest does not say which of its keys",
                 "write keys: [...] or allKeys: true in the manifest, and apply it again")
        .about(Subject::Kind::path, secret.path);
  }
  const std::vector<std::string>& keys = used.keys.empty() ? names : used.keys;
  if (used.consumption == "propFile")
    return add_properties(bindings, secret, last + ".properties", keys);
  for (const std::string& key : keys) {
    const bool is_blob = key == last && std::find(names.begin(), names.end(), key) == names.end();
    const std::string name =
        is_blob && use != Use::files ? as_variable(key) : name_for(use, secret, key);
    COFFER_TRY(is_blob ? add_properties(bindings, secret, name, names)
                       : add_field(bindings, secret, name, key, use));
  }
  return {};
}

// `word` is TYPE/[WORKSPACE/]NAME of a resource that was applied.
Result<void> add_resource(Bindings& bindings, const Snapshot& store, const std::string& word,
                          const WantedAs& wanted) {
  const std::string path = "resource/" + word;
  const Secret record = COFFER_TRY(about_secret(store.get(path), path));
  for (const UsedSecret& used : COFFER_TRY(UsageRecord::parse(record.value)).used) {
    if (used.consumption == kImagePull) continue;
    const bool wants_files = used.consumption != "envVars";
    if (wants_files && !wanted.with_files) {
      return Error(ErrorCode::usage, "wants a secret as a file",
                   "coffer run --files DIR gives it a place in memory")
          .about(Subject::Kind::path, path);
    }
    if (wants_files != (wanted.use == Use::files)) continue;
    const Secret secret = COFFER_TRY(about_secret(store.get(used.path), used.path));
    COFFER_TRY(add_used(bindings, secret, used, wanted.use));
  }
  return {};
}

}  // namespace

constinit const ProductSelection kProductSelection{
    .option = "--resource",
    .value = "TYPE/[WORKSPACE/]NAME",
    .help = "What this resource's manifest says that it uses, in the way it says",
    .files_variable = "DATAOS_SECRET_DIR",
    .add = add_resource,
    .is_record = is_usage_record};

}  // namespace coffer::tools
