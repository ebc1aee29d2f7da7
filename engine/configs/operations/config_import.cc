#include "configs/operations/config_import.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "base/check.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "configs/operations/release.h"
#include "configs/spec/spec_walker.h"
#include "format/names.h"
#include "format/value_access.h"
#include "text/ascii.h"

namespace coffer::configs {
namespace {

using json::kNoNode;
using json::NodeId;
using secrets::Transaction;

// Later versions count on from an imported number, so this leaves room for them.
constexpr std::uint64_t kImportedVersionMax = std::numeric_limits<std::int64_t>::max();

// The limit of the stores in which Airbyte keeps its secrets.
constexpr std::size_t kAirbyteNameBytesMax = 255;

// How the names that Airbyte generates begin; a UUID, "_secret_" and another UUID follow.
struct NameForm {
  std::string_view prefix;
  enum class Of : std::uint8_t { workspace, organization } of;
};
constexpr std::array<NameForm, 7> kNameForms{{
    {"airbyte_workspace_", NameForm::Of::workspace},
    {"airbyte_oauth_workspace_", NameForm::Of::workspace},
    {"airbyte_rsm_WORKSPACE_", NameForm::Of::workspace},
    {"airbyte_storage_workspace", NameForm::Of::workspace},
    {"airbyte_organization_", NameForm::Of::organization},
    {"airbyte_rsm_ORGANIZATION_", NameForm::Of::organization},
    {"airbyte_storage_organization", NameForm::Of::organization},
}};

Error no_name_of_airbytes() {
  return {ErrorCode::usage, "this is not a name that Airbyte gives to secrets",
          "a secret kept elsewhere is written \"secret_coordinate::NAME\""};
}

// The workspace in the name, or empty if the name contains none.
Result<std::string> workspace_in(std::string_view base) {
  const bool legal = base.size() <= kAirbyteNameBytesMax && ascii::holds_only(base, "_-");
  if (!legal) return no_name_of_airbytes();
  for (const NameForm& form : kNameForms) {
    if (!base.starts_with(form.prefix)) continue;
    // The rest must have the form of a name that a store mints.
    const auto name = format::parse_managed_name("airbyte_workspace_" +
                                                 std::string(base.substr(form.prefix.size())));
    if (!name) return no_name_of_airbytes();
    return form.of == NameForm::Of::workspace ? name->workspace : std::string();
  }
  return std::string();
}

// A payload to write. The map holds them by base and then in the order of their numbers.
struct Incoming {
  NodeId payload = kNoNode;
  json::Pointer pointer;
};
using IncomingVersions = std::map<std::pair<std::string, std::uint64_t>, Incoming>;

class Importer {
 public:
  Importer(Transaction& transaction, const PutInput& input, const json::Document& payloads,
           Holder holder, std::string workspace)
      : transaction_(transaction),
        input_(input),
        payloads_(payloads),
        holder_(holder),
        workspace_(std::move(workspace)) {}

  // The config's workspace; if none was given, the one in its secrets' names.
  const std::string& workspace() const { return workspace_; }

  Result<CoordinateSet> run(const std::optional<LoadedConfig>& stored) {
    CoordinateSet held;
    if (stored) {
      may_choose_ = false;
      for (const StoredPlace& place : stored->record.places) held.insert(place.coordinate);
    }
    for (const SecretPlace& place : *input_.places) {
      const Marker marker = marker_at(input_.document, place.node, true);
      if (marker.kind != Marker::Kind::coordinate || held.count(marker.name) != 0) continue;
      auto noted = note(marker.name, place.pointer);
      if (!noted.ok())
        return at_place(std::move(noted).error(), json::print_pointer(place.pointer));
    }
    CoordinateSet written;
    for (const auto& [version, incoming] : incoming_) {
      auto put = write(version.first, version.second, incoming);
      if (!put.ok()) return at_place(std::move(put).error(), json::print_pointer(incoming.pointer));
      written.insert(format::print_coordinate({version.first, version.second}));
    }
    return written;
  }

