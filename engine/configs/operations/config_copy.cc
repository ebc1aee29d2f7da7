#include "configs/operations/config_copy.h"

#include <map>
#include <string>
#include <utility>

#include "base/check.h"
#include "configs/config_store.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "configs/operations/config_put.h"
#include "configs/operations/release.h"
#include "configs/transaction_store.h"
#include "format/names.h"
#include "text/json.h"

namespace coffer::configs {
namespace {

using secrets::DocumentKind;
using secrets::Transaction;

Result<void> check_free(const Transaction& transaction, std::string_view id) {
  if (!COFFER_TRY(find_config(transaction, id))) return {};
  return Error(ErrorCode::conflict, "a config of this name already exists",
               Advice::delete_other_config)
      .about(Subject::Kind::name, id);
}

// Copies the secrets of one config for another.
class Copier {
 public:
  Copier(Transaction& transaction, std::string_view to, const ConfigRecord& from)
      : transaction_(transaction),
        from_(from),
        store_(transaction, {.id = std::string(to), .workspace = from.workspace}) {}

  Result<PreparedPut> run() {
    const auto document = json::Document::parse(from_.partial.text());
    if (!document.ok()) return damaged();
    json::Splice splice(*document);
    PreparedPut prepared;
    for (const StoredPlace& place : from_.places) {
      if (place.external) {
        prepared.record.places.push_back(place);
        prepared.outcomes.push_back({place.pointer, ConfigOutcome::Kind::external,
                                     std::string(kExternalPrefix) + place.coordinate});
        continue;
      }
      auto minted = minted_for(place.coordinate);
      if (!minted.ok()) return at_place(std::move(minted).error(), place.pointer);
      const auto pointer = json::parse_pointer(place.pointer);
      if (!pointer.ok()) return damaged();
      const json::NodeId node = json::resolve(*document, *pointer);
      if (node == json::kNoNode) return damaged();
      splice.replace(node, coordinate_object(*minted));
      prepared.record.places.push_back({place.pointer, *minted, false});
      prepared.outcomes.push_back({place.pointer, ConfigOutcome::Kind::minted, *minted});
    }
    COFFER_CHECK(prepared.record.places.size() == from_.places.size());
    prepared.record.partial = std::move(splice).text();
    prepared.record.workspace = from_.workspace;
    prepared.record.compat_airbyte = from_.compat_airbyte;
    return prepared;
  }

 private:
  static Error damaged() { return {ErrorCode::corrupt, "the stored config is damaged"}; }

  // Places that share a secret also share its copy.
  Result<std::string> minted_for(const std::string& coordinate) {
    if (const auto found = copies_.find(coordinate); found != copies_.end()) return found->second;
    const auto parsed = format::parse_coordinate(coordinate);
    if (!parsed) return damaged();
    Secret secret = COFFER_TRY(transaction_.get(parsed->base, parsed->version));
    const SecretBytes payload = COFFER_TRY(payload_of(std::move(secret.value)));
    std::string minted = COFFER_TRY(store_.mint(payload.text()));
    copies_.emplace(coordinate, minted);
    return minted;
  }

  Transaction& transaction_;
  const ConfigRecord& from_;
  TransactionStore store_;
  std::map<std::string, std::string> copies_;
};

// Moves the holder's references to its new name.
Result<void> rename_references(Transaction& transaction, Holder from, Holder to,
                               const std::vector<StoredPlace>& places) {
  for (const StoredPlace& place : places) {
    if (place.external) continue;
    if (const auto parsed = format::parse_coordinate(place.coordinate))
      COFFER_TRY(check_name_free(transaction, to, parsed->base));
  }
  for (const StoredPlace& place : places) {
    if (place.external) continue;
    const auto parsed = format::parse_coordinate(place.coordinate);
    if (!parsed) return Error(ErrorCode::corrupt, "a stored config holds a broken coordinate");
    COFFER_TRY(transaction.add_reference(reference_of(to, parsed->base, parsed->version)));
    COFFER_TRY(transaction.remove_reference(reference_of(from, parsed->base, parsed->version)));
  }
  return {};
}

}  // namespace

Result<ConfigPutReport> copy_in(Transaction& transaction, std::string_view from,
                                std::string_view to) {
  const LoadedConfig loaded = COFFER_TRY(load_config(transaction, from));
  COFFER_TRY(check_free(transaction, to));
  const auto spec = COFFER_TRY(load_spec(transaction, loaded.record));
  PreparedPut prepared = COFFER_TRY(Copier(transaction, to, loaded.record).run());
  ConfigPutReport report =
      COFFER_TRY(install(transaction, to, std::move(prepared), spec->document().text().text(), 0));
  report.spec_marks_nothing = spec->marks_nothing();
  return report;
}

Result<std::uint64_t> rename_in(Transaction& transaction, std::string_view from,
                                std::string_view to) {
  const LoadedConfig loaded = COFFER_TRY(load_config(transaction, from));
  COFFER_TRY(check_free(transaction, to));
  const ConfigRecord& record = loaded.record;
  const auto spec = COFFER_TRY(load_spec(transaction, record));
  COFFER_TRY(
      rename_references(transaction, {from, record.outside}, {to, record.outside}, record.places));
  COFFER_TRY(keep_spec(transaction, to, spec->document().text().text()));
  COFFER_TRY(release_spec(transaction, from, record.spec_id));
  COFFER_TRY(transaction.remove_document(DocumentKind::config, from));
  COFFER_TRY(transaction.put_document(DocumentKind::config, to, loaded.revision,
                                      encode_config(record).bytes()));
  COFFER_TRY(rename_notes(transaction, from, to));
  return loaded.revision;
}

}  // namespace coffer::configs
