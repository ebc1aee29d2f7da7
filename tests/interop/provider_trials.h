// Trials that every key service must pass; each provider's test calls them with its own fake. No
// secret may get into an error, so every error here is searched for secrets.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "keys/keyring/slot.h"
#include "keys/provider.h"
#include "tests/cli/command.h"
#include "tests/interop/fakes/fake_crypto.h"
#include "tests/interop/fakes/loopback_server.h"
#include "tests/scratch.h"

namespace coffer::test {

using Variables = std::map<std::string, std::string>;

struct Service {
  std::string uri;
  Variables variables;
  std::vector<std::string> secrets;  ///< Texts that must not appear in any error.
  char separator = '&';              ///< Separates further parameters of the URI.

  std::string uri_with(const std::string& parameter) const { return uri + separator + parameter; }
};

inline Result<KeySource> source_of(const std::string& uri, const Variables& variables) {
  const auto kept = std::make_shared<const Variables>(variables);
  return KeySource::parse(uri, {}, [kept](const char* name) -> std::string_view {
    const auto found = kept->find(name);
    return found == kept->end() ? std::string_view() : std::string_view(found->second);
  });
}

inline Result<std::shared_ptr<keys::Provider>> connect(const std::string& uri,
                                                       const Variables& variables) {
  const KeySource source = COFFER_TRY(source_of(uri, variables));
  return COFFER_TRY(keys::obtain(source)).provider;
}

inline std::shared_ptr<keys::Provider> connect(const Service& service) {
  auto provider = connect(service.uri, service.variables);
  if (!provider) throw std::runtime_error(describe(provider.error()));
  return std::move(*provider);
}

inline SecretBytes new_payload() { return SecretBytes::copy_of(fakes::random_bytes(64)); }

inline void check_silent(const Service& service, std::string_view said) {
  for (const std::string& secret : service.secrets) {
    INFO(said);
    CHECK(said.find(secret) == std::string_view::npos);
  }
}

template <typename T>
void check_refused(const Service& service, const Result<T>& result, ErrorCode code) {
  REQUIRE_FALSE(result.ok());
  INFO(describe(result.error()));
  CHECK(result.error().code() == code);
  CHECK_FALSE(result.error().text().empty());
  check_silent(service, describe(result.error()));
  check_silent(service, result.error().hint());
}

inline const Bytes kContext = {'c', 'o', 'n', 't', 'e', 'x', 't', 0, 1};
inline const Bytes kOtherContext = {'c', 'o', 'n', 't', 'e', 'x', 't', 0, 2};

/// Returns the wrapped key for further trials.
inline keys::WrappedByProvider try_round_trip(const Service& service) {
  const auto provider = connect(service);
  const SecretBytes payload = new_payload();
  auto wrapped = provider->wrap(payload, kContext);
  if (!wrapped) FAIL(describe(wrapped.error()));
  const std::string_view blob = as_text(wrapped->blob);
  CHECK(blob.find(payload.text()) == std::string_view::npos);
  const auto unwrapped = connect(service)->unwrap(*wrapped, kContext);
  if (!unwrapped) FAIL(describe(unwrapped.error()));
  CHECK(equal_in_constant_time(unwrapped->bytes(), payload.bytes()));
  const auto key_id = provider->status();
  if (!key_id) FAIL(describe(key_id.error()));
  CHECK(*key_id == wrapped->key_id);
  return std::move(*wrapped);
}

/// A changed bit in every byte, a missing byte and an extra byte: none opens to the payload.
inline void try_tampering(const Service& service) {
  const auto provider = connect(service);
  const SecretBytes payload = new_payload();
  const auto wrapped = provider->wrap(payload, kContext);
  REQUIRE(wrapped.ok());
  const auto opens = [&](const keys::WrappedByProvider& altered) {
    const auto opened = provider->unwrap(altered, kContext);
    if (opened.ok()) return equal_in_constant_time(opened->bytes(), payload.bytes());
    const bool is_plain = opened.error().code() == ErrorCode::wrong_key ||
                          opened.error().code() == ErrorCode::corrupt ||
                          opened.error().code() == ErrorCode::key_unavailable;
    CHECK(is_plain);
    return false;
  };
  REQUIRE(opens(*wrapped));
  for (std::size_t at = 0; at < wrapped->blob.size(); ++at) {
    keys::WrappedByProvider altered = *wrapped;
    altered.blob[at] ^= 1;
    if (opens(altered)) FAIL("opens with byte " << at << " altered");
  }
  keys::WrappedByProvider shorter = *wrapped;
  shorter.blob.pop_back();
  CHECK_FALSE(opens(shorter));
  keys::WrappedByProvider longer = *wrapped;
  longer.blob.push_back('x');
  CHECK_FALSE(opens(longer));
}

inline void try_other_context(const Service& service) {
  const auto provider = connect(service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  check_refused(service, provider->unwrap(*wrapped, kOtherContext), ErrorCode::wrong_key);
}

/// A slot cannot be used for another store, number or scheme, whatever the service binds.
inline void try_moved(const Service& service) {
  const KeySource source = source_of(service.uri, service.variables).value();
  const keys::SlotContext here{{1, 2, 3}, 1};
  const crypto::Key master = crypto::Key::random();
  auto prepared = keys::prepare_slot(source, 1);
  REQUIRE(prepared.ok());
  const auto slot = keys::wrap_master(std::move(*prepared), here, master);
  if (!slot) FAIL(describe(slot.error()));
  const auto material = keys::obtain(source);
  REQUIRE(material.ok());
  const auto opened = keys::unwrap_master(*material, here, *slot);
  REQUIRE(opened.ok());
  CHECK(equal_in_constant_time(opened->view(), master.view()));
  for (const keys::SlotContext& elsewhere :
       {keys::SlotContext{{1, 2, 4}, 1}, keys::SlotContext{{1, 2, 3}, 2}}) {
    const auto refused = keys::unwrap_master(*material, elsewhere, *slot);
    REQUIRE_FALSE(refused.ok());
    CHECK((refused.error().code() == ErrorCode::wrong_key ||
           refused.error().code() == ErrorCode::corrupt));
  }
  format::KeySlot other_scheme = *slot;
  other_scheme.scheme = format::SlotScheme::file;
  check_refused(service, keys::unwrap_master(*material, here, other_scheme), ErrorCode::wrong_key);
}

using Trouble = std::pair<fakes::Mood, ErrorCode>;
inline const std::vector<Trouble> kTroubles = {
    {fakes::Mood::slow, ErrorCode::key_unavailable},
    {fakes::Mood::garbage, ErrorCode::corrupt},
    {fakes::Mood::shapeless, ErrorCode::corrupt},
    {fakes::Mood::huge, ErrorCode::corrupt},
    {fakes::Mood::redirect, ErrorCode::key_unavailable},
    {fakes::Mood::overloaded, ErrorCode::key_unavailable},
};

/// Uses a short timeout only if nobody will answer: elsewhere a slow machine would fail the test.
inline std::string uri_in_trouble(const Service& service, bool is_slow) {
  return is_slow ? service.uri_with("timeout=300ms") : service.uri;
}

/// Leaves the service down.
inline void try_trouble(const Service& service, fakes::LoopbackServer& server) {
  const auto provider = connect(service);
  const auto wrapped = provider->wrap(new_payload(), kContext);
  REQUIRE(wrapped.ok());
  fakes::LoopbackServer elsewhere([](const fakes::Request&) { return fakes::Reply{}; });
  server.redirect_to = elsewhere.url();
  for (const auto& [mood, code] : kTroubles) {
    INFO(static_cast<int>(mood));
    server.mood = mood;
    Service asked = service;
    asked.uri = uri_in_trouble(service, mood == fakes::Mood::slow);
    const auto troubled = connect(asked);
    check_refused(service, troubled->unwrap(*wrapped, kContext), code);
    check_refused(service, troubled->wrap(new_payload(), kContext), code);
    check_refused(service, troubled->status(), code);
    server.mood = fakes::Mood::well;
  }
  CHECK(elsewhere.request_count() == 0);
  CHECK(provider->unwrap(*wrapped, kContext).ok());  // The service works again.
  server.stop();
  check_refused(service, provider->unwrap(*wrapped, kContext), ErrorCode::key_unavailable);
  check_refused(service, provider->status(), ErrorCode::key_unavailable);
}

// The same by the command, as scripts use it.

inline void take_key(cli::Sandbox& box, const std::string& uri, const Variables& variables) {
  box.environment = {"PATH=/usr/bin:/bin", "HOME=" + box.path(""), "LC_ALL=C.UTF-8",
                     "COFFER_STORE=" + box.store(), "COFFER_KEY=" + uri};
  for (const auto& [name, value] : variables) box.environment.push_back(name + "=" + value);
}

inline cli::Outcome expect_silent(const cli::Sandbox& box, const Service& service, int exit_code,
                                  const cli::Words& words) {
  const cli::Outcome outcome = box.expect(exit_code, words);
  check_silent(service, outcome.err);
  check_silent(service, outcome.out);
  return outcome;
}

/// Checks the process list while the command waits for a service that does not answer.
inline void check_command_line(const cli::Sandbox& box, const Service& service) {
  const cli::Words words = {COFFER_BIN, "get", "a/b"};
  const pid_t pid = box.start(words, box.write(".in", ""), box.path(".out"));
  std::string line;
  const std::string file = "/proc/" + std::to_string(pid) + "/cmdline";
  // Until exec the child still shows the test's own command line.
  for (int i = 0; i < 1000 && line.find("a/b") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    line = cli::read_file(file);
  }
  CHECK(line.find("a/b") != std::string::npos);
  check_silent(service, line);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  CHECK(cli::exit_code_of(status) == 12);
}

inline int exit_code_of(ErrorCode code) { return static_cast<int>(code); }

/// Creates, fills, reads, lists and tests a store with the service; then tries every failure of the
/// service, which is down at the end.
inline void try_command(const Service& service, fakes::LoopbackServer& server,
                        const std::string& provider, const std::string& key_id) {
  cli::Sandbox box;
  take_key(box, service.uri, service.variables);
  expect_silent(box, service, 0, {"init"});
  box.expect(0, {"put", "a/b", "name=value"});
  CHECK(box.expect(0, {"get", "a/b", "--field", "name"}).out == "value");
  const cli::Json row =
      expect_silent(box, service, 0, {"key", "list", "--format", "json"}).json()["slots"].at(0);
  CHECK(row["provider"] == provider);
  CHECK(row["uri"] == service.uri);
  CHECK(row["key_id"] == key_id);
  expect_silent(box, service, 0, {"key", "test", "1"});
  fakes::LoopbackServer elsewhere([](const fakes::Request&) { return fakes::Reply{}; });
  server.redirect_to = elsewhere.url();
  for (const auto& [mood, code] : kTroubles) {
    INFO(static_cast<int>(mood));
    take_key(box, uri_in_trouble(service, mood == fakes::Mood::slow), service.variables);
    server.mood = mood;
    expect_silent(box, service, exit_code_of(code), {"--verbose", "get", "a/b", "--field", "name"});
    if (mood == fakes::Mood::slow) check_command_line(box, service);
    server.mood = fakes::Mood::well;
  }
  take_key(box, service.uri, service.variables);
  CHECK(box.expect(0, {"get", "a/b", "--field", "name"}).out == "value");
  server.stop();
  expect_silent(box, service, 12, {"get", "a/b", "--field", "name"});
}

}  // namespace coffer::test
