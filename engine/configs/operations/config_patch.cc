#include "configs/operations/config_patch.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "configs/config_store.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "configs/document/split.h"
#include "configs/operations/config_put.h"
#include "configs/spec/spec_walker.h"
#include "format/limits.h"
#include "text/json_merge.h"
#include "text/json_writer.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

// What the update says about a place of the target. `node` is the update's value for the place, or
// for a value around it that the update replaces whole; kNoNode if it leaves the place alone.
struct Said {
  NodeId node = kNoNode;
  bool about_the_place = false;
};

Said said_about(const Document& target, const Document& update, const json::Pointer& pointer) {
  NodeId at = 0, change = 0;
  for (const std::string& token : pointer) {
    if (update.type(change) != Type::object || target.type(at) != Type::object)
      return {change, false};
    at = target.find(at, token);
    change = update.find(change, token);
    if (change == kNoNode || at == kNoNode) return {change, false};
  }
  return {change, true};
}

// A tree of member names; the members at its leaves are removed.
struct Removal {
  std::map<std::string, Removal> members;

  void append_to(json::Writer& out) const {
    if (members.empty()) {
      out.null();
      return;
    }
    out.open('{');
    for (const auto& [name, below] : members) below.append_to(out.key(name));
    out.close('}');
  }
};

bool holds_a_secret(const Document& document, NodeId node) {
  const Marker::Kind kind = marker_at(document, node, true).kind;
  return kind == Marker::Kind::coordinate || kind == Marker::Kind::external;
}

class Patch {
 public:
  Patch(const Spec& spec, const Document& stored, const Document& update)
      : spec_(spec), stored_(stored), update_(update) {}

  Result<SecretBytes> run() {
    places_ = COFFER_TRY(find_secret_places(spec_, stored_));
    SecretBytes merged = COFFER_TRY(merge());
    const Document document = COFFER_TRY(Document::parse(merged.text()));
    const Removal going = COFFER_TRY(left_by_their_branch(document));
    if (going.members.empty()) return merged;
    json::Writer text;
    going.append_to(text);
    return json::merge_patch(document, COFFER_TRY(Document::parse(text.take())));
  }

 private:
  // An object that the update gives for a secret must not be merged with the secret's sign, so a
  // number replaces the sign first. A value that was plain under the old spec is merged normally.
  Result<SecretBytes> merge() {
    json::Splice splice(stored_);
    for (const SecretPlace& place : places_) {
      const Said said = said_about(stored_, update_, place.pointer);
      if (said.about_the_place && update_.type(said.node) == Type::object &&
          is_sign(stored_, place.node)) {
        splice.replace(place.node, SecretBytes::copy_of("0"));
      }
    }
    const Document target = COFFER_TRY(Document::parse(std::move(splice).text()));
    return json::merge_patch(target, update_);
  }

  // The secrets that the update left alone but whose places another branch now declares.
  Result<Removal> left_by_their_branch(const Document& merged) {
    std::map<json::Pointer, const SecretPlace*> before;
    for (const SecretPlace& place : places_) before.emplace(place.pointer, &place);
    Removal going;
    for (const SecretPlace& place : COFFER_TRY(find_secret_places(spec_, merged))) {
      if (!holds_a_secret(merged, place.node)) continue;
      if (said_about(stored_, update_, place.pointer).node != kNoNode) continue;
      const auto old = before.find(place.pointer);
      if (old == before.end() || share_a_source(*old->second, place)) continue;
      COFFER_TRY(add_removal(merged, place.pointer, going));
    }
    return going;
  }

  static Result<void> add_removal(const Document& merged, const json::Pointer& pointer,
                                  Removal& going) {
    NodeId at = 0;
    Removal* into = &going;
    for (const std::string& token : pointer) {
      if (merged.type(at) != Type::object) {
        return at_place(Error(ErrorCode::usage,
                              "the update leaves the branch of the spec that this list belongs to",
                              "give the whole list again, or null to remove it"),
                        json::print_pointer(pointer));
      }
      at = merged.find(at, token);
      into = &into->members[token];
    }
    return {};
  }

  const Spec& spec_;
  const Document& stored_;
  const Document& update_;
  std::vector<SecretPlace> places_;
};

}  // namespace

Result<SecretBytes> merged_document(const Spec& spec, const ConfigRecord& record,
                                    const Document& update) {
  if (update.type(0) != Type::object) {
    return Error(ErrorCode::usage, "a partial update must be a JSON object",
                 Advice::put_whole_config);
  }
  const auto stored = Document::parse(record.partial.text());
  if (!stored.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
  return Patch(spec, *stored, update).run();
}

namespace {

// The merged document must keep the limits of a put.
Result<Document> merged_in_full(SecretBytes text) {
  if (text.size() > format::kDocumentBytesMax) {
    return Error(ErrorCode::limit, "the document is too large")
        .with_size(text.size(), format::kDocumentBytesMax);
  }
  return Document::parse(std::move(text), kFullDocument);
}

// Whether preparing the update again would give the same result.
Result<bool> still_holds(const secrets::View& view, const PreparedPatch& prepared,
                         const ConfigRecord& record, bool by_stored_spec) {
  if (prepared.base.text() != record.partial.text()) return false;
  if (!by_stored_spec) return true;
  const auto spec = COFFER_TRY(load_spec(view, record));
  return spec->document().text().text() == prepared.spec->document().text().text();
}

Result<PreparedPatch> prepared_for(const secrets::View& view, const ConfigRecord& record,
                                   std::shared_ptr<const Spec> spec, const Document& update) {
  if (spec == nullptr) spec = COFFER_TRY(load_spec(view, record));
  Document document =
      COFFER_TRY(merged_in_full(COFFER_TRY(merged_document(*spec, record, update))));
  auto places = COFFER_TRY(find_secret_places(*spec, document, Shapes::admitted));
  return PreparedPatch{record.partial.clone(), std::move(spec), std::move(document),
                       std::move(places)};
}

}  // namespace

Result<PreparedPatch> prepare_patch(const secrets::View& view, std::string_view id,
                                    std::shared_ptr<const Spec> spec, const Document& update) {
  const LoadedConfig loaded = COFFER_TRY(load_config(view, id));
  return prepared_for(view, loaded.record, std::move(spec), update);
}

Result<ConfigPutReport> patch_in(secrets::Transaction& transaction, std::string_view id,
                                 std::shared_ptr<const Spec> spec, const Document& update,
                                 PreparedPatch prepared, const ConfigPutOptions& options,
                                 const ConfigRights* rights) {
  const LoadedConfig loaded = COFFER_TRY(load_config(transaction, id));
  // The config may have changed since the update was prepared.
  if (!COFFER_TRY(still_holds(transaction, prepared, loaded.record, spec == nullptr)))
    prepared = COFFER_TRY(prepared_for(transaction, loaded.record, std::move(spec), update));
  COFFER_CHECK(prepared.spec != nullptr);
  ConfigPutOptions as_stored = options;
  as_stored.compat_airbyte = options.compat_airbyte || loaded.record.compat_airbyte;
  PutInput input{prepared.spec->document().text().text(), *prepared.spec, prepared.document};
  input.places = &prepared.places;
  input.rights = rights;
  return put_in(transaction, id, input, as_stored);
}

}  // namespace coffer::configs
