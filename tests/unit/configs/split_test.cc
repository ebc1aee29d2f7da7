#include "configs/document/split.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "configs/operations/hydrate.h"
#include "tests/unit/configs/map_secret_store.h"

namespace split_test {

using namespace coffer;
using namespace coffer::configs;
using Kind = ConfigOutcome::Kind;

namespace {

constexpr char kFlat[] =
    R"({"properties":{"host":{},"a":{"airbyte_secret":true},"b":{"airbyte_secret":true}}})";
constexpr char kList[] =
    R"({"properties":{"l":{"items":{"properties":{"n":{},"p":{"airbyte_secret":true}}}}}})";
constexpr char kStrings[] = R"({"properties":{"l":{"items":{"airbyte_secret":true}}}})";
constexpr char kBranches[] =
    R"({"properties":{"c":{"oneOf":[
        {"properties":{"t":{"const":"x"},"p":{"airbyte_secret":true}}},
        {"properties":{"t":{"const":"y"},"p":{"airbyte_secret":true}}}]}}})";

std::string node(std::uint64_t secret, std::uint64_t version = 1) {
  return R"({"_secret":")" + MapSecretStore::coordinate(secret, version) + "\"}";
}

// One config in memory, put again and again.
class Bench {
 public:
  explicit Bench(std::string spec_text) { respec(std::move(spec_text)); }

  void respec(std::string spec_text) {
    auto compiled = Spec::compile(spec_text);
    REQUIRE(compiled.ok());
    spec_.emplace(std::move(*compiled));
  }

  Result<SplitResult> attempt(const std::string& text, bool compat = false) {
    auto document = json::Document::parse(text);
    REQUIRE(document.ok());
    return split({*spec_, *document, stored_ ? &*stored_ : nullptr, compat, compat || always},
                 store);
  }

  // The partial document; the stored config is then this one.
  std::string put(const std::string& text, bool compat = false) {
    auto result = attempt(text, compat);
    if (!result.ok()) INFO(describe(result.error()));
    REQUIRE(result.ok());
    outcomes = std::move(result->outcomes);
    stored_.emplace();
    stored_->partial = std::move(result->partial);
    stored_->places = std::move(result->places);
    return std::string(stored_->partial.text());
  }

  // The place that the error names.
  std::string refused(const std::string& text, bool compat = false) {
    const auto values = store.values;
    const auto result = attempt(text, compat);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code() == ErrorCode::usage);
    REQUIRE(result.error().subject() != nullptr);
    return result.error().subject()->text;
  }

  std::vector<Kind> kinds() const {
    std::vector<Kind> out;
    for (const ConfigOutcome& each : outcomes) out.push_back(each.kind);
    return out;
  }

  std::string hydrated(bool strings = false) {
    auto document = json::Document::parse(stored_->partial.text());
    REQUIRE(document.ok());
    auto text = hydrate_declared(*spec_, *document,
                                 [&](std::string_view c) { return store.reveal(c); }, {strings});
    REQUIRE(text.ok());
    return std::string(text->text());
  }

  MapSecretStore store;
  std::vector<ConfigOutcome> outcomes;
  bool always = false;  ///< Bump what is equal, too.

 private:
  std::optional<Spec> spec_;
  std::optional<ConfigRecord> stored_;
};

}  // namespace

