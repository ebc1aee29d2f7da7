#include "configs/document/mask.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include "configs/operations/hydrate.h"

namespace mask_test {

using namespace coffer;
using namespace coffer::configs;

namespace {

MaskedView view_of(const std::string& spec_text, const std::string& partial,
                   std::vector<StoredPlace> places = {},
                   const std::vector<std::string>& secrets = {},
                   MaskStyle style = MaskStyle::mask) {
  auto spec = Spec::compile(spec_text);
  REQUIRE(spec.ok());
  ConfigRecord record;
  record.partial = SecretBytes::copy_of(partial);
  record.places = std::move(places);
  std::vector<SecretBytes> strings;
  for (const std::string& each : secrets) strings.push_back(SecretBytes::copy_of(each));
  auto view = masked_view(*spec, record, strings, style);
  REQUIRE(view.ok());
  return std::move(*view);
}

std::string masked(const std::string& spec_text, const std::string& partial,
                   std::vector<StoredPlace> places = {},
                   const std::vector<std::string>& secrets = {}) {
  return std::string(view_of(spec_text, partial, std::move(places), secrets).text.text());
}

constexpr char kSpec[] =
    R"({"properties":{"a":{"airbyte_secret":true},"b":{"airbyte_secret":true},"l":{"items":{"airbyte_secret":true}}}})";

Result<SecretBytes> reveal_x(std::string_view coordinate) {
  if (coordinate == "c") return SecretBytes::copy_of(R"("x")");
  if (coordinate == "n") return SecretBytes::copy_of("1.50");
  return Error(ErrorCode::expired, "expired");
}

Result<std::string> hydrated(const std::string& partial, bool strings = false) {
  auto spec = Spec::compile(kSpec);
  auto document = json::Document::parse(partial);
  REQUIRE(document.ok());
  const auto text = COFFER_TRY(hydrate_declared(*spec, *document, reveal_x, {strings}));
  return std::string(text.text());
}

Result<std::string> hydrated_everywhere(const std::string& partial) {
  auto document = json::Document::parse(partial);
  REQUIRE(document.ok());
  const auto text = COFFER_TRY(hydrate_everywhere(*document, reveal_x));
  return std::string(text.text());
}

}  // namespace

TEST_CASE("Every declared place shows the mask and nothing else changes") {
  CHECK(masked(kSpec, R"({ "a":{"_secret":"c"}, "l":[{"_secret":"d"}], "host":1.50 })") ==
        R"({ "a":"**********", "l":["**********"], "host":1.50 })");
}

TEST_CASE("Null shows as null, a plain value at a declared place never shows") {
  CHECK(masked(kSpec, R"({"a":null,"b":"plain"})") == R"({"a":null,"b":"**********"})");
}

TEST_CASE("External places show their name, by the stored fact and not by their look") {
  CHECK(masked(kSpec, R"({"a":"secret_coordinate::x","b":"secret_coordinate::y"})",
               {{"/a", "x", true}}) == R"({"a":"secret_coordinate::x","b":"**********"})");
  CHECK(masked(kSpec, R"({"a":{"_secret":"x"}})", {{"/a", "x", true}}) ==
        R"({"a":"secret_coordinate::x"})");
}

TEST_CASE("A plain string that equals a secret is masked, and an empty secret masks nothing") {
  CHECK(masked(kSpec, R"({"a":{"_secret":"c"},"user":"root","o":["r\u006fot","rooted",""]})", {},
               {R"("root")", R"("")"}) ==
        R"({"a":"**********","user":"**********","o":["**********","rooted",""]})");
}

TEST_CASE("Plain values of other types that equal a secret are masked and named") {
  const std::string partial =
      R"({"a":1,"n":[12345,"12345",1.50,true,null,{},[]],"o":{ "y":[1], "x":"v" },"z":{"x":"v"}})";
  const MaskedView view = view_of(
      kSpec, partial, {}, {"12345", "true", "null", "{}", "[]", R"({"x":"v","y":[1]})", R"("")"});
  CHECK(view.text.text() ==
        R"({"a":"**********","n":["**********","**********",1.50,true,null,{},[]],)"
        R"("o":"**********","z":{"x":"v"}})");
  CHECK(view.hidden == std::vector<std::string>{"/n/0", "/n/1", "/o"});
}

TEST_CASE("Coordinates show where the record holds them, all else is masked") {
  const std::string partial =
      R"({"a":{"_secret":"c"},"b":"plain","l":["secret_coordinate::x",{"_secret":"d"}],"u":"s"})";
  const MaskedView view = view_of(kSpec, partial, {{"/a", "c", false}, {"/l/0", "x", true}},
                                  {R"("s")"}, MaskStyle::coordinates);
  CHECK(view.text.text() ==
        R"({"a":{"_secret":"c"},"b":"**********","l":["secret_coordinate::x","**********"],)"
        R"("u":"**********"})");
}

TEST_CASE("What looks like a coordinate where none is declared is masked") {
  CHECK(masked(kSpec, R"({"o":{"_secret":"c"}})") == R"({"o":"**********"})");
}

TEST_CASE("Composites of the root are masked like any other") {
  for (const char* word : {"anyOf", "allOf", "oneOf"}) {
    const std::string spec =
        std::string("{\"") + word + R"(":[{"properties":{"p":{"airbyte_secret":true}}}]})";
    CHECK(masked(spec, R"({"p":{"_secret":"c"}})") == R"({"p":"**********"})");
  }
}

TEST_CASE("A record that is not JSON is corrupt, not shown") {
  auto spec = Spec::compile(kSpec);
  ConfigRecord record;
  record.partial = SecretBytes::copy_of("{");
  CHECK(masked_view(*spec, record, {}).error().code() == ErrorCode::corrupt);
}

