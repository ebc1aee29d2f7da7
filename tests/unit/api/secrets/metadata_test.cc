// A secret's settings and metadata, and the store's settings: rule by rule. The rules are
// those of Vault's KV v2 where nothing else is said.
#include "tests/store_cases.h"

namespace coffer::test::metadata_test {
namespace {

using Custom = std::map<std::string, std::string>;

MetadataChange after(std::int64_t delete_version_after_ms) {
  MetadataChange change;
  change.delete_version_after_ms = delete_version_after_ms;
  return change;
}

}  // namespace

TEST_CASE("a secret may be metadata only, and cas 0 takes it for not there") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put_metadata("a", {.max_versions = 3, .owner = "me"}).ok());
  CHECK(store.history("a")->current_version == 0);
  CHECK(store.list("").value() == std::vector<std::string>{"a"});
  CHECK(store.status()->secret_count == 1);
  CHECK(code_of(store.get("a")) == ErrorCode::not_found);
  require_sound(store);
  CHECK(store.put("a", text("v"), {.cas = 0})->version == 1);
  CHECK(store.status()->secret_count == 1);
  CHECK(store.metadata("a")->owner == "me");
  REQUIRE(store.soft_delete("a").ok());
  CHECK(code_of(store.put("a", text("v"), {.cas = 0})) == ErrorCode::conflict);
  require_sound(store);
}

TEST_CASE("a change of nothing makes nothing, and patch needs a secret") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string before = state_of(store);
  CHECK(store.put_metadata("a", {}).ok());
  CHECK(state_of(store) == before);
  CHECK(code_of(store.metadata("a")) == ErrorCode::not_found);
  CHECK(code_of(store.patch_metadata("a", {.owner = "me"})) == ErrorCode::not_found);
  CHECK(code_of(store.patch_metadata("a", {})) == ErrorCode::not_found);
}

TEST_CASE("what a change does not name stays; custom is replaced whole, or patched") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store
              .put_metadata("a", {.description = "the database",
                                  .owner = "ops",
                                  .tags = std::vector<std::string>{"b", "a"},
                                  .custom = Custom{{"k", "1"}, {"l", "2"}}})
              .ok());
  REQUIRE(store.patch_metadata("a", {.owner = "dev"}).ok());
  Metadata metadata = store.metadata("a").value();
  CHECK(metadata.description == "the database");
  CHECK(metadata.owner == "dev");
  CHECK(metadata.tags == std::vector<std::string>{"b", "a"});
  CHECK(metadata.custom == Custom{{"k", "1"}, {"l", "2"}});
  REQUIRE(store.patch_metadata("a", {.custom_patch = {{"k", std::nullopt}, {"m", "3"}}}).ok());
  CHECK(store.metadata("a")->custom == Custom{{"l", "2"}, {"m", "3"}});
  REQUIRE(store.put_metadata("a", {.custom = Custom{{"n", "4"}}}).ok());
  CHECK(store.metadata("a")->custom == Custom{{"n", "4"}});
  REQUIRE(store
              .put("a", text("v"),
                   {.metadata = {.description = "", .tags = std::vector<std::string>{}}})
              .ok());
  metadata = store.metadata("a").value();
  CHECK(metadata.description.empty());
  CHECK(metadata.tags.empty());
  CHECK(metadata.owner == "dev");
  require_sound(store);
}

TEST_CASE("metadata has a revision to check and set by") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  CHECK(store.metadata("a")->revision == 0);
  REQUIRE(store.patch_metadata("a", {.owner = "x", .metadata_cas = 0}).ok());
  CHECK(store.metadata("a")->revision == 1);
  CHECK(code_of(store.patch_metadata("a", {.owner = "y", .metadata_cas = 0})) ==
        ErrorCode::conflict);
  REQUIRE(store.patch_metadata("a", {.owner = "y", .metadata_cas = 1}).ok());
  CHECK(store.metadata("a")->owner == "y");
}

