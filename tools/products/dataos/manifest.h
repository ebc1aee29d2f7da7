// One document of a manifest, taken apart and checked: a secret, or something that uses secrets.
//
//   name, version, type; tags, description, owner, layer, workspace
//   instance-secret | secret: {type, acl, data, files}     of the two types of secret
//   dataosSecrets | secrets: [{name, workspace, key | keys | allKeys, consumptionType}]
//   imagePullSecret: NAME                                  at any depth, of any other type
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/json.h"

namespace coffer::tools {

struct SecretBody {
  struct Member {
    std::string name;
    SecretBytes json;
    std::string file;  ///< Where its text came from; empty: it stands in the manifest.
  };
  std::string kind;
  std::string acl;  ///< "r", "rw"; empty where the version knows none.
  std::vector<Member> members;
};

struct SecretUse {
  std::string name;
  std::string workspace;  ///< Empty: a secret of the instance.
  std::vector<std::string> keys;
  bool all_keys = false;
  std::string consumption = "envVars";
  bool pulls_images = false;
  std::string place;

  /// Where it is kept.
  std::string path() const;
};

struct Resource {
  std::string name, version, type;
  std::string workspace;  ///< Empty: it belongs to the whole instance.
  std::string description, owner, layer = "user";
  std::vector<std::string> tags;
  std::optional<SecretBody> secret;  ///< None: it uses secrets.
  std::vector<SecretUse> uses;
  std::string place;  ///< FILE:LINE (document N)

  /// Where it is kept: instance-secret/NAME, secret/WORKSPACE/NAME, resource/TYPE[/WORKSPACE]/NAME.
  std::string path() const;
  /// NAME:VERSION:TYPE
  std::string id() const;
  /// TYPE:VERSION:NAME[:WORKSPACE]; as whom it uses secrets.
  std::string user() const;
};

inline constexpr std::string_view kInstanceSecret = "instance-secret";
inline constexpr std::string_view kWorkspaceSecret = "secret";
inline constexpr std::string_view kDepot = "depot";
inline constexpr std::string_view kDefaultWorkspace = "public";

/// Whether resources of this type belong to a workspace. Errors: usage (no such type).
Result<bool> has_workspace(std::string_view type);
std::string resource_path(std::string_view type, std::string_view workspace, std::string_view name);

struct ManifestSource {
  std::string place;                     ///< FILE:LINE (document N)
  std::string folder;                    ///< What `files` are named from; empty: the current one.
  std::optional<std::string> workspace;  ///< The value of --workspace.
  bool name_only = false;  ///< What is not needed to name the resource is left unread.
};

/// Reads the files that it names. Errors: usage, io, limit; about PLACE#/json/pointer.
Result<Resource> read_resource(const json::Document& document, const ManifestSource& source);

}  // namespace coffer::tools
