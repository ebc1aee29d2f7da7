// The kinds of key that open a store. The store's format fixes the numbers.
#pragma once

#include <cstdint>

namespace coffer {

enum class KeyScheme : std::uint32_t {
  file = 1,
  passphrase = 2,
  recovery = 3,
  shamir = 4,
  pkcs11 = 5,
  tpm2 = 6,
  awskms = 7,
  hashivault = 8,
  kmsv2 = 9,
  gcpkms = 10,
  azurekeyvault = 11,
};

}  // namespace coffer
