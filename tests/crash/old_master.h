// Finds what a master key still opens: tries it at every byte offset of a file, as a wrap of each
// thing that a master key has ever wrapped.
#pragma once

#include <string>

#include "crypto/aead.h"
#include "crypto/key.h"
#include "format/records.h"

namespace coffer::test {

/// Names what `master` opens in the file; empty if nothing.
inline std::string keys_under(const crypto::Key& master, const format::StoreId& store,
                              ByteView file) {
  const auto append = [](Bytes& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  const auto try_all = [&](const Bytes& context) {
    crypto::Key key;
    for (std::size_t at = 0; at + format::kWrappedKeyBytes <= file.size(); ++at)
      if (crypto::unwrap(master.view(), context, file.subspan(at, format::kWrappedKeyBytes),
                         key.mutable_bytes()))
        return true;
    return false;
  };
  constexpr std::uint64_t kGenerationsMax = 3;
  constexpr std::uint64_t kEpochsMax = 5;
  for (std::uint64_t generation = 1; generation <= kGenerationsMax; ++generation) {
    Bytes rest;
    append(rest, generation);
    if (try_all(format::seal_context(format::Domain::root_secret, store, rest)))
      return "the root secret";
    if (try_all(format::seal_context(format::Domain::previous_master, store, rest)))
      return "a master key";
    for (std::uint64_t epoch = 1; epoch <= kEpochsMax; ++epoch) {
      Bytes both;
      append(both, epoch);
      append(both, generation);
      if (try_all(format::seal_context(format::Domain::epoch_key, store, both)))
        return "the key of epoch " + std::to_string(epoch);
    }
  }
  return "";
}

}  // namespace coffer::test
