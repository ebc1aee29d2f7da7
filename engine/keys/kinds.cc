// The table of the kinds of key.
#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "keys/kind.h"

namespace coffer {
namespace keys {

// Each stands at the end of its kind's file.
extern const Kind kFileKind, kPassphraseKind, kRecoveryKind, kShamirKind, kPkcs11Kind, kTpm2Kind,
    kAwsKmsKind, kHashiVaultKind, kKmsV2Kind, kGcpKmsKind, kAzureKeyVaultKind;

namespace {

const std::array kKinds = {&kFileKind,   &kPassphraseKind, &kRecoveryKind,     &kShamirKind,
                           &kPkcs11Kind, &kTpm2Kind,       &kAwsKmsKind,       &kHashiVaultKind,
                           &kKmsV2Kind,  &kGcpKmsKind,     &kAzureKeyVaultKind};

std::vector<KeyKind> all_forms() {
  std::vector<KeyKind> all;
  for (const Kind* kind : kKinds)
    for (const Kind::Form& form : {kind->form, kind->other_form})
      if (!form.text.empty()) all.push_back({kind->name, form.text, form.what, *kind->is_built});
  return all;
}

}  // namespace

std::span<const Kind* const> kinds() { return kKinds; }

const Kind& kind_of(KeyScheme scheme) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [scheme](const Kind* kind) { return kind->scheme == scheme; });
  COFFER_CHECK(found != kKinds.end());
  return **found;
}

const Kind* kind_of_uri(std::string_view uri) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [uri](const Kind* kind) {
    return uri.starts_with(kind->prefix);
  });
  return found != kKinds.end() ? *found : nullptr;
}

Error no_key_uri() {
  return {ErrorCode::usage, "this is no key URI that coffer knows", Advice::see_key_kinds};
}

}  // namespace keys

std::size_t key_kind_count() { return keys::all_forms().size(); }

KeyKind key_kind(std::size_t index) { return keys::all_forms()[index]; }

}  // namespace coffer
