// A day on IOMETE's data platform: secrets of a domain and of an external store, jobs that refer to
// them, Spark settings, rotation by redeploying.
#include "tests/cli/command.h"

namespace iomete_test {

using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

// The domain's own store, and another one that plays an external configuration.
struct Domain {
  Sandbox box;
  Words vault;
  Domain() {
    box.init();
    box.expect(0, {"put", "db_password", "--value", "-"}, "Marzipan-own");
    box.expect(0, {"put", "lake", "access=AKIA-own", "secret=Marzipan-lake"});
    vault = {"--source", "prod-vault=" + box.path("vault"), "--source-key",
             "prod-vault=file://" + box.path("vault.key")};
    const Words in_vault{"--store", box.path("vault"), "--key", "file://" + box.path("vault.key")};
    const auto at = [&](Words words) {
      words.insert(words.begin(), in_vault.begin(), in_vault.end());
      return words;
    };
    box.expect(0, at({"init"}));
    box.expect(0, at({"put", "db_password", "--value", "-"}), "Marzipan-vault");
    box.expect(0, at({"put", "db_password", "--value", "-"}), "Marzipan-vault-2");
  }
  Words with_vault(Words words, std::size_t at = 1) const {
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(at), vault.begin(), vault.end());
    return words;
  }
  std::string job(std::string_view text) const { return box.write("job.json", text); }
};

constexpr std::string_view kJob = R"({
  "name": "sync", "image": "spark:3.5", "driver": {"memory": "4g"},
  "envVars": {"REGION": "eu", "URL": "jdbc://u:${secrets.db_password}@h", "COST": "$${secrets.x}"},
  "envSecrets": [
    {"key": "DB_PASSWORD", "secretObject":
      {"key": "db_password", "source": {"type": "VAULT", "id": "prod-vault"}}}],
  "sparkConf": {"spark.app.name": "sync", "spark.hadoop.fs.s3a.access.key": "${secrets.lake#access}"},
  "sparkConfSecrets": [
    {"key": "spark.hadoop.fs.s3a.secret.key", "secretObject": {"key": "coffer://lake#secret"}}]
})";

}  // namespace

TEST_CASE("a job's variables come from its own store and from the one it names") {
  const Domain domain;
  const std::string job = domain.job(kJob);
  const Outcome outcome = domain.box.expect(
      0, domain.with_vault({"run", "--job", job, "--", "/bin/sh", "-c",
                            "printf '%s|%s|%s|%s|%s' \"$REGION\" \"$URL\" \"$COST\" "
                            "\"$DB_PASSWORD\" \"${access-none}\""}));
  CHECK(outcome.out == "eu|jdbc://u:Marzipan-own@h|${secrets.x}|Marzipan-vault-2|none");
  // The job's output hides each secret, but not the text around it.
  const Outcome hidden =
      domain.box.expect(0, domain.with_vault({"run", "--redact", "--job", job, "--", "/bin/sh",
                                              "-c", "echo \"$URL $DB_PASSWORD $REGION\""}));
  CHECK(hidden.out == "jdbc://u:**********@h ********** eu\n");
}

TEST_CASE("a job's Spark settings are written for spark-defaults, with redaction") {
  const Domain domain;
  const Outcome outcome =
      domain.box.expect(0, domain.with_vault({"env", "--as", "spark", "--job", domain.job(kJob)}));
  for (const char* line :
       {"spark.app.name=sync\n", "spark.hadoop.fs.s3a.access.key=AKIA-own\n",
        "spark.hadoop.fs.s3a.secret.key=Marzipan-lake\n",
        "spark.executorEnv.DB_PASSWORD=Marzipan-vault-2\n", "spark.redaction.regex="}) {
    INFO(line << outcome.out);
    CHECK(outcome.out.find(line) != std::string::npos);
  }
}

