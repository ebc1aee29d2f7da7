#include "configs/spec/spec_walker.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "configs/spec/spec_cache.h"

namespace spec_walker_test {

using namespace coffer;
using namespace coffer::configs;

namespace {

using Places = std::vector<std::string>;

Result<Places> walk(const std::string& spec_text, const std::string& document_text) {
  const Spec spec = COFFER_TRY(Spec::compile(spec_text));
  auto document = json::Document::parse(document_text);
  REQUIRE(document.ok());
  Places out;
  for (const SecretPlace& place : COFFER_TRY(find_secret_places(spec, *document))) {
    out.push_back(json::print_pointer(place.pointer));
    CHECK(json::resolve(*document, place.pointer) == place.node);
  }
  return out;
}

struct WalkCase {
  const char* what;
  const char* spec;
  const char* document;
  Places expected;
};

void check_all(const std::vector<WalkCase>& cases) {
  for (const WalkCase& each : cases) {
    INFO(each.what);
    const auto places = walk(each.spec, each.document);
    REQUIRE(places.ok());
    CHECK(*places == each.expected);
  }
}

struct BadSpec {
  const char* what;
  const char* spec;
  const char* pointer;
};

}  // namespace

TEST_CASE("Only airbyte_secret true marks a secret, whatever type the value has") {
  check_all({
      {"flat",
       R"({"properties":{"a":{"airbyte_secret":true},"b":{}}})",
       R"({"a":"x","b":"y"})",
       {"/a"}},
      {"false is not secret",
       R"({"properties":{"a":{"airbyte_secret":false}}})",
       R"({"a":"x"})",
       {}},
      {"any type",
       R"({"properties":{"a":{"type":"string","airbyte_secret":true}}})",
       R"({"a":5})",
       {"/a"}},
      {"an object",
       R"({"properties":{"a":{"type":"object","airbyte_secret":true}}})",
       R"({"a":{"b":[1]}})",
       {"/a"}},
      {"an array",
       R"({"properties":{"a":{"type":"array","airbyte_secret":true}}})",
       R"({"a":[1,2]})",
       {"/a"}},
      {"null is reported",
       R"({"properties":{"a":{"airbyte_secret":true}}})",
       R"({"a":null})",
       {"/a"}},
      {"absent", R"({"properties":{"a":{"airbyte_secret":true}}})", R"({})", {}},
      {"the root", R"({"airbyte_secret":true})", R"({"a":1})", {""}},
      {"nested secrets belong to the outer one",
       R"({"properties":{"a":{"airbyte_secret":true,"properties":{"b":{"airbyte_secret":true}}}}})",
       R"({"a":{"b":1}})",
       {"/a"}},
      {"a property called airbyte_secret",
       R"({"properties":{"airbyte_secret":{"type":"string","airbyte_secret":true}}})",
       R"({"airbyte_secret":"x"})",
       {"/airbyte_secret"}},
      {"a property called airbyte_secret that is a boolean schema",
       R"({"properties":{"airbyte_secret":true}})",
       R"({"airbyte_secret":"x"})",
       {}},
      {"boolean schemas", R"({"properties":{"a":true,"b":false}})", R"({"a":1,"b":2})", {}},
      {"marks in data are data",
       R"({"default":{"airbyte_secret":"x"},"examples":[{"airbyte_secret":true}],)"
       R"("properties":{"a":{"const":{"airbyte_secret":true}}}})",
       R"({"a":1})",
       {}},
  });
}

TEST_CASE("Properties and all composites of one node are walked together") {
  check_all({
      {"properties and each composite",
       R"({"properties":{"a":{"airbyte_secret":true}},"oneOf":[{"properties":{"b":{"airbyte_secret":true}}}],
           "anyOf":[{"properties":{"c":{"airbyte_secret":true}}}],"allOf":[{"properties":{"d":{"airbyte_secret":true}}}]})",
       R"({"a":1,"b":2,"c":3,"d":4})",
       {"/a", "/b", "/c", "/d"}},
      {"every branch, whatever the constants say",
       R"({"oneOf":[{"properties":{"t":{"const":"x"},"k":{}}},{"properties":{"t":{"const":"y"},"k":{"airbyte_secret":true}}}]})",
       R"({"t":"x","k":"v"})",
       {"/k"}},
      {"a branch counts where its type admits the value",
       R"({"properties":{"k":{"oneOf":[{"type":"string","airbyte_secret":true},{"type":"object","properties":{"p":{"airbyte_secret":true}}}]}}})",
       R"({"k":{"p":"v","q":"w"}})",
       {"/k/p"}},
      {"the other branch",
       R"({"properties":{"k":{"oneOf":[{"type":"string","airbyte_secret":true},{"type":"object"}]}}})",
       R"({"k":"v"})",
       {"/k"}},
      {"where no branch admits the value all count",
       R"({"properties":{"k":{"oneOf":[{"type":"string","airbyte_secret":true},{"type":"object"}]}}})",
       R"({"k":5})",
       {"/k"}},
      {"a type seen through a reference",
       R"({"$defs":{"o":{"type":"object"}},"properties":{"k":{"anyOf":[{"$ref":"#/$defs/o"},{"type":"string","airbyte_secret":true}]}}})",
       R"({"k":{}})",
       {}},
      {"a composite under a string type",
       R"({"properties":{"k":{"type":"string","oneOf":[{"airbyte_secret":true}]}}})",
       R"({"k":"v"})",
       {"/k"}},
      {"if, then and else",
       R"({"if":{"properties":{"i":{"airbyte_secret":true}}},"then":{"properties":{"t":{"airbyte_secret":true}}},"else":{"properties":{"e":{"airbyte_secret":true}}}})",
       R"({"i":1,"t":2,"e":3})",
       {"/i", "/t", "/e"}},
      {"not marks nothing",
       R"({"not":{"properties":{"a":{"airbyte_secret":true}}}})",
       R"({"a":1})",
       {}},
      {"dependentSchemas where the member stands",
       R"({"dependentSchemas":{"d":{"properties":{"s":{"airbyte_secret":true}}}}})",
       R"({"d":1,"s":2})",
       {"/s"}},
      {"and not where it does not",
       R"({"dependentSchemas":{"d":{"properties":{"s":{"airbyte_secret":true}}}}})",
       R"({"s":2})",
       {}},
      {"the older dependencies",
       R"({"dependencies":{"d":{"properties":{"s":{"airbyte_secret":true}}},"e":["f"]}})",
       R"({"d":1,"s":2})",
       {"/s"}},
      {"a place reached twice counts once",
       R"({"properties":{"a":{"airbyte_secret":true}},"allOf":[{"properties":{"a":{"airbyte_secret":true}}}]})",
       R"({"a":1})",
       {"/a"}},
      {"a sign may stand for any type",
       R"({"properties":{"k":{"oneOf":[{"type":"string","airbyte_secret":true},{"type":"object"}]}}})",
       R"({"k":{"_secret":"c"}})",
       {"/k"}},
  });
}

