// Compares the codecs with the code generated from format/coffer.proto: field by field, both ways.
#include <coffer.pb.h>

#include <catch2/catch.hpp>

#include "configs/documents.h"
#include "format/keyring_records.h"
#include "format/policy_record.h"
#include "format/records.h"

namespace wire_oracle_test {

namespace {

using namespace coffer;
using namespace coffer::format;

template <typename Message, typename Container>
Message parsed(const Container& encoded) {
  Message message;
  REQUIRE(message.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())));
  return message;
}

// Deterministic, so that bytes can be compared.
template <typename Message>
Bytes serialised(const Message& message) {
  const std::string text = message.SerializeAsString();
  return {text.begin(), text.end()};
}

std::string text_of(ByteView bytes) { return std::string(as_text(bytes)); }

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t start) {
  std::array<std::uint8_t, N> bytes;
  for (std::uint8_t& byte : bytes) byte = start++;
  return bytes;
}

}  // namespace

TEST_CASE("a version record means the same to the generated code") {
  const auto dek = filled<kWrappedKeyBytes>(3);
  const Bytes value(300, 0xEE);
  VersionRecord record;
  record.header = {ValueAlgorithm::aes_256_gcm, 1, 1LL << 40, 0, 0x7FFFFFFFFFFFFFFF, 0,
                   filled<kTagBytes>(9),        7, 3};
  record.wrapped_dek = dek;
  record.ciphertext = value;
  Bytes bytes;
  encode_version(record, bytes);
  const auto message = parsed<proto::VersionRecord>(bytes);
  CHECK(message.algorithm() == 2);
  CHECK(message.created_at_ms() == 1);
  CHECK(message.deletion_at_ms() == 1LL << 40);
  CHECK(message.expires_at_ms() == 0);
  CHECK(message.unreachable_at_ms() == 0x7FFFFFFFFFFFFFFF);
  CHECK(message.flags() == 0);
  CHECK(message.wrapped_dek() == text_of(dek));
  CHECK(message.value_tag() == text_of(record.header.value_tag));
  CHECK(message.ciphertext() == text_of(value));
  CHECK(serialised(message) == bytes);
  const auto back = decode_version(serialised(message));
  REQUIRE(back.ok());
  record.ciphertext = {};
  record.bytes_apart = 1ULL << 20;
  bytes.clear();
  encode_version(record, bytes);
  const auto apart = parsed<proto::VersionRecord>(bytes);
  CHECK((apart.bytes_apart() == 1ULL << 20 && apart.ciphertext().empty()));
  CHECK(serialised(apart) == bytes);
  CHECK(decode_version(serialised(apart))->bytes_apart == 1ULL << 20);
  CHECK((message.head_revision() == 7 && message.older_versions() == 3));
  CHECK((back->header.head_revision == 7 && back->header.older_versions == 3));
  CHECK(back->header.deletion_at_ms == 1LL << 40);
  CHECK(back->header.value_tag == record.header.value_tag);
}

TEST_CASE("a head means the same to the generated code") {
  Head head;
  head.path = "team/db";
  head.metadata = {
      1, 2, 3, true, 4, true, "kind", "described", "owner", {"", "x"}, {{"a", "1"}, {"b", ""}}, 9};
  const SecretBytes bytes = encode_head(head);
  const auto message = parsed<proto::Head>(bytes);
  CHECK(message.path() == "team/db");
  CHECK(message.created_at_ms() == 1);
  CHECK(message.updated_at_ms() == 2);
  CHECK(message.max_versions() == 3);
  CHECK(message.cas_required());
  CHECK(message.delete_version_after_ms() == 4);
  CHECK(message.managed());
  CHECK(message.kind() == "kind");
  CHECK(message.description() == "described");
  CHECK(message.owner() == "owner");
  REQUIRE(message.tags_size() == 2);
  CHECK((message.tags(0).empty() && message.tags(1) == "x"));
  REQUIRE(message.custom_size() == 2);
  CHECK((message.custom(0).key() == "a" && message.custom(0).value() == "1"));
  CHECK((message.custom(1).key() == "b" && message.custom(1).value().empty()));
  CHECK(message.revision() == 9);
  const auto back = decode_head(serialised(message));
  REQUIRE(back.ok());
  CHECK(back->metadata.custom == head.metadata.custom);
  CHECK(back->metadata.tags == head.metadata.tags);
  CHECK(back->metadata.description == "described");
}

