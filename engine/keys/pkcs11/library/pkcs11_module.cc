#include "keys/pkcs11/library/pkcs11_module.h"

#include <unistd.h>

#include <map>

namespace coffer::keys {

Error pkcs11_failure(CK_RV code, Literal text) {
  const auto failure = [&](ProviderFailure kind, Literal what) {
    return provider_failure(kind, what).with_number(code);
  };
  switch (code) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return failure(ProviderFailure::authentication_failed, "the token's PIN is wrong");
    case CKR_PIN_LOCKED:
      return failure(ProviderFailure::denied, "the token's PIN is locked after wrong ones");
    case CKR_PIN_EXPIRED:
    case CKR_USER_PIN_NOT_INITIALIZED:
      return failure(ProviderFailure::denied, "the token requires a new PIN to be set first");
    case CKR_USER_NOT_LOGGED_IN:
      return failure(ProviderFailure::denied,
                     "the token requires a PIN: name its file by pin-source=");
    case CKR_MECHANISM_INVALID:
    case CKR_KEY_TYPE_INCONSISTENT:
    case CKR_KEY_SIZE_RANGE:
      return failure(ProviderFailure::denied,
                     "the token offers neither AES-GCM nor RSA-OAEP for this key");
    case CKR_KEY_FUNCTION_NOT_PERMITTED:
      return failure(ProviderFailure::disabled, "the token does not allow this use of the key");
    case CKR_ENCRYPTED_DATA_INVALID:
    case CKR_ENCRYPTED_DATA_LEN_RANGE:
      return failure(ProviderFailure::authentication_failed,
                     "the token's key does not open this slot");
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_TOKEN_NOT_RECOGNIZED:
    case CKR_DEVICE_REMOVED:
    case CKR_DEVICE_ERROR:
    case CKR_DEVICE_MEMORY:
    case CKR_HOST_MEMORY:
    case CKR_SESSION_COUNT:
    case CKR_SESSION_CLOSED:
    case CKR_SESSION_HANDLE_INVALID:
      return failure(ProviderFailure::unavailable, "the token does not answer");
    default: return failure(ProviderFailure::unavailable, text);
  }
}

// A module that hangs blocks only the users of that module.
std::shared_ptr<Pkcs11Module> Pkcs11Module::at(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<Pkcs11Module>> modules;
  const std::lock_guard lock(mutex);
  std::shared_ptr<Pkcs11Module>& module = modules[path];
  if (module == nullptr) module.reset(new Pkcs11Module(path));
  return module;
}

Result<void> Pkcs11Module::load() {
  const SharedLibrary library = COFFER_TRY(load_key_library(path_));
  CK_RV (*get_functions)(CK_FUNCTION_LIST**) = nullptr;
  CK_FUNCTION_LIST* functions = nullptr;
  if (!library.find("C_GetFunctionList", get_functions) || get_functions(&functions) != CKR_OK ||
      functions == nullptr)
    return provider_failure(ProviderFailure::not_found, "the file is not a PKCS#11 module")
        .about(Subject::Kind::file, path_);
  functions_ = functions;
  return {};
}

Result<void> Pkcs11Module::enter() {
  const std::lock_guard lock(mutex_);
  if (functions_ == nullptr) COFFER_TRY(load());
  if (pid_ != ::getpid()) {
    users_ = 0;
    is_ours_ = false;
  }
  pid_ = ::getpid();
  if (users_ == 0) {
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const CK_RV code = functions_->C_Initialize(&arguments);
    if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED)
      return pkcs11_failure(code, "the PKCS#11 module does not start");
    is_ours_ = code == CKR_OK;
  }
  ++users_;
  return {};
}

void Pkcs11Module::leave(pid_t pid) {
  const std::lock_guard lock(mutex_);
  if (pid != pid_ || --users_ > 0 || !is_ours_) return;
  functions_->C_Finalize(nullptr);
  is_ours_ = false;
}

Result<std::unique_ptr<Pkcs11Module::Use>> Pkcs11Module::Use::begin(
    std::shared_ptr<Pkcs11Module> module) {
  COFFER_TRY(module->enter());
  std::unique_ptr<Use> use(new Use(std::move(module)));
  use->pid_ = ::getpid();
  return use;
}

Pkcs11Module::Use::~Use() { module_->leave(pid_); }

Result<const P11KitLibrary*> P11KitLibrary::get() {
  static std::mutex mutex;
  static P11KitLibrary found;
  static bool is_loaded = false;
  const std::lock_guard lock(mutex);
  if (is_loaded) return &found;
  const SharedLibrary library = COFFER_TRY(load_key_library("libp11-kit.so.0"));
  if (!library.find("p11_kit_uri_new", found.uri_new) ||
      !library.find("p11_kit_uri_free", found.uri_free) ||
      !library.find("p11_kit_uri_parse", found.uri_parse) ||
      !library.find("p11_kit_uri_match_token_info", found.match_token) ||
      !library.find("p11_kit_uri_get_attribute", found.get_attribute))
    return provider_failure(ProviderFailure::unavailable,
                            "this p11-kit lacks functions that a token's key needs");
  is_loaded = true;
  return &found;
}

}  // namespace coffer::keys