TEST_CASE("a put changes the metadata as put_metadata does, together with the version") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("1"), {.metadata = {.max_versions = 2, .metadata_cas = 0}}).ok());
  CHECK(store.metadata("a")->max_versions == 2);
  const std::string before = state_of(store);
  const PutOptions late{.metadata = {.owner = "y", .metadata_cas = 0}};
  CHECK(code_of(store.put("a", text("2"), late)) == ErrorCode::conflict);
  Custom many;
  for (int i = 0; i < 64; ++i) many["k" + std::to_string(i)] = "v";
  CHECK(state_of(store) == before);
  REQUIRE(store.put("a", text("2"), {.metadata = {.custom = many}}).ok());
  const PutOptions too_many{.metadata = {.custom_patch = {{"l", "v"}}}};
  CHECK(code_of(store.put("a", text("3"), too_many)) == ErrorCode::limit);
  REQUIRE(store.put("a", text("3"), {.metadata = {.cas_required = true}}).ok());
  CHECK(store.history("a")->versions.size() == 2);
  CHECK(code_of(store.put("a", text("4"))) == ErrorCode::conflict);
  require_sound(store);
}

TEST_CASE("metadata keeps to its limits and to what a terminal shows") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  const std::string before = state_of(store);
  using Tags = std::vector<std::string>;
  const auto refused = [&](const MetadataChange& change) {
    return code_of(store.patch_metadata("a", change));
  };
  CHECK(refused({.description = std::string(1025, 'x')}) == ErrorCode::limit);
  CHECK(refused({.owner = std::string(129, 'x')}) == ErrorCode::limit);
  CHECK(refused({.owner = "line\nend"}) == ErrorCode::usage);
  CHECK(refused({.description = "\xFF"}) == ErrorCode::usage);
  CHECK(refused({.tags = Tags{""}}) == ErrorCode::limit);
  CHECK(refused({.tags = Tags{std::string(129, 'x')}}) == ErrorCode::limit);
  CHECK(refused({.tags = Tags{"a", "b", "a"}}) == ErrorCode::usage);
  CHECK(refused({.tags = Tags{"\x1B[2J"}}) == ErrorCode::usage);
  Tags many;
  for (int i = 0; i < 65; ++i) many.push_back("t" + std::to_string(i));
  CHECK(refused({.tags = many}) == ErrorCode::limit);
  CHECK(refused({.custom = Custom{{"k", "a\tb"}}}) == ErrorCode::usage);
  CHECK(refused({.custom = Custom{{"\x7F", "v"}}}) == ErrorCode::usage);
  CHECK(refused({.custom = Custom{{"k", ""}}}) == ErrorCode::limit);
  CHECK(refused({.custom = Custom{{std::string(129, 'k'), "v"}}}) == ErrorCode::limit);
  CHECK(refused({.custom_patch = {{"k", std::string(513, 'v')}}}) == ErrorCode::limit);
  CHECK(refused(after(-1)) == ErrorCode::usage);
  CHECK(refused(after(kTtlMaxMs + 1)) == ErrorCode::limit);
  CHECK(state_of(store) == before);
  many.pop_back();
  CHECK(store
            .patch_metadata("a", {.description = std::string(1024, 'x'),
                                  .owner = std::string(128, 'x'),
                                  .tags = many})
            .ok());
}

TEST_CASE("a patch of custom entries counts those that are there") {
  ScratchStore scratch;
  Store store = scratch.open();
  Custom custom;
  for (int i = 0; i < 64; ++i) custom["k" + std::to_string(i)] = "v";
  REQUIRE(store.put_metadata("a", {.custom = custom}).ok());
  CHECK(code_of(store.patch_metadata("a", {.custom_patch = {{"more", "v"}}})) == ErrorCode::limit);
  CHECK(store.patch_metadata("a", {.custom_patch = {{"more", "v"}, {"k0", std::nullopt}}}).ok());
}

