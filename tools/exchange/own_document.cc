#include "tools/exchange/own_document.h"

#include <optional>
#include <utility>
#include <vector>

#include "tools/command/durations.h"
#include "tools/exchange/input_document.h"
#include "tools/exchange/name_rules_json.h"

namespace coffer::tools {
namespace {

Result<void> read_metadata(const Spot& spot, SecretImage& secret) {
  return take_metadata(spot, secret.metadata,
                       {{"created_time", into(secret.created_at_ms, &Spot::time)},
                        {"updated_time", into(secret.updated_at_ms, &Spot::time)},
                        {"marked_by", into(secret.metadata.marked_by, &Spot::string)},
                        {"marks_doubted", into(secret.metadata.marks_doubted, &Spot::boolean)}});
}

Result<void> read_version(const Spot& spot, SecretImage& secret) {
  VersionImage version;
  ValueMembers value;
  COFFER_TRY(spot.members({
      {"version", into(version.info.version, &Spot::number), true},
      {"created_time", into(version.info.created_at_ms, &Spot::time)},
      {"deletion_time", into(version.info.deletion_at_ms, &Spot::time)},
      {"destroyed", into(version.info.destroyed, &Spot::boolean)},
      {"expires_time", into(version.info.expires_at_ms, &Spot::time)},
      value.data(),
      value.value(),
      value.value_base64(),
  }));
  version.value = value.take();
  if (version.info.version == 0)
    return spot.refuse({ErrorCode::usage, "version numbers begin at 1"});
  if (!secret.versions.empty() && secret.versions.back().info.version <= version.info.version)
    return spot.refuse({ErrorCode::usage, "versions must come newest first, each once"});
  if (version.info.destroyed && version.value)
    return spot.refuse({ErrorCode::usage, "a destroyed version has no value"});
  secret.versions.push_back(std::move(version));
  return {};
}

Result<SecretImage> read_secret(const Spot& spot, std::string_view prefix) {
  SecretImage secret;
  COFFER_TRY(spot.members({
      {"path", into(secret.path, &Spot::string), true},
      {"current_version", into(secret.current_version, &Spot::number)},
      {"oldest_version", into(secret.oldest_version, &Spot::number)},
      {"managed", into(secret.managed, &Spot::boolean)},
      {"metadata", [&](const Spot& member) { return read_metadata(member, secret); }},
      {"versions",
       [&](const Spot& member) {
         return member.each_element(
             [&](const Spot& version) { return read_version(version, secret); });
       },
       true},
  }));
  if (!prefix.empty()) secret.path = std::string(prefix) + "/" + secret.path;
  return secret;
}

Spot::Take into_copy(SecretBytes& bytes) {
  return [&bytes](const Spot& spot) -> Result<void> {
    bytes = SecretBytes::copy_of(spot.raw());
    return {};
  };
}

Result<ConfigImage> read_config(const Spot& spot) {
  ConfigImage image;
  RestoredConfig& config = image.config;
  COFFER_TRY(spot.members({
      {"id", into(config.id, &Spot::string), true},
      {"revision", into(config.revision, &Spot::number), true},
      {"workspace", into(config.workspace, &Spot::string), true},
      {"compat_airbyte", into(config.compat_airbyte, &Spot::boolean)},
      {"outside", into(config.outside, &Spot::boolean)},
      {"last_stage", into(config.last_stage, &Spot::string)},
      {"spec", into_copy(config.spec), true},
      {"partial", into_copy(config.partial), true},
      {"secrets",
       [&](const Spot& member) {
         return member.each_element([&](const Spot& element) -> Result<void> {
           image.secrets.push_back(COFFER_TRY(read_secret(element, {})));
           return {};
         });
       },
       true},
  }));
  for (SecretImage& secret : image.secrets) {
    secret.with_history = true;
    config.secrets.push_back(secret.path);
  }
  return image;
}

Result<RestoredReference> read_reference(const Spot& spot, std::string_view prefix) {
  RestoredReference reference;
  COFFER_TRY(spot.members({{"path", into(reference.path, &Spot::string), true},
                           {"version", into(reference.version, &Spot::number), true},
                           {"user", into(reference.user, &Spot::string), true}}));
  if (!prefix.empty()) reference.path = std::string(prefix) + "/" + reference.path;
  return reference;
}

Spot::Take into_span(std::int64_t& ms) {
  return [&ms](const Spot& spot) -> Result<void> {
    const auto parsed = parse_span("", COFFER_TRY(spot.string()), true);
    if (parsed) ms = *parsed;
    if (parsed) return {};
    ms = COFFER_TRY(spot.duration());
    return {};
  };
}

Result<ScopeSettings> read_scope(const Spot& spot) {
  ScopeSettings scope;
  COFFER_TRY(spot.members({{"prefix", into(scope.prefix, &Spot::string), true},
                           {"value_limit", into(scope.value_bytes_max, &Spot::number)},
                           {"names", [&](const Spot& member) -> Result<void> {
                              scope.names = COFFER_TRY(read_name_rules(member));
                              return {};
                            }}}));
  return scope;
}

Result<StoreSettings> read_settings(const Spot& spot) {
  StoreSettings settings;
  COFFER_TRY(spot.members({
      {"max_versions",
       [&](const Spot& member) -> Result<void> {
         const std::uint64_t number = COFFER_TRY(member.number());
         if (number > UINT32_MAX) return member.refuse({ErrorCode::usage, "is too large"});
         settings.max_versions = static_cast<std::uint32_t>(number);
         return {};
       }},
      {"cas_required", into(settings.cas_required, &Spot::boolean)},
      {"delete_version_after", into_span(settings.delete_version_after_ms)},
      {"value_limit", into(settings.value_bytes_max, &Spot::number)},
      {"names",
       [&](const Spot& member) -> Result<void> {
         settings.names = COFFER_TRY(read_name_rules(member));
         return {};
       }},
      {"audit_reads", into(settings.audit_reads, &Spot::boolean)},
      {"audit_keep", into_span(settings.audit_keep_ms)},
      {"audit_keep_records", into(settings.audit_keep_records, &Spot::number)},
      {"scopes",
       [&](const Spot& member) {
         return member.each_element([&](const Spot& scope) -> Result<void> {
           settings.scopes.push_back(COFFER_TRY(read_scope(scope)));
           return {};
         });
       }},
  }));
  return settings;
}

bool is_element_of(const JsonPiece& piece, std::string_view array) {
  return piece.is_element && piece.member == array;
}

}  // namespace

Error OwnDocument::refuse(std::string_view pointer, Error error) const {
  return std::move(error).about(Subject::Kind::pointer,
                                std::string(names_.source) + "#" + std::string(pointer));
}

Result<OwnDocument::Members> OwnDocument::cut(const JsonPieces::Take& take) const {
  JsonPieces pieces(names_.source, {"secrets", "configs", "references"}, take);
  COFFER_TRY(chunks_([&](std::string_view bytes) { return pieces.feed(bytes); }));
  COFFER_TRY(pieces.finish());
  return pieces.members();
}

Result<void> OwnDocument::take_head(const JsonPiece& piece) {
  if (piece.is_element) return {};
  const json::Document document = COFFER_TRY(parse_input(piece.text, names_.source, piece.place));
  const Spot spot = input_reader(document, names_.source, "/" + std::string(piece.member));
  if (piece.member == "format") {
    format_ = COFFER_TRY(spot.string());
  } else if (piece.member == "format_version") {
    version_ = COFFER_TRY(spot.number());
  } else if (piece.member == "exported_time") {
    COFFER_TRY(spot.time());
  } else if (piece.member == "history") {
    history_ = COFFER_TRY(spot.boolean());
  } else if (piece.member == "settings") {
    store_.settings = COFFER_TRY(read_settings(spot));
  } else if (piece.member == "policy") {
    store_.policy = spot.raw();
  } else if (piece.member == "secrets" || piece.member == "configs" ||
             piece.member == "references") {
    return spot.refuse({ErrorCode::usage, "must be an array"});
  } else if (version_ <= kFormatVersion) {
    return spot.refuse({ErrorCode::usage, "this member is unknown"});
  }
  return {};
}

// We cannot know what a newer version of the form means.
Result<void> OwnDocument::check_head() const {
  if (format_ != kFormatName || version_ == 0) {
    return refuse("", {ErrorCode::usage, "is not an export document of coffer",
                       "--as vault takes a map of paths to fields"});
  }
  if (version_ > kFormatVersion) {
    return refuse("/format_version", {ErrorCode::too_new, "a newer coffer wrote this document",
                                      "import it with that version"});
  }
  return {};
}

Result<OwnDocument> OwnDocument::open(Chunks chunks, const ImportNames& names) {
  OwnDocument document(std::move(chunks), names);
  std::optional<Error> strange;  // Reported only if the document is ours and not newer.
  const Members told = COFFER_TRY(document.cut([&](const JsonPiece& piece) -> Result<void> {
    Result<void> taken = document.take_head(piece);
    if (!taken && !strange) strange = std::move(taken).error();
    return {};
  }));
  COFFER_TRY(document.check_head());
  if (strange) return std::move(*strange);
  if (!told.contains("secrets"))
    return document.refuse("/secrets", {ErrorCode::usage, "is missing"});
  if (!names.prefix.empty() && (told.contains("configs") || told.contains("settings"))) {
    return document.refuse(
        "",
        {ErrorCode::usage, "is an export of a whole store, which can be imported only at the root",
         "leave --prefix out, or export a PREFIX"});
  }
  return document;
}

Result<void> OwnDocument::each(const OwnVisitor& visitor) const {
  COFFER_TRY(cut([&](const JsonPiece& piece) -> Result<void> {
    if (!piece.is_element) return {};
    const json::Document document = COFFER_TRY(parse_input(piece.text, names_.source, piece.place));
    const Spot spot =
        input_reader(document, names_.source,
                     "/" + std::string(piece.member) + "/" + std::to_string(piece.index));
    if (is_element_of(piece, "secrets")) {
      SecretImage secret = COFFER_TRY(read_secret(spot, names_.prefix));
      secret.with_history = history_;
      return visitor.secret(std::move(secret));
    }
    if (is_element_of(piece, "configs")) return visitor.config(COFFER_TRY(read_config(spot)));
    return visitor.reference(COFFER_TRY(read_reference(spot, names_.prefix)));
  }));
  return {};
}

Result<std::vector<SecretImage>> read_own_json(SecretBytes text, const ImportNames& names) {
  const OwnDocument document = COFFER_TRY(OwnDocument::open(
      [&text](const std::function<Result<void>(std::string_view)>& take) {
        return take(text.text());
      },
      names));
  std::vector<SecretImage> secrets;
  COFFER_TRY(document.each({.secret = [&](SecretImage secret) -> Result<void> {
                              secrets.push_back(std::move(secret));
                              return {};
                            },
                            .config = [](const ConfigImage&) { return Result<void>(); },
                            .reference = [](const RestoredReference&) { return Result<void>(); }}));
  return secrets;
}

}  // namespace coffer::tools
