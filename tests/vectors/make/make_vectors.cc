// Writes the vectors, each a record with one defect. Run by hand when the format gains a rule; the
// result is reviewed and kept. Usage: make_vectors DIRECTORY
#include "tests/vectors/make/vector_maker.h"

namespace {

using namespace vectors;  // NOLINT(google-build-using-namespace): it is written for this.

Record version_record() {
  return {num(1, 1),
          num(2, 1760000000000),
          num(3, 1760000100000),
          num(4, 1760000200000),
          num(5, 1760000300000),
          bin(7, run(72, 0x10)),
          bin(8, run(16, 0xa0)),
          bin(9, run(21, 0xc0))};
}

Record tombstone() {
  return {num(1, 1), num(2, 1760000000000), num(4, 1760000200000), num(6, 3),
          bin(7, run(40, 0x10))};
}

void version_records(const std::filesystem::path& root) {
  const Folder folder(root, "version_record");
  const Record good = version_record();
  wire_rules(folder, good, 7);
  folder.ok("every_field", "F-37: a living version with every field", joined(good));
  folder.ok("least", "F-37: a living version without times",
            joined({num(1, 2), bin(7, run(72, 1)), bin(8, run(16, 2)), bin(9, {0})}));
  folder.ok("tombstone", "F-39: a version whose time was over", joined(tombstone()));
  folder.corrupt("empty", "F-37: no field at all", {});
  folder.too_new("algorithm_unknown", "F-38: algorithm 3", joined(with(good, num(1, 3))));
  folder.too_new("algorithm_huge", "F-38: algorithm 2^64 - 1", joined(with(good, num(1, ~0ULL))));
  folder.corrupt("algorithm_zero", "F-4: a zero spelled out", joined(with(good, num(1, 0))));
  folder.corrupt("algorithm_missing", "F-37", joined(without(good, 1)));
  folder.corrupt("algorithm_is_bytes", "F-6: bytes where a number belongs",
                 joined(with(good, bin(1, {1}))));
  folder.corrupt("time_negative", "F-8: 2^63 ms", joined(with(good, num(4, 1ULL << 63))));
  folder.ok("time_greatest", "F-8: 2^63 - 1 ms", joined(with(good, num(4, ~0ULL >> 1))));
  folder.corrupt("time_zero", "F-4: an unset time is left out", joined(with(good, num(3, 0))));
  folder.corrupt("time_not_shortest", "F-1: eleven bits in three bytes",
                 joined(with(good, raw(2, {0x10, 0x80, 0x88, 0x00}))));
  folder.corrupt("time_over_64_bits", "F-1: a varint of 65 bits",
                 joined(with(good, raw(2, {0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0x02}))));
  folder.corrupt("varint_of_eleven_bytes", "F-1",
                 joined(with(good, raw(2, {0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                           0x80, 0x80, 0x01}))));
  folder.too_new("flag_unknown", "F-40: flag 16", joined(with(tombstone(), num(6, 17))));
  folder.ok("superseded", "F-184", joined(with(good, num(6, 8))));
  folder.ok("tombstone_superseded", "F-184", joined(with(tombstone(), num(6, 9))));
  folder.ok("newest_of_three", "F-185: with a head of revision 7",
            joined(appended(appended(good, num(11, 7)), num(12, 2))));
  folder.ok("tombstone_newest", "F-185", joined(appended(tombstone(), num(12, 1))));
  folder.corrupt("superseded_tells_of_others", "F-184",
                 joined(appended(with(good, num(6, 8)), num(12, 1))));
  folder.corrupt("superseded_tells_of_head", "F-184",
                 joined(appended(with(good, num(6, 8)), num(11, 1))));
  folder.corrupt("head_revision_over_32_bits", "F-9", joined(appended(good, num(11, 1ULL << 32))));
  folder.corrupt("no_older_versions_spelled_out", "F-4", joined(appended(good, num(12, 0))));
  folder.ok("flag_managed", "F-107", joined(with(good, num(6, 4))));
  folder.ok("tombstone_managed", "F-107", joined(with(tombstone(), num(6, 5))));
  folder.corrupt("reclaimed_but_living", "F-40: flag 2 without flag 1",
                 joined(with(good, num(6, 2))));
  folder.corrupt("wrapped_dek_short", "F-37: 71 bytes", joined(with(good, bin(7, run(71, 1)))));
  folder.corrupt("wrapped_dek_long", "F-37: 73 bytes", joined(with(good, bin(7, run(73, 1)))));
  folder.corrupt("wrapped_dek_missing", "F-37", joined(without(good, 7)));
  folder.corrupt("tag_short", "F-37: 15 bytes", joined(with(good, bin(8, run(15, 1)))));
  folder.corrupt("tag_missing", "F-37", joined(without(good, 8)));
  folder.corrupt("ciphertext_missing", "F-37", joined(without(good, 9)));
  folder.corrupt("ciphertext_empty", "F-4: empty bytes spelled out",
                 joined(with(good, bin(9, {}))));
  folder.corrupt("tombstone_with_value", "F-39", joined(appended(tombstone(), bin(9, run(21, 1)))));
  folder.corrupt("tombstone_with_tag", "F-39", joined(appended(tombstone(), bin(8, run(16, 1)))));
  folder.corrupt("tombstone_with_dek", "F-39: 72 bytes where the empty seal has 40",
                 joined(with(tombstone(), bin(7, run(72, 1)))));
  const Record apart = with(without(good, 9), num(10, 2000));
  folder.ok("value_apart", "F-37: its ciphertext stands in table 7", joined(apart));
  folder.corrupt("value_here_and_apart", "F-101", joined(with(good, num(10, 21))));
  folder.corrupt("value_apart_of_no_bytes", "F-4", joined(with(apart, num(10, 0))));
  folder.corrupt("value_apart_is_bytes", "F-6", joined(with(apart, bin(10, {1}))));
  folder.corrupt("value_apart_without_tag", "F-37", joined(without(apart, 8)));
  folder.corrupt("tombstone_with_value_apart", "F-39",
                 joined(appended(tombstone(), num(10, 2000))));
  folder.corrupt("field_number_zero", "F-10: no field has the number 0",
                 joined(with(good, raw(1, {0x00, 0x01}))));
  folder.corrupt("length_past_end", "F-10: a length of 2^32",
                 joined(with(good, raw(9, {0x4a, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 2, 3}))));
  folder.corrupt("length_of_64_bits", "F-10: a length of 2^64 - 1",
                 joined(with(good, raw(9, {0x4a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0x01, 1, 2}))));
}

Bytes entry(std::string_view key, std::string_view value) {
  return joined({text(1, key), text(2, value)});
}

void heads(const std::filesystem::path& root) {
  const Folder folder(root, "head");
  const Record good = {text(1, "team/db"),
                       num(2, 1760000000000),
                       num(3, 1760000000001),
                       num(4, 7),
                       num(5, 1),
                       num(6, 3600000),
                       num(7, 1),
                       text(8, "password"),
                       text(9, "the main database"),
                       text(10, "ops")};
  wire_rules(folder, good, 1);
  folder.ok("every_lone_field", "F-43", joined(good));
  Record rich = good;
  for (const char* tag : {"", "b", "a", "a"}) rich.push_back(text(11, tag));
  rich.push_back(bin(12, entry("a", "1")));
  rich.push_back(bin(12, entry("b", "2")));
  folder.ok("tags_and_custom", "F-4: an element of a repeated field may be empty", joined(rich));
  folder.ok("with_revision", "F-43: changed seven times", joined(appended(rich, num(13, 7))));
  folder.corrupt("revision_over_32_bits", "F-9", joined(appended(rich, num(13, 1ULL << 32))));
  folder.ok("marks", "F-214", joined(appended(appended(good, text(20, "ann")), num(21, 1))));
  folder.corrupt("doubted_of_two", "F-9", joined(appended(good, num(21, 2))));
  folder.corrupt("path_missing", "F-43", joined(without(good, 1)));
  folder.corrupt("path_empty", "F-4", joined(with(good, bin(1, {}))));
  folder.corrupt("max_versions_over_32_bits", "F-9: 2^32", joined(with(good, num(4, 1ULL << 32))));
  folder.corrupt("bool_of_two", "F-9", joined(with(good, num(5, 2))));
  folder.corrupt("bool_of_zero", "F-4", joined(with(good, num(7, 0))));
  folder.corrupt("duration_negative", "F-8", joined(with(good, num(6, ~0ULL))));
  folder.corrupt("description_empty", "F-4", joined(with(good, bin(9, {}))));
  folder.corrupt("tag_is_a_number", "F-6", joined(appended(good, num(11, 1))));
  folder.corrupt(
      "custom_twice", "F-44: one key, two values",
      joined(appended(appended(good, bin(12, entry("a", "1"))), bin(12, entry("a", "2")))));
  folder.corrupt(
      "custom_out_of_order", "F-44",
      joined(appended(appended(good, bin(12, entry("b", "1"))), bin(12, entry("a", "2")))));
  folder.corrupt("custom_without_key", "F-44",
                 joined(appended(good, bin(12, joined({text(2, "1")})))));
  folder.too_new("custom_with_unknown_field", "F-7",
                 joined(appended(good, bin(12, joined({text(1, "a"), text(3, "1")})))));
  folder.corrupt("custom_cut", "F-10: the entry's length ends inside its value",
                 joined(appended(good, bin(12, cut(entry("a", "long"), 2)))));
}

void names_and_references(const std::filesystem::path& root) {
  {
    const Folder folder(root, "name");
    const Record good = {num(1, 1), text(2, "team"), num(3, 1760000000000), num(4, 5)};
    const Record secret = without(without(good, 1), 4);
    wire_rules(folder, good, 2);
    folder.ok("folder", "F-45", joined(good));
    folder.ok("secret", "F-45: no folder", joined(secret));
    folder.ok("secret_without_version", "F-186: its head is of revision 3",
              joined(appended(secret, num(5, 3))));
    folder.corrupt("secret_with_children", "F-182", joined(without(good, 1)));
    folder.corrupt("folder_without_children", "F-182", joined(without(good, 4)));
    folder.corrupt("folder_of_no_children", "F-4", joined(with(good, num(4, 0))));
    folder.corrupt("folder_with_head", "F-186", joined(appended(good, num(5, 3))));
    folder.corrupt("component_missing", "F-45", joined(without(good, 2)));
    folder.corrupt("component_empty", "F-4", joined(with(good, bin(2, {}))));
    folder.corrupt("folder_of_two", "F-9", joined(with(good, num(1, 2))));
    folder.corrupt("time_negative", "F-8", joined(with(good, num(3, 1ULL << 63))));
  }
  const Folder folder(root, "reference");
  const Record good = {text(1, "team/db"), num(2, 3), text(3, "config"), text(4, "my-source")};
  wire_rules(folder, good, 3);
  folder.ok("of_a_version", "F-46", joined(good));
  folder.ok("of_the_current_version", "F-46: version 0 is left out", joined(without(good, 2)));
  folder.ok("with_its_maker", "F-215", joined(appended(good, text(6, "ann"))));
  folder.corrupt("target_missing", "F-46", joined(without(good, 1)));
  folder.corrupt("version_zero", "F-4", joined(with(good, num(2, 0))));
  folder.corrupt("user_empty", "F-4", joined(with(good, bin(4, {}))));
  folder.ok("count", "F-188: of a target's references", joined({text(1, "team/db"), num(5, 2)}));
  folder.corrupt("count_with_user", "F-188", joined(appended(good, num(5, 2))));
}

Bytes scope(std::string_view prefix, const Record& rest) {
  Record fields = {text(1, prefix)};
  fields.insert(fields.end(), rest.begin(), rest.end());
  return joined(fields);
}

Record rule() { return {text(1, "a-z0-9-"), text(2, "a-z0-9"), num(3, 2), num(4, 48), num(5, 1)}; }

// Rules for names, of the components and of the fields.
void name_rules(const Folder& folder, const Record& made) {
  const auto with_rules = [&](const Bytes& rules) { return joined(appended(made, bin(6, rules))); };
  const auto with_rule = [&](const Record& one) {
    return with_rules(joined({bin(1, joined(one))}));
  };
  folder.ok("names", "F-74", with_rules(joined({bin(1, joined(rule())), bin(2, joined(rule()))})));
  folder.ok("names_of_fields", "F-74", with_rules(joined({bin(2, joined({num(5, 2)}))})));
  folder.corrupt("names_empty", "F-4: rules that allow any name are left out", with_rules({}));
  folder.corrupt("names_rule_empty", "F-74", with_rule({}));
  folder.corrupt("names_rule_twice", "F-3",
                 with_rules(joined({bin(1, joined(rule())), bin(1, joined(rule()))})));
  folder.corrupt("names_is_number", "F-6", joined(appended(made, num(6, 2))));
  folder.too_new("names_white_space_unknown", "F-74", with_rule(with(rule(), num(5, 3))));
  folder.too_new("names_unknown_field", "F-7", with_rules(joined({bin(3, joined(rule()))})));
  folder.too_new("names_rule_unknown_field", "F-7", with_rule(appended(rule(), num(6, 1))));
  folder.corrupt("names_set_with_blank", "F-74", with_rule(with(rule(), text(1, "a b"))));
  folder.corrupt("names_range_falls", "F-74", with_rule(with(rule(), text(2, "z-a"))));
  folder.ok("names_set_of_64", "F-74", with_rule(with(rule(), bin(1, Bytes(64, 'a')))));
  folder.corrupt("names_set_of_65", "F-74", with_rule(with(rule(), bin(1, Bytes(65, 'a')))));
  folder.corrupt("names_too_long", "F-74", with_rule(with(rule(), num(4, 1025))));
  folder.corrupt("names_lengths_cross", "F-74", with_rule(with(rule(), num(3, 49))));
}

void changed_settings(const Folder& folder, const Record& made) {
  const Bytes names = joined({bin(1, joined(rule()))});
  Record good = appended(made, bin(6, names));
  good.push_back(bin(7, scope("a", {num(2, 4096), bin(3, {})})));
  good.push_back(bin(7, scope("a/b", {bin(3, names)})));
  good.push_back(num(8, 4));
  folder.ok("with_scopes", "F-73", joined(good));
  folder.ok("with_audit", "F-94",
            joined(appended(appended(appended(good, num(12, 1)), num(13, 86400000)), num(14, 9))));
  folder.corrupt("audit_reads_of_two", "F-9", joined(appended(good, num(12, 2))));
  folder.ok("delete_after_off", "F-74",
            joined(appended(appended(without(made, 4), num(8, 1)), num(9, 1))));
  folder.corrupt("delete_after_set_and_off", "F-74", joined(appended(made, num(9, 1))));
  name_rules(folder, made);
  const auto with_scope = [&](const Bytes& one) { return joined(appended(made, bin(7, one))); };
  folder.corrupt("scope_without_prefix", "F-73", with_scope(joined({num(2, 1)})));
  folder.corrupt("scope_limit_over_ceiling", "F-73",
                 with_scope(scope("a", {num(2, (16U << 20) + 1)})));
  folder.corrupt("scope_names_twice", "F-3", with_scope(scope("a", {bin(3, {}), bin(3, {})})));
  folder.too_new("scope_unknown_field", "F-7", with_scope(scope("a", {num(4, 1)})));
  folder.corrupt("scope_twice", "F-73",
                 joined(appended(appended(made, bin(7, scope("a", {num(2, 1)}))),
                                 bin(7, scope("a", {num(2, 2)})))));
  folder.corrupt("scopes_out_of_order", "F-73",
                 joined(appended(appended(made, bin(7, scope("b", {num(2, 1)}))),
                                 bin(7, scope("a", {num(2, 1)})))));
}

Record checkpoint() { return {num(1, 7), bin(2, run(32, 3)), num(3, 6), num(4, 1760000000000)}; }

void audit_records(const std::filesystem::path& root) {
  {
    const Folder folder(root, "audit_checkpoint");
    const Record good = checkpoint();
    wire_rules(folder, good, 2);
    folder.ok("whole", "F-92", joined(good));
    folder.corrupt("number_missing", "F-92", joined(without(good, 1)));
    folder.corrupt("link_missing", "F-92", joined(without(good, 2)));
    folder.corrupt("link_short", "F-92", joined(with(good, bin(2, run(31, 3)))));
    folder.corrupt("sequence_missing", "F-92", joined(without(good, 3)));
  }
  const Folder folder(root, "audit_record");
  const Record good = {num(1, 9),
                       num(2, 1760000000000),
                       num(3, 1000),
                       num(4, 4711),
                       text(5, "coffer"),
                       text(6, "alice"),
                       text(7, "ticket 12"),
                       text(8, "request-7"),
                       num(9, 8),
                       bin(10, joined({num(1, 1), text(2, "team/db"), num(3, 2)}))};
  wire_rules(folder, good, 5);
  folder.ok("every_field", "F-86", joined(good));
  folder.ok("least", "F-86: of the first user, who says nothing of itself",
            joined({num(1, 1), bin(10, joined({num(1, 51)}))}));
  Record gathered = without(good, 10);
  gathered.push_back(bin(10, joined({num(1, 60), text(2, "team/db"), num(4, 300)})));
  gathered.push_back(text(11, "ann"));
  folder.ok("user_and_count", "F-212, F-217", joined(gathered));
  folder.corrupt("count_of_one", "F-212: once is left out",
                 joined(with(good, bin(10, joined({num(1, 60), num(4, 1)})))));
  folder.corrupt("user_long", "F-88: 257 bytes", joined(appended(good, bin(11, run(257, 1)))));
  folder.corrupt("sequence_missing", "F-86", joined(without(good, 1)));
  folder.corrupt("item_missing", "F-86", joined(without(good, 10)));
  folder.corrupt("item_without_action", "F-86", joined(with(good, bin(10, joined({num(3, 2)})))));
  folder.too_new("action_unknown", "F-87: action 99",
                 joined(with(good, bin(10, joined({num(1, 99)})))));
  folder.too_new("action_over_a_byte", "F-87: action 257, which is not action 1",
                 joined(with(good, bin(10, joined({num(1, 257)})))));
  folder.too_new("code_unknown", "F-87: refused with 20", joined(with(good, num(9, 20))));
  folder.corrupt("code_zero", "F-4: what was allowed has no code", joined(with(good, num(9, 0))));
  folder.corrupt("uid_over_32_bits", "F-9", joined(with(good, num(3, 1ULL << 32))));
  folder.corrupt("program_long", "F-88: 65 bytes", joined(with(good, bin(5, run(65, 1)))));
  folder.corrupt("actor_long", "F-88: 257 bytes", joined(with(good, bin(6, run(257, 1)))));
  folder.corrupt("reason_long", "F-88: 1025 bytes", joined(with(good, bin(7, run(1025, 1)))));
  folder.corrupt("correlation_long", "F-88: 257 bytes", joined(with(good, bin(8, run(257, 1)))));
  folder.corrupt("name_long", "F-88: 1025 bytes",
                 joined(with(good, bin(10, joined({num(1, 1), bin(2, run(1025, 1))})))));
  Record many = good;
  for (int i = 1; i < 256; ++i) many.push_back(bin(10, joined({num(1, 1)})));
  folder.ok("items_256", "F-88", joined(many));
  many.push_back(bin(10, joined({num(1, 1)})));
  folder.corrupt("items_257", "F-88", joined(many));
}

void settings_and_roots(const std::filesystem::path& root) {
  {
    const Folder folder(root, "settings");
    const Record good = {num(1, 1048576), num(2, 10), num(3, 1), num(4, 86400000), num(5, 1)};
    wire_rules(folder, good, 5);
    folder.ok("every_field", "F-52", joined(good));
    folder.ok("no_version_limit", "F-52: max_versions is left out", joined(without(good, 2)));
    folder.too_new("algorithm_unknown", "F-38", joined(with(good, num(5, 3))));
    folder.corrupt("algorithm_missing", "F-52", joined(without(good, 5)));
    folder.corrupt("value_limit_missing", "F-52", joined(without(good, 1)));
    folder.corrupt("value_limit_over_ceiling", "F-52: 16 MiB + 1",
                   joined(with(good, num(1, (16U << 20) + 1))));
    folder.ok("value_limit_at_ceiling", "F-52: 16 MiB", joined(with(good, num(1, 16U << 20))));
    folder.corrupt("cas_of_two", "F-9", joined(with(good, num(3, 2))));
    folder.corrupt("algorithm_is_bytes", "F-6", joined(with(good, bin(5, {1}))));
    changed_settings(folder, good);
  }
  const Folder folder(root, "root");
  const Record good = {num(1, 9),
                       num(2, 2),
                       num(3, 40),
                       bin(4, run(16, 1)),
                       num(5, 1760000000000),
                       num(6, 12),
                       num(7, 3),
                       bin(8, run(32, 1)),
                       num(9, 5),
                       bin(10, run(32, 9)),
                       num(11, 8),
                       bin(12, joined(checkpoint())),
                       num(13, 11)};
  const Field split = bin(14, joined({bin(1, run(32, 1)), bin(2, {0, 5})}));
  folder.ok("buckets_split", "F-82", joined(with(good, split)));
  folder.corrupt("leaves_pending_since_never", "F-82",
                 joined(without(without(with(good, split), 8), 9)));
  folder.corrupt("leaves_empty", "F-82", joined(with(good, bin(14, {}))));
  wire_rules(folder, good, 4);
  folder.ok("anchored", "F-154: with an anchor",
            joined(appended(
                good, bin(17, joined({bin(1, run(20, 0x61)), bin(2, run(16, 1)), num(3, 1)})))));
  folder.corrupt("anchor_without_uri", "F-154",
                 joined(appended(good, bin(17, joined({bin(2, run(16, 1)), num(3, 1)})))));
  folder.ok("every_field", "F-48", joined(good));
  folder.ok("least", "F-48: of an empty store",
            joined({num(1, 1), num(2, 1), bin(4, Bytes(16)), num(13, 2)}));
  folder.corrupt("transaction_missing", "F-180", joined(without(good, 13)));
  Record counted = good;
  for (const std::uint32_t number : {31U, 32U, 33U, 34U}) counted.push_back(num(number, number));
  folder.ok("with_counts", "F-182, F-187", joined(counted));
  folder.corrupt("settings_revision_zero", "F-4", joined(appended(good, num(31, 0))));
  folder.corrupt("sequence_missing", "F-48", joined(without(good, 1)));
  folder.corrupt("epoch_missing", "F-48", joined(without(good, 2)));
  folder.corrupt("digest_missing", "F-48", joined(without(good, 4)));
  folder.corrupt("digest_short", "F-48", joined(with(good, bin(4, run(15, 1)))));
  folder.corrupt("pending_without_since", "F-48", joined(without(good, 9)));
  folder.corrupt("since_without_pending", "F-48", joined(without(good, 8)));
  folder.corrupt("pending_short", "F-48: 31 bytes", joined(with(good, bin(8, run(31, 1)))));
  folder.corrupt("audit_head_without_number", "F-85", joined(without(good, 11)));
  folder.corrupt("audit_number_without_head", "F-85", joined(without(good, 10)));
  folder.corrupt("audit_head_short", "F-85", joined(with(good, bin(10, run(31, 9)))));
  folder.corrupt("audit_checkpoint_not_behind", "F-85: the last record is never removed",
                 joined(with(good, num(11, 7))));
  folder.ok("audit_never_pruned", "F-85", joined(without(good, 12)));
  folder.ok("rekey_under_way", "F-148", joined(appended(good, num(16, 3))));
  folder.corrupt("rekey_beyond_next_epoch", "F-148: the epoch is 2",
                 joined(appended(good, num(16, 4))));
  folder.ok("clock_accepted", "F-96: twice", joined(appended(good, num(20, 2))));
  folder.corrupt("clock_accepted_zero_times", "F-4", joined(appended(good, num(20, 0))));
  folder.corrupt("time_negative", "F-8", joined(with(good, num(5, 1ULL << 63))));
}

void anchors(const std::filesystem::path& root) {
  {
    const Folder folder(root, "anchor_setting");
    const Record good = {bin(1, run(20, 0x61)), bin(2, run(16, 1)), num(3, 3), num(4, 17)};
    wire_rules(folder, good, 2);
    folder.ok("every_field", "F-154", joined(good));
    folder.ok("of_a_file", "F-154: without a counter", joined(without(good, 4)));
    folder.corrupt("uri_missing", "F-154", joined(without(good, 1)));
    folder.corrupt("uri_too_long", "F-154: 1,025 bytes",
                   joined(with(good, bin(1, Bytes(1025, 0x61)))));
    folder.corrupt("id_missing", "F-154", joined(without(good, 2)));
    folder.corrupt("id_short", "F-154", joined(with(good, bin(2, run(15, 1)))));
    folder.corrupt("cadence_missing", "F-154", joined(without(good, 3)));
    folder.too_new("cadence_unknown", "F-154", joined(with(good, num(3, 4))));
  }
  const Folder folder(root, "anchor_mark");
  const Record good = {bin(1, run(16, 1)), num(2, 9), bin(3, run(32, 2)), num(4, 1760000000000)};
  folder.ok("every_field", "F-154", joined(good));
  folder.corrupt("id_missing", "F-154", joined(without(good, 1)));
  folder.corrupt("sequence_missing", "F-154", joined(without(good, 2)));
  folder.corrupt("hash_missing", "F-154", joined(without(good, 3)));
  folder.corrupt("hash_short", "F-154", joined(with(good, bin(3, run(31, 2)))));
  folder.corrupt("time_negative", "F-8", joined(with(good, num(4, 1ULL << 63))));
  folder.too_new("unknown_field", "F-7", joined(appended(good, num(5, 1))));
}

void policies(const std::filesystem::path& root) {
  const Folder folder(root, "policy");
  const auto rule_of = [](const Record& fields) { return bin(2, joined(fields)); };
  const Record rule = {num(1, 1), bin(2, run(8, 0x61)), bin(2, Bytes{0x2A}),  num(3, 2),
                       num(3, 8), bin(4, run(3, 0x61)), bin(4, run(2, 0x62)), bin(5, run(4, 0x63))};
  const Record least = {bin(2, Bytes{0x2A}), num(3, 7), bin(4, Bytes{0x2A, 0x2A})};
  const auto of_rule = [&](const Record& fields) { return joined({num(1, 9), rule_of(fields)}); };
  wire_rules(folder, {num(1, 9), rule_of(rule)}, 1);
  folder.ok("every_field", "F-161", joined({num(1, 9), rule_of(rule), rule_of(least)}));
  folder.ok("without_rules", "F-161: it has no say", joined({num(1, 9)}));
  const Record role = {bin(1, run(3, 0x72)), bin(2, run(8, 0x61)), bin(2, run(8, 0x62))};
  const auto of_role = [&](const Record& fields) {
    return joined({num(1, 9), rule_of(least), bin(3, joined(fields))});
  };
  folder.ok("with_a_role", "F-161", of_role(role));
  folder.corrupt("role_without_name", "F-161", of_role(without(role, 1)));
  folder.corrupt("role_without_member", "F-161", of_role(without(role, 2)));
  folder.too_new("role_with_more", "F-7", of_role(appended(role, num(3, 1))));
  folder.corrupt("revision_missing", "F-161", joined({rule_of(least)}));
  folder.corrupt("rule_empty", "F-161", joined({num(1, 9), rule_of({})}));
  folder.corrupt("subjects_missing", "F-161", of_rule(without(least, 2)));
  folder.corrupt("use_cases_missing", "F-161", of_rule(without(least, 3)));
  folder.corrupt("objects_missing", "F-161", of_rule(without(least, 4)));
  folder.corrupt("subject_empty", "F-161", of_rule({bin(2, {}), num(3, 7), bin(4, Bytes{0x2A})}));
  folder.corrupt("use_case_zero", "F-161", of_rule(with(least, num(3, 0))));
  folder.corrupt("use_case_twice", "F-161",
                 of_rule({bin(2, Bytes{0x2A}), num(3, 7), num(3, 7), bin(4, Bytes{0x2A})}));
  folder.corrupt("use_cases_fall", "F-161",
                 of_rule({bin(2, Bytes{0x2A}), num(3, 7), num(3, 2), bin(4, Bytes{0x2A})}));
  folder.too_new("use_case_unknown", "F-161", of_rule(with(least, num(3, 9))));
  folder.corrupt("effect_is_two", "F-161", of_rule(with(rule, num(1, 2))));
  folder.corrupt("subject_too_long", "F-161: 263 bytes",
                 of_rule(with(least, bin(2, Bytes(263, 0x61)))));
  folder.corrupt("object_too_long", "F-161: 1,032 bytes",
                 of_rule(with(least, bin(4, Bytes(1032, 0x61)))));
  folder.corrupt("tag_too_long", "F-161: 129 bytes", of_rule(with(rule, bin(5, Bytes(129, 0x61)))));
  folder.too_new("rule_field_unknown", "F-7", of_rule(appended(least, num(6, 1))));
}

void buckets(const std::filesystem::path& root) {
  const Folder folder(root, "bucket");
  const Record good = {num(1, 3), bin(2, run(72, 1))};
  wire_rules(folder, good, 2);
  folder.ok("whole", "F-47", joined(good));
  folder.corrupt("epoch_missing", "F-47", joined(without(good, 1)));
  folder.corrupt("epoch_zero", "F-4", joined(with(good, num(1, 0))));
  folder.corrupt("key_missing", "F-47", joined(without(good, 2)));
  folder.corrupt("key_short", "F-47", joined(with(good, bin(2, run(71, 1)))));
}

Bytes leaf_epochs(std::uint64_t epoch) {
  Bytes bytes;
  for (int leaf = 0; leaf < 256; ++leaf) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<std::uint8_t>(epoch >> shift));
    const Bytes key = run(32, static_cast<std::uint8_t>(leaf));
    bytes.insert(bytes.end(), key.begin(), key.end());
  }
  return bytes;
}