TEST_CASE("Each secret becomes a coordinate and all else stays to the byte") {
  Bench bench(kFlat);
  CHECK(bench.put("{ \"a\" : \"x\",\t\"host\":1.50 , \"b\":\"y\"}") ==
        "{ \"a\" : " + node(1) + ",\t\"host\":1.50 , \"b\":" + node(2) + "}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::minted, Kind::minted});
  CHECK(bench.outcomes[1].pointer == "/b");
  CHECK(bench.outcomes[1].coordinate == MapSecretStore::coordinate(2, 1));
}

TEST_CASE("A value of any JSON type comes back exactly") {
  for (const std::string value :
       {R"("")", R"("  ")", "5", "10.50", "-0", "1e400", "true", "false", R"({"k": [1,  2]})", "[]",
        "[null]", "{}", R"("\u00e9\n")", "12345678901234567890123456789"}) {
    INFO(value);
    Bench bench(kFlat);
    const std::string text = R"({"a":)" + value + "}";
    CHECK(bench.put(text) == R"({"a":)" + node(1) + "}");
    CHECK(bench.store.values[MapSecretStore::coordinate(1, 1)] == value);
    CHECK(bench.hydrated() == text);
  }
}

TEST_CASE("Compat hydrates every value as a JSON string") {
  Bench bench(kFlat);
  bench.put(R"({"a":10.50,"b":"x"})", true);
  CHECK(bench.hydrated(true) == R"({"a":"10.50","b":"x"})");
}

TEST_CASE("Null is no secret and stays null") {
  Bench bench(kFlat);
  CHECK(bench.put(R"({"a":null})") == R"({"a":null})");
  CHECK(bench.outcomes.empty());
  CHECK(bench.put(R"({"a":"x"})") == R"({"a":)" + node(1) + "}");
  CHECK(bench.put(R"({"a":null})") == R"({"a":null})");
}

TEST_CASE("An equal value keeps its coordinate, another one is the base's next version") {
  Bench bench(kFlat);
  bench.put(R"({"a":"x","b":"y"})");
  CHECK(bench.put(R"({"a":"x","b":"z"})") == R"({"a":)" + node(1) + R"(,"b":)" + node(2, 2) + "}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::kept, Kind::bumped});
  // Equal means the same text: 1 and 1.0 are not the same secret.
  bench.put(R"({"a":1})");
  CHECK(bench.put(R"({"a":1.0})") == R"({"a":)" + node(1, 3) + "}");
}

TEST_CASE("Compat bumps what is equal too") {
  Bench bench(kFlat);
  bench.put(R"({"a":"x"})", true);
  CHECK(bench.put(R"({"a":"x"})", true) == R"({"a":)" + node(1, 2) + "}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::bumped});
}

TEST_CASE("Where the base is gone a new secret is minted") {
  Bench bench(kFlat);
  bench.put(R"({"a":"x"})");
  bench.store.gone.insert("airbyte_test_1");
  CHECK(bench.put(R"({"a":"y"})") == R"({"a":)" + node(2) + "}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::minted});
}

TEST_CASE("Compat works in the order of Airbyte's dotted paths") {
  Bench bench(
      R"({"properties":{"password":{"airbyte_secret":true},"nested":{"properties":{"password":{"airbyte_secret":true}}},
          "l":{"items":{"properties":{"x":{"airbyte_secret":true},"w":{"airbyte_secret":true}}}}}})");
  std::string list;
  for (int i = 0; i < 11; ++i) list += std::string(i ? "," : "") + R"({"x":1,"w":2})";
  bench.put(R"({"password":"p","nested":{"password":"q"},"l":[)" + list + "]}", true);
  std::vector<std::string> pointers;
  for (const auto& each : bench.outcomes) pointers.push_back(each.pointer);
  REQUIRE(pointers.size() == 24);
  CHECK(pointers[0] == "/l/0/w");
  CHECK(pointers[1] == "/l/10/w");  // '0' sorts before ']'.
  CHECK(pointers[2] == "/l/1/w");
  CHECK(pointers[11] == "/l/0/x");
  CHECK(pointers[22] == "/nested/password");
  CHECK(pointers[23] == "/password");
}

TEST_CASE("A coordinate stays where this config holds it, or may take it in") {
  Bench bench(kFlat);
  bench.put(R"({"a":"x"})");
  CHECK(bench.put(R"({"a":)" + node(1) + "}") == R"({"a":)" + node(1) + "}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::kept});
  // Moved to another place, and at two places at once.
  CHECK(bench.put(R"({"b":)" + node(1) + R"(,"a":)" + node(1) + "}") ==
        R"({"b":)" + node(1) + R"(,"a":)" + node(1) + "}");
  CHECK(bench.refused(R"({"a":)" + node(7) + "}") == "/a");
  bench.store.adoptable.insert(MapSecretStore::coordinate(7, 1));
  CHECK(bench.put(R"({"a":)" + node(7) + "}") == R"({"a":)" + node(7) + "}");
}

TEST_CASE("An object with _secret must be exactly a coordinate") {
  for (const char* value :
       {R"({"_secret":5})", R"({"_secret":"c","x":1})", R"({"_secret":null})",
        R"({"_secret":"c","_secret_storage_id":"u"})", R"({"_secret_reference_id":"u"})",
        R"({"_secret":"free"})", R"({"_secret":""})"}) {
    INFO(value);
    Bench bench(kFlat);
    CHECK(bench.refused(std::string(R"({"a":)") + value + "}") == "/a");
  }
}

TEST_CASE("Compat takes a free name and keeps the ids beside it as they were written") {
  Bench bench(kFlat);
  CHECK(bench.put(R"({"a":{"_secret":"free","_secret_storage_id":"u"}})", true) ==
        R"({"a":{"_secret":"free","_secret_storage_id":"u"}})");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::external});
  CHECK(bench.put(R"({"a":"**********"})", true) ==
        R"({"a":{"_secret":"free","_secret_storage_id":"u"}})");
  CHECK(bench.put(R"({"a":"secret_coordinate::other"})", true) == R"({"a":{"_secret":"other"}})");
  // Held as external: it stays so, in the form that cannot be mistaken.
  CHECK(bench.put(R"({"a":{"_secret":"other"}})") == R"({"a":"secret_coordinate::other"})");
}

TEST_CASE("An external name is kept as given and never written") {
  Bench bench(kFlat);
  const std::string text = R"({"a":"secret_coordinate::airbyte_foo_v1"})";
  CHECK(bench.put(text) == text);
  CHECK(bench.kinds() == std::vector<Kind>{Kind::external});
  CHECK(bench.store.values.empty());
  // Even where it looks like a managed one, it may not be taken for one.
  CHECK(bench.put(text, true) == text);
  CHECK(bench.refused(R"({"a":"secret_coordinate::"})") == "/a");
  // A value put there is a new secret: the external one is no base to bump.
  CHECK(bench.put(R"({"a":"v"})") == R"({"a":)" + node(1) + "}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::minted});
}

TEST_CASE("Signs at places that the spec does not declare are refused") {
  for (const char* text :
       {R"({"host":{"_secret":"airbyte_test_1_v1"}})", R"({"host":{"x":{"_secret":1,"y":2}}})",
        R"({"host":"secret_coordinate::x"})", R"({"host":"**********"})",
        R"({"host":["**********"]})", R"({"unknown":{"_secret":"airbyte_test_1_v1"}})"}) {
    INFO(text);
    Bench bench(kFlat);
    bench.put(R"({"a":"x"})");
    CHECK(bench.refused(text).substr(0, 2) != "/a");
  }
  Bench root(kFlat);
  CHECK(root.refused(R"("**********")").empty());
}

TEST_CASE("What is inside a secret object is its own affair") {
  Bench bench(kFlat);
  const std::string text = R"({"a":{"k":{"_secret":"airbyte_test_9_v1"},"m":"*********"}})";
  bench.put(text);
  CHECK(bench.hydrated() == text);
}

TEST_CASE("A mask inside a secret is an error, whatever is stored") {
  Bench bench(kFlat);
  CHECK(bench.refused(R"({"a":{"k":"**********"}})") == "/a/k");
  bench.put(R"({"a":{"k":"kk"}})");
  CHECK(bench.refused(R"({"a":{"k":"**********"}})") == "/a/k");
  CHECK(bench.refused(R"({"a":["**********"]})") == "/a/0");
  CHECK(bench.hydrated() == R"({"a":{"k":"kk"}})");
}

TEST_CASE("The mask restores what the document holds at that place") {
  Bench bench(kFlat);
  bench.put(R"({"a":"x","b":"secret_coordinate::e"})");
  CHECK(bench.put(R"({"a":"**********","host":1,"b":"**********"})") ==
        R"({"a":)" + node(1) + R"(,"host":1,"b":"secret_coordinate::e"})");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::kept, Kind::external});
  // Written with escapes it is the same string.
  CHECK(bench.put(R"({"a":"\u002a*********"})") == R"({"a":)" + node(1) + "}");
}

