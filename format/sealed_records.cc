// The records inside seals: heads, names, references, settings, the root (SPEC.md section 6). Their
// bytes were authenticated before they are decoded here. A record that does not parse is therefore
// damaged or of a newer format, and is refused.
#include <algorithm>
#include <cstring>

#include "format/name_rule.h"
#include "format/records.h"
#include "format/wire.h"

namespace coffer::format {
namespace {

Error malformed() { return {ErrorCode::corrupt, "a sealed record is malformed"}; }
Error unknown_field() { return {ErrorCode::too_new, "a sealed record has an unknown field"}; }

using SecretWriter = WireWriter<SecretBytes>;

template <std::size_t N>
void copy_fixed(WireReader& reader, std::array<std::uint8_t, N>& out) {
  const ByteView bytes = reader.want_bytes(N);
  if (reader.ok()) std::memcpy(out.data(), bytes.data(), N);
}

std::string want_text(WireReader& reader) { return std::string(as_text(reader.want_some_bytes())); }

// A custom entry: key and value as a nested message, like protobuf's map.
Result<std::pair<std::string, std::string>> decode_entry(ByteView bytes) {
  std::pair<std::string, std::string> entry;
  WireReader reader(bytes);
  while (reader.next()) {
    if (reader.field() == 1) {
      entry.first = want_text(reader);
    } else if (reader.field() == 2) {
      entry.second = want_text(reader);
    } else {
      return unknown_field();
    }
  }
  if (!reader.ok() || entry.first.empty()) return malformed();
  return entry;
}

SecretBytes encode_rule(const NameRule& rule) {
  SecretBytes out;
  SecretWriter writer(out);
  writer.text(1, rule.characters);
  writer.text(2, rule.ends);
  writer.number(3, rule.bytes_min);
  writer.number(4, rule.bytes_max);
  writer.number(5, static_cast<std::uint64_t>(rule.white_space));
  return out;
}

Result<NameRule> decode_rule(ByteView bytes) {
  NameRule rule;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: rule.characters = want_text(reader); break;
      case 2: rule.ends = want_text(reader); break;
      case 3: rule.bytes_min = reader.want_u32(); break;
      case 4: rule.bytes_max = reader.want_u32(); break;
      case 5: {
        const std::uint64_t number = reader.want_number();
        if (reader.ok() && number > static_cast<std::uint64_t>(WhiteSpace::forbidden))
          return Error(ErrorCode::too_new, "the store has an unknown rule for names");
        rule.white_space = static_cast<WhiteSpace>(number);
        break;
      }
      default: return unknown_field();
    }
  }
  if (!reader.ok()) return malformed();
  return rule;
}

SecretBytes encode_rules(const NameRules& rules) {
  SecretBytes out;
  SecretWriter writer(out);
  writer.bytes(1, encode_rule(rules.components).bytes());
  writer.bytes(2, encode_rule(rules.fields).bytes());
  return out;
}

// Settings that allow any name leave their rules out; a scope's may be there and empty.
Result<NameRules> decode_rules(ByteView bytes) {
  NameRules rules;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: rules.components = COFFER_TRY(decode_rule(reader.want_some_bytes())); break;
      case 2: rules.fields = COFFER_TRY(decode_rule(reader.want_some_bytes())); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || !check_rules(rules)) return malformed();
  return rules;
}

Result<ScopeSettings> decode_scope(ByteView bytes) {
  ScopeSettings scope;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: scope.prefix = want_text(reader); break;
      case 2: scope.value_bytes_max = reader.want_number(); break;
      case 3:
        if (scope.names) reader.fail();
        scope.names = COFFER_TRY(decode_rules(reader.want_bytes()));
        break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || scope.prefix.empty() ||
      scope.value_bytes_max.value_or(0) > kValueBytesCeiling)
    return malformed();
  return scope;
}

}  // namespace