TEST_CASE("References are followed, with what stands beside them, and end in circles") {
  check_all({
      {"a definition",
       R"({"properties":{"a":{"$ref":"#/definitions/s"}},"definitions":{"s":{"airbyte_secret":true}}})",
       R"({"a":1})",
       {"/a"}},
      {"siblings apply",
       R"({"properties":{"a":{"$ref":"#/$defs/t","airbyte_secret":true}},"$defs":{"t":{"type":"string"}}})",
       R"({"a":1})",
       {"/a"}},
      {"escaped tokens",
       R"({"properties":{"a":{"$ref":"#/$defs/x~1y%20z"}},"$defs":{"x/y z":{"airbyte_secret":true}}})",
       R"({"a":1})",
       {"/a"}},
      {"recursive data",
       R"({"$ref":"#/$defs/n","$defs":{"n":{"properties":{"p":{"airbyte_secret":true},"c":{"type":"array","items":{"$ref":"#/$defs/n"}}}}}})",
       R"({"p":1,"c":[{"p":2,"c":[{"p":3}]}]})",
       {"/p", "/c/0/p", "/c/0/c/0/p"}},
      {"a reference to itself",
       R"({"$ref":"#","properties":{"a":{"airbyte_secret":true}}})",
       R"({"a":1})",
       {"/a"}},
      {"a circle through composites",
       R"({"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"oneOf":[{"$ref":"#/$defs/a"},{"properties":{"t":{"const":"x"},"s":{"airbyte_secret":true}},"allOf":[{"$ref":"#/$defs/a"}]}]}},"$ref":"#/$defs/a"})",
       R"({"t":"x","s":1})",
       {"/s"}},
      {"a target outside the known places",
       R"({"components":{"s":{"airbyte_secret":true}},"properties":{"a":{"$ref":"#/components/s"}}})",
       R"({"a":1})",
       {"/a"}},
      {"a property called $ref",
       R"({"properties":{"$ref":{"airbyte_secret":true}}})",
       R"({"$ref":"x"})",
       {"/$ref"}},
  });
}

