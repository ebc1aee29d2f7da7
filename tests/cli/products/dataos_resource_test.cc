// DataOS' manifests, in the order of a tutorial for its users.
#include <filesystem>

#include "tests/cli/command.h"
#include "tests/cli/left_behind.h"

namespace dataos_resource_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

constexpr const char* kReader =
    "name: sample-r\n"
    "version: v1\n"
    "type: instance-secret\n"
    "tags: [postgres, 'team: a']\n"
    "description: reads the sample database\n"
    "owner: somebody-else\n"
    "layer: user\n"
    "instance-secret:\n"
    "  type: key-value-properties\n"
    "  acl: r\n"
    "  data:\n"
    "    username: $SAMPLE_USER\n"
    "    password: ${SAMPLE_PASSWORD}\n";

constexpr const char* kDepotOf =
    "name: sampledepot\n"
    "version: v2alpha\n"
    "type: depot\n"
    "depot:\n"
    "  type: postgresql\n"
    "  external: true\n"
    "  secrets:\n";

std::string secret_of(const std::string& name, const std::string& body) {
  return "name: " + name + "\nversion: v1\ntype: instance-secret\ninstance-secret:\n" + body;
}

Outcome apply(const Sandbox& box, int exit_code, const std::string& manifest, Words more = {}) {
  Words words = {"resource", "apply", "-f", "-"};
  words.insert(words.end(), more.begin(), more.end());
  return box.expect(exit_code, words, manifest);
}

std::string sequence(const Sandbox& box) {
  return box.expect(0, {"status", "--format", "json"}).json()["sequence"].dump();
}

void name_user(Sandbox& box, const char* password) {
  box.environment.push_back("SAMPLE_USER=bob");
  box.environment.push_back(std::string("SAMPLE_PASSWORD=") + password);
  box.environment.push_back("COFFER_ACTOR=iamgroot");
}

}  // namespace