 private:
  Result<void> note(std::string_view name, const json::Pointer& pointer) {
    const auto parsed = format::parse_coordinate(name);
    if (!parsed) return {};  // Another store's name: the put will treat it as external.
    if (parsed->version > kImportedVersionMax)
      return Error(ErrorCode::limit, "the coordinate's version number is too large");
    if (incoming_.count({parsed->base, parsed->version}) != 0) return {};
    // Comes first: a later error would reveal whether the name exists.
    if (input_.rights != nullptr && input_.rights->create)
      COFFER_TRY(input_.rights->create(parsed->base));
    COFFER_TRY(check_workspace(parsed->base));
    if (COFFER_TRY(transaction_.exists(parsed->base))) {
      return Error(ErrorCode::conflict, "the store already has a secret of this name",
                   "import into another store, or put the config with its values");
    }
    COFFER_TRY(check_users(parsed->base));
    const NodeId payload = payloads_.find(0, name);
    if (payload == kNoNode || payloads_.type(payload) == json::Type::null) {
      return Error(ErrorCode::not_found, "the payloads hold no value for this coordinate",
                   "add the coordinate and its value to the payloads");
    }
    incoming_.emplace(std::pair(parsed->base, parsed->version), Incoming{payload, pointer});
    return {};
  }

  Result<void> check_workspace(const std::string& base) {
    const std::string named = COFFER_TRY(workspace_in(base));
    if (named.empty() || named == kNilWorkspace) return {};
    if (workspace_ == kNilWorkspace && may_choose_) workspace_ = named;
    may_choose_ = false;
    if (named == workspace_) return {};
    return Error(ErrorCode::usage, "this coordinate belongs to another workspace",
                 Advice::give_workspace);
  }

  // A secret that does not exist yet may already have references.
  Result<void> check_users(const std::string& base) const {
    for (const secrets::Reference& each : COFFER_TRY(transaction_.references_to(base))) {
      if (is_holders(each, holder_)) continue;
      return Error(ErrorCode::usage, "this coordinate belongs to another config",
                   Advice::see_references);
    }
    return {};
  }

  Result<void> write(const std::string& base, std::uint64_t version, const Incoming& incoming) {
    secrets::PutRequest request;
    request.managed = true;
    request.version = version;
    // Satisfies secrets that require check-and-set; nobody else writes during this transaction.
    const auto current = transaction_.version_info(base);
    request.cas = current ? current->version : 0;
    if (!current && current.error().code() != ErrorCode::not_found) return current.error();
    const Value value =
        ValueAccess::make(Value::Form::json, SecretBytes::copy_of(payloads_.raw(incoming.payload)));
    COFFER_TRY(transaction_.put(base, value, request));
    // Refers to it at once, or the next version of the same base would trim it.
    return hold(transaction_, holder_, base, version);
  }

  Transaction& transaction_;
  const PutInput& input_;
  const json::Document& payloads_;
  Holder holder_;
  std::string workspace_;
  bool may_choose_ = true;
  IncomingVersions incoming_;
};

}  // namespace

Result<ConfigPutReport> import_in(Transaction& transaction, std::string_view id,
                                  const PutInput& input, const json::Document& payloads,
                                  const ConfigPutOptions& options) {
  if (payloads.type(0) != json::Type::object)
    return Error(ErrorCode::usage, "the payloads must be a JSON object of coordinates and values");
  COFFER_CHECK(input.places != nullptr);
  const auto stored = COFFER_TRY(find_config(transaction, id));
  Importer importer(transaction, input, payloads, {id},
                    stored ? stored->record.workspace : options.workspace);
  const CoordinateSet written = COFFER_TRY(importer.run(stored));
  PutInput with_written = input;
  with_written.imported = &written;
  ConfigPutOptions compat = options;
  if (!stored) compat.workspace = importer.workspace();
  compat.compat_airbyte = true;
  return put_in(transaction, id, with_written, compat);
}

}  // namespace coffer::configs
