#include "tests/property/sequence_model.h"

#include <nlohmann/json.hpp>
#include <regex>

#include "text/json_merge.h"
#include "tools/products/dataos/name_rules.h"
#include "tools/products/vdk/name_rules.h"

namespace coffer::test {
namespace {

using Json = nlohmann::json;

bool is_text(const Json& value) { return value.is_string() && !value.get<std::string>().empty(); }

bool has_blank(const std::string& text) { return text.find_first_of(" \t\n") != std::string::npos; }

bool field_name_is_allowed(const NameRules& names, const std::string& name) {
  static const std::regex kDataos("[A-Za-z0-9._-]+");
  return names == tools::vdk_names() ? !has_blank(name) : std::regex_match(name, kDataos);
}

bool fields_are_allowed(const NameRules& names, const std::string& bytes, bool json) {
  if (names == NameRules{} || !json) return true;
  const Json value = Json::parse(bytes);
  if (!value.is_object()) return true;
  const auto& fields = value.items();
  return std::all_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return field_name_is_allowed(names, field.key()); });
}

// Covers only the kinds that the run uses.
bool fits(const std::string& kind, const std::string& bytes, bool json) {
  if (kind.empty() || kind == "generic") return true;
  if (kind == "key") return !bytes.empty();
  const Json value = json ? Json::parse(bytes) : Json();
  if (kind == "password" || kind == "token") {
    if (!json) {
      const bool plain = !bytes.empty() && json::is_valid_utf8(bytes);
      return plain &&
             (kind == "password" || std::all_of(bytes.begin(), bytes.end(), [](char letter) {
                return static_cast<unsigned char>(letter) > ' ' && letter != 0x7F;
              }));
    }
    if (value.is_string()) return is_text(value) && (kind == "password" || !has_blank(value));
    return value.is_object() && !value.empty() &&
           std::all_of(value.begin(), value.end(), [&](const Json& field) {
             return is_text(field) && (kind == "password" || !has_blank(field));
           });
  }
  if (kind != "key-value" || !value.is_object() || value.empty()) return false;
  for (const auto& [name, field] : value.items())
    if (field.is_null() || !field_name_is_allowed(tools::dataos_names(), name)) return false;
  return true;
}

const std::set<std::string> kKinds = {"", "generic", "key", "password", "token", "key-value"};

bool is_nothing(const MetadataChange& change) {
  return !change.max_versions && !change.cas_required && !change.delete_version_after_ms &&
         !change.kind && !change.owner && !change.tags && !change.custom &&
         change.custom_patch.empty();
}

void apply(Metadata& metadata, const MetadataChange& change) {
  if (change.max_versions) metadata.max_versions = *change.max_versions;
  if (change.cas_required) metadata.cas_required = *change.cas_required;
  if (change.delete_version_after_ms)
    metadata.delete_version_after_ms = *change.delete_version_after_ms;
  if (change.kind) metadata.kind = *change.kind;
  if (change.owner) metadata.owner = *change.owner;
  if (change.tags) metadata.tags = *change.tags;
  if (change.custom) metadata.custom = *change.custom;
  for (const auto& [key, value] : change.custom_patch) {
    metadata.custom.erase(key);
    if (value) metadata.custom[key] = *value;
  }
}

}  // namespace

ModelVersion* SequenceModel::find(const std::string& path, std::uint64_t version) {
  const auto secret = secrets.find(path);
  if (secret == secrets.end()) return nullptr;
  auto& versions = secret->second.versions;
  const auto found = versions.find(version == 0 ? secret->second.current() : version);
  return found == versions.end() ? nullptr : &found->second;
}

ErrorCode SequenceModel::state_of(const ModelVersion& version) const {
  if (version.destroyed) return version.reclaimed ? ErrorCode::expired : ErrorCode::destroyed;
  const bool has_end = version.expires_at_ms != 0;
  if (has_end && version.expires_at_ms <= now_ms) return ErrorCode::expired;
  if (version.deletion_at_ms != 0 && version.deletion_at_ms <= now_ms) return ErrorCode::deleted;
  if (clock_is_behind && has_end) return ErrorCode::expired;
  if (clock_is_behind && version.deletion_at_ms != 0) return ErrorCode::deleted;
  return kOk;
}

ErrorCode SequenceModel::readable(const std::string& path, std::uint64_t version) {
  const ModelVersion* found = find(path, version);
  return found == nullptr ? ErrorCode::not_found : state_of(*found);
}