TEST_CASE("resource: from the first manifest to the deletion: the page") {
  Sandbox box;
  box.init();
  const std::string password = "p@:/?#&=+;%\\'{}()*!$\"";
  name_user(box, password.c_str());
  const std::string file = box.write("mydepot.yaml", kReader);

  // A trial first: it writes nothing and shows no value.
  const std::string before = sequence(box);
  CHECK(box.expect(0, {"resource", "apply", "-f", file, "--lint"}).out ==
        "linting sample-r:v1:instance-secret...valid\nlint...complete\n");
  const Outcome shown = box.expect(0, {"resource", "apply", "-f", file, "-d"});
  CHECK(shown.out.find("password: \"**********\"") != std::string::npos);
  CHECK(shown.out.find("bob") == std::string::npos);
  CHECK(sequence(box) == before);

  CHECK(box.expect(0, {"resource", "apply", "-f", file}).out ==
        "applying sample-r:v1:instance-secret...created\napply...complete\n");
  CHECK(box.expect(0, {"get", "instance-secret/sample-r", "--field", "password"}).out == password);
  // A second apply changes and writes nothing.
  const std::string applied = sequence(box);
  CHECK(box.expect(0, {"resource", "apply", "-f", file}).out ==
        "applying sample-r:v1:instance-secret...unchanged\napply...complete\n");
  CHECK(sequence(box) == applied);
  // An existing resource is not created again; a missing one is not updated.
  CHECK(box.expect(8, {"resource", "create", "-f", file}).says("sample-r:v1:instance-secret"));
  box.expect(4, {"resource", "update", "-f", "-"},
             secret_of("other", "  type: key-value\n  acl: r\n  data: {k: v}\n"));

  // A depot refers to its secrets, and one of them must allow reading.
  const std::string writer =
      secret_of("sample-rw", "  type: key-value-properties\n  acl: rw\n  data: {k: v, port: 1}\n");
  const std::string uses_rw = "    - {name: sample-rw, allkeys: true}\n";
  const std::string uses_r = "    - {name: sample-r, keys: [sample-r]}\n";
  const Outcome no_r = apply(box, 2, writer + "---\n" + kDepotOf + uses_rw);
  CHECK(
      no_r.says("standard input:9 (document 2): sampledepot:v2alpha:depot: "
                "invalid depot, missing a secret reference with acl: r"));
  box.expect(4, {"get", "instance-secret/sample-rw"});
  // The depot may come before the secret that it uses.
  apply(box, 0, kDepotOf + uses_r + uses_rw + "---\n" + writer);
  CHECK(box.expect(0, {"resource", "get", "-t", "instance-secret", "-a"}).out ==
        "NAME       VERSION  TYPE             WORKSPACE  STATUS  RUNTIME  OWNER\n"
        "sample-r   v1       instance-secret  -          active  -        iamgroot\n"
        "sample-rw  v1       instance-secret  -          active  -        iamgroot\n");
  CHECK(box.expect(0, {"refs", "instance-secret/sample-r"}).out.find("depot:v2alpha:sampledepot") !=
        std::string::npos);

  // An address selects one of the two.
  const auto serves = [&box](int exit_code, const std::string& address) {
    return box.expect(exit_code, {"resource", "get", "--address", address}).out;
  };
  CHECK(serves(0, "dataos://sampledepot:public/city") == "instance-secret/sample-r\n");
  CHECK(serves(0, "dataos://sampledepot?acl=rw") == "instance-secret/sample-rw\n");
  CHECK(box.expect(4, {"resource", "get", "--address", "dataos://other:a/b?acl=rw"})
            .says("dataos://other?acl=rw: could not get the secret map for the dataos address"));
  for (const char* bad : {"sampledepot", "dataos://", "dataos://sampledepot?acl=w", "dataos://A"})
    serves(2, bad);

  // The refusal names every user of the secret, and is in the audit log.
  box.expect(0, {"refs", "add", "instance-secret/sample-r", "nightly report"});
  const Outcome refused =
      box.expect(9, {"resource", "delete", "-t", "instance-secret", "-n", "sample-r"});
  CHECK(refused.says("is a dependency of 'depot:v2alpha:sampledepot', 'nightly report'"));
  CHECK(box.expect(0, {"audit", "list", "--refused"}).out.find("destroy") != std::string::npos);
  box.expect(0, {"refs", "remove", "instance-secret/sample-r", "nightly report"});

  // --force removes it; the record names its users, and the depot is in error.
  box.expect(0, {"resource", "delete", "-i", "sample-r | v1 | instance-secret | - | active",
                 "--force", "--reason", "ticket 7"});
  box.expect(7, {"get", "instance-secret/sample-r"});
  const std::string log =
      box.expect(0, {"resource", "log", "-t", "instance-secret", "-n", "sample-r"}).out;
  CHECK(log.find("ticket 7; forced: instance-secret/sample-r is a dependency of "
                 "'depot:v2alpha:sampledepot'") != std::string::npos);
  const Json states =
      box.expect(0, {"resource", "get", "-a", "--show-deleted", "--format", "json"}).json();
  std::string told;
  for (const Json& each : states["resources"])
    told += each["name"].get<std::string>() + "=" + each["status"].get<std::string>() + " ";
  CHECK(told == "sample-r=deleted sample-rw=active sampledepot=error ");

  serves(4, "dataos://sampledepot");

  // The name is free again; applying the depot points it to the new secret.
  box.expect(0, {"resource", "create", "-f", file});
  apply(box, 0, kDepotOf + uses_r + uses_rw);
  CHECK(box.expect(0, {"resource", "get", "-t", "depot", "-a"}).out.find("active") !=
        std::string::npos);
  // One call removes every resource of a file, users before the secrets that they use.
  box.write("all.yaml", kDepotOf + uses_r + "---\n" + kReader + "---\n" + writer);
  box.expect(0, {"resource", "delete", "-f", box.path("all.yaml")});
  CHECK(box.expect(0, {"resource", "get", "-a", "--format", "json"}).json()["resources"].empty());
  box.expect(4, {"resource", "delete", "-f", box.path("all.yaml")});
}