TEST_CASE("A mask with nothing behind it is an error, never a value") {
  Bench bench(kFlat);
  CHECK(bench.refused(R"({"a":"**********"})") == "/a");
  bench.put(R"({"a":null,"b":"y"})");
  CHECK(bench.refused(R"({"a":"**********"})") == "/a");
  CHECK(bench.refused(R"({"a":"**********"})", true) == "/a");
  for (const auto& [coordinate, value] : bench.store.values) CHECK(value != R"("**********")");
}

TEST_CASE("Plain strings that the masked view hid come back") {
  Bench bench(
      R"({"properties":{"user":{},"p":{"airbyte_secret":true},"o":{"properties":{"u":{}}}}})");
  bench.put(R"({"user":"root","p":"root","o":{"u":"root"}})");
  CHECK(bench.put(R"({"user":"**********","p":"**********","o":{"u":"**********"}})") ==
        R"({"user":"root","p":)" + node(1) + R"(,"o":{"u":"root"}})");
}

TEST_CASE("Masks in arrays follow the element, not the position") {
  Bench bench(kList);
  bench.put(R"({"l":[{"n":"a","p":"1"},{"n":"b","p":"2"},{"n":"c","p":"3"}]})");
  // Reordered and shortened.
  CHECK(bench.put(R"({"l":[{"p":"**********","n":"c"},{"n":"a","p":"**********"}]})") ==
        R"({"l":[{"p":)" + node(3) + R"(,"n":"c"},{"n":"a","p":)" + node(1) + "}]}");
  // Another one in the place of the first, which is heir to its base but not to its secret.
  CHECK(bench.put(R"({"l":[{"n":"z","p":"9"},{"n":"a","p":"**********"}]})") ==
        R"({"l":[{"n":"z","p":)" + node(3, 2) + R"(},{"n":"a","p":)" + node(1) + "}]}");
  // One more in front: it is nobody's heir, for the one that stood there is known.
  CHECK(bench.put(R"({"l":[{"n":"a","p":"**********"},{"n":"z","p":"9"},{"n":"y","p":"8"}]})") ==
        R"({"l":[{"n":"a","p":)" + node(1) + R"(},{"n":"z","p":)" + node(3, 2) +
            R"(},{"n":"y","p":)" + node(4) + "}]}");
}

