#include "keys/pkcs11/library/pkcs11_session.h"

#include <algorithm>

#include "base/digits.h"
#include "keys/file_io.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kPinBytesMax = 255;
constexpr std::size_t kAttributeBytesMax = 255;

// A token's own texts are padded with blanks to a fixed length and may hold any byte.
std::string printable_text(ByteView padded) {
  std::string text;
  for (const std::uint8_t byte : padded)
    text.push_back(byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '?');
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

Result<std::unique_ptr<Pkcs11Session>> Pkcs11Session::open(const Pkcs11Uri& uri) {
  std::unique_ptr<Pkcs11Session> session(new Pkcs11Session());
  const P11KitLibrary* p11_kit = COFFER_TRY(P11KitLibrary::get());
  session->p11_kit_ = p11_kit;
  session->uri_ = std::shared_ptr<P11KitUri>(p11_kit->uri_new(), p11_kit->uri_free);
  if (session->uri_ == nullptr || p11_kit->uri_parse(uri.path.c_str(), P11_KIT_URI_FOR_ANY,
                                                     session->uri_.get()) != P11_KIT_URI_OK)
    return Error(ErrorCode::usage, "the pkcs11: URI cannot be read", "it follows RFC 7512");
  session->use_ = COFFER_TRY(Pkcs11Module::Use::begin(Pkcs11Module::at(uri.module_path)));
  COFFER_TRY(session->find_token(*p11_kit, uri));
  if (const CK_RV code = session->functions().C_OpenSession(session->slot_, CKF_SERIAL_SESSION,
                                                            nullptr, nullptr, &session->session_)) {
    session->session_ = 0;
    return pkcs11_failure(code, "the token does not open a session");
  }
  if (!uri.pin_file.empty()) COFFER_TRY(session->log_in(uri));
  return session;
}

// Closing the last session logs out by itself; logging out would do so for other threads too.
Pkcs11Session::~Pkcs11Session() {
  if (session_ != 0) functions().C_CloseSession(session_);
}

Result<void> Pkcs11Session::find_token(const P11KitLibrary& p11_kit, const Pkcs11Uri& uri) {
  constexpr CK_ULONG kSlotsMax = 256;
  CK_SLOT_ID slots[kSlotsMax];
  CK_ULONG count = kSlotsMax;
  if (const CK_RV code = functions().C_GetSlotList(CK_TRUE, slots, &count))
    return pkcs11_failure(code, "the PKCS#11 module does not list its tokens");
  int found = 0;
  for (CK_ULONG i = 0; i < std::min(count, kSlotsMax); ++i) {
    CK_TOKEN_INFO info;
    if (functions().C_GetTokenInfo(slots[i], &info) != CKR_OK ||
        p11_kit.match_token(uri_.get(), &info) != 1)
      continue;
    ++found;
    slot_ = slots[i];
    hides_private_keys_ = uri.pin_file.empty() && (info.flags & CKF_LOGIN_REQUIRED) != 0;
    serial_ = printable_text({info.serialNumber, sizeof info.serialNumber});
  }
  if (found == 0) return provider_failure(ProviderFailure::not_found, "there is no such token");
  if (found > 1)
    return Error(ErrorCode::usage, "more than one token has this name",
                 "name it by serial= in the key's URI");
  return {};
}

Result<void> Pkcs11Session::log_in(const Pkcs11Uri& uri) {
  SecretBytes pin =
      COFFER_TRY(read_secret_file(uri.pin_file, kPinBytesMax, kPatienceMs, uri.pin_open_to));
  drop_line_end(pin);
  const CK_RV code = functions().C_Login(session_, CKU_USER, pin.data(), pin.size());
  if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return {};
  return pkcs11_failure(code, "the token refuses the PIN");
}

Result<CK_OBJECT_HANDLE> Pkcs11Session::find(CK_OBJECT_CLASS key_class) {
  std::vector<CK_ATTRIBUTE> wanted = {{CKA_CLASS, &key_class, sizeof key_class}};
  for (const CK_ATTRIBUTE_TYPE type : {CKA_LABEL, CKA_ID})
    if (const CK_ATTRIBUTE* named = p11_kit_->get_attribute(uri_.get(), type))
      wanted.push_back(*named);
  if (const CK_RV code = functions().C_FindObjectsInit(session_, wanted.data(), wanted.size()))
    return pkcs11_failure(code, "the token does not list its keys");
  CK_OBJECT_HANDLE found[2] = {0, 0};
  CK_ULONG count = 0;
  const CK_RV code = functions().C_FindObjects(session_, found, 2, &count);
  functions().C_FindObjectsFinal(session_);
  if (code != CKR_OK) return pkcs11_failure(code, "the token does not list its keys");
  if (count > 1)
    return Error(ErrorCode::usage, "more than one key of the token has this name",
                 "name it by id= in the key's URI");
  return count == 1 ? found[0] : CK_OBJECT_HANDLE{0};
}

Bytes Pkcs11Session::attribute(CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type) {
  Bytes value(kAttributeBytesMax);
  CK_ATTRIBUTE wanted = {type, value.data(), value.size()};
  if (functions().C_GetAttributeValue(session_, key, &wanted, 1) != CKR_OK ||
      wanted.ulValueLen > value.size())
    return {};
  value.resize(wanted.ulValueLen);
  return value;
}

Result<std::string> Pkcs11Session::key_id(CK_OBJECT_HANDLE key) {
  const Bytes id = attribute(key, CKA_ID);
  return serial_ + "/" + (id.empty() ? printable_text(attribute(key, CKA_LABEL)) : hex(id));
}

}  // namespace coffer::keys
