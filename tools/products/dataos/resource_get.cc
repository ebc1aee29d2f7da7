// coffer resource get | log
#include <algorithm>

#include "text/ascii.h"
#include "text/time_text.h"
#include "tools/command/numbers.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/products/dataos/address.h"
#include "tools/products/dataos/resource_list.h"
#include "tools/products/dataos/resource_words.h"

namespace coffer::tools {
namespace {

struct GetWords {
  ResourceWords which;
  std::optional<std::string> owner, address;
  bool all = false;
  bool details = false;
  bool tags = false;
  bool refresh = false;
  bool deleted = false;
  bool unsanitize = false;

  bool names_one() const {
    return which.identifier || !which.manifests.files.empty() || (which.type && which.name);
  }
};

void describe_words(Syntax& syntax, GetWords& words) {
  words.which.describe(syntax);
  syntax.flag("-a,--all", words.all, "Of all owners, not only the caller's own");
  syntax.option("-o,--owner", words.owner, "USER", "Of this owner");
  syntax.option("--address", words.address, "dataos://DEPOT?acl=rw",
                "Only the paths of the depot's secrets that serve this address");
  syntax.flag("-d,--details", words.details, "Tell keys, users, times and what else is known");
  syntax.flag("--tags", words.tags, "Tell the tags");
  syntax.flag("--show-deleted", words.deleted, "And those that were deleted");
  syntax.flag("--refresh", words.refresh,
              "Accepted for scripts, without effect: nothing is ever stale");
  syntax.flag("--unSanitize", words.unsanitize, "Refused: this verb shows no value");
  syntax.explain(
      "STATUS is active, error (the resource has expired, or a secret that it uses is gone), "
      "deleted or unknown (a policy lets you list the resource, but not see what it uses). Without "
      "a name the verb lists the resources of the caller, unless -a or -o says otherwise.");
}

Result<void> write_address(const Context& context, const std::string& text) {
  Result<DataosAddress> address = parse_address(text);
  if (!address) return std::move(address).error().about(Subject::Kind::name, "--address");
  Store store = COFFER_TRY(context.open());
  const std::vector<std::string> paths = COFFER_TRY(resolve_address(store, *address));
  if (context.json()) {
    JsonText json;
    json.open('{').key("depot").string(address->depot).key("acl").string(address->acl);
    json.key("secrets").strings(paths).close('}');
    return json.write();
  }
  for (const std::string& path : paths) COFFER_TRY(write_line(path));
  return {};
}

bool is_named(const ListedResource& resource, const std::vector<ResourceName>& names) {
  return std::any_of(names.begin(), names.end(), [&resource](const ResourceName& name) {
    return name.path() == resource.name.path() &&
           (name.version.empty() || name.version == resource.name.version);
  });
}

Result<std::vector<ListedResource>> select(const Context& context, Store& store,
                                           const GetWords& words) {
  std::vector<ResourceName> names;
  if (words.names_one()) names = COFFER_TRY(words.which.named());
  const std::string owner = words.owner.value_or(applying_user(context));
  std::vector<ListedResource> all = COFFER_TRY(list_resources(store));
  std::erase_if(all, [&](const ListedResource& resource) {
    if (resource.status == "deleted" && !words.deleted) return true;
    if (!names.empty()) return !is_named(resource, names);
    if (words.which.type && resource.name.type != *words.which.type) return true;
    if (words.which.name && resource.name.name != *words.which.name) return true;
    if (words.which.manifests.workspace &&
        resource.name.workspace != *words.which.manifests.workspace)
      return true;
    return (words.owner || !words.all) && resource.metadata.owner != owner;
  });
  if (all.size() < names.size()) {
    return Error(ErrorCode::not_found, "there is no such resource",
                 "see what there is: coffer resource get -a --show-deleted")
        .about(Subject::Kind::path, names.front().path());
  }
  return all;
}

std::string custom(const Metadata& metadata, std::string_view key) {
  const auto found = metadata.custom.find(std::string(key));
  return found == metadata.custom.end() ? std::string() : found->second;
}

// As its manifest said it.
std::string type_of(const Metadata& metadata) {
  const std::string type = custom(metadata, kTypeEntry);
  return type.empty() ? metadata.kind : type;
}

Result<void> write_json(Store& store, const std::vector<ListedResource>& all, bool with_details) {
  JsonText json;
  json.open('{').key("resources").open('[');
  for (const ListedResource& each : all) {
    json.open('{').key("name").string(each.name.name).key("version").string(each.name.version);
    json.key("type").string(each.name.type).key("workspace").string(each.name.workspace);
    json.key("status").string(each.status).key("runtime").string("");
    json.key("owner").string(each.metadata.owner);
    json.key("tags").strings(each.metadata.tags);
    if (with_details) {
      const ResourceDetails details = COFFER_TRY(details_of(store, each));
      json.key("path").string(each.name.path()).key("kind").string(type_of(each.metadata));
      json.key("acl").string(custom(each.metadata, kAclEntry));
      json.key("layer").string(custom(each.metadata, kLayerEntry));
      json.key("description").string(each.metadata.description);
      json.key("created_time").time(each.metadata.created_at_ms);
      json.key("updated_time").time(each.metadata.updated_at_ms);
      json.key("secret_version").number(each.newest.version);
      json.key("keys").strings(details.keys);
      json.key("users").strings(details.users);
      json.key("secrets").strings(details.used);
    }
    json.close('}');
  }
  json.close(']').close('}');
  return json.write();
}

Result<void> write_details(Store& store, const ListedResource& each) {
  const ResourceDetails details = COFFER_TRY(details_of(store, each));
  Table table({"PROPERTY", "VALUE"});
  table.row({"path", each.name.path()});
  table.row({"version", each.name.version});
  table.row({"status", each.status});
  table.row({"owner", each.metadata.owner});
  table.row({"kind", type_of(each.metadata)});
  table.row({"acl", custom(each.metadata, kAclEntry)});
  table.row({"layer", custom(each.metadata, kLayerEntry)});
  table.row({"description", each.metadata.description});
  table.row({"tags", ascii::joined(each.metadata.tags)});
  table.row({"created", text::print_time(each.metadata.created_at_ms)});
  table.row({"updated", text::print_time(each.metadata.updated_at_ms)});
  table.row({"secret version", std::to_string(each.newest.version)});
  table.row({"keys", ascii::joined(details.keys)});
  table.row({"users", ascii::joined(details.users)});
  table.row({"secrets", ascii::joined(details.used)});
  return table.write();
}

Result<void> write_table(const std::vector<ListedResource>& all, bool with_tags) {
  std::vector<std::string> titles = {"NAME",   "VERSION", "TYPE", "WORKSPACE",
                                     "STATUS", "RUNTIME", "OWNER"};
  if (with_tags) titles.emplace_back("TAGS");
  Table table(std::move(titles));
  for (const ListedResource& each : all) {
    std::vector<std::string> cells = {each.name.name,      each.name.version, each.name.type,
                                      each.name.workspace, each.status,       "",
                                      each.metadata.owner};
    if (with_tags) cells.push_back(ascii::joined(each.metadata.tags));
    table.row(std::move(cells));
  }
  return table.write();
}

Result<void> write_log(const Context& context, const std::vector<AuditRecord>& records,
                       const std::string& path) {
  JsonText json;
  json.open('{').key("events").open('[');
  Table table({"TIME", "ACTION", "VERSION", "OUTCOME", "ACTOR", "REASON"});
  for (const AuditRecord& record : records) {
    const std::string outcome = record.allowed ? "allowed" : std::string(code_name(record.code));
    for (const AuditItem& item : record.items) {
      if (item.path != path) continue;
      json.open('{').key("time").time(record.at_ms).key("action").string(item.action);
      json.key("path").string(item.path).key("version").number(item.version);
      json.key("outcome").string(outcome).key("actor").string(record.actor);
      json.key("reason").string(record.reason).close('}');
      table.row({text::print_time(record.at_ms), item.action,
                 item.version == 0 ? "" : std::to_string(item.version), outcome, record.actor,
                 record.reason});
    }
  }
  json.close(']').close('}');
  return context.json() ? json.write() : table.write();
}

VerbResult verb_resource_get(Arguments& arguments, const VerbText& text) {
  GetWords words;
  Syntax syntax(arguments, text);
  describe_words(syntax, words);
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  context.set_purpose(Purpose::use);  // No value is shown.
  if (words.unsanitize) {
    return Error(ErrorCode::denied, "this verb shows no value",
                 "coffer get PATH shows it, and coffer run hands it to a program");
  }
  if (words.all && words.owner)
    return Error(ErrorCode::usage, "--all and --owner do not go together");
  if (words.address) {
    COFFER_TRY(write_address(context, *words.address));
    return 0;
  }
  if (words.which.type) {
    const Result<bool> known = has_workspace(*words.which.type);
    if (!known) return Error(known.error()).about(Subject::Kind::name, *words.which.type);
  }
  Store store = COFFER_TRY(context.open());
  const std::vector<ListedResource> all = COFFER_TRY(select(context, store, words));
  if (context.json()) {
    COFFER_TRY(write_json(store, all, words.details));
  } else if (words.details) {
    for (const ListedResource& each : all) COFFER_TRY(write_details(store, each));
  } else {
    COFFER_TRY(write_table(all, words.tags));
  }
  return 0;
}

VerbResult verb_resource_log(Arguments& arguments, const VerbText& text) {
  ResourceWords words;
  std::optional<std::string> lines;
  Syntax syntax(arguments, text);
  words.describe(syntax);
  syntax.option("-l,--lines", lines, "N", "The last so many; 300 where nothing is said");
  syntax.explain("The history of a resource, from the audit log: names and times, never a value.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::vector<ResourceName> names = COFFER_TRY(words.named());
  AuditFilter filter;
  filter.limit = lines ? COFFER_TRY(parse_number("--lines", *lines)) : 300;
  filter.newest = true;
  Store store = COFFER_TRY(context.open());
  for (const ResourceName& name : names) {
    filter.path = name.path();
    const auto records = COFFER_TRY(store.audit().list(filter));
    if (records.empty()) {
      return Error(ErrorCode::not_found, "there is no record of such a resource",
                   "see what there is: coffer resource get -a --show-deleted")
          .about(Subject::Kind::path, filter.path);
    }
    COFFER_TRY(write_log(context, records, filter.path));
  }
  return 0;
}

}  // namespace

extern constinit const Verb kResourceGetVerb{
    {"resource get", "Lists resources, never a value.",
     "coffer resource get -t instance-secret -n mydepot-r -d"},
    Section::products,
    verb_resource_get};

extern constinit const Verb kResourceLogVerb{
    {"resource log", "Shows what happened to a resource.",
     "coffer resource log -t instance-secret -n mydepot-r"},
    Section::products,
    verb_resource_log};

}  // namespace coffer::tools