Bytes seal_context(Domain domain, const StoreId& store, ByteView rest) {
  Bytes context(2 + store.size() + rest.size());
  context[0] = static_cast<std::uint8_t>(domain);
  context[1] = static_cast<std::uint8_t>(kFormatVersion);
  std::memcpy(context.data() + 2, store.data(), store.size());
  if (!rest.empty()) std::memcpy(context.data() + 2 + store.size(), rest.data(), rest.size());
  return context;
}

SecretBytes encode_head(const Head& head) {
  SecretBytes out;
  SecretWriter writer(out);
  const Metadata& metadata = head.metadata;
  writer.text(1, head.path);
  writer.number(2, time_to_wire(metadata.created_at_ms));
  writer.number(3, time_to_wire(metadata.updated_at_ms));
  writer.number(4, metadata.max_versions);
  writer.number(5, metadata.cas_required ? 1 : 0);
  writer.number(6, time_to_wire(metadata.delete_version_after_ms));
  writer.number(7, metadata.managed ? 1 : 0);
  writer.text(8, metadata.kind);
  writer.text(9, metadata.description);
  writer.text(10, metadata.owner);
  for (const std::string& tag : metadata.tags) writer.always_text(11, tag);
  for (const auto& [key, value] : metadata.custom) {
    SecretBytes entry;
    SecretWriter entry_writer(entry);
    entry_writer.text(1, key);
    entry_writer.text(2, value);
    writer.always_bytes(12, entry.bytes());
  }
  writer.number(13, metadata.revision);
  writer.text(20, metadata.marked_by);
  writer.number(21, metadata.marks_doubted ? 1 : 0);
  return out;
}

Result<Head> decode_head(ByteView bytes) {
  Head head;
  Metadata& metadata = head.metadata;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: head.path = want_text(reader); break;
      case 2: metadata.created_at_ms = reader.want_time(); break;
      case 3: metadata.updated_at_ms = reader.want_time(); break;
      case 4: metadata.max_versions = reader.want_u32(); break;
      case 5: metadata.cas_required = reader.want_true(); break;
      case 6: metadata.delete_version_after_ms = reader.want_time(); break;
      case 7: metadata.managed = reader.want_true(); break;
      case 8: metadata.kind = want_text(reader); break;
      case 9: metadata.description = want_text(reader); break;
      case 10: metadata.owner = want_text(reader); break;
      case 11: metadata.tags.emplace_back(as_text(reader.want_bytes())); break;
      case 12: {
        auto entry = COFFER_TRY(decode_entry(reader.want_bytes()));
        // Each key once, in the order in which they are written.
        if (!metadata.custom.empty() && entry.first <= metadata.custom.rbegin()->first)
          return malformed();
        metadata.custom.insert(metadata.custom.end(), std::move(entry));
        break;
      }
      case 13: metadata.revision = reader.want_u32(); break;
      case 20: metadata.marked_by = want_text(reader); break;
      case 21: metadata.marks_doubted = reader.want_true(); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || head.path.empty()) return malformed();
  return head;
}

SecretBytes encode_name(const Name& name) {
  SecretBytes out;
  SecretWriter writer(out);
  writer.number(1, name.folder ? 1 : 0);
  writer.text(2, name.component);
  writer.number(3, time_to_wire(name.created_at_ms));
  writer.number(4, name.children);
  writer.number(5, name.head_revision);
  return out;
}

Result<Name> decode_name(ByteView bytes) {
  Name name;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: name.folder = reader.want_true(); break;
      case 2: name.component = want_text(reader); break;
      case 3: name.created_at_ms = reader.want_time(); break;
      case 4: name.children = reader.want_number(); break;
      case 5: name.head_revision = reader.want_u32(); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || name.component.empty() || name.folder != (name.children != 0) ||
      (name.folder && name.head_revision != 0))
    return malformed();
  return name;
}

SecretBytes encode_reference(const ReferenceRecord& reference) {
  SecretBytes out;
  SecretWriter writer(out);
  writer.text(1, reference.target);
  writer.number(2, reference.version);
  writer.text(3, reference.user_kind);
  writer.text(4, reference.user);
  writer.number(5, reference.count);
  writer.text(6, reference.made_by);
  return out;
}

