#include "keys/kind.h"
#include "keys/pkcs11/pkcs11_provider.h"
#include "keys/pkcs11/pkcs11_uri.h"

namespace coffer::keys {
namespace {

// A module is code: unless the caller named it, it is loaded only from the folders of the system's
// libraries, which only an administrator can write. No token gets a PIN unasked: a few wrong PINs
// lock it, and an attacker who can write the store's files could send it another file's content.
bool may_follow_unasked(const KeySource& source) {
  const auto parsed = parse_pkcs11_uri(source.uri());
  if (!parsed || !parsed->pin_file.empty() || parsed->module_path.find("/..") != std::string::npos)
    return false;
  for (const std::string_view home : {"/usr/", "/lib/", "/lib64/", "/opt/"})
    if (parsed->module_path.starts_with(home)) return true;
  return false;
}

}  // namespace

extern constinit const Kind kPkcs11Kind = {
    .scheme = KeyScheme::pkcs11,
    .name = "pkcs11",
    .prefix = "pkcs11:",
    .form = {"pkcs11:token=T;object=O?module-path=/PATH.so[&pin-source=file:PATH]",
             "a key in an HSM or token (RFC 7512): AES, or an RSA pair with type=private"},
    .is_built = &kHasPkcs11,
    .parse = checked_by<parse_pkcs11_uri>,
    .may_follow_unasked = may_follow_unasked,
    .obtain = provided_by<connect_pkcs11>,
};

}  // namespace coffer::keys
