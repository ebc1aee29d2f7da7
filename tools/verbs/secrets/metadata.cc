// coffer metadata get | put | patch | delete
#include "text/ascii.h"
#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/kind_words.h"
#include "tools/command/secret/target.h"
#include "tools/command/secret/write_options.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

struct ChangeWords {
  std::string path;
  std::optional<std::string> max_versions, delete_version_after, kind, description, owner,
      metadata_cas;
  std::optional<std::string> cas_required;
  std::vector<std::string> custom, removed, tags;
  bool no_tags = false;
};

void describe_words(Syntax& syntax, ChangeWords& words, bool is_patch) {
  syntax.word("PATH", words.path, "The secret");
  syntax.option("--max-versions", words.max_versions, "N",
                "Keep so many versions; of this and the store's the larger counts");
  syntax.switch_flag("--cas-required", words.cas_required, "Every put must give --cas");
  syntax.option("--delete-version-after", words.delete_version_after, "DURATION",
                "New versions are deleted after that; 0: not");
  syntax.repeated("--custom", words.custom, "K=V",
                  is_patch ? "Custom metadata, added to what is there"
                           : "Custom metadata, in place of all there is");
  if (is_patch)
    syntax.repeated("--remove-custom", words.removed, "K", "Takes custom metadata away");
  syntax.option("--kind", words.kind, "KIND", "What the value must look like; \"\": anything");
  syntax.option("--owner", words.owner, "NAME", "Whose it is");
  syntax.option("--description", words.description, "TEXT", "What it is for");
  syntax.repeated("--tag", words.tags, "TAG", "A tag; together in place of all there are");
  syntax.flag("--no-tags", words.no_tags, "Takes all tags away");
  syntax.option("--metadata-cas", words.metadata_cas, "N",
                "Only if the metadata's revision is N; 0: if nobody set any");
}

Result<void> parse_custom(const ChangeWords& words, bool is_patch, MetadataChange& change) {
  const auto pairs = COFFER_TRY(parse_pairs("--custom", words.custom));
  if (!is_patch) {
    if (!pairs.empty()) change.custom = pairs;
    return {};
  }
  for (const auto& [key, value] : pairs) change.custom_patch.emplace(key, value);
  for (const std::string& key : words.removed) {
    if (!change.custom_patch.emplace(key, std::nullopt).second) {
      return Error(ErrorCode::usage, "one key is named twice", "set it or remove it, not both")
          .about(Subject::Kind::name, "--remove-custom");
    }
  }
  return {};
}

Result<MetadataChange> change_of(const ChangeWords& words, bool is_patch) {
  MetadataChange change;
  if (words.max_versions) {
    const std::uint64_t number = COFFER_TRY(parse_number("--max-versions", *words.max_versions));
    if (number > UINT32_MAX)
      return Error(ErrorCode::usage, "is too large").about(Subject::Kind::name, "--max-versions");
    change.max_versions = static_cast<std::uint32_t>(number);
  }
  if (words.cas_required)
    change.cas_required = COFFER_TRY(parse_truth("--cas-required", *words.cas_required));
  if (words.delete_version_after) {
    change.delete_version_after_ms =
        COFFER_TRY(parse_span("--delete-version-after", *words.delete_version_after, false));
  }
  change.kind = kind_by(words.kind);
  change.description = words.description;
  change.owner = words.owner;
  if (words.no_tags && !words.tags.empty())
    return Error(ErrorCode::usage, "tags are both set and removed");
  if (words.no_tags || !words.tags.empty()) change.tags = words.tags;
  COFFER_TRY(parse_custom(words, is_patch, change));
  const bool changes_something = change.max_versions || change.cas_required ||
                                 change.delete_version_after_ms || change.kind ||
                                 change.description || change.owner || change.tags ||
                                 change.custom || !change.custom_patch.empty();
  if (!changes_something) {
    return Error(ErrorCode::usage, "no change is given",
                 "for example --owner team-a, or --max-versions 5");
  }
  if (words.metadata_cas)
    change.metadata_cas = COFFER_TRY(parse_number("--metadata-cas", *words.metadata_cas));
  return change;
}