TEST_CASE("what a job refers to and is not there refuses the start; nothing is left out silently") {
  const Domain domain;
  const auto refused = [&](int code, std::string_view text, const char* what, bool vault = true) {
    Words words{"run", "--job", domain.job(text), "--", "/bin/sh", "-c", "echo started"};
    if (vault) words = domain.with_vault(words);
    const Outcome outcome = domain.box.expect(code, words);
    INFO(outcome.err);
    CHECK(outcome.out.empty());
    CHECK(outcome.says(what));
    CHECK_FALSE(outcome.says("Marzipan"));
  };
  refused(2, kJob, "prod-vault", false);
  refused(4, R"({"envVars":{"A":"${secrets.nothing}"}})", "nothing");
  refused(4, R"({"envSecrets":[{"key":"A","secretObject":{"key":"nothing"}}]})", "nothing");
  refused(2, R"({"envSecrets":[{"key":"A","secretObject":{}}]})", "one secret");
  refused(2, R"({"envSecrets":[{"key":"A"}]})", "#/envSecrets/0");
  refused(2, R"({"envSecrets":[{"key":"A","secretObject":{"key":"k","source":{"id":"x"}}}]})",
          "source");
  refused(2, R"({"envSecrets":[{"key":"A","secretObject":{"key":"lake"}}]})", "several fields");
  refused(2, R"({"envVars":{"A":1}})", "#/envVars/A");
  refused(2, R"({"envVars":{"1A":"x"}})", "1A");
  refused(2, R"(["envVars"])", "job");
  refused(
      2, R"({"envVars":{"A":"x"},"envSecrets":[{"key":"A","secretObject":{"key":"db_password"}}]})",
      "A");
}

TEST_CASE("a bare name is always the own store's; a label tells which other one is meant") {
  const Domain domain;
  const auto value = [&](const std::string& reference) {
    return domain.box
        .expect(0, domain.with_vault({"run", "--map", "V=" + reference, "--", "/bin/sh", "-c",
                                      "printf %s \"$V\""}))
        .out;
  };
  CHECK(value("db_password") == "Marzipan-own");
  CHECK(value("coffer://db_password?store=prod-vault") == "Marzipan-vault-2");
  CHECK(value("coffer://db_password?version=1&store=prod-vault") == "Marzipan-vault");
  CHECK(value(R"({"key":"db_password","source":{"type":"VAULT","id":"prod-vault"}})") ==
        "Marzipan-vault-2");
  const std::string text =
      "a={{ coffer://db_password?store=prod-vault }} b=${secrets.db_password}\n";
  CHECK(domain.box.expect(0, domain.with_vault({"inject"}), text).out ==
        "a=Marzipan-vault-2 b=Marzipan-own\n");
  for (const char* bad : {"V=coffer://p?store=", "V=coffer://p?store=a&store=b",
                          "V=coffer://p?store=a b", "V=coffer://p?shop=a", "V={}", "V={\"key\":1}"})
    domain.box.expect(2, domain.with_vault({"run", "--map", bad, "--", "/bin/true"}));
}

TEST_CASE("sources are checked before anything starts") {
  const Domain domain;
  const auto refused = [&](int code, Words words, const char* what) {
    words.insert(words.begin(), "inject");
    const Outcome outcome = domain.box.expect(code, words, "x");
    INFO(outcome.err);
    CHECK(outcome.says(what));
  };
  refused(2, {"--source", "noequals"}, "LABEL=");
  refused(2, {"--source", "a b=/x"}, "LABEL=");
  refused(2, {"--source-key", "a=file:///x"}, "no store");
  refused(2, {"--source", "a=/x", "--source", "a=/y"}, "one label");
  refused(18, {"--source", "a=" + domain.box.path("nowhere")}, "store");
  refused(11,
          {"--source", "a=" + domain.box.path("vault"), "--source-key", "a=" + domain.box.key()},
          "key");
}

TEST_CASE("a list of several stores tells of each name where it is") {
  const Domain domain;
  const Outcome outcome = domain.box.expect(0, domain.with_vault({"--format", "json", "list"}, 3));
  CHECK(outcome.json() == cli::Json::parse(R"({"keys":[
      {"key":"db_password","source":""},
      {"key":"db_password","source":"prod-vault"},
      {"key":"lake","source":""}]})"));
  CHECK(domain.box.expect(0, domain.with_vault({"list"})).out.find("SOURCE") != std::string::npos);
  domain.box.expect(2, domain.with_vault({"list", "--long"}));
}

TEST_CASE("rotated once, a secret reaches the next start; a job that runs keeps the old value") {
  const Domain domain;
  const std::string job = domain.job(R"({"envVars":{"P":"${secrets.db_password}"}})");
  const std::string rotate = std::string(COFFER_BIN) + " put db_password --value - >/dev/null < " +
                             domain.box.write("new", "Marzipan-new") + "; printf %s \"$P\"";
  CHECK(domain.box.expect(0, {"run", "--keep-keys", "--job", job, "--", "/bin/sh", "-c", rotate})
            .out == "Marzipan-own");
  CHECK(
      domain.box.expect(0, {"run", "--job", job, "--", "/bin/sh", "-c", "printf %s \"$P\""}).out ==
      "Marzipan-new");
}

}  // namespace iomete_test