TEST_CASE("resource: no value is shown, or left behind") {
  Sandbox box;
  box.init();
  const std::string value = "Zwetschgenknoedel-4711";
  name_user(box, value.c_str());
  apply(box, 0, std::string(kReader) + "    extra: 5\n");
  std::string all;
  for (const Words& words : std::vector<Words>{
           {"resource", "get", "-a", "-d"},
           {"resource", "get", "-a", "-d", "--format", "json"},
           {"resource", "log", "-t", "instance-secret", "-n", "sample-r", "--format", "json"},
           {"audit", "list", "--format", "json"}}) {
    const Outcome outcome = box.expect(0, words);
    all += outcome.out + outcome.err;
  }
  CHECK(all.find("username, password, extra") != std::string::npos);
  const Outcome denied = box.expect(15, {"resource", "get", "-a", "--unSanitize"});
  CHECK(denied.says("coffer get PATH"));
  // Errors name places and do not repeat values, even at a wrong place.
  for (const std::string& bad : {
           std::string(kReader) + "  files: {pem: " + value + "}\n",
           secret_of("a", "  type: " + value + "\n  acl: r\n  data: {k: v}\n"),
           secret_of("a", "  type: key-value\n  acl: r\n  data: {k: \"$" + value + "\"}\n"),
           secret_of("a", "  type: key-value\n  acl: r\n  data: {k: [" + value + "\n"),
           secret_of("a",
                     "  type: cloud-kernel-image-pull\n  acl: r\n  data: {k: " + value + "}\n"),
       }) {
    const Outcome refused = box.run({"resource", "apply", "-v", "-f", "-"}, bad);
    CHECK(refused.exit_code != 0);
    CHECK(refused.says("standard input:"));
    all += refused.out + refused.err;
  }
  CHECK(all.find(value) == std::string::npos);
  std::filesystem::remove(box.path(".in"));
  CHECK(cli::files_holding(box.path("."), value).empty());
}

