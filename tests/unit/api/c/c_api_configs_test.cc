// Configs and references through the C interface.
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/c_store.h"

namespace coffer::test::c_api_configs_test {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSpec[] =
    R"({"properties":{"host":{},"a":{"airbyte_secret":true},"b":{"airbyte_secret":true}}})";

Json json_of(coffer_bytes* bytes) {
  const std::string text = text_of(bytes);
  const Json json = Json::parse(text, nullptr, false);
  REQUIRE_FALSE(json.is_discarded());
  return json;
}

struct Bench {
  Bench() { REQUIRE(c_open(scratch.path(), "file://" + scratch.key_file(), &store) == COFFER_OK); }
  ~Bench() { coffer_close(store); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Json put(const char* id, const char* document, const coffer_config_options* options = nullptr) {
    coffer_bytes* report = nullptr;
    REQUIRE(coffer_config_put(store, id, kSpec, document, options, &report, nullptr) == COFFER_OK);
    return json_of(report);
  }
  std::string get(const char* id, coffer_config_form form) {
    coffer_bytes* document = nullptr;
    REQUIRE(coffer_config_get(store, id, form, &document, nullptr, nullptr) == COFFER_OK);
    return text_of(document);
  }

  ScratchStore scratch;
  coffer_store* store = nullptr;
};

coffer_code answer(void* context, const char* name, coffer_bytes** value) {
  static_cast<std::vector<std::string>*>(context)->emplace_back(name);
  if (std::strcmp(name, "vault/b") != 0) return COFFER_KEY_UNAVAILABLE;
  static constexpr std::uint8_t kValue[] = {'[', '1', ']'};
  *value = coffer_bytes_copy(kValue, sizeof kValue);
  return COFFER_OK;
}

}  // namespace

TEST_CASE("A config is put, patched, shown, listed and deleted") {
  Bench bench;
  const Json first = bench.put("c", R"({"host":"h","a":"x"})");
  CHECK(first["revision"] == 1);
  CHECK(first["outcomes"][0]["outcome"] == "minted");
  coffer_config_options options = COFFER_CONFIG_OPTIONS_INIT;
  options.if_revision = 1;
  options.bump = COFFER_BUMP_ALWAYS;
  const Json second = bench.put("c", R"({"host":"h","a":"x"})", &options);
  CHECK(second["outcomes"][0]["outcome"] == "bumped");
  CHECK(second["destroyed"].size() == 1);

  coffer_error error;
  coffer_bytes* report = nullptr;
  CHECK(coffer_config_put(bench.store, "c", kSpec, "{}", &options, &report, &error) ==
        COFFER_CONFLICT);
  CHECK(report == nullptr);
  CHECK(std::strlen(error.message) > 0);
  REQUIRE(coffer_config_patch(bench.store, "c", nullptr, R"({"host":null,"b":5.0})", nullptr,
                              &report, nullptr) == COFFER_OK);
  CHECK(json_of(report)["revision"] == 3);
  CHECK(bench.get("c", COFFER_CONFIG_REVEALED) == R"({"a":"x","b":5.0})");
  CHECK(bench.get("c", COFFER_CONFIG_MASKED) == R"({"a":"**********","b":"**********"})");
  CHECK(bench.get("c", COFFER_CONFIG_COORDINATES) == bench.get("c", COFFER_CONFIG_PARTIAL));
  coffer_bytes* names = nullptr;
  REQUIRE(coffer_config_list(bench.store, &names, nullptr) == COFFER_OK);
  CHECK(text_of(names) == std::string("c\0", 2));
  CHECK(coffer_config_delete(bench.store, "c", nullptr) == COFFER_OK);
  coffer_bytes* document = nullptr;
  CHECK(coffer_config_get(bench.store, "c", COFFER_CONFIG_MASKED, &document, nullptr, nullptr) ==
        COFFER_NOT_FOUND);
  CHECK(coffer_config_get(bench.store, nullptr, COFFER_CONFIG_MASKED, &document, nullptr,
                          nullptr) == COFFER_USAGE);
}

TEST_CASE("Stage, commit and abandon; check and its end") {
  Bench bench;
  coffer_bytes* report = nullptr;
  REQUIRE(coffer_config_stage(bench.store, "c", kSpec, R"({"a":"x"})", nullptr, &report, nullptr) ==
          COFFER_OK);
  const std::string stage = json_of(report)["stage"];
  coffer_commit_options commit = COFFER_COMMIT_OPTIONS_INIT;
  commit.outside = 1;
  REQUIRE(coffer_config_commit(bench.store, "c", stage.c_str(), &commit, &report, nullptr) ==
          COFFER_OK);
  CHECK(json_of(report)["revision"] == 1);
  coffer_config_options options = COFFER_CONFIG_OPTIONS_INIT;
  options.lease_ms = 60'000;
  CHECK(coffer_config_put(bench.store, "c", kSpec, "{}", &options, &report, nullptr) ==
        COFFER_USAGE);
  REQUIRE(coffer_config_stage(bench.store, "c", kSpec, R"({"a":"y"})", &options, &report,
                              nullptr) == COFFER_OK);
  const std::string other = json_of(report)["stage"];
  coffer_bytes* gone = nullptr;
  REQUIRE(coffer_config_abandon(bench.store, "c", other.c_str(), &gone, nullptr) == COFFER_OK);
  CHECK(text_of(gone).ends_with(std::string("_v2\0", 4)));
  CHECK(coffer_config_abandon(bench.store, "c", other.c_str(), nullptr, nullptr) ==
        COFFER_NOT_FOUND);

  REQUIRE(coffer_config_check(bench.store, kSpec, R"({"b":"z"})", nullptr, &report, nullptr) ==
          COFFER_OK);
  const std::string partial = json_of(report)["partial"].dump();
  REQUIRE(coffer_config_end_check(bench.store, nullptr, partial.c_str(), &gone, nullptr) ==
          COFFER_OK);
  CHECK_FALSE(text_of(gone).empty());
  CHECK(coffer_config_end_check(bench.store, nullptr, nullptr, nullptr, nullptr) == COFFER_USAGE);
  CHECK(coffer_config_end_check(bench.store, "c", nullptr, nullptr, nullptr) == COFFER_NOT_FOUND);
}

TEST_CASE("Import, hydrate with a resolver, and outside users") {
  Bench bench;
  coffer_bytes* report = nullptr;
  REQUIRE(coffer_config_import(bench.store, "c", kSpec,
                               R"({"a":{"_secret":"airbyte_x_v3"},"b":{"_secret":"vault/b"}})",
                               R"({"airbyte_x_v3":"x"})", nullptr, &report, nullptr) == COFFER_OK);
  const std::string partial = json_of(report)["partial"].dump();
  std::vector<std::string> asked;
  coffer_bytes* document = nullptr;
  coffer_hydrate_options hydrate = COFFER_HYDRATE_OPTIONS_INIT;
  hydrate.id = "c";
  hydrate.resolver = answer;
  hydrate.context = &asked;
  REQUIRE(coffer_config_hydrate(bench.store, partial.c_str(), &hydrate, &document, nullptr) ==
          COFFER_OK);
  CHECK(text_of(document) == R"({"a":"x","b":"[1]"})");
  CHECK(asked == std::vector<std::string>{"vault/b"});
  hydrate.spec = kSpec;
  CHECK(coffer_config_hydrate(bench.store, partial.c_str(), &hydrate, &document, nullptr) ==
        COFFER_USAGE);
  hydrate.id = nullptr;
  CHECK(coffer_config_hydrate(bench.store, R"({"b":"secret_coordinate::other"})", &hydrate,
                              &document, nullptr) == COFFER_KEY_UNAVAILABLE);
  hydrate = COFFER_HYDRATE_OPTIONS_INIT;
  hydrate.compat_airbyte = 1;
  CHECK(coffer_config_hydrate(bench.store, partial.c_str(), &hydrate, &document, nullptr) ==
        COFFER_USAGE);

  REQUIRE(coffer_reference_add(bench.store, "airbyte_x", 3, "job", nullptr) == COFFER_OK);
  coffer_bytes* list = nullptr;
  REQUIRE(coffer_reference_list(bench.store, "airbyte_x", &list, nullptr) == COFFER_OK);
  CHECK(json_of(list).size() == 2);
  CHECK(coffer_reference_remove(bench.store, "airbyte_x", 3, "job", nullptr) == COFFER_OK);
  CHECK(coffer_reference_remove(bench.store, "airbyte_x", 3, "job", nullptr) == COFFER_NOT_FOUND);
}

TEST_CASE("A place is unmarked by name; a config is copied and renamed") {
  Bench bench;
  bench.put("c", R"({"host":"h","a":"x"})");
  constexpr char kPlain[] = R"({"properties":{"host":{},"a":{}}})";
  coffer_bytes* report = nullptr;
  coffer_error error;
  CHECK(coffer_config_put(bench.store, "c", kPlain, R"({"a":"x"})", nullptr, &report, &error) ==
        COFFER_USAGE);
  CHECK(std::string(error.message).find("/a") != std::string::npos);
  std::uint64_t revision = 0;
  REQUIRE(coffer_config_rename(bench.store, "c", "d", &revision, nullptr) == COFFER_OK);
  CHECK(revision == 1);
  CHECK(coffer_config_rename(bench.store, "c", "e", nullptr, nullptr) == COFFER_NOT_FOUND);
  REQUIRE(coffer_config_copy(bench.store, "d", "e", &report, nullptr) == COFFER_OK);
  const Json copied = json_of(report);
  CHECK(copied["outcomes"][0]["outcome"] == "minted");
  CHECK_FALSE(copied.contains("spec_marks_nothing"));
  CHECK(coffer_config_copy(bench.store, "d", "e", nullptr, nullptr) == COFFER_CONFLICT);
  CHECK(bench.get("e", COFFER_CONFIG_REVEALED) == bench.get("d", COFFER_CONFIG_REVEALED));
  CHECK(bench.get("e", COFFER_CONFIG_PARTIAL) != bench.get("d", COFFER_CONFIG_PARTIAL));

  const char* unmark[] = {"/a"};
  coffer_config_options options = COFFER_CONFIG_OPTIONS_INIT;
  options.unmark_count = 1;
  CHECK(coffer_config_put(bench.store, "d", kPlain, R"({"a":"x"})", &options, &report, nullptr) ==
        COFFER_USAGE);
  options.unmark = unmark;
  REQUIRE(coffer_config_put(bench.store, "d", kPlain, R"({"a":"x"})", &options, &report, nullptr) ==
          COFFER_OK);
  CHECK(json_of(report)["spec_marks_nothing"] == true);
  CHECK(bench.get("d", COFFER_CONFIG_MASKED) == R"({"a":"x"})");
}

TEST_CASE("Airbyte's form of a name kept elsewhere is resolved by a spec as well") {
  Bench bench;
  std::vector<std::string> asked;
  coffer_bytes* document = nullptr;
  constexpr char kElsewhere[] = R"({"b":{"_secret":"vault/b"}})";
  for (const char* spec : {kSpec, static_cast<const char*>(nullptr)}) {
    coffer_hydrate_options hydrate = COFFER_HYDRATE_OPTIONS_INIT;
    hydrate.spec = spec;
    CHECK(coffer_config_hydrate(bench.store, kElsewhere, &hydrate, &document, nullptr) ==
          COFFER_USAGE);
    hydrate.resolver = answer;
    hydrate.context = &asked;
    REQUIRE(coffer_config_hydrate(bench.store, kElsewhere, &hydrate, &document, nullptr) ==
            COFFER_OK);
    CHECK(text_of(document) == R"({"b":[1]})");
    // What reads as this store's is never asked for elsewhere.
    CHECK(coffer_config_hydrate(bench.store, R"({"b":{"_secret":"airbyte_x_v1"}})", &hydrate,
                                &document, nullptr) != COFFER_OK);
  }
  CHECK(asked == std::vector<std::string>{"vault/b", "vault/b"});
}

}  // namespace coffer::test::c_api_configs_test
