// coffer resource apply | create | update: manifests, as DataOS' users write them
#include <coffer/configs.h>

#include <array>

#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/exchange/yaml/yaml.h"
#include "tools/products/dataos/resource_words.h"

namespace coffer::tools {
namespace {

struct ApplyWords {
  ManifestWords manifests;
  bool lint = false;
  bool de_ref = false;
};

void describe_words(Syntax& syntax, ApplyWords& words) {
  syntax.repeated("-f,--manifest", words.manifests.files, "FILE",
                  "A manifest, or a folder of them; `-` is standard input");
  syntax.option("-w,--workspace", words.manifests.workspace, "NAME",
                "For what belongs to a workspace; `public` where none is named");
  syntax.flag("-R,--recursive", words.manifests.recursive, "With a folder: and those below it");
  syntax.flag("-l,--lint", words.lint, "Check everything, and write nothing");
  syntax.flag("-d,--de-ref", words.de_ref,
              "Show the manifest with its files found, and no value; write nothing");
  syntax.flag("--disable-interpolation", words.manifests.as_it_is,
              "Take $ and ${ as they are: no variable of the environment is filled in");
  syntax.explain(
      "All documents of one call are one transaction: an error names document and line, and "
      "changes nothing. $NAME and ${NAME} in a text are variables of the environment; a variable "
      "that is not set is refused, $$ is a dollar sign. `files` are read now, from the manifest's "
      "folder. A resource that uses secrets (depot, service, worker, workflow, cluster ...) is "
      "registered with them. Secrets are at instance-secret/NAME and secret/WORKSPACE/NAME: coffer "
      "run --only and the others read them there. A resource that does not differ from the "
      "manifest is reported as `unchanged`, and not written.");
}

// A secret first, for what uses it may stand before it.
std::vector<std::size_t> order_of(const std::vector<Resource>& resources) {
  std::vector<std::size_t> order;
  for (const bool is_secret : {true, false}) {
    for (std::size_t i = 0; i < resources.size(); ++i) {
      if (resources[i].secret.has_value() == is_secret) order.push_back(i);
    }
  }
  return order;
}

Result<std::vector<ResourceOutcome>> carry_out(Store& store, const std::vector<Resource>& resources,
                                               ApplyMode mode, const std::string& user,
                                               bool dry_run) {
  std::vector<ResourceOutcome> outcomes(resources.size());
  bool whole = false;
  const Result<TransactionReport> report = store.transaction([&](Transaction& txn) -> Result<void> {
    whole = false;
    for (const std::size_t i : order_of(resources))
      outcomes[i] = COFFER_TRY(apply_resource(txn, resources[i], mode, user));
    whole = true;
    // An error takes everything back.
    if (dry_run) return Error(ErrorCode::declined, "a dry run writes nothing");
    return {};
  });
  if (!report && !(whole && dry_run)) return report.error();
  return outcomes;
}

struct Spelling {
  const char* verb;
  const char* doing;
};
Spelling spelling_of(ApplyMode mode) {
  if (mode == ApplyMode::create) return {"create", "creating "};
  if (mode == ApplyMode::update) return {"update", "updating "};
  return {"apply", "applying "};
}

const char* word_for(ResourceOutcome outcome) {
  if (outcome == ResourceOutcome::created) return "created";
  return outcome == ResourceOutcome::updated ? "updated" : "unchanged";
}

Result<void> tell(const Context& context, const std::vector<Resource>& resources,
                  const std::vector<ResourceOutcome>& outcomes, ApplyMode mode, bool lint) {
  if (context.json()) {
    JsonText json;
    json.open('{').key("dry_run").boolean(lint).key("resources").open('[');
    for (std::size_t i = 0; i < resources.size(); ++i) {
      json.open('{').key("name").string(resources[i].name);
      json.key("version").string(resources[i].version).key("type").string(resources[i].type);
      json.key("workspace").string(resources[i].workspace);
      json.key("path").string(resources[i].path());
      json.key("outcome").string(word_for(outcomes[i])).close('}');
    }
    json.close(']').close('}');
    return json.write();
  }
  const Spelling words = spelling_of(mode);
  for (std::size_t i = 0; i < resources.size(); ++i) {
    COFFER_TRY(write_line((lint ? "linting " : words.doing) + resources[i].id() + "..." +
                          (lint ? "valid" : word_for(outcomes[i]))));
  }
  return write_line(std::string(lint ? "lint" : words.verb) + "...complete");
}

void append_strings(JsonText& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).strings(texts);
}

void append_body(JsonText& json, const Resource& resource) {
  json.key(resource.type).open('{').key("type").string(resource.secret->kind);
  if (!resource.secret->acl.empty()) json.key("acl").string(resource.secret->acl);
  bool any_file = false;
  json.key("data").open('{');
  for (const SecretBody::Member& member : resource.secret->members) {
    any_file = any_file || !member.file.empty();
    if (member.file.empty()) json.key(member.name).string(kSecretMask);
  }
  json.close('}');
  if (any_file) json.key("files").open('{');
  for (const SecretBody::Member& member : resource.secret->members) {
    if (!member.file.empty()) json.key(member.name).string(member.file);
  }
  if (any_file) json.close('}');
  json.close('}');
}

void append_uses(JsonText& json, const Resource& resource) {
  json.key("secrets").open('[');
  for (const SecretUse& use : resource.uses) {
    json.open('{').key("path").string(use.path());
    append_strings(json, "keys", use.keys);
    json.key("allKeys").boolean(use.all_keys);
    json.key("consumptionType").string(use.consumption).close('}');
  }
  json.close(']');
}

// The manifest as it was understood; a mask for every value, in whichever block it stood.
void append_masked(JsonText& json, const Resource& resource) {
  json.open('{').key("name").string(resource.name).key("version").string(resource.version);
  json.key("type").string(resource.type);
  if (!resource.workspace.empty()) json.key("workspace").string(resource.workspace);
  append_strings(json, "tags", resource.tags);
  json.key("description").string(resource.description).key("layer").string(resource.layer);
  if (resource.secret) {
    append_body(json, resource);
  } else {
    append_uses(json, resource);
  }
  json.close('}');
}

Result<void> show(const Context& context, const std::vector<Resource>& resources) {
  JsonText json;
  if (context.json()) {
    json.open('{').key("resources").open('[');
    for (const Resource& resource : resources) append_masked(json, resource);
    json.close(']').close('}');
    return json.write();
  }
  SecretBytes out;
  for (const Resource& resource : resources) {
    JsonText one;
    append_masked(one, resource);
    out.append("---\n");
    append_yaml(out, COFFER_TRY(json::Document::parse(one.text())));
  }
  return write_stdout(out.bytes());
}

VerbResult apply(Arguments& arguments, const VerbText& text, ApplyMode mode) {
  ApplyWords words;
  Syntax syntax(arguments, text);
  describe_words(syntax, words);
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  context.set_purpose(Purpose::use);
  if (words.lint && words.de_ref)
    return Error(ErrorCode::usage, "--lint and --de-ref do not go together");
  const std::vector<Resource> resources = COFFER_TRY(read_manifests(words.manifests));
  if (words.de_ref) {
    COFFER_TRY(show(context, resources));
    return 0;
  }
  Store store = COFFER_TRY(context.open());
  const auto outcomes =
      COFFER_TRY(carry_out(store, resources, mode, applying_user(context), words.lint));
  COFFER_TRY(tell(context, resources, outcomes, mode, words.lint));
  return 0;
}

VerbResult verb_resource_apply(Arguments& arguments, const VerbText& text) {
  return apply(arguments, text, ApplyMode::apply);
}
VerbResult verb_resource_create(Arguments& arguments, const VerbText& text) {
  return apply(arguments, text, ApplyMode::create);
}
VerbResult verb_resource_update(Arguments& arguments, const VerbText& text) {
  return apply(arguments, text, ApplyMode::update);
}

}  // namespace

extern constinit const Verb kResourceApplyVerb{
    {"resource apply",
     "Brings secrets, and what uses them, to the state that a YAML manifest describes.",
     "coffer resource apply -f mydepot-r.yaml"},
    Section::products,
    verb_resource_apply,
    "Secrets in the form of DataOS' manifests"};

extern constinit const Verb kResourceCreateVerb{
    {"resource create", "Applies a manifest whose resources must not exist yet.",
     "coffer resource create -f secrets/ -R --workspace public"},
    Section::products,
    verb_resource_create};

extern constinit const Verb kResourceUpdateVerb{
    {"resource update", "Applies a manifest whose resources must exist.",
     "coffer resource update -f mydepot-r.yaml --lint"},
    Section::products,
    verb_resource_update};

}  // namespace coffer::tools