TEST_CASE("the larger of the secret's and the store's max_versions counts, at the next write") {
  ScratchStore scratch({.max_versions = 3});
  Store store = scratch.open();
  REQUIRE(store.put_metadata("a", {.max_versions = 5}).ok());
  put_times(store, "a", 6);
  CHECK(numbers_of(store.history("a").value()) == std::vector<std::uint64_t>{6, 5, 4, 3, 2});
  REQUIRE(store.patch_metadata("a", {.max_versions = 1}).ok());
  CHECK(store.history("a")->versions.size() == 5);
  put_times(store, "a", 1);
  CHECK(numbers_of(store.history("a").value()) == std::vector<std::uint64_t>{7, 6, 5});
  StoreSettings settings = store.settings().value();
  settings.max_versions = 0;
  REQUIRE(store.put_settings(settings).ok());
  put_times(store, "b", 12);
  CHECK(store.history("b")->versions.size() == 10);  // 0: the default of 10.
  CHECK(store.history("b")->oldest_version == 3);
  put_times(store, "a", 1);
  CHECK(store.history("a")->versions.size() == 1);
}

TEST_CASE("cas_required of the secret or of the store demands a check-and-set") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put_metadata("a", {.cas_required = true}).ok());
  CHECK(code_of(store.put("a", text("v"))) == ErrorCode::conflict);
  CHECK(store.put("a", text("v"), {.cas = 0}).ok());
  CHECK(store.put("b", text("v")).ok());
  StoreSettings settings = store.settings().value();
  settings.cas_required = true;
  REQUIRE(store.put_settings(settings).ok());
  CHECK(code_of(store.put("b", text("v"))) == ErrorCode::conflict);
  // The secret's own false does not lift the store's.
  REQUIRE(store.patch_metadata("b", {.cas_required = false}).ok());
  CHECK(code_of(store.put("b", text("v"))) == ErrorCode::conflict);
  CHECK(store.put("b", text("v"), {.cas = 1}).ok());
}

TEST_CASE("delete_version_after: the smaller that is set, stamped when a version is written") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::int64_t start = scratch.clock.now_ms();
  REQUIRE(store.put("a", text("1")).ok());
  REQUIRE(store.patch_metadata("a", after(5000)).ok());
  CHECK(store.history("a")->versions.front().deletion_at_ms == 0);  // It was there before.
  CHECK(store.put("a", text("2"))->deletion_at_ms == start + 5000);
  StoreSettings settings = store.settings().value();
  settings.delete_version_after_ms = 1000;
  REQUIRE(store.put_settings(settings).ok());
  CHECK(store.put("a", text("3"))->deletion_at_ms == start + 1000);
  CHECK(store.put("b", text("1"))->deletion_at_ms == start + 1000);
  settings.delete_version_after_ms = 9000;
  REQUIRE(store.put_settings(settings).ok());
  CHECK(store.put("a", text("4"))->deletion_at_ms == start + 5000);
  settings.delete_version_after_ms = -7;  // Off, for secrets that have their own as well.
  REQUIRE(store.put_settings(settings).ok());
  CHECK(store.settings()->delete_version_after_ms == -1);
  CHECK(store.put("a", text("5"))->deletion_at_ms == 0);
  scratch.clock.turn(5000);
  CHECK(code_of(store.get("a", 2)) == ErrorCode::deleted);
  CHECK(value_of(store, "a", 5) == "5");
}

TEST_CASE("undelete lets delete_version_after count anew, by what is set now") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put_metadata("a", after(5000)).ok());
  put_times(store, "a", 1);
  scratch.clock.turn(6000);
  CHECK(code_of(store.get("a")) == ErrorCode::deleted);
  REQUIRE(store.undelete("a", {1}).ok());
  CHECK(store.history("a")->versions.front().deletion_at_ms == scratch.clock.now_ms() + 5000);
  CHECK(value_of(store, "a") == "1");
  REQUIRE(store.patch_metadata("a", after(0)).ok());
  REQUIRE(store.undelete("a", {1}).ok());
  CHECK(store.history("a")->versions.front().deletion_at_ms == 0);
}