TEST_CASE("resource: every kind has its rules, and a bad document changes nothing") {
  Sandbox box;
  box.init();
  box.write("trust.jks", std::string("\xFE\xED\0\xFF", 4));
  const std::string good = secret_of("good", "  type: key-value\n  acl: r\n  data: {k: v}\n");
  const std::string cert =
      "  type: certificates\n  acl: r\n  files: {truststoreLocation: " + box.path("trust.jks") +
      "}\n";
  const std::string docker =
      "  type: cloud-kernel-image-pull\n  acl: r\n  data:\n    .dockerconfigjson: |\n"
      "      {\"auths\": {\"r.io\": {\"auth\": \"eDp5\"}}}\n";
  apply(box, 0,
        good + "---\n" + secret_of("cert", cert) + "---\n" + secret_of("pull", docker) + "---\n" +
            secret_of("kernel", "  type: cloud-kernel\n  acl: rw\n  data: {a.b-c_D: 1}\n"));
  // DataOS' type is kept beside the kind that the store knows it as.
  const auto shown = [&box](const Words& words) { return box.expect(0, words).json(); };
  const Json kernel =
      shown({"resource", "get", "-t", "instance-secret", "-n", "kernel", "-d", "--format", "json"});
  CHECK(kernel["resources"][0]["kind"] == "cloud-kernel");
  CHECK(shown({"metadata", "get", "instance-secret/kernel", "--format", "json"})["kind"] ==
        "key-value");
  // A file that is no text is that file again for a program.
  const std::string folder = "/dev/shm/coffer-dataos-" + std::to_string(getpid());
  const Outcome seen = box.expect(0, {"run", "--files", folder, "--only", "instance-secret/cert",
                                      "--", "sh", "-c", "od -An -tx1 " + folder + "/cert_*"});
  CHECK(seen.out == " fe ed 00 ff\n");

  const auto with = [](const std::string& body) { return secret_of("bad", body); };
  struct Bad {
    std::string manifest;
    std::string says;
  };
  for (const Bad& bad : std::vector<Bad>{
           {"name: x\nversion: v1\n", "/type: name, version and type are required"},
           {"name: X\nversion: v1\ntype: instance-secret\n", "#/name: cannot be the name"},
           {"name: " + std::string(49, 'a') + "\nversion: v1\ntype: secret\n",
            "#/name: cannot be the name"},
           {"name: x\nversion: v9\ntype: secret\n", "#/version: is not a version"},
           {"name: x\nversion: v1\ntype: docker\n", "#/type: there is no such type"},
           {"name: x\nversion: v1\ntype: instance-secret\n", "is missing"},
           {"- a\n", "must be a mapping"},
           {with("  type: key-value\n  data: {k: v}\n"), "the acl is missing"},
           {with("  type: key-value\n  acl: w\n  data: {k: v}\n"), "/acl: is not an acl"},
           {with("  type: key-value\n  acl: r\n"), "has neither data nor files"},
           {with("  type: key-value\n  acl: r\n  data: {}\n"), "has neither data nor files"},
           {with("  type: key-value\n  acl: r\n  data: {'a b': v}\n"), "/data/a b: "},
           {with("  type: key-value\n  acl: r\n  data: {k: null}\n"), "/data/k: has no value"},
           {with("  type: key-value\n  acl: r\n  dato: {k: v}\n"), "/dato: this member is unknown"},
           {with("  type: certificate\n  acl: r\n  data: {k: v}\n"), "a certificate has files"},
           {with("  type: key-value-properties\n  acl: r\n  data: {k: [1]}\n"), "bad:v1"},
           {with("  type: cloud-kernel-image-pull\n  acl: r\n  data: {auths: {}}\n"), "bad:v1"},
           {with("  type: key-value\n  acl: r\n  files: {k: none}\n"), "/files/k: the file"},
           {with("  type: key-value\n  acl: r\n  data: {k: v}\nlayer: up\n"),
            "#/layer: is not a layer"},
           {with("  type: key-value\n  acl: r\n  data: {k: v}\nworkspace: a\n"),
            "has no workspace"},
           {with("  type: key-value\n  acl: r\n  data: {k: v}\ntags: [a, a]\n"), "bad:v1"},
           {with("  type: key-value\n  acl: r\n  data: {k: '${'}\n"), "/data/k: `${`"},
           {with("  type: key-value\n  acl: r\n  data: {k: $nothing_set}\n"),
            "/data/k: the variable"},
           {good, "the same resource is in two documents"},
           {"name: s\nversion: v1\ntype: service\nx: [{dataosSecrets: [{name: none}]}]\n",
            "instance-secret/none: the secret that is used"},
           {"name: s\nversion: v1\ntype: service\ndataosSecrets: [{name: good, key: z}]\n",
            "instance-secret/good: the secret does not have the key"},
           {"name: s\nversion: v1\ntype: service\ndataosSecrets: [{name: good, workspace: b}]\n",
            "its own workspace only"},
           {"name: s\nversion: v1\ntype: worker\ndataosSecrets: [{name: good, "
            "consumptionType: env}]\n",
            "not a consumption type"},
           {"name: s\nversion: v1\ntype: service\nsecrets: {name: good}\n", "must be a JSON array"},
           {"name: s\nversion: v1\ntype: service\nimagePullSecret: good\n", "pulling images"},
       }) {
    INFO(bad.manifest);
    const std::string before = box.expect(0, {"list", "--recursive"}).out;
    const std::string changed =
        secret_of("good", "  type: key-value\n  acl: r\n  data: {k: other}\n");
    const Outcome refused =
        box.run({"resource", "apply", "-f", "-"}, changed + "---\n" + bad.manifest);
    CHECK((refused.exit_code == 2 || refused.exit_code == 4 || refused.exit_code == 17));
    INFO(refused.err);
    CHECK(refused.says("(document 2)"));
    CHECK(refused.says(bad.says));
    CHECK(box.expect(0, {"list", "--recursive"}).out == before);
    CHECK(box.expect(0, {"get", "instance-secret/good", "--field", "k"}).out == "v");
  }
}

