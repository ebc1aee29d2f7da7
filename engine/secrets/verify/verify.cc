// Opens every record, checks that every name leads to a record and every record has a name, and
// compares their count and digest with the root.
#include <algorithm>

#include "secrets/engine.h"
#include "secrets/rows/versions.h"
#include "secrets/verify/verify_log.h"
#include "secrets/verify/verify_names.h"

namespace coffer::secrets {
namespace {

using storage::Table;

class Verifier {
 public:
  explicit Verifier(const Reading& reading) : reading_(reading) {}

  Result<VerifyReport> run() {
    owners_ = COFFER_TRY(collect_owners(reading_, report_.problems));
    COFFER_TRY(check_buckets());
    COFFER_TRY(check_settings());
    COFFER_TRY(check_policy());
    COFFER_TRY(check_history());
    COFFER_TRY(check_values());
    COFFER_TRY(check_small(Table::names, format::Domain::name));
    COFFER_TRY(check_small(Table::references, format::Domain::reference));
    COFFER_TRY(check_references());
    COFFER_TRY(check_small(Table::due, format::Domain::due));
    for (const auto& [hash, owner] : owners_)
      if (!owner.seen) problem(owner.name, "has a name but no record");
    if (report_.records != reading_.record_count())
      problem("store", "the number of records differs from the root's count");
    COFFER_TRY(check_audit());
    if (digest_ != reading_.root().digest) {
      problem("store", "a record was replaced by an older one, removed or inserted");
      for (std::string& line : COFFER_TRY(told_otherwise(reading_)))
        report_.problems.push_back(std::move(line));
    }
    return std::move(report_);
  }

 private:
  void problem(std::string_view what, std::string_view text) {
    report_.problems.push_back(std::string(what) + ": " + std::string(text));
  }

  void toggle(const crypto::ShortHash& item) {
    for (std::size_t i = 0; i < item.size(); ++i) digest_[i] ^= item[i];
  }

  // The digest covers these records; the count does not.
  void toggle_main(std::string_view key, ByteView sealed) {
    toggle(reading_.cipher().digest(static_cast<std::uint8_t>(Table::main), as_bytes(key), sealed));
  }

  void count(const crypto::ShortHash& item) {
    toggle(item);
    ++report_.records;
  }

  Result<void> check_buckets() {
    for (unsigned number = 0; number < format::kBucketCount; ++number) {
      auto keys = reading_.bucket_keys(static_cast<std::uint8_t>(number));
      if (!keys && keys.error().code() == ErrorCode::io) return std::move(keys).error();
      if (!keys) problem("bucket " + std::to_string(number), "its keys do not open");
    }
    return {};
  }

  // The digest covers settings that were changed since the store was made; the count does not.
  Result<void> check_settings() {
    auto stored = reading_.stored_settings();
    if (!stored && stored.error().code() == ErrorCode::io) return std::move(stored).error();
    if (!stored) {
      problem("store", "its settings do not open");
      return {};
    }
    if ((*stored)->settings.revision == 0) return {};
    toggle_main(records::kSettingsKey, (*stored)->sealed);
    return {};
  }

  // The digest covers the policy; the count does not.
  Result<void> check_policy() {
    auto stored = reading_.stored_policy();
    if (!stored && stored.error().code() == ErrorCode::io) return std::move(stored).error();
    if (!stored) problem("store", "its policy does not open");
    if (!stored || !*stored) return {};
    toggle_main(records::kPolicyKey, (*stored)->sealed);
    return {};
  }

  Result<void> check_audit() {
    const audit::Walk walk = COFFER_TRY(reading_.walk_audit(audit::Chain::Visit()));
    if (walk.broken)
      problem("audit log", "record " + std::to_string(walk.broken->number) + " " +
                               std::string(walk.broken->what));
    return {};
  }

  Result<void> check_small(Table table, format::Domain domain) {
    records::Rows cursor = COFFER_TRY(reading_.rows(table));
    for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
      count(
          reading_.cipher().digest(static_cast<std::uint8_t>(table), cursor.key(), cursor.value()));
      if (!reading_.cipher().open_small(domain, cursor.key(), cursor.value()))
        problem(storage::kTableNames[static_cast<std::size_t>(table)], "a record does not open");
    }
    return {};
  }

