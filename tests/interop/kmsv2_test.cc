// A Kubernetes KMS v2 plugin at its socket, played by a server that checks every header.
#include "tests/interop/fakes/kms_plugin.h"

#include <filesystem>

#include "tests/interop/provider_trials.h"

namespace coffer::test::kmsv2_test {
namespace {

using Mood = fakes::KmsPlugin::Mood;

struct Plugin {
  Plugin() : plugin(directory.in("kms.sock")) {
    service.uri = "kmsv2+unix://" + directory.in("kms.sock");
    service.separator = '?';
  }
  ScratchDirectory directory;
  fakes::KmsPlugin plugin;
  Service service;
};

struct PluginTrouble {
  Mood mood;
  ErrorCode code;
};
const std::vector<PluginTrouble> kPluginTroubles = {
    {Mood::slow, ErrorCode::key_unavailable},    {Mood::garbage, ErrorCode::corrupt},
    {Mood::unframed, ErrorCode::corrupt},        {Mood::huge, ErrorCode::corrupt},
    {Mood::no_status, ErrorCode::corrupt},       {Mood::no_grpc, ErrorCode::corrupt},
    {Mood::refusing, ErrorCode::key_unavailable}};

}  // namespace

TEST_CASE("a KMS v2 plugin wraps, unwraps and says which key it was") {
  Plugin kms;
  const auto wrapped = try_round_trip(kms.service);
  CHECK(kms.plugin.complaint().empty());
  try_moved(kms.service);
  CHECK(wrapped.key_id == "key-1");
  CHECK_FALSE(wrapped.annotations.empty());
  try_tampering(kms.service);
}

TEST_CASE("a KMS v2 plugin gets its annotations back, or opens nothing [F-137]") {
  Plugin kms;
  const auto provider = connect(kms.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  keys::WrappedByProvider bare = *wrapped;
  bare.annotations.clear();
  check_refused(kms.service, provider->unwrap(bare, kContext), ErrorCode::wrong_key);
  bare.annotations = {0xFF, 0xFF};
  check_refused(kms.service, provider->unwrap(bare, kContext), ErrorCode::wrong_key);
}

TEST_CASE("a KMS v2 plugin's new key id is the signal to wrap anew, the old one opens [F-231]") {
  Plugin kms;
  const auto provider = connect(kms.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  kms.plugin.rotate();
  CHECK(provider->status().value() == "key-2");
  CHECK(provider->unwrap(*wrapped, kContext).ok());
  keys::WrappedByProvider moved = *wrapped;
  moved.key_id = "key-2";
  check_refused(kms.service, provider->unwrap(moved, kContext), ErrorCode::wrong_key);
}

TEST_CASE("a KMS v2 plugin in trouble") {
  Plugin kms;
  const auto provider = connect(kms.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  for (const auto& [mood, code] : kPluginTroubles) {
    INFO(static_cast<int>(mood));
    kms.plugin.mood = mood;
    Service asked = kms.service;
    asked.uri = uri_in_trouble(kms.service, mood == Mood::slow);
    const auto troubled = connect(asked);
    check_refused(asked, troubled->unwrap(*wrapped, kContext), code);
    check_refused(asked, troubled->wrap(new_payload(), kContext), code);
    check_refused(asked, troubled->status(), code);
  }
  kms.plugin.mood = Mood::well;
  CHECK(provider->unwrap(*wrapped, kContext).ok());
  kms.plugin.stop();
  check_refused(kms.service, provider->unwrap(*wrapped, kContext), ErrorCode::key_unavailable);
}

TEST_CASE("a KMS v2 plugin that is ill means itself, not the blob") {
  Plugin kms;
  const auto provider = connect(kms.service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  kms.plugin.is_healthy = false;
  check_refused(kms.service, provider->unwrap(*wrapped, kContext), ErrorCode::key_unavailable);
  check_refused(kms.service, provider->status(), ErrorCode::key_unavailable);
  kms.plugin.is_healthy = true;
  kms.plugin.version = "v1beta1";
  check_refused(kms.service, provider->status(), ErrorCode::key_unavailable);
}

TEST_CASE("a KMS v2 plugin's codes: disabled, denied, not found") {
  Plugin kms;
  const auto provider = connect(kms.service);
  kms.plugin.mood = Mood::refusing;
  const std::pair<int, std::string_view> kCodes[] = {
      {5, "the key service has no such key"},
      {7, "the key service denies access to the key"},
      {9, "the key is disabled in the key service"},
      {16, "the key service denies access to the key"},
      {14, "the key service is not available now"}};
  for (const auto& [code, text] : kCodes) {
    kms.plugin.code = code;
    const auto refused = provider->unwrap({{1, 2, 3}, "key-1", {}}, kContext);
    check_refused(kms.service, refused, ErrorCode::key_unavailable);
    CHECK(refused.error().text() == text);
  }
}

TEST_CASE("a KMS v2 plugin through the command") {
  Plugin kms;
  cli::Sandbox box;
  take_key(box, kms.service.uri, {});
  box.expect(0, {"init"});
  box.expect(0, {"put", "a/b", "name=value"});
  CHECK(box.expect(0, {"get", "a/b", "--field", "name"}).out == "value");
  const cli::Json row = box.expect(0, {"key", "list", "--format", "json"}).json()["slots"].at(0);
  CHECK(row["provider"] == "kmsv2");
  CHECK(row["key_id"] == "key-1");
  box.expect(0, {"key", "test", "1"});
  for (const auto& [mood, code] : kPluginTroubles) {
    INFO(static_cast<int>(mood));
    take_key(box, uri_in_trouble(kms.service, mood == Mood::slow), {});
    kms.plugin.mood = mood;
    box.expect(exit_code_of(code), {"get", "a/b"});
  }
  kms.plugin.stop();
  box.expect(12, {"get", "a/b"});
}

TEST_CASE("KMS v2 URIs: a socket, nothing else") {
  CHECK(KeySource::parse("kmsv2+unix:///run/kms/plugin.sock").ok());
  CHECK(KeySource::parse("kmsv2+unix:///run/kms/plugin.sock?timeout=3").ok());
  const std::string too_long = "kmsv2+unix:///" + std::string(110, 'a');
  for (const std::string& uri :
       {std::string("kmsv2+unix://"), std::string("kmsv2+unix://run/kms.sock"),
        std::string("kmsv2+unix:///a?token=x"), std::string("kmsv2+tcp:///a"), too_long}) {
    INFO(uri);
    const auto refused = KeySource::parse(uri);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
  }
}

}  // namespace coffer::test::kmsv2_test
