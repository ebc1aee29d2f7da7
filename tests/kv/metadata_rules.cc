// Metadata with and without versions, and the output of list.
#include "tests/kv/rules.h"

namespace kv {
namespace {

using Pairs = std::map<std::string, std::string>;

Pairs many(std::size_t count) {
  Pairs pairs;
  for (std::size_t i = 0; i < count; ++i) pairs.emplace("k" + std::to_string(100 + i), "v");
  return pairs;
}

coffer::MetadataChange described() {
  coffer::MetadataChange change;
  change.owner = "me";
  change.kind = "password";
  change.tags = {"b", "a"};
  return change;
}

std::vector<Rule> own_rules() {
  return {
      {"KV metadata: a put of it makes a secret without versions, which is listed",
       {{put_metadata("a/b", max_versions(3)), done()},
        {get_metadata("a/b"), sees("max=3")},
        {history("a/b"), sees("")},
        {list("a"), sees("b")}}},
      {"KV metadata: of what is not there it is not found", {{get_metadata("a"), kNotFound}}},
      {"KV metadata: it may be set before the first version and stays with it",
       {{put_metadata("a", custom({{"team", "x"}})), done()},
        {put("a", "1"), sees("1")},
        {get_metadata("a"), sees("custom(team=x)")}}},
      {"KV metadata: setting it adds no version",
       {{put("a", "1"), sees("1")},
        {put_metadata("a", max_versions(5)), done()},
        {history("a"), sees("1")},
        {get("a"), sees("1")}}},
      {"KV metadata: a put replaces custom metadata as a whole",
       {{put_metadata("a", custom({{"one", "1"}, {"two", "2"}})), done()},
        {put_metadata("a", custom({{"three", "3"}})), done()},
        {get_metadata("a"), sees("custom(three=3)")}}},
      {"KV metadata: a put leaves alone what it does not name",
       {{put_metadata("a", max_versions(5)), done()},
        {put_metadata("a", cas_required(true)), done()},
        {get_metadata("a"), sees("max=5 cas")}}},
      {"KV metadata: a patch adds, changes and takes away single keys",
       {{put_metadata("a", custom({{"one", "1"}, {"two", "2"}})), done()},
        {patch_metadata("a", custom_patch({{"one", std::nullopt}, {"two", "x"}, {"new", "n"}})),
         done()},
        {get_metadata("a"), sees("custom(new=n,two=x)")}}},
      {"KV metadata: a patch of what is not there is not found, and makes nothing",
       {{patch_metadata("a", max_versions(3)), kNotFound}, {list(), sees("")}}},
      {"KV metadata: a secret's own settings are told, not those in effect",
       {{store_max_versions(20), done()},
        {put_metadata("a", max_versions(3)), done()},
        {get_metadata("a"), sees("max=3")}}},
      {"KV metadata: oldest_version is 0 until the window of max_versions is full, then moves",
       {{put_metadata("a", max_versions(3)), done()},
        {store_max_versions(3), done()},
        {oldest("a"), sees("0")},
        {put("a", "1"), sees("1")},
        {put("a", "2"), sees("2")},
        {oldest("a"), sees("0")},
        {destroy("a", {1}), done()},
        {oldest("a"), sees("0")},
        {put("a", "3"), sees("3")},
        {oldest("a"), sees("1")},
        {put("a", "4"), sees("4")},
        {oldest("a"), sees("2")},
        {put_metadata("a", max_versions(9)), done()},
        {put("a", "5"), sees("5")},
        {oldest("a"), sees("2")}}},
      {"KV metadata: oldest_version moves with the write after max_versions became smaller",
       {{put("a", "1"), sees("1")},
        {put("a", "2"), sees("2")},
        {put("a", "3"), sees("3")},
        {oldest("a"), sees("0")},
        {store_max_versions(2), done()},
        {put("a", "4"), sees("4")},
        {oldest("a"), sees("3")}}},
      {"KV metadata: a secret's own max_versions counts where the store's is unset",
       {{put_metadata("a", max_versions(2)), done()},
        {put("a", "1"), sees("1")},
        {put("a", "2"), sees("2")},
        {put("a", "3"), sees("3")},
        {history("a"), sees("3 2")},
        {oldest("a"), sees("2")}}},
      {"KV metadata: lowering max_versions shows nowhere before the next write, which trims",
       {{put("a", "1"), sees("1")},
        {put("a", "2"), sees("2")},
        {put("a", "3"), sees("3")},
        {put("a", "4"), sees("4")},
        {put_metadata("a", max_versions(2)), done()},
        {oldest("a"), sees("0")},
        {history("a"), sees("4 3 2 1")},
        {put("a", "5"), sees("5")},
        {oldest("a"), sees("4")},
        {history("a"), sees("5 4")}}},
      {"KV metadata: it stays when every version is destroyed",
       {{put("a", "1"), sees("1")},
        {put_metadata("a", custom({{"k", "v"}})), done()},
        {destroy_all("a"), done()},
        {get_metadata("a"), sees("custom(k=v)")}}},
      {"KV metadata: a plain put keeps it",
       {{put_metadata("a", custom({{"k", "v"}})), done()},
        {put("a", "1"), sees("1")},
        {put("a", "2"), sees("2")},
        {get_metadata("a"), sees("custom(k=v)")}}},
      {"coffer: owner, kind and tags stand beside it, in the order given",
       {{put_metadata("a", described()), done()},
        {get_metadata("a"), sees("owner=me tags=b,a kind=password")}}},
      {"coffer: a kind refuses a value that is none of it",
       {{put_metadata("a",
                      [] {
                        coffer::MetadataChange change;
                        change.kind = "key-value";
                        return change;
                      }()),
         done()},
        {put("a", "[1]"), kUsage},
        {put("a", R"({"k":"v"})"), sees("1")}}},
  };
}

std::vector<Rule> limit_rules() {
  return {
      {"KV limits: 64 custom entries are taken, 65 are not",
       {{put_metadata("a", custom(many(64))), done()},
        {put_metadata("b", custom(many(65))), kLimit},
        {list(), sees("a")}}},
      {"KV limits: a patch cannot go past 64 custom entries either",
       {{put_metadata("a", custom(many(64))), done()},
        {patch_metadata("a", custom_patch({{"one-more", "v"}})), kLimit}}},
      {"KV limits: a custom key has at most 128 bytes",
       {{put_metadata("a", custom({{std::string(128, 'k'), "v"}})), done()},
        {put_metadata("b", custom({{std::string(129, 'k'), "v"}})), kLimit}}},
      {"KV limits: a custom value has at most 512 bytes",
       {{put_metadata("a", custom({{"k", std::string(512, 'v')}})), done()},
        {put_metadata("b", custom({{"k", std::string(513, 'v')}})), kLimit}}},
      {"KV limits: custom metadata is printable",
       {{put_metadata("a", custom({{"k", "a\nb"}})), kUsage},
        {put_metadata("a", custom({{"k\x1b", "v"}})), kUsage},
        {list(), sees("")}}},
  };
}

std::vector<Rule> list_rules() {
  return {
      {"KV list: one level, folders end in a slash, in byte order, each once",
       {{put("b/x", "1"), sees("1")},
        {put("b/y/z", "1"), sees("1")},
        {put("a", "1"), sees("1")},
        {put("b", "1"), sees("1")},
        {put("B", "1"), sees("1")},
        {put("b-c", "1"), sees("1")},
        {list(), sees("B a b b-c b/")},
        {list("b"), sees("x y/")},
        {list("b/y"), sees("z")}}},
      {"KV list: a prefix with and without its slash is one",
       {{put("f/a", "1"), sees("1")}, {list("f"), sees("a")}, {list("f/"), sees("a")}}},
      {"KV list: soft-deleted and metadata-only secrets are listed",
       {{put("a", "1"), sees("1")},
        {remove("a"), done()},
        {put_metadata("b", max_versions(2)), done()},
        {list(), sees("a b")}}},
      {"coffer: what is not there is an empty list",
       {{list(), sees("")}, {list("none"), sees("")}, {list("none/below"), sees("")}}},
      {"KV list: a secret is no folder", {{put("a", "1"), sees("1")}, {list("a"), sees("")}}},
      {"KV list: a prefix is whole components, not letters",
       {{put("foobar/a", "1"), sees("1")}, {list("foo"), sees("")}}},
      {"KV list: a folder goes with its last secret",
       {{put("f/a", "1"), sees("1")}, {erase("f/a"), done()}, {list(), sees("")}}},
      {"coffer: recursive, the full paths of all below",
       {{put("f/g/a", "1"), sees("1")},
        {put("f/b", "1"), sees("1")},
        {put("c", "1"), sees("1")},
        {list_all(), sees("c f/b f/g/a")},
        {list_all("f"), sees("f/b f/g/a")}}},
      {"coffer: by state, only the live or only the deleted",
       {{put("a", "1"), sees("1")},
        {put("b", "1"), sees("1")},
        {remove("b"), done()},
        {list_state(coffer::ListState::live), sees("a")},
        {list_state(coffer::ListState::deleted), sees("b")}}},
  };
}

}  // namespace

std::vector<Rule> metadata_rules() {
  std::vector<Rule> all = own_rules();
  for (auto* rules : {&limit_rules, &list_rules}) {
    for (Rule& rule : rules()) all.push_back(std::move(rule));
  }
  return all;
}

}  // namespace kv