SequenceModel::Scope SequenceModel::scope_of(const std::string& path) const {
  Scope scope{settings.value_bytes_max, settings.names, path};
  std::size_t longest_limit = 0;
  std::size_t longest_names = 0;
  for (const ScopeSettings& each : settings.scopes) {
    const std::size_t size = each.prefix.size();
    if (path != each.prefix && !path.starts_with(each.prefix + "/")) continue;
    if (each.value_bytes_max && size > longest_limit) {
      longest_limit = size;
      scope.bytes_max = *each.value_bytes_max;
    }
    if (each.names && size > longest_names) {
      longest_names = size;
      scope.names = *each.names;
      scope.below = path == each.prefix ? path.substr(path.rfind('/') + 1) : path.substr(size + 1);
    }
  }
  return scope;
}

bool SequenceModel::name_is_allowed(const std::string& path) const {
  const Scope scope = scope_of(path);
  static const std::regex kDataos("[a-z0-9][-a-z0-9]*[a-z0-9](/[a-z0-9][-a-z0-9]*[a-z0-9])*");
  return scope.names != tools::dataos_names() || std::regex_match(scope.below, kDataos);
}

std::int64_t SequenceModel::deletion_time(const ModelSecret* secret) const {
  const std::int64_t own = secret == nullptr ? 0 : secret->head.delete_version_after_ms;
  const std::int64_t whole = settings.delete_version_after_ms;
  if (whole < 0 || (whole == 0 && own == 0)) return 0;
  if (whole == 0 || own == 0) return now_ms + std::max(whole, own);
  return now_ms + std::min(whole, own);
}

ErrorCode SequenceModel::expiry_of(const PutOptions& options, std::int64_t& expires_at_ms) const {
  if (options.ttl_ms != 0 && options.expires_at_ms != 0) return ErrorCode::usage;
  if (options.expires_at_ms != 0 && options.expires_at_ms <= now_ms) return ErrorCode::usage;
  expires_at_ms = options.ttl_ms != 0 ? now_ms + options.ttl_ms : options.expires_at_ms;
  return kOk;
}

ErrorCode SequenceModel::put(const std::string& path, const std::string& bytes, bool json,
                             const PutOptions& options) {
  std::int64_t expires_at_ms = 0;
  if (const ErrorCode code = expiry_of(options, expires_at_ms); code != kOk) return code;
  return put_with(path, bytes, json, options, expires_at_ms);
}

ErrorCode SequenceModel::put_with(const std::string& path, const std::string& bytes, bool json,
                                  const PutOptions& options, std::int64_t expires_at_ms) {
  const Scope scope = scope_of(path);
  if (bytes.size() > scope.bytes_max) return ErrorCode::limit;
  if (!name_is_allowed(path)) return ErrorCode::usage;
  if (!fields_are_allowed(scope.names, bytes, json)) return ErrorCode::usage;
  if (options.metadata.kind && kKinds.count(*options.metadata.kind) == 0) return ErrorCode::usage;
  if (expires_at_ms != 0 && clock_is_behind) return ErrorCode::failed;
  const auto known = secrets.find(path);
  const ModelSecret* before = known == secrets.end() ? nullptr : &known->second;
  const std::uint64_t current = before == nullptr ? 0 : before->current();
  const bool required = settings.cas_required || (before != nullptr && before->head.cas_required);
  if (options.cas ? *options.cas != current : required) return ErrorCode::conflict;
  const std::string kind =
      options.metadata.kind ? *options.metadata.kind : (before == nullptr ? "" : before->head.kind);
  if (!fits(kind, bytes, json)) return ErrorCode::usage;

  ModelSecret& secret = secrets[path];
  if (before == nullptr) secret.created_at_ms = now_ms;
  const MetadataChange& change = options.metadata;
  if (!is_nothing(change)) {
    secret.has_head = true;
    apply(secret.head, change);
    secret.head.updated_at_ms = now_ms;
    ++secret.head.revision;
  }
  secret.versions[current + 1] = {bytes, json, now_ms, deletion_time(&secret), expires_at_ms};
  std::uint64_t kept = std::max(settings.max_versions, secret.head.max_versions);
  if (kept == 0) kept = 10;
  while (secret.versions.begin()->first + kept <= current + 1)
    secret.versions.erase(secret.versions.begin());
  return kOk;
}

ErrorCode SequenceModel::patch(const std::string& path, const std::string& patch,
                               const PutOptions& options) {
  PutOptions with_cas = options;
  std::int64_t expires_at_ms = 0;
  if (const ErrorCode code = expiry_of(options, expires_at_ms); code != kOk) return code;
  const ModelVersion* newest = find(path, 0);
  if (newest == nullptr) return ErrorCode::not_found;
  const std::uint64_t current = secrets[path].current();
  if (options.cas && *options.cas != current) return ErrorCode::conflict;
  if (const ErrorCode code = state_of(*newest); code != kOk) return code;
  if (!newest->json) return ErrorCode::usage;
  const auto merged = json::merge_patch(json::Document::parse(newest->bytes).value(),
                                        json::Document::parse(patch).value());
  const std::string text(merged.value().text());
  // The engine's own merge gives the text; an independent merge checks its meaning.
  Json meant = Json::parse(newest->bytes);
  meant.merge_patch(Json::parse(patch));
  if (meant != Json::parse(text)) return ErrorCode::corrupt;
  if (expires_at_ms == 0) expires_at_ms = newest->expires_at_ms;
  with_cas.cas = current;
  return put_with(path, text, true, with_cas, expires_at_ms);
}

