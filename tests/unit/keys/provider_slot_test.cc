// Slots whose key a provider keeps: what it gives back is believed only where it belongs to
// this store, slot and scheme, whether or not the provider binds anything to its blobs.
#include <catch2/catch.hpp>

#include "base/files.h"
#include "crypto/aead.h"
#include "keys/bounded_call.h"
#include "keys/keyring/keyring.h"
#include "keys/uri_parameters.h"
#include "tests/unit/keys/keyring_file.h"

namespace coffer::test::provider_slot_test {
namespace {

using keys::PreparedSlot;
using keys::Provider;
using keys::SlotContext;
using keys::WrappedByProvider;

constexpr std::int64_t kDayMs = 24LL * 60 * 60 * 1000;

// Knows no associated data: its blob is the payload under a key of its own.
class PlainProvider : public Provider {
 public:
  Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView) override {
    WrappedByProvider wrapped;
    wrapped.blob.resize(payload.size() + crypto::kWrapOverhead);
    crypto::wrap(key.view(), {}, payload.bytes(), wrapped.blob);
    if (forgets) wrapped.blob[3] ^= 1;
    wrapped.blob.resize(wrapped.blob.size() + extra_bytes);
    wrapped.key_id = "plain/1";
    return wrapped;
  }
  Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView) override {
    ++asked;
    if (failure) return keys::provider_failure(*failure, "the plain provider does not");
    SecretBytes payload(wrapped.blob.size() - extra_bytes - crypto::kWrapOverhead);
    const ByteView blob = ByteView(wrapped.blob).first(wrapped.blob.size() - extra_bytes);
    if (!crypto::unwrap(key.view(), {}, blob, payload.bytes()))
      return keys::provider_failure(keys::ProviderFailure::authentication_failed, "altered");
    return payload;
  }
  Result<std::string> status() override { return std::string("plain/1"); }

  crypto::Key key = crypto::Key::random();
  bool forgets = false;
  std::size_t extra_bytes = 0;
  int asked = 0;
  std::optional<keys::ProviderFailure> failure;
};

struct Plain {
  std::shared_ptr<PlainProvider> provider = std::make_shared<PlainProvider>();
  crypto::Key master = crypto::Key::random();
  SlotContext context{{1, 2, 3}, 4};
  KeySource source = KeySource::file("/nothing");  // Overridden: only its scheme is looked at.

  PreparedSlot prepared() const {
    PreparedSlot slot;
    slot.slot.scheme = format::SlotScheme::file;
    slot.slot.uri = "plain:";
    slot.provider = provider;
    return slot;
  }
  Result<format::KeySlot> wrap() const { return wrap_master(prepared(), context, master); }
  Result<crypto::Key> unwrap(const SlotContext& where, const format::KeySlot& slot) const {
    keys::SourceMaterial material;
    material.source = &source;
    material.provider = provider;
    return unwrap_master(material, where, slot);
  }
};

}  // namespace

// F-121
TEST_CASE("a provider's blob opens at its own place and nowhere else") {
  const Plain plain;
  const format::KeySlot slot = plain.wrap().value();
  CHECK(slot.key_id == "plain/1");
  REQUIRE(plain.unwrap(plain.context, slot).ok());
  CHECK(same_key(*plain.unwrap(plain.context, slot), plain.master));
  SlotContext other_store = plain.context;
  other_store.store_id[0] ^= 1;
  CHECK(plain.unwrap(other_store, slot).error().code() == ErrorCode::corrupt);
  SlotContext other_slot = plain.context;
  ++other_slot.number;
  CHECK(plain.unwrap(other_slot, slot).error().code() == ErrorCode::corrupt);
  format::KeySlot altered = slot;
  altered.blob.back() ^= 1;
  CHECK(plain.unwrap(plain.context, altered).error().code() == ErrorCode::wrong_key);
  altered = slot;
  altered.commitment[31] ^= 1;
  CHECK(plain.unwrap(plain.context, altered).error().code() == ErrorCode::corrupt);
}