TEST_CASE("names, references and settings mean the same to the generated code") {
  const auto name = parsed<proto::Name>(encode_name({true, "team", 5, 7}));
  CHECK((name.folder() && name.component() == "team" && name.created_at_ms() == 5));
  CHECK((name.children() == 7 && decode_name(serialised(name))->children == 7));
  const auto bare = parsed<proto::Name>(encode_name({false, "db", 5, 0, 4}));
  CHECK((bare.head_revision() == 4 && decode_name(serialised(bare))->head_revision == 4));
  const auto counts = parsed<proto::Reference>(encode_reference({"target", 0, "", "", "", 6}));
  CHECK((counts.count() == 6 && decode_reference(serialised(counts))->count == 6));
  const auto reference = parsed<proto::Reference>(encode_reference({.target = "target",
                                                                    .version = 1ULL << 63,
                                                                    .user_kind = "config",
                                                                    .user = "me",
                                                                    .made_by = "ann"}));
  CHECK(reference.made_by() == "ann");
  CHECK((reference.target() == "target" && reference.version() == 1ULL << 63));
  CHECK((reference.user_kind() == "config" && reference.user() == "me"));
  const auto back = decode_reference(serialised(reference));
  REQUIRE(back.ok());
  CHECK((back->target == "target" && back->version == 1ULL << 63 && back->user == "me"));
  const auto settings = parsed<proto::Settings>(encode_settings(
      {{.cas_required = true, .delete_version_after_ms = 7}, ValueAlgorithm::aes_256_gcm}));
  CHECK((settings.value_bytes_max() == 1 << 20 && settings.max_versions() == 0));
  CHECK((settings.cas_required() && settings.delete_version_after_ms() == 7));
  CHECK(settings.algorithm() == 2);
  const auto settings_back = decode_settings(serialised(settings));
  REQUIRE(settings_back.ok());
  CHECK(settings_back->max_versions == 0);  // Unlike a new store's default.
}

TEST_CASE("settings that were changed mean the same to the generated code") {
  Settings settings;
  settings.delete_version_after_ms = -1;
  settings.names.fields = {.characters = "a-z", .ends = "a", .bytes_min = 1, .bytes_max = 9};
  settings.audit_reads = true;
  settings.audit_keep_ms = 77;
  settings.audit_keep_records = 1000;
  settings.scopes = {{"a", 4096, NameRules{}},
                     {"b", std::nullopt, NameRules{{.white_space = WhiteSpace::forbidden}, {}}}};
  settings.revision = 3;
  const SecretBytes bytes = encode_settings(settings);
  const auto message = parsed<proto::Settings>(bytes);
  CHECK((message.names().has_fields() && message.revision() == 3 &&
         message.delete_version_after_off()));
  CHECK(message.delete_version_after_ms() == 0);
  CHECK((message.audit_reads() && message.audit_keep_ms() == 77));
  CHECK(message.audit_keep_records() == 1000);
  REQUIRE(message.scopes_size() == 2);
  CHECK((message.scopes(0).prefix() == "a" && message.scopes(0).value_bytes_max() == 4096));
  const proto::Settings::NameRule& fields = message.names().fields();
  CHECK((fields.characters() == "a-z" && fields.ends() == "a"));
  CHECK((fields.bytes_min() == 1 && fields.bytes_max() == 9 && fields.white_space() == 0));
  CHECK((message.scopes(0).has_names() && !message.scopes(0).names().has_components()));
  CHECK(message.scopes(1).names().components().white_space() == 2);
  const auto back = decode_settings(serialised(message));
  REQUIRE(back.ok());
  CHECK((back->scopes == settings.scopes && back->names == settings.names));
  CHECK((back->delete_version_after_ms == -1 && back->revision == 3));
  CHECK((back->audit_reads && back->audit_keep_ms == 77 && back->audit_keep_records == 1000));
}

