// Import takes what export writes: a random store is the same after both, in every part.
#include <cstdlib>
#include <filesystem>
#include <random>

#include "tests/cli/shifted_store.h"

namespace moving_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using namespace coffer;  // NOLINT(google-build-using-namespace)

namespace {

constexpr std::string_view kSpec =
    R"({ "type":"object","properties":{"password":{"type":"string","airbyte_secret":true},
        "tunnel":{"type":"object","properties":{"key":{"airbyte_secret":true}}}}})";

class RandomStore {
 public:
  RandomStore(Store& store, std::uint32_t seed) : store_(store), random_(seed) {}

  void fill() {
    StoreSettings settings;
    settings.max_versions = static_cast<std::uint32_t>(pick(4));
    settings.delete_version_after_ms = std::int64_t{3'600'000} * pick(3);
    settings.audit_keep_records = static_cast<std::uint64_t>(pick(2)) * 5000;
    const NameRules rules{{.bytes_min = 1, .bytes_max = 99, .white_space = WhiteSpace::not_alone},
                          {.characters = "A-Za-z0-9_.-", .ends = "A-Za-z0-9"}};
    if (pick(2) == 1) settings.scopes.push_back({"team", 5000, rules});
    if (pick(2) == 1) settings.scopes.push_back({"teams", std::nullopt, NameRules{}});
    if (pick(2) == 1) settings.names.fields.white_space = WhiteSpace::forbidden;
    REQUIRE(store_.put_settings(settings).ok());
    for (int i = 0; i < 12; ++i) secret("team/s" + std::to_string(i));
    secret("top");
    for (int i = 0; i < 3; ++i) config("c" + std::to_string(i));
    Policy policy;
    policy.rules.push_back({true,
                            {"*"},
                            {UseCase::list, UseCase::use, UseCase::reveal, UseCase::write,
                             UseCase::remove, UseCase::force, UseCase::admin, UseCase::audit},
                            {"**"},
                            {}});
    policy.rules.push_back({false, {"group:interns"}, {UseCase::reveal}, {"team/**"}, {"prod"}});
    if (pick(2) == 1) REQUIRE(store_.policies().put(policy).ok());
  }

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  Value value() {
    switch (pick(4)) {
      case 0: return Value::opaque(std::string("\0\xff\n", 3) + std::to_string(pick(1000)));
      case 1: return Value::opaque("text " + std::to_string(pick(1000)));
      case 2:
        return Value::json("{ \"n\": 1.50, \"s\":\"\\u00e9" + std::to_string(pick(99)) + "\"}")
            .value();
      default: return Value::json("[1e400,\"" + std::to_string(pick(1000)) + "\"]").value();
    }
  }

  void secret(const std::string& path) {
    if (pick(8) == 0) {
      REQUIRE(store_.put_metadata(path, {.owner = "nobody put a value"}).ok());
      return;
    }
    const int versions = 1 + pick(4);
    for (int i = 0; i < versions; ++i)
      REQUIRE(store_.put(path, value(), {.ttl_ms = pick(5) == 0 ? 86'400'000 : 0}).ok());
    MetadataChange change;
    change.max_versions = static_cast<std::uint32_t>(pick(6));
    change.tags = std::vector<std::string>{"prod"};
    change.custom = std::map<std::string, std::string>{{"k", std::to_string(pick(9))}};
    REQUIRE(store_.put_metadata(path, change).ok());
    if (pick(3) == 0) REQUIRE(store_.add_reference(path, pick(2) == 0 ? 0 : versions, "job").ok());
    const bool is_used = !store_.references_to(path)->empty();
    if (pick(3) == 0 && !is_used) REQUIRE(store_.soft_delete(path).ok());
    if (versions > 1 && pick(3) == 0 && !is_used)
      REQUIRE(store_.destroy(path, {static_cast<std::uint64_t>(versions)}).ok());
  }

