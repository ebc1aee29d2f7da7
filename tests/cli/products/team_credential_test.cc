// A team's credential, as VDK keeps one: a client id that everyone who may list can read, and its
// secret, written together; the id finds the team again.
#include "tests/cli/command.h"

namespace team_credential_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

Outcome put(const Sandbox& box, int exit_code, const std::string& team, const std::string& id,
            std::string_view secret) {
  return box.expect(exit_code,
                    {"put", team + "/credential", "client_secret=-", "--metadata",
                     "client_id=" + id, "--kind", "key-value"},
                    secret);
}

std::string id_of(const Sandbox& box, const std::string& team) {
  const Json told =
      box.expect(0, {"metadata", "get", team + "/credential", "--format", "json"}).json();
  return told["custom_metadata"]["client_id"];
}

std::string teams_of(const Sandbox& box, const std::string& id) {
  return box.expect(0, {"list", "-r", "--custom", "client_id=" + id}).out;
}

}  // namespace

TEST_CASE("a credential's public part is read, and found by, without its secret") {
  const Sandbox box;
  box.init();
  box.expect(0, {"settings", "put", "--audit-reads", "on"});
  put(box, 0, "ingestion", "0oa1-ingestion", "Marzipan-1");
  put(box, 0, "reporting", "0oa1-reporting", "Marzipan-2");
  box.expect(0, {"put", "ingestion/my-job", "password=x"});

  CHECK(id_of(box, "ingestion") == "0oa1-ingestion");
  CHECK(teams_of(box, "0oa1-reporting") == "reporting/credential\n");
  // An unknown id gives an empty list, not an error; a part of an id is no match.
  CHECK(teams_of(box, "0oa1").empty());
  // One call returns all teams with their ids.
  const Json all =
      box.expect(0, {"list", "-r", "-l", "--kind", "key-value", "--format", "json"}).json();
  REQUIRE(all["secrets"].size() == 2);
  CHECK(all["secrets"][0]["path"] == "ingestion/credential");
  CHECK(all["secrets"][1]["custom_metadata"]["client_id"] == "0oa1-reporting");
  CHECK(all.dump().find("Marzipan") == std::string::npos);
  // None of these calls read a value; the audit log would show the read.
  CHECK(box.expect(0, {"audit", "list", "--action", "read"}).out.find("credential") ==
        std::string::npos);
  CHECK(box.expect(0, {"get", "ingestion/credential", "--field", "client_secret"}).out ==
        "Marzipan-1");
  CHECK(box.expect(0, {"audit", "list", "--action", "read"}).out.find("credential") !=
        std::string::npos);
}

TEST_CASE("both parts of a credential change together or not at all") {
  const Sandbox box;
  box.init();
  put(box, 0, "ingestion", "old-id", "Marzipan-1");
  put(box, 0, "ingestion", "new-id", "Marzipan-2");
  CHECK(id_of(box, "ingestion") == "new-id");
  CHECK(teams_of(box, "old-id").empty());
  CHECK(box.expect(0, {"get", "ingestion/credential", "--field", "client_secret"}).out ==
        "Marzipan-2");
  // An invalid id, or one against a newer version, changes neither.
  put(box, 10, "ingestion", "", "Marzipan-3");
  box.expect(8,
             {"put", "ingestion/credential", "client_secret=-", "--metadata", "client_id=other",
              "--cas", "1"},
             "Marzipan-3");
  CHECK(id_of(box, "ingestion") == "new-id");
  CHECK(box.expect(0, {"get", "ingestion/credential", "--field", "client_secret"}).out ==
        "Marzipan-2");
  // After it is destroyed, nothing finds it.
  box.expect(0, {"metadata", "delete", "ingestion/credential"});
  CHECK(teams_of(box, "new-id").empty());
}

}  // namespace team_credential_test