void leaves(const std::filesystem::path& root) {
  {
    const Folder folder(root, "leaf_keys");
    const Bytes good = leaf_epochs(3);
    folder.ok("whole", "F-79: 256 of them", good);
    folder.corrupt("none", "F-79", {});
    folder.corrupt("cut_by_one_byte", "F-79", cut(good, 1));
    folder.corrupt("cut_by_one_leaf", "F-79", cut(good, 40));
    Bytes bytes = good;
    bytes.insert(bytes.end(), good.begin(), good.begin() + 40);
    folder.corrupt("one_leaf_more", "F-79: 257", bytes);
    bytes = good;
    bytes[40 * 255 + 7] = 0;
    folder.corrupt("epoch_zero", "F-80: of the last leaf", bytes);
  }
  const Folder folder(root, "leaves");
  Bytes split(32);
  split[0] = 0x81;
  split[31] = 0x80;
  const Record good = {bin(1, split), bin(2, {0, 5, 0, 6, 7, 0, 255, 255})};
  wire_rules(folder, good, 2);
  folder.ok("every_field", "F-82", joined(good));
  folder.ok("nothing_pending", "F-82", joined(without(good, 2)));
  folder.corrupt("split_missing", "F-82", joined(without(good, 1)));
  folder.corrupt("split_of_none", "F-82: all zeros", joined(with(good, bin(1, Bytes(32)))));
  folder.corrupt("split_short", "F-82: 31 bytes", joined(with(good, bin(1, run(31, 1)))));
  folder.corrupt("split_long", "F-82: 33 bytes", joined(with(good, bin(1, run(33, 1)))));
  folder.corrupt("pending_of_odd_size", "F-82", joined(with(good, bin(2, {0, 5, 0}))));
  folder.corrupt("pending_falls", "F-82", joined(with(good, bin(2, {0, 6, 0, 5}))));
  folder.corrupt("pending_twice", "F-82", joined(with(good, bin(2, {0, 5, 0, 5}))));
  folder.corrupt("pending_of_a_whole_bucket", "F-82", joined(with(good, bin(2, {1, 5}))));
  Bytes many;
  for (int leaf = 0; leaf < 513; ++leaf) {
    many.push_back(leaf < 256 ? 0 : leaf < 512 ? 7 : 255);
    many.push_back(static_cast<std::uint8_t>(leaf));
  }
  folder.corrupt("pending_of_513", "F-82", joined(with(good, bin(2, many))));
  folder.ok("pending_of_512", "F-82", joined(with(good, bin(2, cut(many, 2)))));
}