// F-121: the scheme is part of what the payload is bound to.
TEST_CASE("a provider's blob under another scheme is refused") {
  Plain plain;
  PreparedSlot prepared = plain.prepared();
  prepared.slot.scheme = format::SlotScheme::kmsv2;
  format::KeySlot slot = wrap_master(std::move(prepared), plain.context, plain.master).value();
  slot.scheme = format::SlotScheme::file;
  CHECK(plain.unwrap(plain.context, slot).error().code() == ErrorCode::corrupt);
}

TEST_CASE("a provider that cannot give back what it wrapped gets no slot") {
  Plain plain;
  plain.provider->forgets = true;
  CHECK(plain.wrap().error().code() == ErrorCode::wrong_key);
  plain.provider->forgets = false;
  plain.provider->failure = keys::ProviderFailure::denied;
  CHECK(plain.wrap().error().code() == ErrorCode::key_unavailable);
  plain.provider->failure.reset();
  plain.provider->extra_bytes = format::kSlotBlobBytesMax;
  CHECK(plain.wrap().error().code() == ErrorCode::limit);
}

TEST_CASE("the six classes of failure have their codes, and each says what to do") {
  using keys::ProviderFailure;
  for (const auto& [failure, code] :
       {std::pair(ProviderFailure::unavailable, ErrorCode::key_unavailable),
        std::pair(ProviderFailure::denied, ErrorCode::key_unavailable),
        std::pair(ProviderFailure::disabled, ErrorCode::key_unavailable),
        std::pair(ProviderFailure::not_found, ErrorCode::key_unavailable),
        std::pair(ProviderFailure::authentication_failed, ErrorCode::wrong_key),
        std::pair(ProviderFailure::in_doubt, ErrorCode::corrupt)}) {
    const Error error = keys::provider_failure(failure, "text");
    CHECK((error.code() == code && error.text() == "text" && !error.hint().empty()));
  }
}

