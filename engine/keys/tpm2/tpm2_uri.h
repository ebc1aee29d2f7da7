// `tpm2:` URIs: which TPM, and what protects its sealed data or its NV index.
//
//   tpm2:device=/dev/tpmrm0?pcrs=sha256:7&auth-source=file:/etc/app/tpm.auth
//   tpm2:tcti=swtpm:host=127.0.0.1,port=2321?nv=0x01500020
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::keys {

// The handles that TPM 2.0 keeps for NV indices (TPM_HT_NV_INDEX).
inline constexpr std::uint32_t kTpmNvFirst = 0x01000000;
inline constexpr std::uint32_t kTpmNvLast = 0x01FFFFFF;

struct PcrBank {
  std::uint16_t hash = 0;      ///< TPM2_ALG_SHA256 and its like.
  std::uint32_t selected = 0;  ///< Register n is bit n; 0 to 23.
};

struct Tpm2Uri {
  std::string tcti;            ///< As tpm2-tss's loader takes it.
  std::vector<PcrBank> pcrs;   ///< Empty: sealed to the TPM, whatever it booted.
  std::string auth_file;       ///< Empty: no auth value.
  std::uint32_t nv_index = 0;  ///< 0: the URI names none.
  int patience_ms = 0;
};

/// The use of a URI decides which parameters it may have.
enum class Tpm2Use : std::uint8_t { sealing, nv_index };

/// Errors: usage (unknown or missing parameters, a TPM that is reached over a network).
Result<Tpm2Uri> parse_tpm2_uri(std::string_view uri, Tpm2Use use);

}  // namespace coffer::keys