  void config(const std::string& id) {
    Configs configs = store_.configs();
    const std::string full = R"({"password":")" + std::to_string(pick(10000)) +
                             R"(","tunnel":{"key":[1.0,"k"]},"external":1})";
    ConfigPutOptions options;
    options.compat_airbyte = pick(3) == 0;
    if (pick(2) == 0) options.workspace = "11111111-2222-4333-8444-555555555555";
    REQUIRE(configs.put(id, kSpec, full, options).ok());
    if (pick(2) == 0) {
      REQUIRE(configs.patch(id, R"({"password":"secret_coordinate::aws/x"})", options).ok());
    } else if (pick(2) == 0) {
      options.keep_old_ms = 3'600'000;
      REQUIRE(configs.patch(id, R"({"password":"other"})", options).ok());
    }
    if (pick(3) == 0) {
      options.keep_old_ms = 0;  // Set at the commit of a stage.
      const auto stage = configs.stage(id, kSpec, R"({"password":"staged"})", options);
      REQUIRE(stage.ok());
      REQUIRE(configs.commit(id, stage->stage, {.outside = true}).ok());
    }
  }

  Store& store_;
  std::mt19937 random_;
};

std::string text_of(const Result<Secret>& secret) {
  if (!secret) return "error " + std::to_string(static_cast<int>(secret.error().code()));
  return std::string(secret->value.is_json() ? "json " : "opaque ") +
         std::string(secret->value.text());
}

// The whole content of a store, except its own times of documents and revisions.
Json told_by(Store& store) {
  Json all;
  const Snapshot snapshot = store.snapshot().value();
  const std::vector<std::string> paths =
      store.list("", {.recursive = true, .state = ListState::all}).value();
  for (const std::string& path : paths) {
    const Metadata metadata = store.metadata(path).value();
    Json& told = all["secrets"][path];
    told["metadata"] =
        Json{metadata.max_versions, metadata.cas_required, metadata.delete_version_after_ms,
             metadata.kind,         metadata.description,  metadata.owner,
             metadata.tags,         metadata.custom,       metadata.managed,
             metadata.created_at_ms};
    const History history = store.history(path).value();
    for (const VersionInfo& info : history.versions)
      told["versions"].push_back(Json{
          info.version, info.created_at_ms, info.deletion_at_ms, info.expires_at_ms, info.destroyed,
          text_of(store.get(path, info.version)), text_of(snapshot.get_kept(path, info.version))});
    const std::vector<ReferenceInfo> references = store.references_to(path).value();
    for (const ReferenceInfo& each : references)
      told["references"].push_back(Json{each.version, each.user_kind, each.user});
  }
  Configs configs = store.configs();
  const std::vector<ConfigSummary> summaries = configs.list().value();
  for (const ConfigSummary& each : summaries) {
    Configs resolved = configs.with_resolver([](std::string_view) {
      return Result<SecretBytes>(SecretBytes::copy_of("\"elsewhere\""));
    });
    const auto revealed = resolved.get(each.id, ConfigForm::revealed);
    const ConfigDocument partial = configs.get(each.id, ConfigForm::partial).value();
    REQUIRE(revealed.ok());
    all["configs"][each.id] = Json{each.revision,
                                   each.secret_count,
                                   each.outside,
                                   partial.workspace,
                                   std::string(partial.document.text()),
                                   std::string(revealed->document.text())};
  }
  const StoreSettings settings = store.settings().value();
  all["settings"] = Json{settings.max_versions, settings.delete_version_after_ms,
                         settings.audit_keep_records, settings.scopes.size()};
  Policy policy = store.policies().get().value();
  policy.revision = 0;
  all["policy"] = policy_json(policy);
  return all;
}

}  // namespace

TEST_CASE("a random store is the same after export and import, in every part") {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    const Sandbox from, to;
    from.init();
    to.init();
    Json before;
    {
      Store store = Store::open(from.store(), cli::parse_key(from.key())).value();
      RandomStore(store, seed).fill();
      before = told_by(store);
    }
    const std::string file = from.path("all.json");
    from.expect(0, {"export", "--as", "json", "-o", file});
    const Json dry =
        to.expect(0, {"--format", "json", "import", file, "--as", "json", "-n"}).json();
    CHECK(to.expect(0, {"list"}).out.empty());
    const Json done = to.expect(0, {"--format", "json", "import", file, "--as", "json"}).json();
    CHECK(done["created"] == dry["created"]);
    {
      Store store = Store::open(to.store(), cli::parse_key(to.key())).value();
      CHECK(told_by(store) == before);
      CHECK(store.verify()->problems.empty());
    }
    const Json again = to.expect(0, {"--format", "json", "import", file, "--as", "json"}).json();
    CHECK(again["created"].empty());
    CHECK(again["updated"].empty());
    CHECK(to.expect(0, {"--format", "json", "sweep", "--full"}).json()["swept"].empty());
  }
}