Result<void> write_json(const Metadata& metadata, const History& history) {
  JsonText json;
  json.open('{').key("path").string(history.path);
  json.key("created_time").time(metadata.created_at_ms);
  json.key("updated_time").time(metadata.updated_at_ms);
  json.key("current_version").number(history.current_version);
  json.key("oldest_version").number(history.oldest_version);
  json.key("max_versions").number(metadata.max_versions);
  json.key("cas_required").boolean(metadata.cas_required);
  json.key("delete_version_after").string(print_span(metadata.delete_version_after_ms));
  json.key("kind").string(metadata.kind).key("description").string(metadata.description);
  json.key("owner").string(metadata.owner).key("tags").strings(metadata.tags);
  json.key("marked_by").string(metadata.marked_by);
  json.key("marks_doubted").boolean(metadata.marks_doubted);
  json.key("custom_metadata").open('{');
  for (const auto& [key, value] : metadata.custom) json.key(key).string(value);
  json.close('}').key("managed").boolean(metadata.managed);
  json.key("metadata_revision").number(metadata.revision).close('}');
  return json.write();
}

Result<void> write_table(const Metadata& metadata, const History& history) {
  Table table({"KEY", "VALUE"});
  table.row({"path", history.path});
  table.row({"created_time", text::print_time(metadata.created_at_ms)});
  table.row({"updated_time", text::print_time(metadata.updated_at_ms)});
  table.row({"current_version", std::to_string(history.current_version)});
  table.row({"oldest_version", std::to_string(history.oldest_version)});
  table.row({"max_versions", std::to_string(metadata.max_versions)});
  table.row({"cas_required", metadata.cas_required ? "true" : "false"});
  table.row({"delete_version_after", print_span(metadata.delete_version_after_ms)});
  table.row({"kind", metadata.kind});
  table.row({"description", metadata.description});
  table.row({"owner", metadata.owner});
  table.row({"tags", ascii::joined(metadata.tags)});
  if (!metadata.marked_by.empty()) table.row({"marked_by", metadata.marked_by});
  if (metadata.marks_doubted) table.row({"marks_doubted", "true"});
  for (const auto& [key, value] : metadata.custom) table.row({"custom." + key, value});
  table.row({"managed", metadata.managed ? "true" : "false"});
  table.row({"metadata_revision", std::to_string(metadata.revision)});
  return table.write();
}

VerbResult change_metadata(Arguments& arguments, const VerbText& text, bool is_patch) {
  ChangeWords words;
  Syntax syntax(arguments, text);
  describe_words(syntax, words, is_patch);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::string path = COFFER_TRY(parse_whole(words.path));
  const MetadataChange change = COFFER_TRY(change_of(words, is_patch));
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(about_secret(
      store, is_patch ? store.patch_metadata(path, change) : store.put_metadata(path, change),
      path));
  if (!context.json()) return 0;
  JsonText json;
  json.open('{').key("path").string(path).close('}');
  COFFER_TRY(json.write());
  return 0;
}

VerbResult verb_metadata_get(Arguments& arguments, const VerbText& text) {
  std::string word;
  Syntax syntax(arguments, text);
  syntax.word("PATH", word, "The secret");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::string path = COFFER_TRY(parse_whole(word));
  Store store = COFFER_TRY(context.open());
  const Metadata metadata = COFFER_TRY(about_secret(store, store.metadata(path), path));
  const History history = COFFER_TRY(about_secret(store.history(path), path));
  COFFER_TRY(context.json() ? write_json(metadata, history) : write_table(metadata, history));
  return 0;
}

VerbResult verb_metadata_put(Arguments& arguments, const VerbText& text) {
  return change_metadata(arguments, text, false);
}

VerbResult verb_metadata_patch(Arguments& arguments, const VerbText& text) {
  return change_metadata(arguments, text, true);
}

}  // namespace

extern constinit const Verb kMetadataGetVerb{
    {"metadata get", "Shows a secret's settings and metadata, never its value.",
     "coffer metadata get ingestion/my-job"},
    Section::secrets,
    verb_metadata_get,
    "A secret's settings and metadata"};

extern constinit const Verb kMetadataPutVerb{
    {"metadata put",
     "Sets settings and metadata; makes a secret without versions if there is none.",
     "coffer metadata put ingestion/my-job --max-versions 5 --custom stage=prod"},
    Section::secrets,
    verb_metadata_put};

extern constinit const Verb kMetadataPatchVerb{
    {"metadata patch", "Changes settings and metadata of an existing secret.",
     "coffer metadata patch ingestion/my-job --owner team-a --remove-custom stage"},
    Section::secrets,
    verb_metadata_patch};

}  // namespace coffer::tools
