// An RSA key of 2048 bits by OpenSSL, with which Azure wraps and Google verifies.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fakes {

class RsaKey {
 public:
  RsaKey();
  /// PKCS#8 in PEM, as in a service account's key file.
  std::string private_pem() const;
  /// RS256.
  bool verifies(std::string_view message, std::string_view signature) const;
  /// RSA-OAEP with SHA-256.
  std::string wrap(std::string_view plaintext) const;
  std::optional<std::string> unwrap(std::string_view wrapped) const;

 private:
  std::shared_ptr<void> key_;
};

}  // namespace fakes