TEST_CASE("an expiry is given as a length or as a time, not both and not past") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::int64_t now = scratch.clock.now_ms();
  CHECK(store.put("a", text("v"), {.expires_at_ms = now + 5})->expires_at_ms == now + 5);
  CHECK(code_of(store.put("a", text("v"), {.ttl_ms = 5, .expires_at_ms = now + 5})) ==
        ErrorCode::usage);
  for (const std::int64_t past : {now, now - 1, std::int64_t{-1}})
    CHECK(code_of(store.put("a", text("v"), {.expires_at_ms = past})) == ErrorCode::usage);
  CHECK(code_of(store.put("a", text("v"), {.expires_at_ms = INT64_MAX})) == ErrorCode::limit);
  scratch.clock.turn(5);
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
}

// --- kinds ---

TEST_CASE("a kind is one of those there are, and its values are checked before any write") {
  ScratchStore scratch;
  Store store = scratch.open();
  const auto unknown = store.put("a", text("v"), {.metadata = {.kind = "passwort"}});
  CHECK(code_of(unknown) == ErrorCode::usage);
  CHECK(unknown.error().hint().find("password") != std::string_view::npos);
  CHECK(unknown.error().hint().find("docker-config") != std::string_view::npos);
  CHECK(code_of(store.metadata("a")) == ErrorCode::not_found);
  REQUIRE(store.put("a", text("v"), {.metadata = {.kind = "password"}}).ok());
  const std::string before = state_of(store);
  CHECK(code_of(store.put("a", text(""))) == ErrorCode::usage);
  CHECK(code_of(store.put("a", text("\xFF"))) == ErrorCode::usage);
  CHECK(code_of(store.patch_metadata("a", {.kind = "key-value"})) == ErrorCode::usage);
  CHECK(state_of(store) == before);
  // Kind and value that fit each other may change together.
  CHECK(store.put("a", json(R"({"k":"v"})"), {.metadata = {.kind = "key-value"}}).ok());
  CHECK(code_of(store.patch("a", R"({"k":null})")) == ErrorCode::usage);
  CHECK(code_of(store.rollback("a", 1)) == ErrorCode::usage);
  CHECK(store.patch_metadata("a", {.kind = ""}).ok());
  CHECK(store.rollback("a", 1).ok());
  REQUIRE(store.soft_delete("a").ok());
  CHECK(store.patch_metadata("a", {.kind = "key-value"}).ok());  // No value to check.
  CHECK(code_of(store.put_metadata("c", {.kind = "certificates"})) == ErrorCode::usage);
}

