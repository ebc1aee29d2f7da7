#include "tools/products/dataos/manifest.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "format/name_rule.h"
#include "text/ascii.h"
#include "text/json_writer.h"
#include "tools/command/streams/input.h"
#include "tools/exchange/input_document.h"
#include "tools/products/dataos/name_rules.h"

namespace coffer::tools {
namespace {

struct Type {
  std::string_view name;
  bool in_workspace;
};
constexpr std::array kTypes = {
    Type{kInstanceSecret, false}, Type{kWorkspaceSecret, true}, Type{kDepot, false},
    Type{"bundle", false},        Type{"operator", false},      Type{"stack", false},
    Type{"cluster", true},        Type{"database", true},       Type{"lakehouse", true},
    Type{"lens", true},           Type{"monitor", true},        Type{"pager", true},
    Type{"service", true},        Type{"worker", true},         Type{"workflow", true}};

constexpr std::array<std::string_view, 4> kVersions = {"v1", "v1beta", "v1alpha", "v2alpha"};
constexpr std::array<std::string_view, 3> kConsumptions = {"envVars", "propFile", "file"};
constexpr std::array<std::string_view, 6> kKinds = {"key-value",    "key-value-properties",
                                                    "certificate",  "certificates",
                                                    "cloud-kernel", "cloud-kernel-image-pull"};

template <typename List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// [a-z0-9]([-a-z0-9]*[a-z0-9])?, 48 at most.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 48 && ascii::is_lower_or_digit(name.front()) &&
         ascii::is_lower_or_digit(name.back()) && std::all_of(name.begin(), name.end(), [](char c) {
           return ascii::is_lower_or_digit(c) || c == '-';
         });
}

// [a-z]([-_.a-z0-9]*[a-z0-9])?, below 60: a secret of version v2alpha.
bool is_newer_name(std::string_view name) {
  return !name.empty() && name.size() < 60 && ascii::is_lower(name.front()) &&
         ascii::is_lower_or_digit(name.back()) && std::all_of(name.begin(), name.end(), [](char c) {
           return ascii::is_lower_or_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_newer_secret(const Resource& resource) {
  return resource.type == kWorkspaceSecret && resource.version == "v2alpha";
}

bool is_secret_type(std::string_view type) {
  return type == kInstanceSecret || type == kWorkspaceSecret;
}

template <typename Check>
Spot::Take checked(std::string& field, Check check, Literal text, Literal hint) {
  const Error refusal(ErrorCode::usage, text, hint);
  return [&field, check, refusal](const Spot& spot) -> Result<void> {
    field = COFFER_TRY(spot.string());
    return check(field) ? Result<void>() : spot.refuse(refusal);
  };
}

Error not_a_name() {
  return {ErrorCode::usage, "cannot be the name of a resource",
          "a-z, 0-9 and '-', which stands at neither end; at most 48"};
}

Result<void> take_member(SecretBody& body, std::string_view name, const Spot& spot,
                         SecretBytes json, std::string file) {
  static const NameRules kNames = dataos_names();
  const Result<void> allowed = format::check_field_name(kNames.fields, name);
  if (!allowed) {
    return spot.refuse({ErrorCode::usage, "cannot be the name of a secret's key",
                        "A-Z, a-z, 0-9, '-', '_' and '.'"});
  }
  const bool is_twice =
      std::any_of(body.members.begin(), body.members.end(),
                  [name](const SecretBody::Member& member) { return member.name == name; });
  if (is_twice) return spot.refuse({ErrorCode::usage, "this key is in data and in files"});
  body.members.push_back({std::string(name), std::move(json), std::move(file)});
  return {};
}

// A file's bytes: as a string where they are text, else as base64 under a name that says so.
SecretBytes json_of_file(const SecretBytes& bytes) {
  if (json::is_valid_utf8(bytes.text())) return json::quoted_secret(bytes.text());
  return json::Writer().open('{').key("value_base64").base64(bytes.bytes()).close('}').take();
}

Result<void> take_file(SecretBody& body, std::string_view name, const Spot& spot,
                       const ManifestSource& source) {
  std::string path = COFFER_TRY(spot.string());
  if (path.empty()) return spot.refuse({ErrorCode::usage, "does not name a file"});
  if (path.front() != '/' && !source.folder.empty()) path = source.folder + "/" + path;
  const Result<SecretBytes> bytes =
      path == "-" ? Error(ErrorCode::usage, "is not a file") : read_input(path);
  if (!bytes) {
    // What stands there may be a value that was put into the wrong block.
    return spot.refuse(Error(bytes.error().code(), "the file that is named here cannot be read",
                             "a relative name counts from the manifest's folder")
                           .with_errno(bytes.error().os_errno()));
  }
  return take_member(body, name, spot, json_of_file(*bytes), std::move(path));
}

Result<void> check_body(const SecretBody& body, const Spot& spot, bool is_newer) {
  if (body.acl.empty() && !is_newer)
    return spot.refuse({ErrorCode::usage, "the acl is missing", "acl: r, or acl: rw"});
  if (!body.acl.empty() && is_newer)
    return spot.refuse({ErrorCode::usage, "a secret of version v2alpha has no acl"});
  if (is_newer && body.kind != "key-value")
    return spot.refuse({ErrorCode::usage, "a secret of version v2alpha is of type key-value"});
  if (body.members.empty())
    return spot.refuse({ErrorCode::usage, "has neither data nor files", "give one of the two"});
  const bool has_data = std::any_of(body.members.begin(), body.members.end(),
                                    [](const auto& member) { return member.file.empty(); });
  if (body.kind == "certificate" && has_data) {
    return spot.refuse({ErrorCode::usage, "a certificate has files and no data",
                        "name the truststore and the keystore under files"});
  }
  return {};
}

Result<void> take_body(Resource& resource, const Spot& spot, const ManifestSource& source) {
  SecretBody& body = resource.secret.emplace();
  const auto data = [&body](const Spot& members) {
    return members.each_member([&body](std::string_view name, const Spot& member) {
      if (member.is_null()) return Result<void>(member.refuse({ErrorCode::usage, "has no value"}));
      return take_member(body, name, member, SecretBytes::copy_of(member.raw()), {});
    });
  };
  const auto files = [&](const Spot& members) {
    return members.each_member([&](std::string_view name, const Spot& member) {
      return take_file(body, name, member, source);
    });
  };
  const auto is_kind = [](std::string_view kind) { return is_one_of(kKinds, kind); };
  const auto is_acl = [](std::string_view acl) { return acl == "r" || acl == "rw"; };
  COFFER_TRY(
      spot.members({{"type",
                     checked(body.kind, is_kind, "there is no such type of secret",
                             "one of: key-value, key-value-properties, certificate, cloud-kernel, "
                             "cloud-kernel-image-pull"),
                     true},
                    {"acl", checked(body.acl, is_acl, "is not an acl", "r, or rw")},
                    {"data", data},
                    {"files", files},
                    {"file", files}}));
  if (body.kind == "certificates") body.kind = "certificate";
  return check_body(body, spot, is_newer_secret(resource));
}

Result<void> take_use(Resource& resource, const Spot& spot) {
  SecretUse use;
  use.place = spot.place();
  std::optional<std::string> key;
  const auto is_any_name = [](std::string_view name) {
    return is_name(name) || is_newer_name(name);
  };
  const auto is_consumption = [](std::string_view word) { return is_one_of(kConsumptions, word); };
  COFFER_TRY(spot.members(
      {{"name",
        checked(use.name, is_any_name, "cannot be the name of a secret", "a-z, 0-9 and '-' within"),
        true},
       {"workspace", checked(use.workspace, is_name, "cannot be the name of a workspace",
                             "a-z, 0-9 and '-' within")},
       {"key", into(key, &Spot::string)},
       {"keys", into(use.keys, &Spot::strings)},
       {"allKeys", into(use.all_keys, &Spot::boolean)},
       {"allkeys", into(use.all_keys, &Spot::boolean)},
       {"consumptionType", checked(use.consumption, is_consumption, "is not a consumption type",
                                   "one of: envVars, propFile, file")}}));
  if (int(key.has_value()) + int(!use.keys.empty()) + int(use.all_keys) > 1)
    return spot.refuse({ErrorCode::usage, "key, keys and allKeys do not go together"});
  if (key) use.keys.push_back(*key);
  if (!use.workspace.empty() && use.workspace != resource.workspace) {
    return spot.refuse({ErrorCode::usage, "a secret can be used in its own workspace only",
                        "use a secret of the instance, or one of this workspace"});
  }
  resource.uses.push_back(std::move(use));
  return {};
}

// Wherever in a document it stands; what else is there is its own affair.
Result<void> find_uses(Resource& resource, const Spot& spot) {
  if (spot.type() == json::Type::array)
    return spot.each_element([&](const Spot& element) { return find_uses(resource, element); });
  if (!spot.is_object()) return {};
  return spot.each_member([&](std::string_view name, const Spot& member) -> Result<void> {
    if (name == "dataosSecrets" || name == "secrets")
      return member.each_element([&](const Spot& use) { return take_use(resource, use); });
    if (name != "imagePullSecret") return find_uses(resource, member);
    SecretUse use;
    use.name = COFFER_TRY(member.string());
    use.pulls_images = true;
    use.place = member.place();
    if (!is_name(use.name)) return member.refuse(not_a_name());
    resource.uses.push_back(std::move(use));
    return {};
  });
}

// What is to be known before the rest can be read.
Result<void> take_head(Resource& resource, const Spot& spot, const ManifestSource& source) {
  if (!spot.is_object())
    return spot.refuse({ErrorCode::usage, "must be a mapping with name, version and type"});
  for (const char* name : {"name", "version", "type"}) {
    if (!spot.find(name)) {
      return Error(ErrorCode::usage, "name, version and type are required, and one is missing",
                   "see: coffer help resource apply")
          .about(Subject::Kind::pointer, spot.place() + "/" + name);
    }
  }
  const Spot type = *spot.find("type");
  resource.type = COFFER_TRY(type.string());
  const Result<bool> in_workspace = has_workspace(resource.type);
  if (!in_workspace) return type.refuse(in_workspace.error());
  const Spot version = *spot.find("version");
  resource.version = COFFER_TRY(version.string());
  if (!is_one_of(kVersions, resource.version)) {
    return version.refuse({ErrorCode::usage, "is not a version of a manifest",
                           "one of: v1, v1beta, v1alpha, v2alpha"});
  }
  const Spot name = *spot.find("name");
  resource.name = COFFER_TRY(name.string());
  if (!(is_newer_secret(resource) ? is_newer_name(resource.name) : is_name(resource.name)))
    return name.refuse(not_a_name());
  const std::optional<Spot> workspace = spot.find("workspace");
  if (!*in_workspace) {
    if (!workspace) return {};
    return workspace->refuse({ErrorCode::usage, "this type of resource has no workspace"});
  }
  resource.workspace = source.workspace.value_or(std::string(kDefaultWorkspace));
  if (!workspace) return {};
  resource.workspace = COFFER_TRY(workspace->string());
  if (!is_name(resource.workspace)) return workspace->refuse(not_a_name());
  if (source.workspace && *source.workspace != resource.workspace)
    return workspace->refuse({ErrorCode::usage, "differs from --workspace"});
  return {};
}

}  // namespace

Result<bool> has_workspace(std::string_view type) {
  for (const Type& known : kTypes) {
    if (known.name == type) return known.in_workspace;
  }
  return Error(ErrorCode::usage, "there is no such type of resource",
               "instance-secret, secret; of what uses secrets: depot, service, worker, workflow, "
               "cluster, lakehouse, lens, monitor, pager, database, bundle, operator, stack");
}

std::string resource_path(std::string_view type, std::string_view workspace,
                          std::string_view name) {
  std::string path = is_secret_type(type) ? "" : "resource/";
  path += std::string(type) + "/";
  if (!workspace.empty()) path += std::string(workspace) + "/";
  return path + std::string(name);
}

std::string SecretUse::path() const {
  return resource_path(workspace.empty() ? kInstanceSecret : kWorkspaceSecret, workspace, name);
}

std::string Resource::path() const { return resource_path(type, workspace, name); }
std::string Resource::id() const { return name + ":" + version + ":" + type; }
std::string Resource::user() const {
  return type + ":" + version + ":" + name + (workspace.empty() ? "" : ":" + workspace);
}

Result<Resource> read_resource(const json::Document& document, const ManifestSource& source) {
  Resource resource;
  resource.place = source.place;
  const Spot spot = input_reader(document, resource.place);
  COFFER_TRY(take_head(resource, spot, source));
  if (source.name_only) return resource;
  const auto ignore = [](const Spot&) { return Result<void>(); };
  const auto is_layer = [](std::string_view layer) { return layer == "user" || layer == "system"; };
  std::vector<Spot::Member> members = {
      {"name", ignore},
      {"version", ignore},
      {"type", ignore},
      {"workspace", ignore},
      {"tags", into(resource.tags, &Spot::strings)},
      {"description", into(resource.description, &Spot::string)},
      {"owner", into(resource.owner, &Spot::string)},
      {"layer", checked(resource.layer, is_layer, "is not a layer", "user, or system")}};
  if (is_secret_type(resource.type)) {
    members.push_back(
        {resource.type, [&](const Spot& body) { return take_body(resource, body, source); }, true});
    COFFER_TRY(spot.members(members));
    return resource;
  }
  COFFER_TRY(spot.each_member([&](std::string_view name, const Spot& member) -> Result<void> {
    for (const Spot::Member& known : members) {
      if (known.name == name) return known.take(member);
    }
    return {};
  }));
  COFFER_TRY(find_uses(resource, spot));
  return resource;
}

}  // namespace coffer::tools