ErrorCode SequenceModel::rollback(const std::string& path, std::uint64_t to,
                                  const PutOptions& options) {
  PutOptions with_cas = options;
  std::int64_t expires_at_ms = 0;
  if (const ErrorCode code = expiry_of(options, expires_at_ms); code != kOk) return code;
  if (to == 0) return ErrorCode::usage;
  if (const ErrorCode code = readable(path, to); code != kOk) return code;
  const ModelVersion old = *find(path, to);
  if (expires_at_ms == 0) expires_at_ms = old.expires_at_ms;
  if (!with_cas.cas) with_cas.cas = secrets[path].current();
  return put_with(path, old.bytes, old.json, with_cas, expires_at_ms);
}

ErrorCode SequenceModel::resolve(const std::string& path,
                                 const std::vector<std::uint64_t>& versions,
                                 std::set<std::uint64_t>& resolved) {
  ErrorCode gone = kOk;
  for (const std::uint64_t version : versions.empty() ? std::vector<std::uint64_t>{0} : versions) {
    const ModelVersion* found = find(path, version);
    if (found == nullptr) return ErrorCode::not_found;
    if (found->destroyed && gone == kOk)
      gone = found->reclaimed ? ErrorCode::expired : ErrorCode::destroyed;
    resolved.insert(version == 0 ? secrets[path].current() : version);
  }
  return gone;
}

ErrorCode SequenceModel::soft_delete(const std::string& path,
                                     const std::vector<std::uint64_t>& versions) {
  std::set<std::uint64_t> resolved;
  if (const ErrorCode code = resolve(path, versions, resolved); code != kOk) return code;
  for (const std::uint64_t version : resolved) {
    std::int64_t& deletion = find(path, version)->deletion_at_ms;
    if (deletion == 0 || deletion > now_ms) deletion = now_ms;
  }
  return kOk;
}

ErrorCode SequenceModel::undelete(const std::string& path,
                                  const std::vector<std::uint64_t>& versions) {
  std::set<std::uint64_t> resolved;
  if (const ErrorCode code = resolve(path, versions, resolved); code != kOk) return code;
  for (const std::uint64_t version : resolved) {
    std::int64_t& deletion = find(path, version)->deletion_at_ms;
    if (deletion != 0) deletion = deletion_time(&secrets[path]);
  }
  return kOk;
}

ErrorCode SequenceModel::destroy(const std::string& path,
                                 const std::vector<std::uint64_t>& versions) {
  std::set<std::uint64_t> resolved;
  if (const ErrorCode code = resolve(path, versions, resolved); code != kOk) return code;
  for (const std::uint64_t version : resolved) {
    ModelVersion& gone = *find(path, version);
    gone.destroyed = true;
    gone.reclaimed = gone.expires_at_ms != 0 && gone.expires_at_ms <= now_ms;
    ++destroyed_now;
  }
  return kOk;
}

ErrorCode SequenceModel::destroy_all(const std::string& path) {
  const auto known = secrets.find(path);
  if (known == secrets.end() || known->second.versions.empty()) return ErrorCode::not_found;
  std::vector<std::uint64_t> living;
  for (const auto& [number, version] : known->second.versions)
    if (!version.destroyed) living.push_back(number);
  return living.empty() ? kOk : destroy(path, living);
}

ErrorCode SequenceModel::erase(const std::string& path) {
  const auto known = secrets.find(path);
  if (known == secrets.end()) return ErrorCode::not_found;
  for (const auto& [number, version] : known->second.versions)
    if (!version.destroyed) ++destroyed_now;
  secrets.erase(known);
  return kOk;
}

ErrorCode SequenceModel::change_metadata(const std::string& path, const MetadataChange& change,
                                         bool must_exist) {
  if (change.kind && kKinds.count(*change.kind) == 0) return ErrorCode::usage;
  const auto known = secrets.find(path);
  const bool is_new = known == secrets.end();
  if (is_new && must_exist) return ErrorCode::not_found;
  if (is_new && !name_is_allowed(path)) return ErrorCode::usage;
  const std::uint64_t revision = is_new ? 0 : known->second.head.revision;
  if (change.metadata_cas && *change.metadata_cas != revision) return ErrorCode::conflict;
  if (is_nothing(change)) return kOk;
  if (change.kind && readable(path, 0) == kOk) {
    const ModelVersion& newest = *find(path, 0);
    if (!fits(*change.kind, newest.bytes, newest.json)) return ErrorCode::usage;
  }
  ModelSecret& secret = secrets[path];
  if (is_new) secret.created_at_ms = now_ms;
  secret.has_head = true;
  apply(secret.head, change);
  secret.head.updated_at_ms = now_ms;
  ++secret.head.revision;
  return kOk;
}

