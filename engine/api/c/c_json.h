// The JSON texts that the C interface takes and returns; <coffer/coffer.h> shows the forms.
#pragma once

#include <coffer/audit.h>
#include <coffer/changes.h>
#include <coffer/key_slots.h>
#include <coffer/listing.h>
#include <coffer/metadata.h>
#include <coffer/operations.h>
#include <coffer/result.h>
#include <coffer/settings.h>
#include <coffer/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::c_api {

std::string print_metadata(const Metadata& metadata);
/// Errors: usage (not a JSON object, an unknown member, a member of the wrong type).
Result<MetadataChange> parse_metadata(std::string_view text);

std::string print_settings(const StoreSettings& settings);
/// Changes the members of `settings` that `text` has. Errors: as parse_metadata.
Result<void> apply_settings(std::string_view text, StoreSettings& settings);

std::string print_records(const std::vector<AuditRecord>& records);
std::string print_changes(const std::vector<Change>& changes);
std::string print_listing(const std::vector<ListedSecret>& listing);
std::string print_references(const std::vector<ReferenceInfo>& references);
std::string print_slots(const std::vector<KeySlotInfo>& slots);
std::string print_rewrapped(const std::vector<RewrappedSlot>& slots);

}  // namespace coffer::c_api
