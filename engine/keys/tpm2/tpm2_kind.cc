#include "keys/kind.h"
#include "keys/tpm2/tpm2_provider.h"
#include "keys/tpm2/tpm2_uri.h"

namespace coffer::keys {
namespace {

Result<Tpm2Uri> read_uri(std::string_view uri) { return parse_tpm2_uri(uri, Tpm2Use::sealing); }

// The device belongs to this machine and gets only what the slot holds already. But no TPM that
// only the store names gets the content of a file.
bool may_follow_unasked(const KeySource& source) {
  const auto parsed = read_uri(source.uri());
  return parsed && parsed->auth_file.empty();
}

}  // namespace

extern constinit const Kind kTpm2Kind = {
    .scheme = KeyScheme::tpm2,
    .name = "tpm2",
    .prefix = "tpm2:",
    .form = {"tpm2:device=/dev/tpmrm0[?pcrs=sha256:7][&auth-source=file:PATH]",
             "sealed by this machine's TPM; tcti=swtpm:host=127.0.0.1,port=P in place of device"},
    .is_built = &kHasTpm2,
    .parse = checked_by<read_uri>,
    .may_follow_unasked = may_follow_unasked,
    .obtain = provided_by<connect_tpm2>,
};

}  // namespace coffer::keys
