// Writing, reading, check-and-set, and how many versions stay.
#include "tests/kv/rules.h"

namespace kv {
namespace {

std::vector<Step> puts(const std::string& path, int count) {
  std::vector<Step> steps;
  for (int i = 1; i <= count; ++i)
    steps.push_back({put(path, std::to_string(i)), sees(std::to_string(i))});
  return steps;
}

std::vector<Step> operator+(std::vector<Step> first, std::vector<Step> second) {
  for (Step& step : second) first.push_back(std::move(step));
  return first;
}

std::vector<Rule> cas_rules() {
  return {
      {"KV: a put without check-and-set adds the next version",
       {{put("a", "1"), sees("1")}, {put("a", "2"), sees("2")}, {get("a"), sees("2")}}},
      {"KV CAS: cas=0 writes where there is no version",
       {{with_cas(0, put("a", "1")), sees("1")}, {get("a"), sees("1")}}},
      {"KV CAS: cas=0 fails where there is a version, and changes nothing",
       {{put("a", "1"), sees("1")},
        {with_cas(0, put("a", "2")), kConflict},
        {get("a"), sees("1")},
        {history("a"), sees("1")}}},
      {"KV CAS: cas=0 fails on a soft-deleted secret, whose number still counts",
       {{put("a", "1"), sees("1")},
        {remove("a"), done()},
        {with_cas(0, put("a", "2")), kConflict}}},
      {"KV CAS: cas=0 writes a secret that has metadata only",
       {{put_metadata("a", max_versions(3)), done()}, {with_cas(0, put("a", "1")), sees("1")}}},
      {"KV CAS: the current number writes, each time the next",
       {{put("a", "1"), sees("1")},
        {with_cas(1, put("a", "2")), sees("2")},
        {with_cas(2, put("a", "3")), sees("3")}}},
      {"KV CAS: a number that is behind fails and changes nothing",
       {{put("a", "1"), sees("1")},
        {put("a", "2"), sees("2")},
        {with_cas(1, put("a", "3")), kConflict},
        {get("a"), sees("2")}}},
      {"KV CAS: a number that is ahead fails",
       {{put("a", "1"), sees("1")}, {with_cas(2, put("a", "2")), kConflict}}},
      {"KV CAS: a number fails where there is nothing, and nothing is made",
       {{with_cas(1, put("a", "1")), kConflict}, {list(), sees("")}}},
      {"KV CAS: the current number writes over a soft-deleted version",
       {{put("a", "1"), sees("1")},
        {remove("a"), done()},
        {with_cas(1, put("a", "2")), sees("2")}}},
      {"KV CAS: a destroyed newest version keeps its number for check-and-set",
       {{put("a", "1"), sees("1")},
        {destroy("a", {1}), done()},
        {with_cas(0, put("a", "2")), kConflict},
        {with_cas(1, put("a", "2")), sees("2")}}},
      {"KV CAS: a secret that requires it refuses a put without",
       {{put_metadata("a", cas_required(true)), done()},
        {put("a", "1"), kConflict},
        {with_cas(0, put("a", "1")), sees("1")},
        {put("a", "2"), kConflict},
        {with_cas(1, put("a", "2")), sees("2")}}},
      {"KV CAS: a store that requires it refuses every put without",
       {{store_cas_required(true), done()},
        {put("a", "1"), kConflict},
        {with_cas(0, put("a", "1")), sees("1")}}},
      {"KV CAS: a secret's own false does not lift what the store requires",
       {{store_cas_required(true), done()},
        {put_metadata("a", cas_required(false)), done()},
        {put("a", "1"), kConflict}}},
      {"KV CAS: no longer required, a put needs none",
       {{put_metadata("a", cas_required(true)), done()},
        {patch_metadata("a", cas_required(false)), done()},
        {put("a", "1"), sees("1")}}},
      {"KV CAS: after the metadata is deleted the name is new, and cas=0 writes version 1",
       {{put("a", "1"), sees("1")},
        {put("a", "2"), sees("2")},
        {erase("a"), done()},
        {with_cas(0, put("a", "3")), sees("1")}}},
  };
}

std::vector<Rule> value_rules() {
  return {
      {"KV read: what is not there is not found", {{get("a"), kNotFound}}},
      {"KV read: a version that never was is not found",
       {{put("a", "1"), sees("1")}, {get("a", 2), kNotFound}, {get("a", 99), kNotFound}}},
      {"KV read: any version by its number",
       {{put("a", "1"), sees("1")},
        {put("a", "2"), sees("2")},
        {get("a", 1), sees("1")},
        {get("a", 2), sees("2")},
        {get("a"), sees("2")}}},
      {"KV read: metadata alone is nothing to read",
       {{put_metadata("a", max_versions(3)), done()}, {get("a"), kNotFound}}},
      {"KV read: an empty object is a value",
       {{put("a", "{}"), sees("1")}, {get("a"), sees("{}")}}},
      {"coffer: the text of a number comes back, whatever its size",
       {{put("a", R"({"n":12345678901234567890,"f":1.50,"e":1e400,"z":-0.0})"), sees("1")},
        {get("a"), sees(R"({"n":12345678901234567890,"f":1.50,"e":1e400,"z":-0.0})")}}},
      {"coffer: order and spacing of a JSON value come back to the byte",
       {{put("a", "{ \"z\" : 1,\n\t\"a\": [ ] }"), sees("1")},
        {get("a"), sees("{ \"z\" : 1,\n\t\"a\": [ ] }")}}},
      {"coffer: a JSON value need not be an object",
       {{put("a", "[1, null]"), sees("1")},
        {get("a"), sees("[1, null]")},
        {put("a", "\"text\""), sees("2")},
        {get("a"), sees("\"text\"")},
        {put("a", "null"), sees("3")},
        {get("a"), sees("null")}}},
      {"coffer: bytes that are no text come back to the byte",
       {{put_bytes("a", std::string("\0\xff\r\n\0", 5)), sees("1")},
        {get("a"), sees(std::string("\0\xff\r\n\0", 5))}}},
      {"coffer: an empty value is a value",
       {{put_bytes("a", ""), sees("1")}, {get("a"), sees("")}}},
      {"coffer: a document with a key given twice is refused",
       {{put("a", R"({"k":1,"k":2})"), kUsage}, {list(), sees("")}}},
      {"coffer: what is no JSON is refused", {{put("a", "{k:1}"), kUsage}, {list(), sees("")}}},
      {"KV names: letters of any script, blanks, case",
       {{put("gr\xC3\xBC\xC3\x9F e/\xF0\x9F\x94\x91", "1"), sees("1")},
        {put("A", "2"), sees("1")},
        {put("a", "3"), sees("1")},
        {get("gr\xC3\xBC\xC3\x9F e/\xF0\x9F\x94\x91"), sees("1")},
        {get("A"), sees("2")},
        {get("a"), sees("3")}}},
      {"KV names: a secret and a folder may have one name",
       {{put("a", "1"), sees("1")},
        {put("a/b", "2"), sees("1")},
        {get("a"), sees("1")},
        {get("a/b"), sees("2")},
        {list(), sees("a a/")},
        {list("a"), sees("b")}}},
      {"KV names: relative and empty parts are refused",
       {{put("a//b", "1"), kUsage},
        {put("/a", "1"), kUsage},
        {put("a/", "1"), kUsage},
        {put("a/../b", "1"), kUsage},
        {put("./a", "1"), kUsage},
        {list(), sees("")}}},
      {"KV names: control characters are refused",
       {{put("a\nb", "1"), kUsage}, {put("a\x7f", "1"), kUsage}, {put("a\xC2\x85", "1"), kUsage}}},
      {"coffer: a path of 1,024 bytes is taken, one byte more is not",
       {{put(std::string(1024, 'p'), "1"), sees("1")},
        {get(std::string(1024, 'p')), sees("1")},
        {put(std::string(1025, 'p'), "1"), kLimit}}},
  };
}

std::vector<Rule> retention_rules() {
  return {
      {"KV retention: ten versions stay where nothing else is said",
       puts("a", 12) + std::vector<Step>{{history("a"), sees("12 11 10 9 8 7 6 5 4 3")},
                                         {get("a", 2), kNotFound},
                                         {get("a", 3), sees("3")}}},
      {"KV retention: a secret's larger number wins over the store's",
       std::vector<Step>{{store_max_versions(2), done()},
                         {put_metadata("a", max_versions(3)), done()}} +
           puts("a", 5) + std::vector<Step>{{history("a"), sees("5 4 3")}}},
      {"KV retention: the store's larger number wins over a secret's",
       std::vector<Step>{{store_max_versions(3), done()},
                         {put_metadata("a", max_versions(2)), done()}} +
           puts("a", 5) + std::vector<Step>{{history("a"), sees("5 4 3")}}},
      {"KV retention: a smaller number counts from the next write on",
       std::vector<Step>{{store_max_versions(5), done()}} + puts("a", 5) +
           std::vector<Step>{{store_max_versions(2), done()},
                             {history("a"), sees("5 4 3 2 1")},
                             {put("a", "6"), sees("6")},
                             {history("a"), sees("6 5")}}},
      {"KV retention: the store's zero means ten",
       std::vector<Step>{{store_max_versions(0), done()}} + puts("a", 11) +
           std::vector<Step>{{history("a"), sees("11 10 9 8 7 6 5 4 3 2")}}},
      {"KV retention: destroyed versions stand in the window like others",
       std::vector<Step>{{store_max_versions(3), done()}} + puts("a", 3) +
           std::vector<Step>{{destroy("a", {2}), done()},
                             {put("a", "4"), sees("4")},
                             {history("a"), sees("4 3 2x")},
                             {put("a", "5"), sees("5")},
                             {history("a"), sees("5 4 3")}}},
      {"KV retention: what was trimmed cannot be undeleted or destroyed",
       std::vector<Step>{{store_max_versions(1), done()}} + puts("a", 2) +
           std::vector<Step>{{undelete("a", {1}), kNotFound}, {destroy("a", {1}), kNotFound}}},
      {"KV retention: a refused write trims nothing",
       std::vector<Step>{{store_max_versions(2), done()}} + puts("a", 2) +
           std::vector<Step>{{with_cas(7, put("a", "3")), kConflict}, {history("a"), sees("2 1")}}},
  };
}

}  // namespace

std::vector<Rule> reading_rules() {
  std::vector<Rule> all = cas_rules();
  for (auto* rules : {&value_rules, &retention_rules}) {
    for (Rule& rule : rules()) all.push_back(std::move(rule));
  }
  return all;
}

}  // namespace kv