TEST_CASE("a root and a bucket mean the same to the generated code") {
  Root root{7, 2,  1000, filled<16>(1), 5, 6, 4, filled<32>(2), 3, filled<32>(8), 9, {}, {},
            0, {}, 0};
  root.audit_base = {4, filled<32>(3), 3, 77};
  root.leaves.split = filled<32>(1);
  root.leaves.pending = {5, 0x0906};
  root.rekey_below = 3;
  root.anchor = {"file:///a", filled<16>(6), AnchorCadence::shred, 8};
  root.clock_acceptances = 2;
  root.policy_revision = 6;
  root.transaction = 21;
  root.settings_revision = 22;
  root.top_names = 23;
  root.config_names = 24;
  root.spec_names = 25;
  const SecretBytes bytes = encode_root(root);
  const auto message = parsed<proto::Root>(bytes);
  CHECK((message.sequence() == 7 && message.epoch() == 2 && message.record_count() == 1000));
  CHECK((message.digest() == text_of(root.digest) && message.time_high_ms() == 5));
  CHECK((message.secret_count() == 6 && message.config_count() == 4));
  CHECK(message.pending_buckets() == text_of(root.pending_buckets));
  CHECK((message.pending_since() == 3 && message.audit_head() == text_of(root.audit_head)));
  CHECK((message.audit_last() == 9 && message.audit_base().number() == 4));
  CHECK(message.audit_base().link() == text_of(root.audit_base.link));
  CHECK(message.leaves().split() == text_of(root.leaves.split));
  CHECK(message.leaves().pending() == std::string("\0\5\11\6", 4));
  CHECK(message.rekey_below() == 3);
  CHECK((message.audit_base().sequence() == 3 && message.audit_base().at_ms() == 77));
  CHECK((message.anchor().uri() == "file:///a" && message.anchor().cadence() == 3));
  CHECK((message.anchor().counter() == 8 && message.anchor().id() == text_of(root.anchor.id)));
  CHECK((message.clock_acceptances() == 2 && message.policy_revision() == 6));
  CHECK((message.transaction() == 21 && message.settings_revision() == 22));
  CHECK((message.top_names() == 23 && message.config_names() == 24 && message.spec_names() == 25));
  const auto back = decode_root(serialised(message));
  REQUIRE(back.ok());
  CHECK((back->leaves.split == root.leaves.split && back->leaves.pending == root.leaves.pending));
  CHECK((back->audit_last == 9 && back->audit_base.link == root.audit_base.link));
  CHECK((back->clock_acceptances == 2 && back->policy_revision == 6));
  CHECK((back->transaction == 21 && back->settings_revision == 22));
  CHECK((back->top_names == 23 && back->config_names == 24 && back->spec_names == 25));
  CHECK((back->digest == root.digest && back->pending_buckets == root.pending_buckets));
  const auto wrapped = filled<kWrappedKeyBytes>(5);
  Bytes bucket;
  encode_bucket({9, wrapped}, bucket);
  const auto bucket_message = parsed<proto::BucketRecord>(bucket);
  CHECK(bucket_message.made_in_epoch() == 9);
  CHECK(bucket_message.wrapped() == text_of(wrapped));
}

