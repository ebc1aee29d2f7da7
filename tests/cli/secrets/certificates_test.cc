// When certificates end, compared between OpenSSL and the store.
#include <filesystem>

#include "tests/cli/command.h"

namespace certificates_test {

using cli::Json;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

// Ended on 2 January 2021 at 03:04:05; the openssl command has no option to make an expired one.
constexpr const char* kOver =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBAzCBqgIBATAKBggqhkjOPQQDAjAOMQwwCgYDVQQDDANvbGQwHhcNMjAwMTAx\n"
    "MDAwMDAwWhcNMjEwMTAyMDMwNDA1WjAOMQwwCgYDVQQDDANvbGQwWTATBgcqhkjO\n"
    "PQIBBggqhkjOPQMBBwNCAATQCxXEPzA0JjbVz4OF3XcJzqbJI8sdD+P9WVvoWA0Z\n"
    "pHugjcWovJlhuD8qx3yzGWu7f35fGnwcv6ujJcmX+VzzMAoGCCqGSM49BAMCA0gA\n"
    "MEUCIDirAK8p2KuCSYODipbPPvh95pjmSBzxcne/QIpSS8S0AiEAx/LyqDRAO+8+\n"
    "OxX4+5nQrpkEKtbEgZUZ+rEU2UpoKH8=\n"
    "-----END CERTIFICATE-----\n";

// A PEM certificate that ends in so many days.
std::string certificate(const Sandbox& box, int days) {
  const Outcome made =
      box.run_program({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                       "ec_paramgen_curve:P-256", "-nodes", "-keyout", box.path("key.pem"), "-out",
                       box.path("cert.pem"), "-days", std::to_string(days), "-subj", "/CN=test"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  return cli::read_file(box.path("cert.pem"));
}

// Its end as OpenSSL prints it, in RFC 3339.
std::string end_by_openssl(const Sandbox& box, const std::string& pem) {
  const Outcome told =
      box.run_program({"/usr/bin/openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601",
                       "-in", box.write("asked.pem", pem)});
  REQUIRE(told.exit_code == 0);
  std::string end = told.out.substr(told.out.find('=') + 1);  // 2036-11-22 09:19:12Z
  end[10] = 'T';
  return end.substr(0, end.find('Z')) + ".000Z";
}

Json rows(const Sandbox& box, Words more = {}) {
  Words words = {"certificates", "--format", "json"};
  words.insert(words.end(), more.begin(), more.end());
  return box.expect(0, words).json()["certificates"];
}

std::string paths_of(const Json& rows) {
  std::string paths;
  for (const Json& row : rows) paths += row["path"].get<std::string>() + " ";
  return paths;
}

}  // namespace

TEST_CASE("certificates are told with their ends, the soonest first") {
  const Sandbox box;
  box.init();
  const std::string soon = certificate(box, 10);
  const std::string key = cli::read_file(box.path("key.pem"));
  const std::string late = certificate(box, 400);
  const auto put = [&](const std::string& path, const std::string& bytes) {
    box.expect(0, {"put", path, "--value", "-", "--kind", "certificate"}, bytes);
  };
  CHECK(rows(box).empty());
  put("tls/late", late);
  put("tls/soon", key + soon);
  put("tls/chain", late + soon + late);
  put("old", kOver);
  put("keystore", "\xFE\xED\xFE\xED no certificate in the clear");
  box.expect(0, {"put", "trust", "ca=" + late, "--kind", "certificate"});
  box.expect(0, {"put", "elsewhere", "--value", "-"}, soon);  // Without a kind.

  const Json all = rows(box);
  CHECK(paths_of(all) == "old tls/chain tls/soon tls/late trust keystore ");
  CHECK(all[0]["state"] == "ended");
  CHECK(all[0]["not_after"] == "2021-01-02T03:04:05.000Z");
  CHECK(all[1]["not_after"] == end_by_openssl(box, soon));
  CHECK(all[2] == Json{{"path", "tls/soon"},
                       {"version", 1},
                       {"not_after", end_by_openssl(box, soon)},
                       {"state", "valid"}});
  CHECK(all[5] ==
        Json{{"path", "keystore"}, {"version", 1}, {"not_after", ""}, {"state", "unknown"}});
  CHECK(paths_of(rows(box, {"tls"})) == "tls/chain tls/soon tls/late ");
  CHECK(paths_of(rows(box, {"tls/soon"})) == "tls/soon ");
  // A certificate with an unknown end is always listed.
  CHECK(paths_of(rows(box, {"--within", "30d"})) == "old tls/chain tls/soon keystore ");
  CHECK(paths_of(rows(box, {"tls/", "--within", "1d"})).empty());
  const Outcome table = box.expect(0, {"certificates"});
  CHECK(table.out.starts_with("PATH"));
  CHECK(table.out.find("PRIVATE KEY") == std::string::npos);
  CHECK(table.out.find("MII") == std::string::npos);
  box.expect(2, {"certificates", "--within", "soon"});
}

TEST_CASE("what is put as a certificate holds one, or bytes that may") {
  const Sandbox box;
  box.init();
  const Outcome text = box.expect(2, {"put", "a", "--value", "-", "--kind", "certificate"}, "hi\n");
  CHECK(text.says("the value has none"));
  CHECK_FALSE(text.says("line end"));
  box.expect(2, {"put", "a", "k=v", "--kind", "certificate"});
  box.expect(4, {"get", "a"});
}

TEST_CASE("a certificate's end is that of what stands there now, and its bytes are as they came") {
  const Sandbox box;
  box.init();
  const std::string first = certificate(box, 10);
  const std::string second = certificate(box, 400) + "\n\t trailing \r\n";
  box.expect(0, {"put", "tls", "--value", "-", "--kind", "certificate"}, first);
  box.expect(0, {"put", "tls", "--value", "-"}, second);
  CHECK(box.expect(0, {"get", "tls"}).out == second);
  CHECK(rows(box)[0]["version"] == 2);
  CHECK(rows(box)[0]["not_after"] == end_by_openssl(box, second));
  box.expect(0, {"rollback", "tls", "--to", "1"});
  CHECK(rows(box)[0]["not_after"] == end_by_openssl(box, first));
  // The listing opens the value, and the audit log shows it if reads are recorded.
  box.expect(0, {"settings", "put", "--audit-reads", "on"});
  rows(box);
  CHECK(box.expect(0, {"audit", "list", "--action", "read"}).out.find("tls") != std::string::npos);
  box.expect(0, {"delete", "tls"});
  CHECK(rows(box).empty());
}

TEST_CASE("without libcrypto nothing is told but what to install, and only certificates need it") {
  Sandbox box;
  box.init();
  box.expect(0, {"put", "tls", "--value", "-", "--kind", "certificate"}, kOver);
  std::filesystem::create_directory(box.path("libraries"));
  box.write("libraries/libcrypto.so.3", "no library");
  box.environment.push_back("LD_LIBRARY_PATH=" + box.path("libraries"));
  const Outcome refused = box.expect(1, {"certificates"});
  CHECK(refused.out.empty());
  CHECK(refused.err.find("libssl3") != std::string::npos);
  CHECK(box.expect(0, {"get", "tls"}).out == kOver);
}

}  // namespace certificates_test