TEST_CASE("A mask in an element that cannot be told apart is an error") {
  Bench bench(kList);
  bench.put(R"({"l":[{"n":"a","p":"1"},{"n":"b","p":"2"},{"n":"b","p":"3"}]})");
  // Renamed: position alone is no proof.
  CHECK(bench.refused(R"({"l":[{"n":"z","p":"**********"}]})") == "/l/0/p");
  // One of two twins went: which?
  CHECK(bench.refused(R"({"l":[{"n":"b","p":"**********"}]})") == "/l/0/p");
  // One of two twins has a new value: is the other one still itself?
  CHECK(bench.refused(R"({"l":[{"n":"b","p":"**********"},{"n":"b","p":"new"}]})") == "/l/0/p");
  // Twins that came back as they were shown are what they were.
  CHECK(bench.put(R"({"l":[{"n":"b","p":"**********"},{"n":"b","p":"**********"}]})") ==
        R"({"l":[{"n":"b","p":)" + node(2) + R"(},{"n":"b","p":)" + node(3) + "}]}");
}

TEST_CASE("Values in arrays keep or bump the element they belong to") {
  Bench bench(kList);
  bench.put(R"({"l":[{"n":"a","p":"1"},{"n":"b","p":"2"}]})");
  // Swapped, one changed.
  CHECK(bench.put(R"({"l":[{"n":"b","p":"2"},{"n":"a","p":"x"}]})") ==
        R"({"l":[{"n":"b","p":)" + node(2) + R"(},{"n":"a","p":)" + node(1, 2) + "}]}");
  // Renamed in place: the position is heir to the base.
  CHECK(bench.put(R"({"l":[{"n":"b","p":"2"},{"n":"c","p":"y"}]})") ==
        R"({"l":[{"n":"b","p":)" + node(2) + R"(},{"n":"c","p":)" + node(1, 3) + "}]}");
}