Result<ReferenceRecord> decode_reference(ByteView bytes) {
  ReferenceRecord reference;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: reference.target = want_text(reader); break;
      case 2: reference.version = reader.want_number(); break;
      case 3: reference.user_kind = want_text(reader); break;
      case 4: reference.user = want_text(reader); break;
      case 5: reference.count = reader.want_number(); break;
      case 6: reference.made_by = want_text(reader); break;
      default: return unknown_field();
    }
  }
  const bool has_user =
      reference.version != 0 || !reference.user_kind.empty() || !reference.user.empty();
  if (!reader.ok() || reference.target.empty() || (reference.count != 0 && has_user))
    return malformed();
  return reference;
}

SecretBytes encode_settings(const Settings& settings) {
  SecretBytes out;
  SecretWriter writer(out);
  writer.number(1, settings.value_bytes_max);
  writer.number(2, settings.max_versions);
  writer.number(3, settings.cas_required ? 1 : 0);
  writer.number(4, time_to_wire(std::max<std::int64_t>(settings.delete_version_after_ms, 0)));
  writer.number(5, static_cast<std::uint64_t>(settings.algorithm));
  writer.bytes(6, encode_rules(settings.names).bytes());
  for (const ScopeSettings& scope : settings.scopes) {
    SecretBytes entry;
    SecretWriter entry_writer(entry);
    entry_writer.text(1, scope.prefix);
    entry_writer.number(2, scope.value_bytes_max.value_or(0));
    if (scope.names) entry_writer.always_bytes(3, encode_rules(*scope.names).bytes());
    writer.always_bytes(7, entry.bytes());
  }
  writer.number(8, settings.revision);
  writer.number(9, settings.delete_version_after_ms < 0 ? 1 : 0);
  writer.number(12, settings.audit_reads ? 1 : 0);
  writer.number(13, time_to_wire(settings.audit_keep_ms));
  writer.number(14, settings.audit_keep_records);
  return out;
}

Result<Settings> decode_settings(ByteView bytes) {
  Settings settings;
  settings.value_bytes_max = 0;
  settings.max_versions = 0;
  bool has_algorithm = false;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: settings.value_bytes_max = reader.want_number(); break;
      case 2: settings.max_versions = reader.want_u32(); break;
      case 3: settings.cas_required = reader.want_true(); break;
      case 4: settings.delete_version_after_ms = reader.want_time(); break;
      case 5: {
        const std::uint64_t algorithm = reader.want_number();
        if (reader.ok() && algorithm > 2)
          return Error(ErrorCode::too_new, "the store uses an unknown value algorithm");
        has_algorithm = true;
        settings.algorithm = static_cast<ValueAlgorithm>(algorithm);
        break;
      }
      case 6: settings.names = COFFER_TRY(decode_rules(reader.want_some_bytes())); break;
      case 7: {
        auto scope = COFFER_TRY(decode_scope(reader.want_bytes()));
        if (!settings.scopes.empty() && scope.prefix <= settings.scopes.back().prefix)
          return malformed();
        settings.scopes.push_back(std::move(scope));
        break;
      }
      case 8: settings.revision = reader.want_number(); break;
      case 9:
        if (reader.want_true() && settings.delete_version_after_ms != 0) reader.fail();
        settings.delete_version_after_ms = -1;
        break;
      case 12: settings.audit_reads = reader.want_true(); break;
      case 13: settings.audit_keep_ms = reader.want_time(); break;
      case 14: settings.audit_keep_records = reader.want_number(); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || !has_algorithm || settings.value_bytes_max == 0 ||
      settings.value_bytes_max > kValueBytesCeiling)
    return malformed();
  return settings;
}

std::uint64_t Root::pending_count() const {
  std::uint64_t count = leaves.pending.size();
  for (const std::uint8_t byte : pending_buckets)
    count += static_cast<std::uint64_t>(__builtin_popcount(byte));
  return count;
}

