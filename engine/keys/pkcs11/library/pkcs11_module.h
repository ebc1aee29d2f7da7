// A PKCS#11 module, loaded from the file that a key's URI names.
//
// The module is initialised, with its own locking, as long as any thread here uses it. The last
// user finalises it, unless the surrounding program had initialised it before. A child after fork()
// initialises it again.
#pragma once

// Their header: upper-case names only with this, and it needs stddef.h before it.
#define CRYPTOKI_COMPAT 1
#include <coffer/result.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include <memory>
#include <mutex>
#include <string>

#include "keys/key_library.h"
#include "keys/provider_failure.h"

namespace coffer::keys {

/// A module's code as one of the six classes of failure. `text` is used if the code has no better
/// one. CKR_GENERAL_ERROR counts as unavailable here: the caller knows whether it may mean an
/// altered blob.
Error pkcs11_failure(CK_RV code, Literal text);

class Pkcs11Module {
 public:
  /// The same object for the same path, for the whole process; loaded when it is first used.
  static std::shared_ptr<Pkcs11Module> at(const std::string& path);
  CK_FUNCTION_LIST& functions() const { return *functions_; }

  /// The module is initialised while a Use lives.
  class Use {
   public:
    /// Errors: key_unavailable (no such file, no module, it does not start).
    static Result<std::unique_ptr<Use>> begin(std::shared_ptr<Pkcs11Module> module);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    CK_FUNCTION_LIST& functions() const { return module_->functions(); }

   private:
    explicit Use(std::shared_ptr<Pkcs11Module> module) : module_(std::move(module)) {}
    std::shared_ptr<Pkcs11Module> module_;
    pid_t pid_ = 0;
  };

 private:
  explicit Pkcs11Module(std::string path) : path_(std::move(path)) {}
  Result<void> load();
  Result<void> enter();
  void leave(pid_t pid);

  std::string path_;
  CK_FUNCTION_LIST* functions_ = nullptr;
  std::mutex mutex_;
  pid_t pid_ = 0;
  int users_ = 0;
  bool is_ours_ = false;
};

/// p11-kit's reader of URIs, loaded when needed.
struct P11KitLibrary {
  decltype(&::p11_kit_uri_new) uri_new = nullptr;
  decltype(&::p11_kit_uri_free) uri_free = nullptr;
  decltype(&::p11_kit_uri_parse) uri_parse = nullptr;
  decltype(&::p11_kit_uri_match_token_info) match_token = nullptr;
  decltype(&::p11_kit_uri_get_attribute) get_attribute = nullptr;
  /// Errors: key_unavailable (not installed).
  static Result<const P11KitLibrary*> get();
};

}  // namespace coffer::keys