TEST_CASE("a document larger than memory is meant for goes in, batch by batch, or not at all") {
  const Sandbox from, to;
  from.init();
  to.init();
  {
    Store store = Store::open(from.store(), cli::parse_key(from.key())).value();
    for (int i = 0; i < 70; ++i)
      REQUIRE(
          store.put("h/" + std::to_string(100 + i), Value::opaque(std::string(1 << 20, 'v'))).ok());
  }
  const std::string file = from.path("huge.json");
  from.expect(0, {"export", "--as", "json", "-o", file});
  REQUIRE(std::filesystem::file_size(file) > (std::uintmax_t{64} << 20));
  // A conflict of the last secret is found before the first is written.
  to.expect(0, {"put", "h/169", "k=v"});
  CHECK(to.expect(8, {"import", file, "--as", "json"}).says("h/169"));
  CHECK(to.expect(0, {"list", "--recursive"}).out == "h/169\n");
  const Json done =
      to.expect(0, {"--format", "json", "import", file, "--as", "json", "--skip-existing"}).json();
  CHECK(done["created"].size() == 69);
  CHECK(to.expect(0, {"get", "h/100"}).out == std::string(1 << 20, 'v'));
}

TEST_CASE("an export of a folder takes its users along, and no config, setting or policy") {
  const Sandbox from, to;
  from.init();
  to.init();
  from.expect(0, {"put", "team/a", "k=1"});
  from.expect(0, {"put", "team/a", "k=2"});
  from.expect(0, {"put", "other", "k=1"});
  from.expect(0, {"refs", "add", "team/a", "job"});
  from.expect(0, {"refs", "add", "other", "job"});
  from.expect(0, {"settings", "put", "--max-versions", "3"});
  const std::string document = from.expect(0, {"export", "team", "--as", "json"}).out;
  CHECK(document.find("settings") == std::string::npos);
  to.expect(0, {"import", "-", "--as", "json", "--prefix", "moved"}, document);
  CHECK(to.expect(0, {"get", "moved/team/a", "--field", "k"}).out == "2");
  CHECK(to.expect(0, {"refs", "moved/team/a"}).out.find("job") != std::string::npos);
  to.expect(4, {"get", "moved/other"});
  // The export of a whole store can only be imported at the root.
  const std::string whole = from.expect(0, {"export", "--as", "json"}).out;
  CHECK(to.expect(2, {"import", "-", "--as", "json", "--prefix", "x"}, whole).says("--prefix"));
}

TEST_CASE("a store's own settings and policy are neither replaced unasked nor by who may not") {
  const Sandbox from, to;
  from.init();
  to.init();
  from.expect(0, {"put", "a", "k=1"});
  from.expect(0, {"settings", "put", "--max-versions", "3"});
  const std::string whole = from.expect(0, {"export", "--as", "json"}).out;
  to.expect(0, {"settings", "put", "--max-versions", "5"});
  CHECK(to.expect(8, {"import", "-", "--as", "json"}, whole).says("settings"));
  to.expect(4, {"get", "a"});
  to.expect(0, {"import", "-", "--as", "json", "--skip-existing"}, whole);
  CHECK(to.expect(0, {"--format", "json", "settings", "get"}).json()["max_versions"] == 5);
  to.expect(0, {"import", "-", "--as", "json", "--overwrite"}, whole);
  CHECK(to.expect(0, {"--format", "json", "settings", "get"}).json()["max_versions"] == 3);
}

TEST_CASE("a forged config claims no secret that is not its own") {
  const Sandbox box;
  box.init();
  const std::string base =
      "airbyte_workspace_00000000-0000-0000-0000-000000000000_secret_"
      "11111111-2222-4333-8444-666666666666";
  box.expect(0, {"put", base, "--value", "-"}, "mine");
  const std::string document =
      R"({"format":"coffer-export","format_version":2,"history":true,"settings":{},"secrets":[],)"
      R"("configs":[{"id":"c","revision":1,"workspace":"00000000-0000-0000-0000-000000000000",)"
      R"("spec":{"properties":{"pw":{"airbyte_secret":true}}},)"
      R"("partial":{"pw":{"_secret":")" +
      base + R"(_v1"}},"secrets":[]}]})";
  CHECK(box.expect(2, {"import", "-", "--as", "json"}, document).says("no config created"));
  box.expect(4, {"config", "get", "c"});
}

}  // namespace moving_test