void config_records(const std::filesystem::path& root) {
  const Folder folder(root, "config_record");
  const auto place = [](std::string_view pointer, std::string_view coordinate) {
    Record inner = {text(2, coordinate)};
    if (!pointer.empty()) inner = with(inner, text(1, pointer));
    return bin(5, joined(inner));
  };
  const Record good = {num(1, 1),
                       text(2, "00000000-0000-0000-0000-000000000000"),
                       text(3, "5f"),
                       text(4, "{\"a\":1}"),
                       place("/a", "airbyte_x_v1"),
                       place("", "airbyte_y_v2"),
                       num(6, 1),
                       num(7, 1760000000000)};
  folder.ok("every_field", "F-55", joined(good));
  folder.ok("of_a_check", "F-55: without document and spec",
            joined(without(without(without(good, 3), 4), 6)));
  folder.ok("place_external", "F-55",
            joined({num(1, 1), bin(5, joined({text(1, "/p"), text(2, "c"), num(3, 1)}))}));
  folder.ok("of_a_stage", "F-106: with what its commit needs",
            joined({num(1, 1), text(3, "5f"), text(4, "{}"),
                    bin(5, joined({text(1, "/a"), text(2, "airbyte_x_v2"), num(4, 2)})),
                    num(7, 1760000000000), text(8, "c"), num(9, 3)}));
  folder.ok("of_a_document_kept_outside", "F-106",
            joined({num(1, 1), text(10, "7b0c5c4e-93c6-4f6e-8a77-0d7c2f1be2a4"), num(11, 1)}));
  folder.too_new("place_written_unknown", "F-105",
                 joined({num(1, 1), bin(5, joined({text(2, "c"), num(4, 3)}))}));
  folder.too_new("format_two", "F-26", joined(with(good, num(1, 2))));
  folder.corrupt("format_missing", "F-55", joined(without(good, 1)));
  folder.corrupt("cut_by_one_byte", "F-10", cut(joined(good), 1));
  folder.corrupt("format_twice", "F-3", joined(twice(good, 1)));
  folder.corrupt("place_without_coordinate", "F-55",
                 joined(with(good, bin(5, joined({text(1, "/a")})))));
  folder.corrupt("place_with_bad_pointer", "F-55: no slash before the first token",
                 joined(with(good, place("a", "c"))));
  folder.corrupt("place_is_a_number", "F-6", joined(with(good, num(5, 1))));
  folder.corrupt("fields_out_of_order", "F-2", joined(appended(without(good, 1), num(1, 1))));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_vectors DIRECTORY\n", stderr);
    return 2;
  }
  const std::filesystem::path root = argv[1];
  version_records(root);
  heads(root);
  names_and_references(root);
  settings_and_roots(root);
  audit_records(root);
  anchors(root);
  policies(root);
  buckets(root);
  leaves(root);
  keyring_vectors(root);
  config_records(root);
  return 0;
}