TEST_CASE("what fits which kind") {
  struct Case {
    const char* kind;
    Value value;
    bool fits;
  };
  const char* docker = R"({"auths":{"registry":{"auth":"dXNlcjpw"}}})";
  std::vector<Case> cases;
  const auto add = [&](const char* kind, Value value, bool fits) {
    cases.push_back({kind, std::move(value), fits});
  };
  add("generic", text(""), true);
  add("generic", json("null"), true);
  add("password", text("two words"), true);
  add("password", json(R"("pass")"), true);
  add("password", json(R"({"user":"u","password":"p"})"), true);
  add("password", json(R"({"password":1})"), false);
  add("password", json(R"({"password":""})"), false);
  add("password", json(R"("")"), false);
  add("password", json("[]"), false);
  add("key", text("\x01\xFF"), true);
  add("key", text(""), false);
  add("token", text("ghp_abc"), true);
  add("token", text("ghp_abc\n"), false);
  add("token", json(R"({"token":"a b"})"), false);
  add("token", json(R"("a\u0000b")"), false);
  add("key-value", json(R"({"a.b-c_D":"v","n":1,"o":{"x":[]}})"), true);
  add("key-value", json(R"({"a b":"v"})"), false);
  add("key-value", json(R"({"a":null})"), false);
  add("key-value", json("{}"), false);
  add("key-value", text("a=b"), false);
  add("key-value-properties", json(R"({"a":"v","n":1.50,"b":true})"), true);
  add("key-value-properties", json(R"({"o":{}})"), false);
  add("certificate", text("-----BEGIN CERTIFICATE-----\n"), true);
  add("certificate", text(""), false);
  add("certificate", text("hi\n"), false);
  add("certificate", text("\xFE\xED\xFE\xED a keystore"), true);
  add("certificate", json(R"("-----BEGIN CERTIFICATE-----\n")"), true);
  add("certificate", json(R"({"a":"b"})"), false);
  add("certificate", json(R"({"ca":"-----BEGIN CERTIFICATE-----\n","password":"p"})"), true);
  add("certificate", json(R"({"trust.jks":{"value_base64":"/u0="}})"), true);
  add("certificate", json(R"({"value_base64":1})"), true);
  add("docker-config", json(docker), true);
  add("docker-config", text(docker), true);
  add("docker-config", json(R"({"auths":{"r":{"username":"u","password":"p"}}})"), true);
  add("docker-config", json(R"({"auths":{"r":{"username":"u"}}})"), false);
  add("docker-config", json(R"({"auths":{"r":"auth"}})"), false);
  add("docker-config", json(R"({"auths":{}})"), false);
  add("docker-config", json(R"({"auths":[]})"), false);
  add("docker-config", text("no json"), false);
  Value wrapped = Value::fields({{".dockerconfigjson", docker}}).value();
  add("docker-config", wrapped.clone(), true);
  add("docker-config", json(R"({".dockerconfigjson":"{}"})"), false);
  add("docker-config", json(std::string(R"({".dockerconfigjson":)") + docker + "}"), true);
  ScratchStore scratch;
  Store store = scratch.open();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO(cases[i].kind << ": " << cases[i].value.text());
    const auto put =
        store.put("s" + std::to_string(i), cases[i].value, {.metadata = {.kind = cases[i].kind}});
    CHECK(put.ok() == cases[i].fits);
    if (!put.ok()) {
      CHECK(put.error().code() == ErrorCode::usage);
      CHECK_FALSE(put.error().hint().empty());
    }
  }
}

namespace {

const NameRules kSpaceless{.components = {.white_space = WhiteSpace::not_alone},
                           .fields = {.white_space = WhiteSpace::forbidden}};
const NameRules kSlugs{
    .components = {.characters = "a-z0-9-", .ends = "a-z0-9", .bytes_min = 2, .bytes_max = 48},
    .fields = {.characters = "A-Za-z0-9_.-", .bytes_min = 1}};

}  // namespace

// --- the store's settings ---

TEST_CASE("settings are kept, and every other handle goes by them from its next write on") {
  ScratchStore scratch;
  Store store = scratch.open();
  Store other = scratch.open();
  put_times(other, "a", 3);
  StoreSettings settings;
  settings.max_versions = 2;
  settings.value_bytes_max = 8;
  settings.names = kSpaceless;
  settings.scopes = {{"z/", 4, std::nullopt}, {"m", std::nullopt, NameRules{}}};
  REQUIRE(store.put_settings(settings).ok());
  settings.scopes = {{"m", std::nullopt, NameRules{}}, {"z", 4, std::nullopt}};
  CHECK(other.settings().value() == settings);
  put_times(other, "a", 1);
  CHECK(other.history("a")->versions.size() == 2);
  CHECK(code_of(other.put("b", text("123456789"))) == ErrorCode::limit);
  require_sound(store);
  CHECK(scratch.open().settings().value() == settings);
}

