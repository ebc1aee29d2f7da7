#include "tools/command/secret/write_options.h"

#include <utility>

#include "text/json.h"
#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/numbers.h"
#include "tools/command/secret/kind_words.h"
#include "tools/command/streams/output.h"

namespace coffer::tools {
namespace {

Result<void> parse_expiry(const WriteWords& words, PutOptions& options) {
  if (words.ttl && words.expires_at) {
    return Error(ErrorCode::usage, "the time of expiry is given twice",
                 "give --ttl or --expires-at, not both");
  }
  if (words.ttl) {
    options.ttl_ms = COFFER_TRY(parse_span("--ttl", *words.ttl, false));
    if (options.ttl_ms <= 0) {
      return Error(ErrorCode::usage, "takes a duration longer than zero",
                   "for example --ttl 2h; without it the version does not expire")
          .about(Subject::Kind::name, "--ttl");
    }
  }
  if (words.expires_at) {
    const Result<std::int64_t> time = text::parse_time(*words.expires_at);
    if (!time || *time == 0) {
      return Error(ErrorCode::usage, "takes a time as RFC 3339 writes it",
                   "for example --expires-at 2027-01-31T12:00:00Z")
          .about(Subject::Kind::name, "--expires-at");
    }
    options.expires_at_ms = *time;
  }
  return {};
}

}  // namespace

void describe_write_options(Syntax& syntax, WriteWords& words) {
  syntax.option("--cas", words.cas, "N", "Only if the current version is N; 0: if there is none");
  syntax.option("--ttl", words.ttl, "DURATION",
                "Expires after this time: 90s, 15m, 1h30m, 30d, 1w");
  syntax.option("--expires-at", words.expires_at, "TIME",
                "Expires at this time: 2027-01-31T12:00:00Z");
  syntax.repeated("--metadata", words.metadata, "K=V", "Custom metadata; replaces all existing");
  syntax.option("--kind", words.kind, "KIND",
                "What the value must look like: generic (anything), key (not empty), password "
                "(text, or fields of text), token (the same without blanks), key-value (fields), "
                "key-value-properties (fields of one text, number or truth value), certificate (in "
                "PEM, or bytes such as a keystore's), docker-config (docker's config.json)");
  syntax.option("--description", words.description, "TEXT", "What it is for");
  syntax.option("--owner", words.owner, "NAME", "Who owns it");
  syntax.repeated("--tag", words.tags, "TAG", "A tag; the tags given replace all existing");
}

Result<std::map<std::string, std::string>> parse_pairs(std::string_view option,
                                                       const std::vector<std::string>& words) {
  std::map<std::string, std::string> pairs;
  for (const std::string& pair : words) {
    const std::size_t equals = pair.find('=');
    const bool whole = equals != std::string::npos && equals != 0 && json::is_valid_utf8(pair);
    if (!whole || !pairs.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
      return Error(ErrorCode::usage, "takes k=v in UTF-8, each k once")
          .about(Subject::Kind::name, option);
    }
  }
  return pairs;
}

Result<PutOptions> parse_write_options(const WriteWords& words) {
  PutOptions options;
  if (words.cas) options.cas = COFFER_TRY(parse_number("--cas", *words.cas));
  COFFER_TRY(parse_expiry(words, options));
  if (!words.metadata.empty())
    options.metadata.custom = COFFER_TRY(parse_pairs("--metadata", words.metadata));
  options.metadata.kind = kind_by(words.kind);
  options.metadata.description = words.description;
  options.metadata.owner = words.owner;
  if (!words.tags.empty()) options.metadata.tags = words.tags;
  return options;
}

Result<void> write_new_version(const Context& context, const std::string& path,
                               const VersionInfo& version) {
  if (context.json()) {
    JsonText json;
    json.open('{').key("path").string(path).key("version").number(version.version);
    json.key("created_time").time(version.created_at_ms).close('}');
    return json.write();
  }
  // A user who writes --ttl 5 and means five days must see when the version expires.
  const bool ends = version.expires_at_ms != 0;
  std::vector<std::string> titles = {"PATH", "VERSION", "CREATED"};
  std::vector<std::string> row = {path, std::to_string(version.version),
                                  text::print_time(version.created_at_ms)};
  if (ends) {
    titles.emplace_back("EXPIRES");
    row.push_back(text::print_time(version.expires_at_ms));
  }
  Table table(std::move(titles));
  table.row(std::move(row));
  return table.write();
}

}  // namespace coffer::tools
