// tpm2: URIs: one TPM of this machine, known parameters, nothing secret.
#include <coffer/key_source.h>

#include <catch2/catch.hpp>

#include "keys/tpm2/tpm2_uri.h"
#include "keys/tpm2/tpm_nv.h"

namespace coffer::test::tpm2_uri_test {

using keys::parse_tpm2_uri;
using keys::Tpm2Use;

TEST_CASE("a tpm2: URI tells the TPM and what the key is held by") {
  const auto device = parse_tpm2_uri(
      "tpm2:device=/dev/tpmrm0?pcrs=sha1:0+sha256:0,7,23&auth-source=file:/a&timeout=3",
      Tpm2Use::sealing);
  REQUIRE(device.ok());
  CHECK((device->tcti == "device:/dev/tpmrm0" && device->auth_file == "/a"));
  CHECK((device->patience_ms == 3000 && device->pcrs.size() == 2));
  CHECK((device->pcrs[0].hash == 4 && device->pcrs[0].selected == 1));
  CHECK((device->pcrs[1].hash == 11 && device->pcrs[1].selected == 0x800081));
  const auto simulator =
      parse_tpm2_uri("tpm2:tcti=swtpm:host=localhost,port=2321", Tpm2Use::sealing);
  REQUIRE(simulator.ok());
  CHECK((simulator->tcti == "swtpm:host=localhost,port=2321" && simulator->pcrs.empty()));
  const auto index = parse_tpm2_uri("tpm2:device=/dev/tpm0?nv=0x01500020", Tpm2Use::nv_index);
  REQUIRE(index.ok());
  CHECK(index->nv_index == 0x01500020);
  CHECK(KeySource::parse("tpm2:device=/dev/tpmrm0").value().scheme() == KeySource::Scheme::tpm2);
}

TEST_CASE("a tpm2: URI that says anything else is refused") {
  for (const char* uri : {"tpm2:",
                          "tpm2:device=",
                          "tpm2:device=/dev/../etc/x",
                          "tpm2:device=/tmp/tpm",
                          "tpm2:device=/dev/a b",
                          "tpm2:device=/dev/tpm0;tcti=swtpm:host=localhost,port=1",
                          "tpm2:tcti=cmd:sh",
                          "tpm2:tcti=swtpm:host=192.0.2.1,port=2321",
                          "tpm2:tcti=swtpm",
                          "tpm2:tcti=swtpm:host=localhost,port=",
                          "tpm2:tcti=swtpm:host=localhost,port=0",
                          "tpm2:tcti=swtpm:host=localhost,port=70000",
                          "tpm2:tcti=swtpm:host=localhost,port=1,x=y",
                          "tpm2:tcti=device:/dev/tpm0",
                          "tpm2:/dev/tpm0",
                          "tpm2:device=/dev/tpm0?pcrs=",
                          "tpm2:device=/dev/tpm0?pcrs=7",
                          "tpm2:device=/dev/tpm0?pcrs=md5:7",
                          "tpm2:device=/dev/tpm0?pcrs=sha256:",
                          "tpm2:device=/dev/tpm0?pcrs=sha256:24",
                          "tpm2:device=/dev/tpm0?pcrs=sha256:7,7",
                          "tpm2:device=/dev/tpm0?pcrs=sha256:7,",
                          "tpm2:device=/dev/tpm0?pcrs=sha256:7+",
                          "tpm2:device=/dev/tpm0?pcrs=sha256:1+sha256:2",
                          "tpm2:device=/dev/tpm0?auth=hunter2",
                          "tpm2:device=/dev/tpm0?auth-source=hunter2",
                          "tpm2:device=/dev/tpm0?nv=0x01500020",
                          "tpm2:device=/dev/tpm0?timeout=0"}) {
    INFO(uri);
    const auto refused = KeySource::parse(uri);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
    CHECK(describe(refused.error()).find("hunter2") == std::string::npos);
  }
  for (const char* query : {"", "?nv=", "?nv=1500020", "?nv=0x1", "?nv=0x02000000", "?nv=0xZ",
                            "?nv=0x01500020&pcrs=sha256:7"}) {
    INFO(query);
    CHECK_FALSE(keys::TpmNvIndex::parse("tpm2:device=/dev/tpm0" + std::string(query)).ok());
  }
}

}  // namespace coffer::test::tpm2_uri_test