TEST_CASE("resource: workspaces, folders, files and dollar signs") {
  Sandbox box;
  box.init();
  const std::string secret =
      "version: v1\ntype: secret\nsecret:\n  type: key-value\n  acl: r\n  data: {k: $$x$, l: $1}\n";
  std::filesystem::create_directories(box.path("all/below"));
  box.write("all/one.yaml", "name: one\n" + secret);
  box.write("all/note.txt", "no manifest");
  box.write("all/below/two.yml",
            "# first\n--- \nname: two\n" + secret + "  file: {pem: key.pem}\n...\n---\n# end\n");
  box.write("all/below/key.pem", "line\n");
  CHECK(box.expect(0, {"resource", "apply", "-f", box.path("all")}).out ==
        "applying one:v1:secret...created\napply...complete\n");
  box.expect(0, {"resource", "apply", "-f", box.path("all"), "-R", "-w", "lab"});
  CHECK(box.expect(0, {"list", "secret", "--recursive"}).out ==
        "secret/lab/one\nsecret/lab/two\nsecret/public/one\n");
  CHECK(box.expect(0, {"get", "secret/lab/two"}).out == R"({"k":"$x$","l":"$1","pem":"line\n"})");
  box.expect(0, {"resource", "apply", "-f", box.path("all"), "--disable-interpolation"});
  CHECK(box.expect(0, {"get", "secret/public/one"}).out == R"({"k":"$$x$","l":"$1"})");

  // A secret of a workspace is for resources in the workspace, which use one version of it.
  const std::string service =
      "name: s\nversion: v1\ntype: service\nworkspace: lab\nservice:\n  dataosSecrets:\n"
      "    - {name: two, workspace: lab, keys: [k, pem], consumptionType: file}\n";
  apply(box, 0, service);
  box.expect(0, {"patch", "secret/lab/two", "k=new"});
  const auto used = [&box] {
    const Json got = box.expect(0, {"resource", "get", "-t", "service", "-n", "s", "-w", "lab",
                                    "-d", "--format", "json"})
                         .json();
    return got["resources"][0]["secrets"][0].get<std::string>();
  };
  CHECK(used() == "secret/lab/two (stale: version 1 of 2)");
  CHECK(apply(box, 0, service).out == "applying s:v1:service...updated\napply...complete\n");
  CHECK(used() == "secret/lab/two");
  CHECK(apply(box, 0, service).out == "applying s:v1:service...unchanged\napply...complete\n");

  box.expect(2, {"resource", "apply", "-f", "-", "-w", "lab"},
             secret_of("i", "  type: key-value\n  acl: r\n  data: {k: v}\n"));
  box.expect(2, {"resource", "delete", "-t", "secret"});
  box.expect(2, {"resource", "delete", "-i", "one:v1"});
  box.expect(4, {"resource", "delete", "-i", "one:v1beta:secret"});
  box.expect(2, {"resource", "apply", "-f", box.path("store")});
  box.expect(17, {"resource", "apply", "-f", box.path("none.yaml")});
  box.expect(2, {"resource", "apply"});
  box.expect(2, {"resource", "apply", "-f", "-"}, "# nothing\n---\n");
  // Newer secrets have no acl, and longer names.
  apply(box, 0,
        "name: tenant_secret.one\nversion: v2alpha\ntype: secret\nsecret:\n"
        "  type: key-value\n  data: {k: v}\n");
}