  Result<void> check_history() {
    records::Rows cursor = COFFER_TRY(reading_.rows(Table::history));
    for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
      const ByteView key = cursor.key();
      if (key.size() != format::kHistoryKeyBytes) {
        problem("history", "a record has a key of the wrong size");
        continue;
      }
      format::PathHash hash;
      std::copy_n(key.begin(), hash.size(), hash.begin());
      const std::uint64_t version = format::version_of_history_key(key);
      if (hash != at_) end_secret();
      at_ = hash;
      const auto owner = owners_.find(hash);
      if (owner == owners_.end()) {
        problem("history", "a record belongs to no name");
      } else {
        owner->second.seen = true;
      }
      if (version == 0) {
        count(reading_.cipher().digest(static_cast<std::uint8_t>(Table::history), key,
                                       cursor.value()));
        check_head(hash, cursor.value(), owner);
      } else {
        check_version(hash, version, cursor.value(), owner);
      }
    }
    end_secret();
    return {};
  }

  // Call after the last row of a hash.
  void end_secret() {
    const auto owner = owners_.find(at_);
    if (owner != owners_.end() && owner->second.kind == format::Kind::secret && owner->second.seen)
      for (const std::string& text : rows_.problems(owner->second.head_revision))
        problem(owner->second.name, text);
    rows_ = SecretRows();
  }

  // A record before a target's references counts them.
  Result<void> check_references() {
    std::string target;
    std::uint64_t expected = 0;
    records::Rows cursor = COFFER_TRY(reading_.rows(Table::references));
    for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
      const auto plain =
          reading_.cipher().open_small(format::Domain::reference, cursor.key(), cursor.value());
      const auto record = plain ? format::decode_reference(plain->bytes()) : plain.error();
      if (!record) continue;  // Reported already, as a record that does not open.
      if (record->count == 0 && record->target == target && expected != 0) {
        --expected;
        continue;
      }
      if (record->count == 0 || expected != 0)
        problem("references", "a target's references differ from their count");
      target = record->target;
      expected = record->count;
    }
    if (expected != 0) problem("references", "a target's references differ from their count");
    return {};
  }

  // Every row of the table of values must belong to a living version. Opening the version has shown
  // that it is the right value.
  Result<void> check_values() {
    records::Rows cursor = COFFER_TRY(reading_.rows(Table::values));
    for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
      const auto row = COFFER_TRY(reading_.get(Table::history, cursor.key()));
      const auto record = row ? format::decode_version(*row)
                              : Result<format::VersionRecord>(format::VersionRecord());
      if (cursor.key().size() != format::kHistoryKeyBytes || !record || record->bytes_apart == 0)
        problem("values", "a value belongs to no version");
    }
    return {};
  }

  void check_head(const format::PathHash& hash, ByteView sealed, Owners::iterator owner) {
    const auto plain = reading_.cipher().open_small(format::Domain::head, hash, sealed);
    const auto head = plain ? format::decode_head(plain->bytes()) : plain.error();
    if (!head || (owner != owners_.end() && head->path != owner->second.name))
      problem(owner == owners_.end() ? "history" : owner->second.name,
              "its metadata does not open");
    if (head) rows_.add_head(head->metadata.revision);
  }

  void check_version(const format::PathHash& hash, std::uint64_t version, ByteView bytes,
                     Owners::iterator owner) {
    const auto record = format::decode_version(bytes);
    const std::string name = owner == owners_.end() ? "history" : owner->second.name;
    if (!record) {
      ++report_.records;
      problem(name, "version " + std::to_string(version) + " is malformed");
      return;
    }
    rows_.add_version(record->header);
    count(reading_.cipher().digest_version(hash, version, record->header));
    Located located{version, *record};
    if (!reading_.fetch_value(hash, located)) {
      problem(name, "version " + std::to_string(version) + " has lost its value");
    } else if (!opens(hash, located, owner)) {
      problem(name, "version " + std::to_string(version) + " does not open");
    }
  }

  bool opens(const format::PathHash& hash, const Located& located, Owners::iterator owner) {
    const auto wrapper = reading_.wrapping_key(hash);
    if (!wrapper) return false;
    const format::VersionRecord& record = located.record;
    if (record.header.is_destroyed() || owner == owners_.end())
      return reading_.cipher().check_header(hash, located.version, record, *wrapper).ok();
    format::ValueContext context(reading_.cipher().store(), owner->second.kind, owner->second.name);
    return reading_.cipher().open_version(context, hash, located.version, record, *wrapper).ok();
  }

  const Reading& reading_;
  Owners owners_;
  format::PathHash at_{};
  SecretRows rows_;
  VerifyReport report_;
  std::array<std::uint8_t, 16> digest_{};
};

}  // namespace

Result<VerifyReport> Engine::verify() {
  COFFER_TRY(bring_audit_into_sight());
  return read([](const View& view) { return Verifier(view.reading()).run(); });
}

}  // namespace coffer::secrets