SecretBytes encode_root(const Root& root) {
  SecretBytes out;
  SecretWriter writer(out);
  writer.number(1, root.sequence);
  writer.number(2, root.epoch);
  writer.number(3, root.record_count);
  writer.bytes(4, root.digest);
  writer.number(5, time_to_wire(root.time_high_ms));
  writer.number(6, root.secret_count);
  writer.number(7, root.config_count);
  if (root.pending_since != 0) {
    writer.bytes(8, root.pending_buckets);
    writer.number(9, root.pending_since);
  }
  if (root.audit_last != 0) {
    writer.bytes(10, root.audit_head);
    writer.number(11, root.audit_last);
  }
  if (root.audit_base.number != 0)
    writer.bytes(12, encode_audit_checkpoint(root.audit_base).bytes());
  writer.number(13, root.transaction);
  if (root.leaves.any()) writer.bytes(14, encode_leaves(root.leaves).bytes());
  writer.number(16, root.rekey_below);
  if (!root.anchor.uri.empty()) writer.bytes(17, encode_anchor_setting(root.anchor).bytes());
  writer.number(20, root.clock_acceptances);
  writer.number(30, root.policy_revision);
  writer.number(31, root.settings_revision);
  writer.number(32, root.top_names);
  writer.number(33, root.config_names);
  writer.number(34, root.spec_names);
  return out;
}

Result<Root> decode_root(ByteView bytes) {
  Root root;
  bool has_digest = false;
  bool has_pending = false;
  bool has_head = false;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: root.sequence = reader.want_number(); break;
      case 2: root.epoch = reader.want_number(); break;
      case 3: root.record_count = reader.want_number(); break;
      case 4:
        copy_fixed(reader, root.digest);
        has_digest = true;
        break;
      case 5: root.time_high_ms = reader.want_time(); break;
      case 6: root.secret_count = reader.want_number(); break;
      case 7: root.config_count = reader.want_number(); break;
      case 8:
        copy_fixed(reader, root.pending_buckets);
        has_pending = true;
        break;
      case 9: root.pending_since = reader.want_number(); break;
      case 10:
        copy_fixed(reader, root.audit_head);
        has_head = true;
        break;
      case 11: root.audit_last = reader.want_number(); break;
      case 12:
        root.audit_base = COFFER_TRY(decode_audit_checkpoint(reader.want_some_bytes()));
        break;
      case 13: root.transaction = reader.want_number(); break;
      case 14: root.leaves = COFFER_TRY(decode_leaves(reader.want_some_bytes())); break;
      case 16: root.rekey_below = reader.want_number(); break;
      case 17: root.anchor = COFFER_TRY(decode_anchor_setting(reader.want_some_bytes())); break;
      case 20: root.clock_acceptances = reader.want_number(); break;
      case 30: root.policy_revision = reader.want_number(); break;
      case 31: root.settings_revision = reader.want_number(); break;
      case 32: root.top_names = reader.want_number(); break;
      case 33: root.config_names = reader.want_number(); break;
      case 34: root.spec_names = reader.want_number(); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || root.sequence == 0 || root.epoch == 0 || !has_digest ||
      root.transaction == 0 || has_pending != (root.pending_since != 0) ||
      has_head != (root.audit_last != 0) ||
      (root.audit_base.number != 0 && root.audit_base.number >= root.audit_last) ||
      (!root.leaves.pending.empty() && !has_pending) || root.rekey_below > root.epoch + 1)
    return malformed();
  return root;
}

Result<BucketRecord> decode_bucket(ByteView bytes) {
  BucketRecord record;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: record.made_in_epoch = reader.want_number(); break;
      case 2: record.wrapped = reader.want_bytes(kWrappedKeyBytes); break;
      default: return unknown_field();
    }
  }
  if (!reader.ok() || record.made_in_epoch == 0 || record.wrapped.empty()) return malformed();
  return record;
}

void encode_bucket(const BucketRecord& record, Bytes& out) {
  WireWriter<Bytes> writer(out);
  writer.number(1, record.made_in_epoch);
  writer.bytes(2, record.wrapped);
}

}  // namespace coffer::format