TEST_CASE("settings that cannot be are refused") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string before = state_of(store);
  const auto refused = [&](const std::function<void(StoreSettings&)>& change) {
    StoreSettings settings;
    change(settings);
    return code_of(store.put_settings(settings));
  };
  using Scopes = std::vector<ScopeSettings>;
  CHECK(refused([](auto& s) { s.value_bytes_max = 0; }) == ErrorCode::limit);
  CHECK(refused([](auto& s) { s.value_bytes_max = (16U << 20) + 1; }) == ErrorCode::limit);
  CHECK(refused([](auto& s) { s.delete_version_after_ms = INT64_MAX; }) == ErrorCode::limit);
  for (const char* set : {"z-a", "a b", "\xC3\xA4", "a\n"}) {
    CHECK(refused([set](auto& s) { s.names.fields.characters = set; }) == ErrorCode::usage);
    CHECK(refused([set](auto& s) { s.names.components.ends = set; }) == ErrorCode::usage);
  }
  CHECK(refused([](auto& s) { s.names.fields.characters = std::string(65, 'a'); }) ==
        ErrorCode::usage);
  CHECK(refused([](auto& s) { s.names.fields.white_space = static_cast<WhiteSpace>(3); }) ==
        ErrorCode::usage);
  CHECK(refused([](auto& s) { s.names.fields = {.bytes_min = 3, .bytes_max = 2}; }) ==
        ErrorCode::usage);
  CHECK(refused([](auto& s) { s.names.fields.bytes_max = 1025; }) == ErrorCode::limit);
  CHECK(refused([](auto& s) { s.scopes = Scopes{{"", 1, {}}}; }) == ErrorCode::usage);
  CHECK(refused([](auto& s) { s.scopes = Scopes{{"a//b", 1, {}}}; }) == ErrorCode::usage);
  CHECK(refused([](auto& s) { s.scopes = Scopes{{"a", {}, {}}}; }) == ErrorCode::usage);
  CHECK(refused([](auto& s) { s.scopes = Scopes{{"a", 0, {}}}; }) == ErrorCode::limit);
  CHECK(refused([](auto& s) {
          s.scopes = Scopes{{"a", 1, {}}, {"a/", 2, {}}};
        }) == ErrorCode::usage);
  CHECK(refused([](auto& s) {
          for (int i = 0; i < 65; ++i) s.scopes.push_back({"s" + std::to_string(i), 1, {}});
        }) == ErrorCode::limit);
  CHECK(state_of(store) == before);
}

TEST_CASE("the longest prefix decides the size of a value and the rules for its name") {
  ScratchStore scratch;
  Store store = scratch.open();
  StoreSettings settings;
  settings.scopes = {
      {"a", 10, kSlugs}, {"a/bb", 20, std::nullopt}, {"a/bb/c", std::nullopt, kSpaceless}};
  REQUIRE(store.put_settings(settings).ok());
  CHECK(store.put("other", text(std::string(21, 'x'))).ok());
  CHECK(store.put("ab", text(std::string(21, 'x'))).ok());  // No part of folder a.
  CHECK(code_of(store.put("a/xx", text(std::string(11, 'x')))) == ErrorCode::limit);
  CHECK(store.put("a/bb/xx", text(std::string(20, 'x'))).ok());
  CHECK(code_of(store.put("a/bb/xx", text(std::string(21, 'x')))) == ErrorCode::limit);
  CHECK(code_of(store.put("a/bb/c/d", text(std::string(21, 'x')))) == ErrorCode::limit);
  CHECK(store.put("a/bb/c/Any Name", text("x")).ok());
  CHECK(code_of(store.put("a/Any", text("x"))) == ErrorCode::usage);
  CHECK(code_of(store.put("a/xx", json(R"({"a b":1})"))) == ErrorCode::usage);
  CHECK(code_of(store.put("a/bb/c/n", json(R"({"a b":1})"))) == ErrorCode::usage);
  // What is moved in must fit.
  CHECK(code_of(store.move("other", "a/xx")) == ErrorCode::limit);
  CHECK(code_of(store.copy("other", "a/XX")) == ErrorCode::usage);
  CHECK(code_of(store.put_metadata("a/XX", {.owner = "me"})) == ErrorCode::usage);
  require_sound(store);
}

