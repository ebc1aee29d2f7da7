#include "tools/workload/selection.h"

#include <algorithm>
#include <optional>
#include <set>

#include "text/json.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/field_names.h"
#include "tools/command/secret/target.h"
#include "tools/exchange/value_text.h"
#include "tools/workload/product_hooks.h"
#include "tools/workload/selected_values.h"

namespace coffer::tools {
namespace {

// Adds a value that is not an object, so it has no field names.
Result<void> add_whole(Bindings& bindings, const Secret& secret, Use use) {
  if (use == Use::variables) {
    return Error(ErrorCode::usage, "has no fields that could name variables",
                 "give it a name: --map NAME=PATH; --all-of names such a value by its secret")
        .about(Subject::Kind::path, secret.path);
  }
  const SecretBytes whole = COFFER_TRY(text_of(secret.value));
  if (secret.value.is_json() && secret.value.text() == "null") return null_value(secret, "");
  return bindings.add(name_for(use, secret, ""), whole.text(), origin_of(secret, ""));
}

// Whether the only field is `value`: IOMETE stores a single value so, and `--all-of` names it after
// its secret.
bool is_lone_value(const json::Document& document) {
  return document.child_count(0) == 1 && document.key(document.first_child(0)) == "value";
}

// Adds every field under its own name; the document is parsed once for all of them.
Result<void> add_fields(Bindings& bindings, const Secret& secret, Use use) {
  if (!secret.value.is_json()) return add_whole(bindings, secret, use);
  const json::Document document = COFFER_TRY(json::Document::parse(secret.value.text()));
  if (document.type(0) != json::Type::object) return add_whole(bindings, secret, use);
  const bool by_secret = use == Use::variables_by_secret && is_lone_value(document);
  for (json::NodeId node = document.first_child(0); node != json::kNoNode;
       node = document.next_sibling(node)) {
    const std::string field(document.key(node));
    if (field.empty()) {
      return Error(ErrorCode::usage, "has a field without a name, which cannot become a variable",
                   "give it a name: --map NAME=PATH for the whole value, or rename the field")
          .about(Subject::Kind::path, secret.path);
    }
    if (document.type(node) == json::Type::null) return null_value(secret, field);
    const bool is_string = document.type(node) == json::Type::string;
    COFFER_TRY(add_value(bindings, secret, name_for(use, secret, by_secret ? "" : field), field,
                         is_string ? document.string(node) : document.raw(node), use));
  }
  return {};
}

Result<Secret> read(const Sources& stores, const Reference& reference,
                    Literal of_folder = kLookIntoFolder) {
  const Snapshot* store = COFFER_TRY(stores.find(reference.store));
  const Target& target = reference.target;
  Result<Secret> secret = about_secret(store->get(target.path, target.version), target.path);
  const bool is_absent = !secret && secret.error().code() == ErrorCode::not_found;
  if (!is_absent || target.version != 0) return secret;
  return absent_secret(*store, std::move(secret).error(), target.path, of_folder);
}

// If the field is missing, lets the hint list the existing fields, for callers who may see the
// value.
Result<SecretBytes> hinted(Result<SecretBytes> found, const Sources& stores,
                           const Reference& reference, const Secret& secret) {
  if (!found && stores.shows_values_of(reference.store))
    hint_at_fields(found.error(), secret.value);
  return found;
}

Result<void> add_only(Bindings& bindings, const Sources& stores, const std::string& word, Use use) {
  const Reference reference = COFFER_TRY(parse_reference(word));
  const std::optional<std::string>& field = reference.target.field;
  const Secret secret = COFFER_TRY(read(
      stores, reference, "--prefix PATH takes every secret in it; `coffer list PATH` names them"));
  if (field) {
    const SecretBytes text =
        COFFER_TRY(hinted(place_in(secret, *field), stores, reference, secret));
    return add_value(bindings, secret, name_for(use, secret, *field), *field, text.text(), use);
  }
  return add_fields(bindings, secret, use);
}

// The value of a secret, or one of its fields, as a program reads it.
Result<SecretBytes> text_at(const Secret& secret, const std::optional<std::string>& field) {
  if (field) return place_in(secret, *field);
  if (secret.value.is_json() && secret.value.text() == "null") return null_value(secret, "");
  return text_of(secret.value);
}

// A user of other tools may write the value itself after --map NAME=, so no error repeats the word.
Error without_its_word(Error error, const std::string& name, std::string_view word) {
  if (word.starts_with("coffer://")) return error;
  if (word.find('#') != std::string_view::npos) {
    return Error(error.code(), "the text after = names no secret",
                 "--map takes NAME=REF, never a value; a field is written "
                 "NAME=coffer://PATH#FIELD")
        .about(Subject::Kind::name, "--map " + name);
  }
  return Error(error.code(), "the text after = names no secret",
               "--map takes NAME=REF, never a value; `coffer list` shows what there is")
      .about(Subject::Kind::name, "--map " + name);
}

Result<Secret> read_mapped(const Sources& stores, const Reference& reference,
                           const std::string& name, std::string_view word) {
  Result<Secret> secret = read(stores, reference);
  if (!secret && secret.error().code() == ErrorCode::not_found)
    return without_its_word(std::move(secret).error(), name, word);
  return secret;
}

// Adds NAME=REF. A path of the own store goes into `mapped`, so that a prefix does not add it
// again.
Result<void> add_mapped(Bindings& bindings, const Sources& stores, const std::string& word,
                        std::set<std::string>& mapped) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0)
    return Error(ErrorCode::usage, "takes NAME=REF").about(Subject::Kind::name, "--map");
  const std::string name = word.substr(0, equals);
  const std::string_view rest = std::string_view(word).substr(equals + 1);
  Result<Reference> parsed = parse_reference(rest);
  if (!parsed) return without_its_word(std::move(parsed).error(), name, rest);
  const Reference reference = *std::move(parsed);
  const std::optional<std::string>& field = reference.target.field;
  const Secret secret = COFFER_TRY(read_mapped(stores, reference, name, rest));
  const SecretBytes text = COFFER_TRY(hinted(text_at(secret, field), stores, reference, secret));
  COFFER_TRY(bindings.add(name, text.text(), origin_of(secret, field.value_or(""))));
  if (reference.store.empty()) mapped.insert(reference.target.path);
  return {};
}

