#include "tools/workload/sources.h"

#include <algorithm>

#include "text/ascii.h"
#include "tools/exchange/input_document.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kScheme = "coffer://";
constexpr std::string_view kStoreIs = "store=";
constexpr std::size_t kLongestLabel = 128;

// The characters and length that IOMETE allows in the name of a configuration.
bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kLongestLabel && ascii::holds_only(text, "_.-");
}

Error no_label() {
  return {ErrorCode::usage, "is not a valid label for a store",
          "letters, digits, '_', '.' and '-', at most 128"};
}

struct Labelled {
  std::string label;
  std::string_view rest;
};

Result<Labelled> split_label(const std::string& word, const char* option) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || !is_label(word.substr(0, equals))) {
    return Error(ErrorCode::usage, "takes LABEL=...",
                 "a label has letters, digits, '_', '.' and '-'")
        .about(Subject::Kind::name, option);
  }
  return Labelled{word.substr(0, equals), std::string_view(word).substr(equals + 1)};
}

// Takes store=LABEL out of the query; the rest is a URI without a label.
Result<Reference> parse_labelled_uri(std::string_view text) {
  const std::size_t end = std::min(text.find('#'), text.size());
  const std::size_t query = text.find('?');
  Reference reference;
  if (query == std::string_view::npos || query > end) {
    reference.target = COFFER_TRY(parse_target(text));
    return reference;
  }
  std::string rest(text.substr(0, query));
  char separator = '?';
  for (std::size_t at = query + 1; at <= end;) {
    const std::size_t next = std::min({text.find('&', at), end});
    const std::string_view parameter = text.substr(at, next - at);
    at = next + 1;
    if (parameter.starts_with(kStoreIs)) {
      const std::string_view label = parameter.substr(kStoreIs.size());
      if (!is_label(label) || !reference.store.empty()) return no_label();
      reference.store = label;
    } else {
      rest += separator;
      rest += parameter;
      separator = '&';
    }
  }
  rest += text.substr(end);
  reference.target = COFFER_TRY(parse_target(rest));
  return reference;
}

Result<void> read_source(const Spot& spot, Reference& reference) {
  std::string type;
  COFFER_TRY(spot.members({{"type", into(type, &Spot::string), true},
                           {"id", into(reference.store, &Spot::string), true}}));
  if (!is_label(reference.store)) return spot.refuse(no_label());
  return {};
}

Result<Reference> parse_object(std::string_view text) {
  const json::Document document =
      COFFER_TRY(parse_input(SecretBytes::copy_of(text), "the reference"));
  Reference reference;
  std::string key;
  std::string coordinate;
  const Spot root = input_reader(document, "the reference");
  COFFER_TRY(
      root.members({{"key", into(key, &Spot::string)},
                    {"source", [&](const Spot& spot) { return read_source(spot, reference); }},
                    {"_secret", into(coordinate, &Spot::string)}}));
  if (key.empty() == coordinate.empty() || (!coordinate.empty() && !reference.store.empty())) {
    return root.refuse({ErrorCode::usage, "must name one secret",
                        R"(write {"key":"PATH","source":{"type":"...","id":"LABEL"}})"});
  }
  reference.target = COFFER_TRY(parse_target(key.empty() ? coordinate : key));
  return reference;
}

}  // namespace

void SourceWords::describe(Syntax& syntax, const char* meant) {
  syntax.repeated("--source", stores, "LABEL=DIR", meant);
  syntax.repeated("--source-key", keys, "LABEL=URI", "A key of that store");
}

Result<Sources> Sources::open(const Context& context, const SourceWords& words) {
  std::map<std::string, std::vector<std::string>> keys;
  for (const std::string& word : words.keys) {
    const Labelled key = COFFER_TRY(split_label(word, "--source-key"));
    keys[key.label].emplace_back(key.rest);
  }
  std::map<std::string, std::string> directories;
  for (const std::string& word : words.stores) {
    const Labelled store = COFFER_TRY(split_label(word, "--source"));
    if (!directories.emplace(store.label, store.rest).second) {
      return Error(ErrorCode::usage, "two stores have one label", "give each its own")
          .about(Subject::Kind::name, store.label);
    }
  }
  for (const auto& [label, uris] : keys) {
    if (directories.contains(label)) continue;
    return Error(ErrorCode::usage, "no store has this label", "name the store: --source LABEL=DIR")
        .about(Subject::Kind::name, label);
  }
  Store store = COFFER_TRY(context.open());
  Sources sources(COFFER_TRY(store.snapshot()));
  COFFER_TRY(sources.note_rights("", store, context));
  for (const auto& [label, directory] : directories) {
    const Context other = COFFER_TRY(context.of_other_store(directory, keys[label]));
    Store beside = COFFER_TRY(other.open());
    sources.others_.emplace(label, COFFER_TRY(beside.snapshot()));
    COFFER_TRY(sources.note_rights(label, beside, context));
  }
  return sources;
}

// Without a policy every user of a value may also see it.
Result<void> Sources::note_rights(const std::string& label, Store& store, const Context& context) {
  if (context.actor().purpose == Purpose::reveal || !COFFER_TRY(store.policies().in_force()))
    shown_.insert(label);
  return {};
}

Result<const Snapshot*> Sources::find(std::string_view label) const {
  if (label.empty()) return &own_;
  const auto found = others_.find(label);
  if (found != others_.end()) return &found->second;
  return Error(ErrorCode::usage, "no open store has this label",
               "open it too: --source LABEL=DIR --source-key LABEL=URI")
      .about(Subject::Kind::name, label);
}

Result<Reference> parse_reference(std::string_view text) {
  if (text.starts_with('{')) return parse_object(text);
  if (text.starts_with(kScheme)) return parse_labelled_uri(text);
  auto target = COFFER_TRY(parse_target(text));
  return Reference{{}, std::move(target)};
}

}  // namespace coffer::tools