TEST_CASE("Elements of arrays are walked by list, prefix and rest") {
  check_all({
      {"items",
       R"({"properties":{"l":{"items":{"airbyte_secret":true}}}})",
       R"({"l":[1,2]})",
       {"/l/0", "/l/1"}},
      {"items without type, more than ten",
       R"({"items":{"properties":{"p":{"airbyte_secret":true}}}})",
       R"([{"p":1},{},{},{},{},{},{},{},{},{},{},{"p":2}])",
       {"/0/p", "/11/p"}},
      {"a tuple and its rest",
       R"({"items":[{},{"airbyte_secret":true}],"additionalItems":{"airbyte_secret":true}})",
       R"([1,2,3])",
       {"/1", "/2"}},
      {"prefixItems and items",
       R"({"prefixItems":[{"airbyte_secret":true}],"items":{"properties":{"p":{"airbyte_secret":true}}}})",
       R"(["a",{"p":1}])",
       {"/0", "/1/p"}},
      {"arrays of arrays",
       R"({"items":{"items":{"airbyte_secret":true}}})",
       R"([[1],[2,3]])",
       {"/0/0", "/1/0", "/1/1"}},
      {"contains", R"({"contains":{"airbyte_secret":true}})", R"([1,2])", {"/0", "/1"}},
      {"boolean items", R"({"items":false})", R"([1])", {}},
      {"items say nothing of an object", R"({"items":{"airbyte_secret":true}})", R"({"a":1})", {}},
      {"both types are walked",
       R"({"type":["object","array"],"properties":{"a":{"airbyte_secret":true}},"items":{"airbyte_secret":true}})",
       R"([1])",
       {"/0"}},
  });
}

TEST_CASE("Members are walked by name, by pattern, and by the rest") {
  check_all({
      {"patternProperties",
       R"({"patternProperties":{"^x-":{"airbyte_secret":true}}})",
       R"({"x-a":1,"y":2})",
       {"/x-a"}},
      {"pattern and name together",
       R"({"properties":{"x-a":{}},"patternProperties":{"^x-":{"airbyte_secret":true}}})",
       R"({"x-a":1})",
       {"/x-a"}},
      {"additionalProperties",
       R"({"properties":{"a":{}},"additionalProperties":{"airbyte_secret":true}})",
       R"({"a":1,"b":2})",
       {"/b"}},
      {"additionalProperties beside a pattern",
       R"({"patternProperties":{"^b":{}},"additionalProperties":{"airbyte_secret":true}})",
       R"({"b":1,"c":2})",
       {"/c"}},
      {"unevaluatedProperties",
       R"({"unevaluatedProperties":{"airbyte_secret":true}})",
       R"({"b":1})",
       {"/b"}},
  });
}