TEST_CASE(
    "a long value is moved into a scope with rules for names by the names of its fields, too") {
  ScratchStore scratch;
  Store store = scratch.open();
  StoreSettings settings;
  settings.scopes = {{"d", std::nullopt, kSlugs}};
  REQUIRE(store.put_settings(settings).ok());
  const std::string filler(20'000, 'v');
  REQUIRE(store.put("good", json(R"({"a.b":")" + filler + R"("})")).ok());
  REQUIRE(store.put("bad", json(R"({"a b":")" + filler + R"("})")).ok());
  CHECK(store.copy("good", "d/good").ok());
  CHECK(value_of(store, "d/good") == value_of(store, "good"));
  CHECK(code_of(store.copy("bad", "d/bad")) == ErrorCode::usage);
  require_sound(store);
}

TEST_CASE("each part of a rule refuses what it says, and nothing else") {
  struct Case {
    NameRule rule;
    std::vector<std::string> allowed, refused;
  };
  const std::vector<Case> cases = {
      {{}, {"a", " ", "\xC3\xA4"}, {}},
      {{.characters = "a-c-"}, {"a", "abc", "-", "--b"}, {"d", "A", "a b", "\xC3\xA4"}},
      {{.characters = "-+x"}, {"-", "+x"}, {",", "y"}},
      {{.ends = "a-z"}, {"a", "a-b"}, {"-a", "a-", "-"}},
      {{.bytes_min = 2, .bytes_max = 3}, {"ab", "abc"}, {"a", "abcd"}},
      {{.white_space = WhiteSpace::not_alone}, {"a b", "a"}, {" ", "\xC2\xA0", "\xE3\x80\x80 "}},
      {{.white_space = WhiteSpace::forbidden}, {"a"}, {"a b", " ", "a\xE2\x80\xAF"}}};
  ScratchStore scratch;
  Store store = scratch.open();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string prefix = "p" + std::to_string(i);
    StoreSettings settings;
    settings.scopes = {{prefix, std::nullopt, NameRules{cases[i].rule, {}}},
                       {prefix + "f", std::nullopt, NameRules{{}, cases[i].rule}}};
    REQUIRE(store.put_settings(settings).ok());
    CHECK(store.settings().value() == settings);
    const auto put_both = [&](const std::string& name) {
      INFO(i << ": " << name);
      const bool as_path = store.put(prefix + "/" + name, text("v")).ok();
      CHECK(as_path == store.put(prefix + "f/x", json("{\"" + name + "\":1}")).ok());
      return as_path;
    };
    for (const std::string& name : cases[i].allowed) CHECK(put_both(name));
    for (const std::string& name : cases[i].refused) CHECK_FALSE(put_both(name));
  }
}

TEST_CASE("names that a rule refuses stay readable and can be moved away") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("Old Name", text("v")).ok());
  StoreSettings settings;
  settings.names = kSlugs;
  REQUIRE(store.put_settings(settings).ok());
  CHECK(value_of(store, "Old Name") == "v");
  CHECK(code_of(store.put("Old Name", text("w"))) == ErrorCode::usage);
  CHECK(store.move("Old Name", "new-name").ok());
  CHECK(store.put("new-name", text("w")).ok());
  // What a config mints is named by the engine.
  const char* spec =
      R"({"type":"object","properties":{"p":{"type":"string","airbyte_secret":true}}})";
  CHECK(store.configs().put("c", spec, R"({"p":"v"})").ok());
}

TEST_CASE("a value of exactly 1,048,576 bytes passes, one more is refused and the old one stays") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string exact(1'048'576, 'x');
  REQUIRE(store.put("a", text(exact)).ok());
  CHECK(code_of(store.put("a", text(exact + "y"))) == ErrorCode::limit);
  CHECK(store.history("a")->current_version == 1);
  CHECK(value_of(store, "a") == exact);
  const std::string object = R"({"k":")" + std::string(1'048'576 - 8, 'x') + R"("})";
  REQUIRE(object.size() == 1'048'576);
  CHECK(store.put("b", json(object)).ok());
  CHECK(code_of(store.patch("b", R"({"k2":1})")) == ErrorCode::limit);
}

}  // namespace coffer::test::metadata_test
