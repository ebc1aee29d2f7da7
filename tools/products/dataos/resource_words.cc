#include "tools/products/dataos/resource_words.h"

#include <pwd.h>
#include <unistd.h>

#include <string_view>

#include "text/ascii.h"

namespace coffer::tools {
namespace {

std::vector<std::string> parts_of(std::string_view text, char mark) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(mark);
    parts.emplace_back(ascii::trimmed(text.substr(0, end), " "));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Result<ResourceName> name_of(std::string type, std::string name,
                             const std::optional<std::string>& workspace) {
  const Result<bool> in_workspace = has_workspace(type);
  if (!in_workspace) return Error(in_workspace.error()).about(Subject::Kind::name, type);
  ResourceName resource{std::move(type), {}, std::move(name), {}};
  if (*in_workspace) resource.workspace = workspace.value_or(std::string(kDefaultWorkspace));
  if (workspace && !*in_workspace) {
    return Error(ErrorCode::usage, "this type of resource has no workspace",
                 "leave --workspace away")
        .about(Subject::Kind::name, resource.type);
  }
  return resource;
}

// name:version:type, or a row of `resource get` with its columns parted by '|'.
Result<ResourceName> parse_identifier(const std::string& text,
                                      const std::optional<std::string>& workspace) {
  const bool is_row = text.find('|') != std::string::npos;
  const std::vector<std::string> parts = parts_of(text, is_row ? '|' : ':');
  if (parts.size() < 3 || (!is_row && parts.size() != 3)) {
    return Error(ErrorCode::usage, "takes NAME:VERSION:TYPE, or a row of `resource get`",
                 "for example -i mydepot-r:v1:instance-secret")
        .about(Subject::Kind::name, "--identifier");
  }
  std::optional<std::string> where = workspace;
  if (is_row && parts.size() > 3 && !parts[3].empty() && parts[3] != "-") where = parts[3];
  ResourceName name = COFFER_TRY(name_of(parts[2], parts[0], where));
  name.version = parts[1];
  return name;
}

}  // namespace

std::string applying_user(const Context& context) {
  if (!context.actor().actor.empty()) return context.actor().actor;
  const passwd* user = getpwuid(getuid());
  return user == nullptr ? std::to_string(getuid()) : std::string(user->pw_name);
}

void ResourceWords::describe(Syntax& syntax) {
  syntax.option("-t,--type", type, "TYPE", "Its type: instance-secret, secret, depot ...");
  syntax.option("-n,--name", name, "NAME", "Its name");
  syntax.option("-w,--workspace", manifests.workspace, "NAME",
                "Its workspace, where it has one; `public` where none is named");
  syntax.option("-i,--identifier", identifier, "NAME:VERSION:TYPE",
                "All of these in one; or a row of `resource get`, its columns parted by |");
  syntax.repeated("-f,--manifest", manifests.files, "FILE",
                  "The resources of a manifest; `-` is standard input");
  syntax.flag("-R,--recursive", manifests.recursive, "With a folder: and those below it");
}

Result<std::vector<ResourceName>> ResourceWords::named() const {
  const int ways = int(type || name) + int(identifier.has_value()) + int(!manifests.files.empty());
  if (ways != 1 || type.has_value() != name.has_value()) {
    return Error(ErrorCode::usage, "name the resource in exactly one way",
                 "-t TYPE -n NAME, -i NAME:VERSION:TYPE, or -f MANIFEST");
  }
  if (type) return std::vector{COFFER_TRY(name_of(*type, *name, manifests.workspace))};
  if (identifier)
    return std::vector{COFFER_TRY(parse_identifier(*identifier, manifests.workspace))};
  ManifestWords words = manifests;
  words.name_only = true;
  std::vector<ResourceName> names;
  for (const Resource& resource : COFFER_TRY(read_manifests(words)))
    names.push_back({resource.type, resource.workspace, resource.name, resource.version});
  return names;
}

}  // namespace coffer::tools