TEST_CASE("Hydrate fills declared places exactly and leaves plain values alone") {
  CHECK(*hydrated(R"({"a":{"_secret":"c"},"b":{"_secret":"n"},"l":["p",null]})") ==
        R"({"a":"x","b":1.50,"l":["p",null]})");
  CHECK(*hydrated(R"({"a":{"_secret":"c"},"b":{"_secret":"n"}})", true) ==
        R"({"a":"x","b":"1.50"})");
}

TEST_CASE("Hydrate refuses what it cannot fill, naming the place, all or nothing") {
  struct Case {
    const char* partial;
    const char* pointer;
    ErrorCode code;
  };
  for (const Case& each : std::vector<Case>{
           {R"({"a":{"_secret":"c"},"b":{"_secret":"gone"}})", "/b", ErrorCode::expired},
           {R"({"a":"**********"})", "/a", ErrorCode::usage},
           {R"({"a":"secret_coordinate::x"})", "/a", ErrorCode::usage},
           {R"({"a":{"_secret":"c","x":1}})", "/a", ErrorCode::usage},
           {R"({"o":{"_secret":"c"}})", "/o", ErrorCode::usage},
           {R"({"o":[[{"_secret":1}]]})", "/o/0/0", ErrorCode::usage},
           {R"({"o":"secret_coordinate::x"})", "/o", ErrorCode::usage},
       }) {
    INFO(each.partial);
    const auto text = hydrated(each.partial);
    REQUIRE_FALSE(text.ok());
    CHECK(text.error().code() == each.code);
    REQUIRE(text.error().subject() != nullptr);
    CHECK(text.error().subject()->text == each.pointer);
  }
}

TEST_CASE("Without a spec every coordinate is filled, in arrays of arrays too") {
  CHECK(*hydrated_everywhere(R"({"a":[[{"_secret":"c"}]],"s":"**********"})") ==
        R"({"a":[["x"]],"s":"**********"})");
  CHECK(*hydrated_everywhere(R"({"_secret":"n"})") == "1.50");
  CHECK_FALSE(hydrated_everywhere(R"({"a":{"_secret":"c","b":1}})").ok());
  CHECK_FALSE(hydrated_everywhere(R"({"a":"secret_coordinate::x"})").ok());
}

TEST_CASE("A config's record comes back from its bytes, and damage is found") {
  ConfigRecord record;
  record.workspace = "w";
  record.spec_id = "s";
  record.partial = SecretBytes::copy_of(R"({"a":1})");
  record.places = {{"/a", "c", false}, {"", "e", true}};
  record.compat_airbyte = true;
  record.expires_at_ms = 1234567890123;
  const SecretBytes bytes = encode_config(record);
  const auto back = decode_config(bytes.bytes());
  REQUIRE(back.ok());
  CHECK(back->workspace == "w");
  CHECK(back->spec_id == "s");
  CHECK(back->partial.text() == R"({"a":1})");
  REQUIRE(back->places.size() == 2);
  CHECK(back->places[1].external);
  CHECK(back->places[0].pointer == "/a");
  CHECK(back->compat_airbyte);
  CHECK(back->expires_at_ms == 1234567890123);

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = decode_config(bytes.bytes().subspan(0, size));
    if (cut.ok()) CHECK(encode_config(*cut).text() == bytes.text().substr(0, size));
  }
  Bytes newer{0x08, 0x02};
  CHECK(decode_config(newer).error().code() == ErrorCode::too_new);
  Bytes unknown{0x08, 0x01, 0x78, 0x01};
  CHECK(decode_config(unknown).error().code() == ErrorCode::too_new);
}

TEST_CASE("A resolver fills what is kept elsewhere, and only that") {
  auto spec = Spec::compile(kSpec);
  const auto finish = [&](const std::string& partial, const ConfigResolver& resolver,
                          HydrateOptions options = {}) -> Result<std::string> {
    Hydration hydration(COFFER_TRY(json::Document::parse(partial)), options);
    COFFER_TRY(hydration.declared(*spec, reveal_x));
    const SecretBytes text = COFFER_TRY(std::move(hydration).finish(resolver));
    return std::string(text.text());
  };
  const ConfigResolver resolver = [](std::string_view name) -> Result<SecretBytes> {
    if (name == "broken") return SecretBytes::copy_of("{");
    if (name != "e") return Error(ErrorCode::key_unavailable, "down");
    return SecretBytes::copy_of("[1.50]");
  };
  const std::string partial = R"({"a":{"_secret":"c"},"b":"secret_coordinate::e"})";
  CHECK(*finish(partial, resolver) == R"({"a":"x","b":[1.50]})");
  CHECK(*finish(partial, resolver, {true}) == R"({"a":"x","b":"[1.50]"})");
  CHECK(finish(partial, {}).error().subject()->text == "/b");
  CHECK(finish(R"({"b":"secret_coordinate::f"})", resolver).error().code() ==
        ErrorCode::key_unavailable);
  CHECK(finish(R"({"b":"secret_coordinate::broken"})", resolver).error().code() ==
        ErrorCode::usage);
  // A name that the stored config does not hold is not asked for; one that it holds is.
  const ExternalNames names{"e", "c"};
  CHECK(finish(R"({"b":"secret_coordinate::f"})", resolver, {false, &names}).error().code() ==
        ErrorCode::usage);
  CHECK(*finish(R"({"b":"secret_coordinate::e"})", resolver, {false, &names}) == R"({"b":[1.50]})");
  CHECK(finish(R"({"a":{"_secret":"c"}})", resolver, {false, &names}).error().code() ==
        ErrorCode::key_unavailable);
}

}  // namespace mask_test