ErrorCode SequenceModel::relocate(const std::string& from, const std::string& to, bool is_moved) {
  const auto source = secrets.find(from);
  if (source == secrets.end()) return ErrorCode::not_found;
  if (!name_is_allowed(to)) return ErrorCode::usage;
  if (secrets.count(to) != 0) return ErrorCode::conflict;
  for (const auto& [number, version] : source->second.versions)
    if (!version.destroyed && version.bytes.size() > scope_of(to).bytes_max)
      return ErrorCode::limit;
  for (const auto& [number, version] : source->second.versions)
    if (!version.destroyed && !fields_are_allowed(scope_of(to).names, version.bytes, version.json))
      return ErrorCode::usage;
  secrets[to] = source->second;
  if (is_moved) secrets.erase(from);
  return kOk;
}

std::set<std::pair<std::string, std::uint64_t>> SequenceModel::due() const {
  std::set<std::pair<std::string, std::uint64_t>> found;
  for (const auto& [path, secret] : secrets)
    for (const auto& [number, version] : secret.versions)
      if (version.expires_at_ms != 0 && !version.destroyed && version.expires_at_ms <= now_ms)
        found.emplace(path, number);
  return found;
}

std::uint64_t SequenceModel::accept_clock(std::int64_t to_ms) {
  std::uint64_t ends_moved = 0;
  // Expired versions stay expired; versions written after `to_ms` keep the time they had left.
  const auto fallen = [&](std::int64_t end, std::int64_t written) {
    if (end > to_ms && end <= now_ms) return to_ms;
    if (end > now_ms && written > to_ms) return end - (now_ms - to_ms);
    return end;
  };
  for (auto& [path, secret] : secrets) {
    for (auto& [number, version] : secret.versions) {
      const std::int64_t deletion = fallen(version.deletion_at_ms, version.created_at_ms);
      const std::int64_t expiry = version.destroyed
                                      ? version.expires_at_ms
                                      : fallen(version.expires_at_ms, version.created_at_ms);
      const bool is_moved = deletion != version.deletion_at_ms || expiry != version.expires_at_ms;
      if (is_moved && !version.destroyed) ++ends_moved;
      version.deletion_at_ms = deletion;
      version.expires_at_ms = expiry;
      version.created_at_ms = std::min(version.created_at_ms, to_ms);
    }
    secret.created_at_ms = std::min(secret.created_at_ms, to_ms);
    secret.head.updated_at_ms = std::min(secret.head.updated_at_ms, to_ms);
  }
  now_ms = to_ms;
  clock_is_behind = false;
  return ends_moved;
}

bool SequenceModel::is_shown(const ModelSecret& secret, ListState wanted) const {
  if (wanted == ListState::all) return true;
  // A secret with metadata only is neither live, deleted nor expired.
  const ErrorCode state =
      secret.versions.empty() ? ErrorCode::destroyed : state_of(secret.versions.rbegin()->second);
  switch (wanted) {
    case ListState::standard: return state != ErrorCode::expired;
    case ListState::live: return state == kOk;
    case ListState::deleted: return state == ErrorCode::deleted;
    default: return state == ErrorCode::expired;
  }
}

std::vector<std::string> SequenceModel::list(const std::string& folder, bool recursive,
                                             ListState wanted) const {
  const std::string prefix = folder.empty() ? "" : folder + "/";
  std::set<std::string> names;
  for (const auto& [path, secret] : secrets) {
    if (!path.starts_with(prefix) || path.size() == prefix.size()) continue;
    if (!is_shown(secret, wanted)) continue;
    const std::string rest = path.substr(prefix.size());
    const std::size_t slash = rest.find('/');
    if (recursive) {
      names.insert(path);
    } else {
      names.insert(slash == std::string::npos ? rest : rest.substr(0, slash + 1));
    }
  }
  return {names.begin(), names.end()};
}

std::uint64_t SequenceModel::record_count() const {
  std::uint64_t count = 0;
  std::set<std::string> folders;
  for (const auto& [path, secret] : secrets) {
    count += 1 + secret.versions.size() + (secret.has_head ? 1 : 0);
    for (const auto& [number, version] : secret.versions)
      if (version.expires_at_ms != 0 && !version.destroyed) ++count;
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
      folders.insert(path.substr(0, at));
  }
  return count + folders.size();
}

}  // namespace coffer::test