TEST_CASE("Plain lists of secrets are matched by value") {
  Bench bench(kStrings);
  bench.put(R"({"l":["1","2","3"]})");
  CHECK(bench.put(R"({"l":["3","1","2"]})") ==
        R"({"l":[)" + node(3) + "," + node(1) + "," + node(2) + "]}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::kept, Kind::kept, Kind::kept});
  // One went, one came: the ones that stay are known, the new one is nobody's heir.
  CHECK(bench.put(R"({"l":["2","9"]})") == R"({"l":[)" + node(2) + "," + node(4) + "]}");
  // As many as before: the changed one is the next version of what stood there.
  CHECK(bench.put(R"({"l":["2","8"]})") == R"({"l":[)" + node(2) + "," + node(4, 2) + "]}");
  CHECK(bench.put(R"({"l":["**********","**********"]})") ==
        R"({"l":[)" + node(2) + "," + node(4, 2) + "]}");
  CHECK(bench.refused(R"({"l":["**********"]})") == "/l/0");
}

TEST_CASE("Airbyte's deletion hole: a moved coordinate is not the place's base") {
  Bench bench(kStrings);
  bench.put(R"({"l":["A","B"]})");
  CHECK(bench.put(R"({"l":[)" + node(2) + R"(,"raw"]})").find(node(2)) != std::string::npos);
}

TEST_CASE("Switching a branch carries no secret across") {
  Bench bench(kBranches);
  bench.put(R"({"c":{"t":"x","p":"1"}})");
  CHECK(bench.refused(R"({"c":{"t":"y","p":"**********"}})") == "/c/p");
  CHECK(bench.put(R"({"c":{"t":"y","p":"2"}})") == R"({"c":{"t":"y","p":)" + node(2) + "}}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::minted});
  CHECK(bench.put(R"({"c":{"t":"y","p":"**********"}})") ==
        R"({"c":{"t":"y","p":)" + node(2) + "}}");
}

TEST_CASE("A place that becomes secret later has no past") {
  Bench bench(R"({"properties":{"a":{}}})");
  CHECK(bench.put(R"({"a":"plain"})") == R"({"a":"plain"})");
}

TEST_CASE("What a check minted is taken over where the value is equal") {
  Bench bench(kFlat);
  bench.store.values[MapSecretStore::coordinate(9, 1)] = R"("x")";
  bench.store.by_check["/a"] = MapSecretStore::coordinate(9, 1);
  bench.store.adoptable.insert(MapSecretStore::coordinate(9, 1));
  CHECK(bench.put(R"({"a":"x","b":"x"})") == R"({"a":)" + node(9) + R"(,"b":)" + node(1) + "}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::kept, Kind::minted});
}

TEST_CASE("The whole document may be the secret") {
  Bench bench(R"({"airbyte_secret":true})");
  CHECK(bench.put(R"({"a":1})") == node(1));
  CHECK(bench.hydrated() == R"({"a":1})");
  CHECK(bench.put(R"("**********")") == node(1));
}

TEST_CASE("Keys that Airbyte loses are split as any other") {
  for (const std::string key : {"a.b", "a b", "*", "[0]", "'", "", "é", "a/b~"}) {
    INFO(key);
    Bench bench(R"({"properties":{)" + json::quoted(key) + R"(:{"airbyte_secret":true}}})");
    const std::string text = "{" + json::quoted(key) + R"(:"v","sibling":"w"})";
    CHECK(bench.put(text) == "{" + json::quoted(key) + ":" + node(1) + R"(,"sibling":"w"})");
    CHECK(bench.hydrated() == text);
  }
}

TEST_CASE("A new version for every value, where that is wanted") {
  Bench bench(kFlat);
  bench.always = true;
  bench.put(R"({"a":"x","b":"y"})");
  CHECK(bench.put(R"({"a":"x","b":"**********"})") ==
        R"({"a":)" + node(1, 2) + R"(,"b":)" + node(2) + "}");
  CHECK(bench.kinds() == std::vector<Kind>{Kind::bumped, Kind::kept});
}

TEST_CASE("One operation leaves one live version of a base") {
  Bench bench(kFlat);
  bench.put(R"({"a":"x"})");
  bench.put(R"({"a":)" + node(1) + R"(,"b":)" + node(1) + "}");
  SECTION("Two new values: the second becomes a secret of its own") {
    CHECK(bench.put(R"({"a":"1","b":"2"})") ==
          R"({"a":)" + node(1, 2) + R"(,"b":)" + node(2) + "}");
    CHECK(bench.kinds() == std::vector<Kind>{Kind::bumped, Kind::minted});
  }
  SECTION("Twice the same new value: one version at both places") {
    CHECK(bench.put(R"({"a":"1","b":"1"})") ==
          R"({"a":)" + node(1, 2) + R"(,"b":)" + node(1, 2) + "}");
    CHECK(bench.kinds() == std::vector<Kind>{Kind::bumped, Kind::bumped});
  }
  SECTION("A place that keeps the base: the other one leaves it") {
    for (const std::string& kept : {std::string(R"("**********")"), std::string(R"("x")"), node(1)})
      CHECK(bench.put(R"({"a":"1","b":)" + kept + "}") ==
            R"({"a":)" + node(2) + R"(,"b":)" + node(1) + "}");
  }
}

TEST_CASE("What a newer spec calls secret is taken out of the document, by value or by mask") {
  Bench bench(R"({"properties":{"a":{},"l":{"items":{"properties":{"n":{},"p":{}}}}}})");
  const std::string plain = R"({"a":"x","l":[{"n":1,"p":5},{"n":2,"p":null}]})";
  const std::string newer =
      R"({"properties":{"a":{"airbyte_secret":true},
          "l":{"items":{"properties":{"n":{},"p":{"airbyte_secret":true}}}}}})";
  bench.put(plain);
  bench.respec(newer);
  CHECK(bench.refused(R"({"a":"x","l":[{"n":2,"p":"**********"}]})") == "/l/0/p");
  CHECK(bench.put(R"({"a":"**********","l":[{"n":2,"p":null},{"n":1,"p":"**********"}]})") ==
        R"({"a":)" + node(1) + R"(,"l":[{"n":2,"p":null},{"n":1,"p":)" + node(2) + "}]}");
  CHECK(bench.hydrated() == R"({"a":"x","l":[{"n":2,"p":null},{"n":1,"p":5}]})");
}