TEST_CASE("resource: a program gets what its manifest says, in the way it says") {
  Sandbox box;
  box.init();
  apply(
      box, 0,
      secret_of("app", "  type: key-value\n  acl: r\n  data: {USER: bob, PASS: 'a=b', MORE: x}\n") +
          "---\n" +
          secret_of("db-r",
                    "  type: key-value-properties\n  acl: r\n"
                    "  data: {url: 'jdbc:x', pass: 'q w'}\n") +
          "---\nname: job\nversion: v1\ntype: worker\nworker:\n  dataosSecrets:\n"
          "    - {name: app, keys: [USER, PASS]}\n"
          "    - {name: app, key: MORE, consumptionType: file}\n"
          "    - {name: app, allKeys: true, consumptionType: propFile}\n"
          "    - {name: db-r, keys: [db-r], consumptionType: file}\n"
          "---\nname: small\nversion: v1\ntype: service\ndataosSecrets: [{name: app, key: "
          "USER}]\n");
  const std::string folder = "/dev/shm/coffer-job-" + std::to_string(getpid());
  CHECK(box.expect(0,
                   {"run", "--pristine", "--resource", "worker/public/job", "--files", folder, "--",
                    "sh", "-c", "echo $USER $PASS $MORE; cd " + folder + " && ls && head -50 *"})
            .out ==
        "bob a=b\napp.properties\napp_MORE\ndb-r_db-r\n"
        "==> app.properties <==\nUSER=bob\nPASS=a\\=b\nMORE=x\n\n"
        "==> app_MORE <==\nx\n"
        "==> db-r_db-r <==\nurl=jdbc\\:x\npass=q w\n");
  CHECK(
      box.expect(2, {"run", "--resource", "worker/public/job", "--", "true"}).says("--files DIR"));
  box.expect(4, {"run", "--resource", "worker/lab/job", "--", "true"});
  CHECK(box.expect(0, {"env", "--resource", "service/public/small"}).out.find("USER") !=
        std::string::npos);
  // Usage records are not secrets, so a selection of everything leaves them out.
  box.expect(4, {"run", "--prefix", "resource", "--", "true"});
}

TEST_CASE("resource: what says no keys gets none; a joined secret is one variable") {
  Sandbox box;
  box.init();
  apply(
      box, 0,
      secret_of("app", "  type: key-value\n  acl: r\n  data: {USER: bob, PASS: x}\n") + "---\n" +
          secret_of("pg-r",
                    "  type: key-value-properties\n  acl: r\n  data: {url: 'jdbc:x', pass: q}\n") +
          "---\nname: pg\nversion: v2alpha\ntype: depot\ndepot:\n  secrets:\n"
          "    - {name: pg-r, keys: [pg-r]}\n"
          "---\nname: none\nversion: v1\ntype: service\ndataosSecrets: [{name: app, allKeys: "
          "false}]\n"
          "---\nname: bare\nversion: v1\ntype: service\ndataosSecrets: [{name: app}]\n");
  for (const char* which : {"service/public/none", "service/public/bare"}) {
    const auto refused = box.expect(2, {"run", "--resource", which, "--", "true"});
    CHECK(refused.says("allKeys: true"));
    CHECK(refused.says("instance-secret/app"));
  }
  CHECK(box.expect(0, {"run", "--pristine", "--resource", "depot/pg", "--", "/bin/sh", "-c",
                       "printf %s \"$PG_R\""})
            .out == "url=jdbc\\:x\npass=q\n");
}

TEST_CASE("resource: a program finds its files where DataOS puts them") {
  Sandbox box;
  box.init();
  apply(box, 0,
        secret_of("app", "  type: key-value\n  acl: r\n  data: {USER: bob}\n") +
            "---\nname: job\nversion: v1\ntype: worker\nworker:\n  dataosSecrets:\n"
            "    - {name: app, key: USER, consumptionType: file}\n");
  const std::string folder = "/dev/shm/coffer-dataos-" + std::to_string(getpid());
  CHECK(box.expect(0, {"run", "--pristine", "--resource", "worker/public/job", "--files", folder,
                       "--", "/bin/sh", "-c", "cat \"$DATAOS_SECRET_DIR/app_USER\""})
            .out == "bob");
  box.expect(0, {"put", "own", "k=v"});
  CHECK(box.expect(0, {"run", "--pristine", "--only", "own", "--files", folder, "--", "/bin/sh",
                       "-c", "printf %s \"${DATAOS_SECRET_DIR-none}\""})
            .out == "none");
}

}  // namespace dataos_resource_test
