// `pkcs11:` URIs (RFC 7512): a token by its label or serial, a key in it, the module to ask.
//
//   pkcs11:token=T;object=O;type=secret-key?module-path=/usr/lib/m.so&pin-source=file:/run/pin
#pragma once

#include <coffer/result.h>

#include <string>
#include <string_view>

#include "keys/file_io.h"

namespace coffer::keys {

struct Pkcs11Uri {
  std::string path;  ///< The URI up to its question mark, for p11-kit to read.
  std::string module_path;
  std::string pin_file;  ///< Empty: no PIN. Or credential:NAME, until located.
  OpenTo pin_open_to = OpenTo::owner;
  bool may_be_secret_key = true;
  bool may_be_key_pair = true;
  int patience_ms = 0;
};

/// Errors: usage. p11-kit reads the values only when the token is asked.
Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view uri);

}  // namespace coffer::keys
