// coffer list
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "format/names.h"
#include "text/ascii.h"
#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/fail.h"
#include "tools/command/numbers.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/kind_words.h"
#include "tools/command/secret/listing_words.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/workload/sources.h"

namespace coffer::tools {
namespace {

struct ListWords {
  std::optional<std::string> prefix;
  std::optional<std::string> state;
  std::vector<std::string> custom;
  std::optional<std::string> older_than;
  std::optional<std::string> newer_than;
  std::optional<std::string> workspace;
  std::optional<std::string> limit;
  bool managed = false;
  bool unmanaged = false;
  NameFilter names;
  bool rows = false;
  std::size_t lines_max = std::numeric_limits<std::size_t>::max();
  SourceWords sources;
};

void describe_words(Syntax& syntax, ListWords& words, ListOptions& options) {
  syntax.optional_word("PREFIX", words.prefix, "A folder; everything where none is named");
  syntax.flag("-r,--recursive", options.recursive, "Full paths of all below");
  syntax.flag("-l,--long", words.rows, "State, times and metadata of each, and its full path");
  syntax.option("--state", words.state, "STATE", "live, deleted, expired or all");
  syntax.repeated("--tag", options.tags, "TAG", "Only those with the tag; with each of several");
  syntax.option("--owner", options.owner, "OWNER", "Only those of the owner");
  syntax.option("--kind", options.kind, "KIND", "Only those of the kind");
  syntax.repeated("--custom", words.custom, "K=V", "Only those with the custom metadata");
  syntax.option("--older-than", words.older_than, "DURATION",
                "Last updated at least that long ago");
  syntax.option("--newer-than", words.newer_than, "DURATION",
                "Last updated less than that long ago");
  syntax.flag("--managed", words.managed, "Only the secrets of configs");
  syntax.flag("--unmanaged", words.unmanaged, "Only secrets of your own: none of a config");
  syntax.option("--workspace", words.workspace, "UUID", "Only configs' secrets of the workspace");
  syntax.option("--limit", words.limit, "N", "The first N; how many are left out goes to stderr");
  syntax.option("--match", words.names.match, "PATTERN",
                "Only full paths like it (* ? [abc]), wherever below");
  syntax.option("--description", words.names.description, "TEXT",
                "Only those whose description contains it, at any depth");
  words.sources.describe(
      syntax, "Another store, whose names are listed with this one's, each with its LABEL");
}

// Cuts what is beyond the limit off and tells how much that was.
template <typename T>
std::size_t cut(std::vector<T>& found, std::size_t lines_max) {
  if (found.size() <= lines_max) return 0;
  const std::size_t left_out = found.size() - lines_max;
  found.erase(found.begin() + static_cast<std::ptrdiff_t>(lines_max), found.end());
  note(std::to_string(left_out) + " more are left out");
  return left_out;
}

Result<ListState> parse_state(std::string_view text) {
  if (text == "live") return ListState::live;
  if (text == "deleted") return ListState::deleted;
  if (text == "expired") return ListState::expired;
  if (text == "all") return ListState::all;
  return Error(ErrorCode::usage, "takes live, deleted, expired or all")
      .about(Subject::Kind::name, "--state");
}

Result<std::int64_t> parse_age(const char* option, const std::optional<std::string>& text) {
  if (!text) return 0;
  const std::int64_t age = COFFER_TRY(parse_span(option, *text, false));
  if (age > 0) return age;
  return Error(ErrorCode::usage, "takes a time longer than zero")
      .about(Subject::Kind::name, option);
}

Result<void> read_managed(const ListWords& words, ListOptions& options) {
  if (words.managed && words.unmanaged)
    return Error(ErrorCode::usage, "--managed and --unmanaged exclude each other");
  if (words.managed || words.unmanaged) options.managed = words.managed;
  if (!words.workspace) return {};
  if (!format::is_uuid(*words.workspace)) {
    return Error(ErrorCode::usage, "takes the lower-case UUID of a workspace")
        .about(Subject::Kind::name, "--workspace");
  }
  options.workspace = *words.workspace;
  return {};
}

Result<void> read_words(ListWords& words, ListOptions& options) {
  COFFER_TRY(read_managed(words, options));
  if (words.limit) {
    words.lines_max = COFFER_TRY(parse_number("--limit", *words.limit));
    if (words.lines_max == 0) {
      return Error(ErrorCode::usage, "takes a number of at least 1")
          .about(Subject::Kind::name, "--limit");
    }
  }
  if (words.state) options.state = COFFER_TRY(parse_state(*words.state));
  options.older_than_ms = COFFER_TRY(parse_age("--older-than", words.older_than));
  options.newer_than_ms = COFFER_TRY(parse_age("--newer-than", words.newer_than));
  for (const std::string& pair : words.custom) {
    const std::size_t equals = pair.find('=');
    const bool whole = equals != std::string::npos && equals != 0;
    if (!whole || !options.custom.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second)
      return Error(ErrorCode::usage, "takes k=v, each k once")
          .about(Subject::Kind::name, "--custom");
  }
  return {};
}

// JSON output notes this only if something was left out.
void append_left_out(JsonText& json, std::size_t left_out) {
  if (left_out > 0) json.key("left_out").number(left_out);
}

Result<void> write_names(std::vector<std::string> names, std::size_t lines_max, bool as_json) {
  const std::size_t left_out = cut(names, lines_max);
  if (!as_json) {
    std::string lines;
    for (const std::string& name : names) lines += name + "\n";
    return write_stdout(as_bytes(lines));
  }
  JsonText json;
  json.open('{').key("keys").strings(names);
  append_left_out(json, left_out);
  json.close('}');
  return json.write();
}

void append_json(JsonText& json, const ListedSecret& secret) {
  const Metadata& metadata = secret.metadata;
  json.open('{').key("path").string(secret.path).key("state").string(state_name(secret.state));
  json.key("current_version").number(secret.newest.version);
  json.key("created_time").time(metadata.created_at_ms);
  json.key("updated_time").time(metadata.updated_at_ms);
  json.key("deletion_time").time(secret.newest.deletion_at_ms);
  json.key("expires_time").time(secret.newest.expires_at_ms);
  json.key("kind").string(metadata.kind).key("owner").string(metadata.owner);
  json.key("description")
      .string(metadata.description)
      .key("tags")
      .strings(metadata.tags)
      .key("custom_metadata")
      .open('{');
  for (const auto& [key, value] : metadata.custom) json.key(key).string(value);
  json.close('}').close('}');
}

Result<void> write_rows_json(const std::vector<ListedSecret>& found, std::size_t left_out) {
  JsonText json;
  json.open('{').key("folders").open('[');
  for (const ListedSecret& each : found)
    if (each.folder) json.string(each.path);
  json.close(']').key("secrets").open('[');
  for (const ListedSecret& each : found)
    if (!each.folder) append_json(json, each);
  json.close(']');
  append_left_out(json, left_out);
  json.close('}');
  return json.write();
}

Result<void> write_rows_table(const std::vector<ListedSecret>& found) {
  Table table({"PATH", "STATE", "VERSION", "UPDATED", "EXPIRES", "KIND", "OWNER", "TAGS"});
  for (const ListedSecret& each : found) {
    if (each.folder) {
      table.row({each.path, "", "", "", "", "", "", ""});
      continue;
    }
    const Metadata& metadata = each.metadata;
    table.row({each.path, std::string(state_name(each.state)), std::to_string(each.newest.version),
               text::print_time(metadata.updated_at_ms),
               text::print_time(each.newest.expires_at_ms), printable(metadata.kind),
               printable(metadata.owner), printable(ascii::joined(metadata.tags, ","))});
  }
  return table.write();
}

// Names of several stores, each with its store's label; the own one's is empty.
Result<void> write_merged(const Sources& stores, const std::string& prefix,
                          const ListOptions& options, std::size_t lines_max, bool as_json) {
  std::vector<std::pair<std::string, std::string>> names;
  const auto add = [&](const std::string& label, const Snapshot& store) -> Result<void> {
    for (std::string& name : COFFER_TRY(store.list(prefix, options)))
      names.emplace_back(std::move(name), label);
    return {};
  };
  COFFER_TRY(add("", stores.own()));
  for (const auto& [label, store] : stores.others()) COFFER_TRY(add(label, store));
  std::sort(names.begin(), names.end());
  const std::size_t left_out = cut(names, lines_max);
  if (!as_json) {
    Table table({"KEY", "SOURCE"});
    for (const auto& [name, label] : names) table.row({name, label});
    return table.write();
  }
  JsonText json;
  json.open('{').key("keys").open('[');
  for (const auto& [name, label] : names)
    json.open('{').key("key").string(name).key("source").string(label).close('}');
  json.close(']');
  append_left_out(json, left_out);
  json.close('}');
  return json.write();
}

bool is_filtered(const ListWords& words, const ListOptions& options) {
  return words.names.is_set() || words.state || options.owner || options.kind ||
         !options.tags.empty() || !options.custom.empty() || options.older_than_ms > 0 ||
         options.newer_than_ms > 0 || options.managed || !options.workspace.empty();
}

// For programs the bare names, which cost less; a person is shown what is deleted, too.
Result<void> list_own(Store& store, const Context& context, const ListWords& words,
                      ListOptions options) {
  const std::string prefix = words.prefix.value_or("");
  const bool marks = !context.json() && !words.rows && isatty(STDOUT_FILENO) == 1;
  options.recursive = options.recursive || words.names.is_set();
  if (!words.rows && !marks && !words.names.is_set()) {
    std::vector<std::string> names = COFFER_TRY(store.list(prefix, options));
    if (names.empty() && !context.json())
      note_nothing_listed(store, prefix, is_filtered(words, options));
    return write_names(std::move(names), words.lines_max, context.json());
  }
  std::vector<ListedSecret> found = COFFER_TRY(store.find(prefix, options));
  if (words.names.is_set()) keep_passing(found, words.names);
  if (found.empty() && !context.json())
    note_nothing_listed(store, prefix, is_filtered(words, options));
  if (words.rows) {
    const std::size_t left_out = cut(found, words.lines_max);
    return context.json() ? write_rows_json(found, left_out) : write_rows_table(found);
  }
  if (marks)
    return write_names(marked_names(found, prefix, options.recursive), words.lines_max, false);
  std::vector<std::string> names;
  for (const ListedSecret& each : found) names.push_back(each.path);
  return write_names(std::move(names), words.lines_max, context.json());
}

VerbResult verb_list(Arguments& arguments, const VerbText& text) {
  ListWords words;
  ListOptions options;
  Syntax syntax(arguments, text);
  describe_words(syntax, words, options);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  options.kind = kind_by(options.kind);
  COFFER_TRY(read_words(words, options));
  if (!words.sources.stores.empty()) {
    if (words.rows) {
      return Error(ErrorCode::usage, "lists one store only", "list the other by --store")
          .about(Subject::Kind::name, "--long");
    }
    if (words.names.is_set()) {
      return Error(ErrorCode::usage, "searches one store only", "list the other by --store")
          .about(Subject::Kind::name, words.names.match ? "--match" : "--description");
    }
    const Sources stores = COFFER_TRY(Sources::open(context, words.sources));
    COFFER_TRY(
        write_merged(stores, words.prefix.value_or(""), options, words.lines_max, context.json()));
    return 0;
  }
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(list_own(store, context, words, options));
  return 0;
}

}  // namespace

extern constinit const Verb kListVerb{
    {"list", "Lists the secrets of the store, never a value.",
     "coffer list ingestion --recursive --tag prod --older-than 90d --long"},
    Section::secrets,
    verb_list};

}  // namespace coffer::tools