TEST_CASE("Any key is legal and names only itself") {
  for (const std::string key : {"a.b", "a b", "*", "[0]", "'", "", "é", "a/b", "~", "(x)", "$"}) {
    INFO(key);
    const std::string spec =
        R"({"properties":{)" + json::quoted(key) + R"(:{"airbyte_secret":true},"other":{}}})";
    const auto places = walk(spec, "{" + json::quoted(key) + R"(:"v","other":"w"})");
    REQUIRE(places.ok());
    CHECK(*places == Places{json::print_pointer({key})});
  }
}

TEST_CASE("Harmless oddities of real specs pass") {
  check_all({
      {"null among types",
       R"({"properties":{"a":{"type":["null","string"],"airbyte_secret":true}}})",
       R"({"a":"x"})",
       {"/a"}},
      {"a JSON null among types",
       R"({"properties":{"a":{"type":[null,"string"]}}})",
       R"({"a":"x"})",
       {}},
      {"null in enum", R"({"properties":{"a":{"enum":[null,"x"]}}})", R"({"a":null})", {}},
      {"an unknown type admits anything",
       R"({"oneOf":[{"type":"file","airbyte_secret":true},{"type":"string"}]})",
       R"("x")",
       {""}},
      {"unknown keywords",
       R"({"order":1,"x-y":{"z":[{}]},"properties":{"a":{"airbyte_secret":true,"group":"g"}}})",
       R"({"a":1})",
       {"/a"}},
  });
}