Error nothing_selected(Subject::Kind kind, std::string_view about) {
  return Error(ErrorCode::not_found, "this selects no secret",
               "`coffer list -r` shows what there is")
      .about(kind, about);
}

// Adds the secrets below a folder, except config secrets, which have coordinates instead of names.
Result<void> add_below(Bindings& bindings, const Snapshot& store, const std::string& prefix,
                       const std::set<std::string>& mapped, Use use) {
  COFFER_TRY(check_names_folder(prefix, "name one: no program gets the whole store"));
  const ListOptions options{.recursive = true, .state = ListState::live};
  bool is_any = false;
  for (const std::string& path : COFFER_TRY(store.list(prefix, options))) {
    if (mapped.contains(path)) {
      is_any = true;
      continue;
    }
    const Metadata metadata = COFFER_TRY(store.metadata(path));
    if (metadata.managed || kProductSelection.is_record(path, metadata)) continue;
    is_any = true;
    COFFER_TRY(add_fields(bindings, COFFER_TRY(about_secret(store.get(path), path)), use));
  }
  if (!is_any) return nothing_selected(Subject::Kind::path, prefix);
  return {};
}

}  // namespace

void Selection::describe(Syntax& syntax) {
  syntax.repeated("--only", only, "REF", "The fields of this secret, or one field");
  syntax.repeated("--prefix", prefixes, "P", "The fields of every secret below P");
  syntax.repeated("--all-of", all_of, "P",
                  "The same; a value without fields, or with the only field `value`, gets its "
                  "secret's name");
  syntax.repeated(kProductSelection.option, of_product, kProductSelection.value,
                  kProductSelection.help);
  syntax.repeated("--map", maps, "NAME=REF", "Give this name to a secret or field");
}

Result<Secret> read_whole(const Sources& stores, std::string_view reference) {
  const Reference parsed = COFFER_TRY(parse_reference(reference));
  if (parsed.target.field) {
    return Error(ErrorCode::usage, "names a field, but a whole secret is needed",
                 "leave #FIELD out")
        .about(Subject::Kind::path, parsed.target.path);
  }
  return read(stores, parsed);
}

Result<SecretBytes> resolve_reference(const Sources& stores, std::string_view reference) {
  const Reference parsed = COFFER_TRY(parse_reference(reference));
  const Secret secret = COFFER_TRY(read(stores, parsed));
  std::optional<std::string> field = parsed.target.field;
  if (!field && secret.value.is_json()) {
    const auto names = secret.value.field_names();
    if (names && names->size() != 1) {
      return Error(ErrorCode::usage, "has several fields, so the reference must name one",
                   "write coffer://PATH#FIELD or ${secrets.PATH#FIELD}")
          .about(Subject::Kind::path, secret.path);
    }
    if (names) field = names->front();
  }
  return hinted(text_at(secret, field), stores, parsed, secret);
}

namespace {

Result<void> add_selected(Bindings& bindings, const Sources& stores, const Selection& selection,
                          const std::set<std::string>& mapped, Use use) {
  for (const std::string& word : selection.only) COFFER_TRY(add_only(bindings, stores, word, use));
  for (const std::string& prefix : selection.prefixes)
    COFFER_TRY(add_below(bindings, stores.own(), prefix, mapped, use));
  for (const std::string& word : selection.of_product)
    COFFER_TRY(kProductSelection.add(bindings, stores.own(), word, {use, selection.with_files}));
  const Use by_secret = use == Use::files ? use : Use::variables_by_secret;
  for (const std::string& prefix : selection.all_of)
    COFFER_TRY(add_below(bindings, stores.own(), prefix, mapped, by_secret));
  return {};
}

}  // namespace

Result<Bindings> gather(const Sources& stores, const Selection& selection) {
  Bindings bindings;
  std::set<std::string> mapped;
  for (const std::string& word : selection.maps) {
    COFFER_TRY(add_mapped(bindings, stores, word, mapped));
  }
  COFFER_TRY(add_selected(bindings, stores, selection, mapped, Use::variables));
  // What a product selects may be files alone.
  if (bindings.empty() && !(selection.with_files && !selection.of_product.empty()))
    return nothing_selected(Subject::Kind::name, "the selection");
  return bindings;
}

Result<Bindings> gather_files(const Sources& stores, const Selection& selection) {
  Bindings bindings;
  COFFER_TRY(add_selected(bindings, stores, selection, {}, Use::files));
  if (bindings.empty() && selection.of_product.empty())
    return nothing_selected(Subject::Kind::name, "--files");
  return bindings;
}

}  // namespace coffer::tools
