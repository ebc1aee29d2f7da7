#include "keys/tpm2/tpm_nv.h"

namespace coffer::keys {

Result<TpmNvIndex> TpmNvIndex::parse(std::string_view uri) {
  Tpm2Uri parsed = COFFER_TRY(parse_tpm2_uri(uri, Tpm2Use::nv_index));
  return TpmNvIndex(std::string(uri), std::move(parsed));
}

Result<TpmNvIndex> TpmNvIndex::next() const {
  TpmNvIndex following = *this;
  if (++following.uri_.nv_index > kTpmNvLast)
    return Error(ErrorCode::usage, "there is no NV index after this one", "name a lower one");
  return following;
}

}  // namespace coffer::keys