TEST_CASE("a policy means the same to the generated code") {
  const Policy policy{
      5,
      {{true, {"user:ann", "*"}, {UseCase::use, UseCase::audit}, {"a/**", "config:c"}, {"t"}},
       {false, {"role:r"}, {UseCase::list}, {"**"}, {}}},
      {{"r", {"user:ann", "group:etl"}}}};
  const SecretBytes bytes = encode_policy(policy);
  const auto message = parsed<proto::Policy>(bytes);
  CHECK(message.revision() == 5);
  REQUIRE(message.rules_size() == 2);
  const auto& rule = message.rules(0);
  CHECK((rule.allow() && rule.subjects_size() == 2 && rule.subjects(1) == "*"));
  CHECK((rule.use_cases_size() == 2 && rule.use_cases(0) == 2 && rule.use_cases(1) == 8));
  CHECK((rule.objects(1) == "config:c" && rule.tags(0) == "t"));
  CHECK_FALSE(message.rules(1).allow());
  REQUIRE(message.roles_size() == 1);
  CHECK((message.roles(0).name() == "r" && message.roles(0).members(1) == "group:etl"));
  const auto back = decode_policy(serialised(message));
  REQUIRE(back.ok());
  CHECK(*back == policy);
}

TEST_CASE("an anchor's mark means the same to the generated code") {
  const AnchorMark mark{filled<16>(1), 9, filled<32>(2), 77};
  const SecretBytes bytes = encode_anchor_mark(mark);
  const auto message = parsed<proto::AnchorMark>(bytes);
  CHECK((message.id() == text_of(mark.id) && message.sequence() == 9 && message.at_ms() == 77));
  CHECK(message.root_hash() == text_of(mark.root_hash));
  CHECK(decode_anchor_mark(serialised(message))->root_hash == mark.root_hash);
}

TEST_CASE("an audit record means the same to the generated code") {
  format::AuditRecord record{9, 5, 1000, 4711, "coffer", "alice", "ticket", "req", 8, {}, "ann"};
  record.items = {{Action::put, "team/db", 2, 7}, {Action::prune, "", 0}};
  const auto message = parsed<proto::AuditRecord>(encode_audit_record(record));
  CHECK((message.sequence() == 9 && message.at_ms() == 5 && message.uid() == 1000));
  CHECK((message.pid() == 4711 && message.program() == "coffer" && message.actor() == "alice"));
  CHECK((message.reason() == "ticket" && message.correlation() == "req"));
  CHECK((message.refused_with() == 8 && message.user() == "ann"));
  CHECK((message.items(0).count() == 7 && message.items(1).count() == 0));
  REQUIRE(message.items_size() == 2);
  CHECK((message.items(0).action() == 1 && message.items(0).name() == "team/db"));
  CHECK((message.items(0).version() == 2 && message.items(1).action() == 51));
  const auto back = decode_audit_record(serialised(message));
  REQUIRE(back.ok());
  CHECK((back->items.size() == 2 && back->items[0].version == 2 && back->actor == "alice"));
  CHECK((back->items[0].count == 7 && back->items[1].count == 1 && back->user == "ann"));
}

