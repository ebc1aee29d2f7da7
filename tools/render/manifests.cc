// Writes Kubernetes' Secret manifest and Docker's configuration.
#include <algorithm>

#include "base/base64.h"
#include "text/ascii.h"
#include "text/json.h"
#include "text/json_writer.h"
#include "tools/render/render.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kDockerKey = ".dockerconfigjson";
constexpr std::size_t kSecretBytesMax = std::size_t{1} << 20;

bool is_label(std::string_view label) {
  if (label.empty() || !ascii::is_lower_or_digit(label.front()) ||
      !ascii::is_lower_or_digit(label.back()))
    return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return ascii::is_lower_or_digit(c) || c == '-'; });
}

// Whether it is a DNS subdomain (RFC 1123), as the name of a Kubernetes Secret must be.
bool is_manifest_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    if (!is_label(name.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return true;
}

bool is_data_key(std::string_view key) {
  if (key.empty() || key.size() > 253 || key == "." || key.starts_with("..")) return false;
  return ascii::holds_only(key, "-_.");
}

const Binding* find(const Bindings& bindings, std::string_view name) {
  for (const Binding& binding : bindings.all()) {
    if (binding.name == name) return &binding;
  }
  return nullptr;
}

Error not_docker() {
  return {ErrorCode::usage,
          "is not a docker configuration, which is a JSON object with an object `auths`",
          "docker login writes one to ~/.docker/config.json"};
}

Result<void> check_docker(const Binding& binding) {
  const auto document = json::Document::parse(binding.value.text());
  if (!document || document->type(0) != json::Type::object)
    return not_docker().about(Subject::Kind::path, binding.origin);
  const json::NodeId auths = document->find(0, "auths");
  if (auths == json::kNoNode || document->type(auths) != json::Type::object)
    return not_docker().about(Subject::Kind::path, binding.origin);
  return {};
}

}  // namespace

Rendered render_kubernetes(const Bindings& bindings, const RenderOptions& options) {
  if (!is_manifest_name(options.name)) {
    return Error(ErrorCode::usage,
                 options.name.empty() ? Literal("is missing: a Kubernetes Secret needs a name")
                                      : Literal("cannot be the name of a Kubernetes Secret"),
                 "give one of lower-case letters, digits, '-' and '.', where a letter or digit "
                 "begins "
                 "and ends each part between dots: --name NAME")
        .about(Subject::Kind::name, options.name.empty() ? "--name" : options.name);
  }
  std::size_t size = 0;
  SecretBytes out;
  const Binding* docker = find(bindings, kDockerKey);
  if (docker != nullptr) COFFER_TRY(check_docker(*docker));
  out.append("apiVersion: v1\nkind: Secret\nmetadata:\n  name: ");
  out.append(options.name);
  out.append("\ntype: ");
  out.append(docker != nullptr ? "kubernetes.io/dockerconfigjson" : "Opaque");
  out.append(bindings.empty() ? "\ndata: {}\n" : "\ndata:\n");
  for (const Binding& binding : bindings.all()) {
    if (!is_data_key(binding.name)) {
      return Error(ErrorCode::usage, "cannot be a key of a Kubernetes Secret",
                   "use letters, digits, '-', '_' and '.', without .. at the beginning: --map "
                   "NAME=REF")
          .about(Subject::Kind::name, binding.name);
    }
    size += binding.value.size();
    if (size > kSecretBytesMax) {
      return Error(ErrorCode::limit, "exceeds the size of a Kubernetes Secret", "split it")
          .about(Subject::Kind::path, binding.origin)
          .with_number(kSecretBytesMax);
    }
    out.append("  ");
    json::append_quoted(out, binding.name);
    out.append(": \"");
    append_base64(out, binding.value.bytes());
    out.append("\"\n");
  }
  return out;
}

// Writes a whole configuration stored under its Kubernetes name, or builds one from a single login.
Rendered render_docker(const Bindings& bindings, const RenderOptions&) {
  if (const Binding* whole = find(bindings, kDockerKey)) {
    COFFER_TRY(check_docker(*whole));
    SecretBytes out = whole->value.clone();
    out.push_back('\n');
    return out;
  }
  const Binding* registry = find(bindings, "registry");
  const Binding* user = find(bindings, "username");
  const Binding* password = find(bindings, "password");
  if (registry == nullptr || user == nullptr || password == nullptr) {
    return Error(ErrorCode::usage, "a docker configuration needs registry, username and password",
                 "give them by --map registry=REF --map username=REF --map password=REF");
  }
  for (const Binding* part : {registry, user, password}) COFFER_TRY(require_utf8(*part));
  if (user->value.text().find(':') != std::string_view::npos) {
    return Error(ErrorCode::usage, "contains a colon, which a docker user name cannot")
        .about(Subject::Kind::path, user->origin);
  }
  SecretBytes login;
  login.append(user->value.text());
  login.push_back(':');
  login.append(password->value.text());
  json::Writer json;
  json.open('{').key("auths").open('{').key(registry->value.text()).open('{');
  json.key("username").string(user->value.text()).key("password").string(password->value.text());
  json.key("auth").base64(login.bytes()).close('}').close('}').close('}');
  SecretBytes out = json.take();
  out.push_back('\n');
  return out;
}

}  // namespace coffer::tools