TEST_CASE("a call that hangs is left alone after its time, and others give their answer") {
  const auto answer = keys::within<int>(60'000, [] { return Result<int>(7); });
  CHECK(answer.value() == 7);
  const auto refused =
      keys::within<int>(60'000, []() -> Result<int> { return Error(ErrorCode::wrong_key, "no"); });
  CHECK(refused.error().code() == ErrorCode::wrong_key);
  auto gate = std::make_shared<std::mutex>();
  std::unique_lock hold(*gate);
  const auto late = keys::within<int>(20, [gate]() -> Result<int> {
    const std::lock_guard wait(*gate);
    return 1;
  });
  CHECK(late.error().code() == ErrorCode::key_unavailable);
}

TEST_CASE("parameters of a key URI are known, given once, and never repeated where refused") {
  constexpr std::string_view kKnown[] = {"a", "pin-source", "timeout", "id"};
  const auto parse = [&](std::string_view text) {
    return keys::UriParameters::parse(text, '&', kKnown);
  };
  CHECK(parse("").ok());
  const auto good = parse("a=x%20y&pin-source=file:/run/pin&id=%01%ff");
  REQUIRE(good.ok());
  CHECK((good->get("a") == "x y" && good->get("none").empty() && good->get("id").size() == 2));
  CHECK(good->file("pin-source").value() == "/run/pin");
  CHECK(good->patience_ms().value() == 10'000);
  for (const char* text : {"a", "=x", "a=", "a=1&a=2", "a=1&", "&a=1", "a=%", "a=%4", "a=%4g",
                           "a=%00", "a=%0a", "b=hunter2", "A=hunter2", "pin-value=hunter2"}) {
    INFO(text);
    const auto refused = parse(text);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::usage);
    CHECK(describe(refused.error()).find("hunter2") == std::string::npos);
  }
  for (const char* text : {"hunter2", "file:hunter2", "file:", "file://host/x", "/run/pin"}) {
    const auto refused = parse("pin-source=" + std::string(text))->file("pin-source");
    REQUIRE_FALSE(refused.ok());
    CHECK(describe(refused.error()).find("hunter2") == std::string::npos);
  }
  CHECK(parse("pin-source=file:///run/pin")->file("pin-source").value() == "/run/pin");
  CHECK(parse("timeout=1")->patience_ms().value() == 1000);
  CHECK(parse("timeout=600s")->patience_ms().value() == 600'000);
  CHECK(parse("timeout=500ms")->patience_ms().value() == 500);
  for (const char* text : {"0", "601", "-1", "1h", "ms", "1e3", "600001ms", "99999999999999"})
    CHECK_FALSE(parse("timeout=" + std::string(text))->patience_ms().ok());
}

TEST_CASE("a credential is found in the service manager's directory") {
  ScratchDirectory directory;
  write_whole_file(directory.in("master"), Bytes(32, 7));
  REQUIRE(::chmod(directory.in("master").c_str(), 0440) == 0);
  std::string named = directory.path();
  const EnvironmentLookup environment = [&](const char* name) {
    CHECK(std::string_view(name) == "CREDENTIALS_DIRECTORY");
    return std::string_view(named);
  };
  const KeySource source = KeySource::parse("file:?credential=master", {}, environment).value();
  CHECK(keys::obtain(source).ok());
  REQUIRE(Keyring::create(directory.in("keyring"), std::vector<KeySource>{source}, 1).ok());
  CHECK(Keyring::open(directory.in("keyring"), std::vector<KeySource>{source}, {}).ok());
  REQUIRE(::chmod(directory.in("master").c_str(), 0444) == 0);
  CHECK(keys::obtain(source).error().code() == ErrorCode::key_unavailable);
  named = "";
  CHECK(keys::obtain(source).error().code() == ErrorCode::key_unavailable);
  const KeySource nowhere = KeySource::parse("file:?credential=master").value();
  CHECK(keys::obtain(nowhere).error().code() == ErrorCode::key_unavailable);
  for (const char* name : {"", "..", ".", "a/b", "a b", "a?b", "a#b"})
    CHECK_FALSE(KeySource::parse("file:?credential=" + std::string(name)).ok());
}

TEST_CASE("without a key the URIs of the slots are tried in their order") {
  KeyringFile file(2);
  std::vector<std::string> told;
  keys::Opening opening;
  opening.try_stored = true;
  opening.log = [&](std::string_view level, std::string_view, std::string_view subject) {
    if (level == "warn") told.emplace_back(subject);
  };
  CHECK(Keyring::open(file.path(), opening).ok());
  CHECK(told.empty());
  REQUIRE(::unlink(file.key_file(1).c_str()) == 0);
  CHECK(Keyring::open(file.path(), opening).ok());
  CHECK(told == std::vector<std::string>{file.key(1).uri()});
  REQUIRE(::unlink(file.key_file(2).c_str()) == 0);
  CHECK(Keyring::open(file.path(), opening).error().code() == ErrorCode::key_unavailable);
  opening.try_stored = false;
  CHECK(Keyring::open(file.path(), opening).error().code() == ErrorCode::usage);
}

TEST_CASE("a key that only the store names is a file of ours: not a pipe, nor another user's") {
  KeyringFile file(1);
  keys::Opening stored;
  stored.try_stored = true;
  const auto refused = [&] {
    const auto opened = Keyring::open(file.path(), stored);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code() == ErrorCode::key_unavailable);
    return opened.error().advice() == Advice::name_key_details_yourself ||
           opened.error().advice() == Advice::name_key_yourself;
  };
  const Bytes key = read_whole_file(file.key_file(1));
  CHECK(Keyring::open(file.path(), stored).ok());
  SECTION("a pipe") {
    REQUIRE(::unlink(file.key_file(1).c_str()) == 0);
    REQUIRE(::mkfifo(file.key_file(1).c_str(), 0600) == 0);
    // Open to both sides: the key stands in it, and is there to be read by whoever may.
    const FileDescriptor pipe(::open(file.key_file(1).c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::write(pipe.get(), key.data(), key.size()) == static_cast<ssize_t>(key.size()));
    CHECK(refused());
  }
  SECTION("a pipe with a passphrase") {
    const std::string fifo = file.directory().in("words");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const FileDescriptor pipe(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
    for (const auto& [uri, scheme] :
         {std::pair("passphrase:?source=file:" + fifo, format::SlotScheme::passphrase),
          std::pair("recovery:?source=file:" + fifo, format::SlotScheme::recovery)}) {
      write_whole_file(file.path(), file.with_master([&](format::KeyringMaster& master) {
        master.slots[0].uri = uri;
        master.slots[0].scheme = scheme;
      }));
      CHECK(refused());
    }
  }
  SECTION("another user's") {
    if (::geteuid() != 0) {
      WARN("only root can give a file to another user");
      return;
    }
    REQUIRE(::chown(file.key_file(1).c_str(), 65534, 65534) == 0);
    CHECK(refused());
    CHECK(file.open(1).ok());  // Whoever names it himself knows whose it is.
    REQUIRE(::chown(file.key_file(1).c_str(), 0, 65534) == 0);
    CHECK(Keyring::open(file.path(), stored).ok());
  }
}

TEST_CASE("nobody is asked for a passphrase that no slot takes, and a descriptor is not read") {
  KeyringFile file(1);
  int asked = 0;
  keys::Opening opening;
  opening.try_stored = true;
  opening.prompt = [&](bool) -> Result<SecretBytes> {
    ++asked;
    return Error(ErrorCode::declined, "cut off");
  };
  const auto open_as = [&](const char* uri, format::SlotScheme scheme) {
    write_whole_file(file.path(), file.with_master([&](format::KeyringMaster& master) {
      master.slots[0].uri = uri;
      master.slots[0].scheme = scheme;
    }));
    return Keyring::open(file.path(), opening).error().code();
  };
  CHECK(open_as("file:///none", format::SlotScheme::file) == ErrorCode::key_unavailable);
  CHECK(asked == 0);
  CHECK(open_as("passphrase:?source=fd:0", format::SlotScheme::passphrase) ==
        ErrorCode::key_unavailable);
  CHECK(asked == 0);
  CHECK(open_as("passphrase:", format::SlotScheme::passphrase) == ErrorCode::declined);
  CHECK(asked == 1);
}

// F-122
TEST_CASE("a slot's last use is noted once a day, and not at every opening") {
  KeyringFile file(2);
  const std::int64_t made = 1'700'000'000'000;
  const auto keyring = file.open(2);
  REQUIRE(keyring.ok());
  CHECK_FALSE((*keyring)->use_is_worth_noting(made + kDayMs - 1));
  CHECK_FALSE((*keyring)->use_is_worth_noting(made - 1));
  REQUIRE((*keyring)->use_is_worth_noting(made + kDayMs));
  const auto other = file.open(2);
  REQUIRE((*keyring)->note_use(made + kDayMs).ok());
  CHECK_FALSE((*keyring)->use_is_worth_noting(made + kDayMs + 1));
  const auto slots = (*keyring)->slots().value();
  CHECK((slots[0].last_used_at_ms == 0 && slots[1].last_used_at_ms == made + kDayMs));
  // Another handle that did not see it writes nothing.
  const Bytes before = read_whole_file(file.path());
  REQUIRE((*other)->use_is_worth_noting(made + kDayMs + 1));
  REQUIRE((*other)->note_use(made + kDayMs + 1).ok());
  CHECK(read_whole_file(file.path()) == before);
  CHECK_FALSE((*other)->use_is_worth_noting(made + kDayMs + 1));
  CHECK(file.open(1).ok());
}

}  // namespace coffer::test::provider_slot_test