TEST_CASE("the keyring's parts mean the same to the generated code") {
  const KeyringHeader header{filled<16>(1), 12, "tpm2:x"};
  const auto header_message = parsed<proto::KeyringHeader>(encode_keyring_header(header));
  CHECK((header_message.format() == 1 && header_message.created_at_ms() == 12));
  CHECK(header_message.store_id() == text_of(header.store_id));
  CHECK(header_message.epoch_home() == "tpm2:x");
  const EpochRecord epoch{4, 1, filled<72>(2)};
  const auto epoch_message = parsed<proto::EpochRecord>(encode_epoch(epoch));
  CHECK((epoch_message.epoch() == 4 && epoch_message.master_generation() == 1));
  CHECK(epoch_message.wrapped() == text_of(epoch.wrapped));
  KeyringMaster master;
  master.revision = 3;
  master.next_slot = 7;
  master.slots.push_back({5,
                          SlotScheme::passphrase,
                          "passphrase:",
                          "id",
                          8,
                          filled<32>(4),
                          Bytes(104, 1),
                          Bytes(16, 2),
                          3,
                          1 << 28,
                          {},
                          9});
  master.slots.push_back({6,
                          SlotScheme::kmsv2,
                          "kmsv2+unix:///s",
                          "k",
                          8,
                          filled<32>(5),
                          Bytes(50, 3),
                          {},
                          0,
                          0,
                          Bytes(60, 4),
                          10});
  master.wrapped_root = filled<72>(6);
  master.mac = filled<32>(7);
  master.generation = 2;
  master.previous = filled<72>(8);
  const Bytes bytes = encode_master(master);
  const auto message = parsed<proto::KeyringMaster>(bytes);
  CHECK((message.revision() == 3 && message.generation() == 2 && message.next_slot() == 7));
  REQUIRE(message.slots_size() == 2);
  const proto::KeySlot& slot = message.slots(0);
  CHECK((slot.number() == 5 && slot.scheme() == 2 && slot.uri() == "passphrase:"));
  CHECK((slot.key_id() == "id" && slot.created_at_ms() == 8 && slot.passes() == 3));
  CHECK((slot.memory_bytes() == 1 << 28 && slot.salt().size() == 16 && slot.blob().size() == 104));
  CHECK((slot.annotations().empty() && slot.last_used_at_ms() == 9));
  CHECK(message.slots(1).annotations() == text_of(master.slots[1].annotations));
  CHECK((message.slots(1).scheme() == 9 && message.slots(1).last_used_at_ms() == 10));
  CHECK(slot.commitment() == text_of(master.slots[0].commitment));
  CHECK((message.wrapped_root() == text_of(master.wrapped_root)));
  CHECK(message.mac() == text_of(master.mac));
  CHECK((message.generation() == 2 && message.previous() == text_of(*master.previous)));
  const auto back = decode_master(serialised(message));
  REQUIRE(back.ok());
  CHECK(encode_master(*back) == bytes);
}

TEST_CASE("a config record means the same to the generated code") {
  configs::ConfigRecord record;
  record.workspace = "w";
  record.spec_id = "s";
  record.partial = SecretBytes::copy_of("{}");
  record.places = {{"/a", "airbyte_a_v1", false}, {"", "b", true}};
  record.compat_airbyte = true;
  record.expires_at_ms = 77;
  record.places[0].written = configs::StoredPlace::Written::bumped;
  record.config_id = "c";
  record.base_revision = 1ULL << 40;
  record.last_stage = "t";
  record.outside = true;
  record.base_id = "i";
  const auto message = parsed<proto::ConfigRecord>(configs::encode_config(record));
  CHECK((message.format() == 1 && message.workspace() == "w" && message.spec_id() == "s"));
  CHECK((message.partial() == "{}" && message.compat_airbyte() && message.expires_at_ms() == 77));
  REQUIRE(message.places_size() == 2);
  CHECK((message.places(0).pointer() == "/a" && message.places(0).coordinate() == "airbyte_a_v1"));
  CHECK((message.places(1).external() && !message.places(0).external()));
  CHECK((message.places(0).written() == 2 && message.places(1).written() == 0));
  CHECK((message.config_id() == "c" && message.base_revision() == 1ULL << 40));
  CHECK((message.last_stage() == "t" && message.outside()));
  CHECK(message.base_id() == "i");
  const auto back = configs::decode_config(serialised(message));
  REQUIRE(back.ok());
  CHECK((back->places.size() == 2 && back->places[1].external && back->expires_at_ms == 77));
  CHECK((back->places[0].written == record.places[0].written && back->outside));
  CHECK((back->config_id == "c" && back->base_revision == 1ULL << 40 && back->last_stage == "t"));
  CHECK(back->base_id == "i");
}

}  // namespace wire_oracle_test