TEST_CASE("A spec that cannot be walked is refused as a whole, naming the place") {
  const BadSpec cases[] = {
      {"a remote reference", R"({"properties":{"a":{"$ref":"http://x/y"}}})", "/properties/a/$ref"},
      {"a file reference", R"({"properties":{"a":{"$ref":"other.json#/a"}}})",
       "/properties/a/$ref"},
      {"an anchor", R"({"properties":{"a":{"$ref":"#name"}}})", "/properties/a/$ref"},
      {"a dangling reference", R"({"properties":{"a":{"$ref":"#/$defs/no"}}})",
       "/properties/a/$ref"},
      {"a reference to no schema", R"({"properties":{"a":{"$ref":"#/title"}},"title":"t"})",
       "/title"},
      {"a reference that is no string", R"({"$ref":5})", "/$ref"},
      {"a bad escape", R"({"$ref":"#/%zz"})", "/$ref"},
      {"dynamic references", R"({"$dynamicRef":"#x"})", "/$dynamicRef"},
      {"a string mark", R"({"properties":{"a":{"airbyte_secret":"true"}}})",
       "/properties/a/airbyte_secret"},
      {"a null mark", R"({"properties":{"a":{"airbyte_secret":null}}})",
       "/properties/a/airbyte_secret"},
      {"a bad mark in a definition nobody uses", R"({"$defs":{"d":{"airbyte_secret":1}}})",
       "/$defs/d/airbyte_secret"},
      {"a bad mark under not", R"({"not":{"airbyte_secret":1}})", "/not/airbyte_secret"},
      {"a schema that is a string", R"({"properties":{"a":"string"}})", "/properties/a"},
      {"properties that are a list", R"({"properties":[]})", "/properties"},
      {"a composite that is no list", R"({"oneOf":{}})", "/oneOf"},
      {"a branch that is null", R"({"anyOf":[null]})", "/anyOf/0"},
      {"items that are a number", R"({"items":3})", "/items"},
      {"a list of items beside prefixItems", R"({"items":[{}],"prefixItems":[{}]})", "/items"},
      {"a type that is a number", R"({"type":3})", "/type"},
      {"an enum that is no list", R"({"enum":"x"})", "/enum"},
      {"a pattern that cannot be evaluated", R"_({"patternProperties":{"(?=x)":{}}})_",
       "/patternProperties/(?=x)"},
      {"a mark under an unknown word", R"({"propertes":{"a":{"airbyte_secret":true}}})",
       "/propertes/a/airbyte_secret"},
      {"a mark on property names", R"({"propertyNames":{"airbyte_secret":true}})",
       "/propertyNames/airbyte_secret"},
      {"a reference below a nested $id",
       R"({"properties":{"a":{"$id":"http://x","properties":{"b":{"$ref":"#/c"}}}}})",
       "/properties/a/properties/b/$ref"},
      {"a wrapped spec", R"({"connectionSpecification":{"properties":{}}})",
       "/connectionSpecification"},
      {"a root that is a string", R"("x")", ""},
  };
  for (const BadSpec& each : cases) {
    INFO(each.what);
    const auto spec = Spec::compile(each.spec);
    REQUIRE_FALSE(spec.ok());
    CHECK(spec.error().code() == ErrorCode::usage);
    REQUIRE(spec.error().subject() != nullptr);
    CHECK(spec.error().subject()->text == each.pointer);
  }
  CHECK(Spec::compile("{").error().code() == ErrorCode::usage);
}

TEST_CASE("What is too large or too much work is a limit, not a hang") {
  const std::string deep = [] {
    std::string text;
    for (int i = 0; i < 200; ++i) text += R"({"items":)";
    return text + "{}" + std::string(200, '}');
  }();
  CHECK(Spec::compile(deep).error().code() == ErrorCode::limit);
  CHECK(Spec::compile(std::string(kSpecBytesMax + 1, ' ')).error().code() == ErrorCode::limit);

  // A thousand schemas on each of ten thousand elements.
  std::string spec = R"({"items":{"allOf":[{})";
  for (int i = 0; i < 1000; ++i) spec += ",{}";
  spec += "]}}";
  std::string document = "[0";
  for (int i = 0; i < 10'000; ++i) document += ",0";
  CHECK(walk(spec, document + "]").error().code() == ErrorCode::limit);
  CHECK(walk(R"({"items":{"airbyte_secret":true}})", document + "]").error().code() ==
        ErrorCode::limit);
}

TEST_CASE("A long chain of references does not exhaust the stack") {
  std::string spec = R"({"$ref":"#/$defs/d0","$defs":{)";
  for (int i = 0; i < 20'000; ++i)
    spec += "\"d" + std::to_string(i) + R"(":{"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"},";
  spec += R"("d20000":{"properties":{"a":{"airbyte_secret":true}}}}})";
  const auto places = walk(spec, R"({"a":1})");
  REQUIRE(places.ok());
  CHECK(*places == Places{"/a"});
}

TEST_CASE("Sources tell the branch that the document's constants chose") {
  const auto spec = Spec::compile(
      R"({"properties":{"k":{"airbyte_secret":true},"c":{"oneOf":[
           {"properties":{"t":{"const":"x"},"p":{"airbyte_secret":true}}},
           {"properties":{"t":{"enum":["y","z"]},"p":{"airbyte_secret":true}}},
           {"properties":{"t":{"const":"w"},"p":{"$ref":"#/properties/k"}}},
           {"properties":{"t":{"const":"v"},"p":{"$ref":"#/properties/k"}}}]}}})");
  REQUIRE(spec.ok());
  auto place = [&](const std::string& type) {
    const auto document = json::Document::parse(R"({"c":{"t":")" + type + R"(","p":"1"}})");
    auto places = find_secret_places(*spec, *document);
    REQUIRE(places.ok());
    REQUIRE(places->size() == 1);
    return places->front();
  };
  CHECK(share_a_source(place("x"), place("x")));
  CHECK(share_a_source(place("y"), place("z")));
  CHECK_FALSE(share_a_source(place("x"), place("y")));
  CHECK_FALSE(share_a_source(place("v"), place("w")));
}

TEST_CASE("A spec is compiled once for the same text") {
  const std::string text = R"({"properties":{"cached":{"airbyte_secret":true}}})";
  const auto first = compiled_spec(text);
  const auto second = compiled_spec(text);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->get() == second->get());
  CHECK_FALSE(compiled_spec("{\"type\":1}").ok());
}

}  // namespace spec_walker_test
