// One conversation with a token: it is found, logged in to, and asked for its key.
#pragma once

#include <coffer/secret_bytes.h>

#include "base/bytes.h"
#include "keys/pkcs11/library/pkcs11_module.h"
#include "keys/pkcs11/pkcs11_uri.h"

namespace coffer::keys {

class Pkcs11Session {
 public:
  /// Finds the token, opens a session and logs in if the URI has a PIN.
  /// Errors: those of provider_failure(), usage (two tokens of that name).
  static Result<std::unique_ptr<Pkcs11Session>> open(const Pkcs11Uri& uri);
  ~Pkcs11Session();
  Pkcs11Session(const Pkcs11Session&) = delete;
  Pkcs11Session& operator=(const Pkcs11Session&) = delete;

  /// The key of that class which the URI names; 0 if there is none.
  /// Errors: those of provider_failure(), usage (two keys of that name).
  Result<CK_OBJECT_HANDLE> find(CK_OBJECT_CLASS key_class);
  /// The token's serial number and the key's id or label.
  Result<std::string> key_id(CK_OBJECT_HANDLE key);

  /// Whether the session is not logged in and the token shows its private objects only after that.
  bool hides_private_keys() const { return hides_private_keys_; }

  CK_FUNCTION_LIST& functions() const { return use_->functions(); }
  CK_SESSION_HANDLE handle() const { return session_; }

 private:
  Pkcs11Session() = default;
  Result<void> find_token(const P11KitLibrary& p11_kit, const Pkcs11Uri& uri);
  Result<void> log_in(const Pkcs11Uri& uri);
  Bytes attribute(CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type);

  std::unique_ptr<Pkcs11Module::Use> use_;
  std::shared_ptr<P11KitUri> uri_;
  const P11KitLibrary* p11_kit_ = nullptr;
  CK_SLOT_ID slot_ = 0;
  CK_SESSION_HANDLE session_ = 0;
  std::string serial_;
  bool hides_private_keys_ = false;
};

}  // namespace coffer::keys