TEST_CASE("What a newer spec no longer calls secret is refused, or plain where it is given") {
  Bench bench(kFlat);
  bench.put(R"({"a":"x","b":"y"})");
  bench.respec(R"({"properties":{"b":{"airbyte_secret":true}}})");
  for (const std::string& sign : {std::string(R"("**********")"), node(1)}) {
    auto result = bench.attempt(R"({"a":)" + sign + R"(,"b":"y"})");
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code() == ErrorCode::usage);
    CHECK(result.error().subject()->text == "/a");
  }
  CHECK(bench.attempt(R"({"a":)" + node(1) + "}").error().text() ==
        "the spec no longer declares the secret that is stored here");
  CHECK(bench.put(R"({"a":"x","b":"**********"})") == R"({"a":"x","b":)" + node(2) + "}");
}

TEST_CASE("Plain values that the masked view hid come back, in lists too") {
  Bench bench(R"({"properties":{"p":{"airbyte_secret":true},"l":{"items":{
      "type":["object","string","number","boolean"],
      "properties":{"q":{"airbyte_secret":true}}}}}})");
  bench.put(R"({"p":"s","l":["s","t",7,{"u":"s","q":"1"},{"u":"t","q":"2"}]})");
  const std::string shown =
      R"({"p":"**********","l":["**********","t","**********",{"u":"**********","q":"**********"},)"
      R"({"u":"t","q":"**********"}]})";
  const std::string partial = R"({"p":)" + node(1) + R"(,"l":["s","t",7,{"u":"s","q":)" + node(2) +
                              R"(},{"u":"t","q":)" + node(3) + "}]}";
  CHECK(bench.put(shown) == partial);
  // Reordered, where only one can be meant.
  CHECK(bench.put(R"({"l":[{"u":"t","q":"**********"},{"q":"**********","u":"**********"}]})") ==
        R"({"l":[{"u":"t","q":)" + node(3) + R"(},{"q":)" + node(2) + R"(,"u":"s"}]})");
  bench.put(R"({"l":["s","s2","t"]})");
  CHECK(bench.put(R"({"l":["**********","**********","t"]})") == R"({"l":["s","s2","t"]})");
  CHECK(bench.refused(R"({"l":["**********","t"]})") == "/l/0");
  CHECK(bench.put(R"({"l":["s2","t","**********"]})") == R"({"l":["s2","t","s"]})");
  // Never null or a boolean, never where nothing stood.
  bench.put(R"({"l":[null,true]})");
  CHECK(bench.refused(R"({"l":["**********",true]})") == "/l/0");
  CHECK(bench.refused(R"({"l":[null,"**********"]})") == "/l/1");
  CHECK(bench.refused(R"({"m":"**********"})") == "/m");
}

