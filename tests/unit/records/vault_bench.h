// A vault without the floors above it: has a directory, a clock and a key file.
#pragma once

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "records/root_record.h"
#include "records/vault/vault.h"
#include "tests/scratch.h"

namespace coffer::test {

inline Result<void> accept_all(const records::Reading&) { return {}; }

/// A new store. Every vault() opens it with caches of its own, as another process would.
class VaultBench {
 public:
  VaultBench() {
    must(create_key_file(directory.in("master.key")).ok(), "create_key_file");
    must(std::filesystem::create_directory(path()), "create_directory");
    CreateOptions options;
    options.clock = &clock;
    must(records::Vault::create(path(), {key()}, options).ok(), "Vault::create");
  }

  std::string path() const { return directory.in("store"); }
  KeySource key() const { return KeySource::file(directory.in("master.key")); }
  Result<records::Vault> try_open() const {
    OpenOptions options;
    options.clock = &clock;
    return records::Vault::open(path(), {key()}, options, accept_all);
  }
  records::Vault vault() const { return std::move(*try_open()); }

  ScratchDirectory directory;
  TurnedClock clock;
};

constexpr std::string_view kKey = "a key of a small record";
constexpr auto kTable = storage::Table::due;
constexpr auto kDomain = format::Domain::due;

inline Result<void> put_text(records::Writing& writing, std::string_view text) {
  return writing.put_small(kTable, as_bytes(kKey), kDomain, as_bytes(text));
}

inline Result<std::string> read_text(const records::Reading& reading) {
  const auto sealed = COFFER_TRY(reading.get(kTable, as_bytes(kKey)));
  if (!sealed) return Error(ErrorCode::not_found, "there is no such record");
  const SecretBytes plain =
      COFFER_TRY(reading.cipher().open_small(kDomain, as_bytes(kKey), *sealed));
  return std::string(plain.text());
}

inline format::PathHash hash_of(const records::Reading& reading, std::string_view name) {
  return reading.cipher().hash(format::Kind::secret, name);
}

inline Result<void> put_value(records::Writing& writing, std::string_view name,
                              std::string_view value) {
  format::ValueContext context(writing.cipher().store(), format::Kind::secret, name);
  const format::PathHash hash = writing.cipher().hash(context);
  format::VersionHeader header;
  header.algorithm = COFFER_TRY(writing.settings())->algorithm;
  header.created_at_ms = writing.now_ms();
  const records::WrappingKey key = COFFER_TRY(writing.sealing_key(hash));
  const records::Cipher::Sealed sealed =
      writing.cipher().seal_version(context, hash, 1, header, key, as_bytes(value), 0);
  header.value_tag = COFFER_TRY(format::decode_version(sealed.record)).header.value_tag;
  return writing.put_version(hash, 1, sealed, header);
}

inline Result<std::string> read_value(const records::Reading& reading, std::string_view name) {
  format::ValueContext context(reading.cipher().store(), format::Kind::secret, name);
  const format::PathHash hash = reading.cipher().hash(context);
  auto located = COFFER_TRY(reading.find(hash, 0));
  if (!located) return Error(ErrorCode::not_found, "there is no such version");
  COFFER_TRY(reading.fetch_value(hash, *located));
  const records::WrappingKey key = COFFER_TRY(reading.wrapping_key(hash));
  const auto opened = COFFER_TRY(
      reading.cipher().open_version(context, hash, located->version, located->record, key));
  return std::string(opened.value.text());
}

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE(!result.ok());
  return result.error().code();
}

}  // namespace coffer::test