TEST_CASE("A reference id without a coordinate is refused by its own error") {
  Bench bench(kFlat);
  const auto result = bench.attempt(R"({"a":{"_secret_reference_id":"u"}})", true);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().text() ==
        "a reference id without a coordinate names no secret of this store");
}

TEST_CASE("Branches without constants are told apart by what they require and what they name") {
  for (const std::string branches :
       {R"([{"required":["user","p"],"properties":{"user":{},"p":{"airbyte_secret":true}}},
            {"required":["id","p"],"properties":{"id":{},"p":{"airbyte_secret":true}}}])",
        R"([{"properties":{"user":{},"p":{"airbyte_secret":true}}},
            {"properties":{"id":{},"p":{"airbyte_secret":true}},"additionalProperties":false}])"}) {
    INFO(branches);
    Bench bench(R"({"properties":{"c":{"oneOf":)" + branches + "}}}");
    bench.put(R"({"c":{"user":"u","p":"1"}})");
    CHECK(bench.refused(R"({"c":{"id":"i","p":"**********"}})") == "/c/p");
    CHECK(bench.put(R"({"c":{"user":"v","p":"**********"}})") ==
          R"({"c":{"user":"v","p":)" + node(1) + "}}");
    CHECK(bench.put(R"({"c":{"id":"i","p":"2"}})") == R"({"c":{"id":"i","p":)" + node(2) + "}}");
    CHECK(bench.kinds() == std::vector<Kind>{Kind::minted});
  }
}

}  // namespace split_test
