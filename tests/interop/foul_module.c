/* A PKCS#11 module that answers everything, and nothing that is true. The name of the key that
   is asked for says how: "huge" tells of more than there is room for, "short" and "zeros" give
   too little and nothing. */
#define CRYPTOKI_COMPAT 1
#include <stddef.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

static char asked[64];

static CK_RV initialise(void* arguments) {
  (void)arguments;
  return CKR_OK;
}
static CK_RV finalise(void* reserved) {
  (void)reserved;
  return CKR_OK;
}
static CK_RV slots(unsigned char present, CK_SLOT_ID* list, unsigned long* count) {
  (void)present;
  memset(list, 0, *count * sizeof *list);
  *count = 1;
  return CKR_OK;
}
static CK_RV token(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  (void)slot;
  memset(info, 0xFF, sizeof *info);
  memset(info->label, ' ', sizeof info->label);
  memcpy(info->label, "foul", 4);
  return CKR_OK;
}
static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify,
                          CK_SESSION_HANDLE* session) {
  (void)slot, (void)flags, (void)application, (void)notify;
  *session = 7;
  return CKR_OK;
}
static CK_RV close_session(CK_SESSION_HANDLE session) {
  (void)session;
  return CKR_OK;
}
static CK_RV find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE* wanted, unsigned long count) {
  unsigned long i;
  (void)session;
  for (i = 0; i < count; ++i) {
    if (wanted[i].type != CKA_LABEL || wanted[i].ulValueLen >= sizeof asked) continue;
    memset(asked, 0, sizeof asked);
    memcpy(asked, wanted[i].pValue, wanted[i].ulValueLen);
  }
  return CKR_OK;
}
static CK_RV find(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* found, unsigned long most,
                  unsigned long* count) {
  (void)session, (void)most;
  *found = 9;
  *count = strcmp(asked, "many") == 0 ? ~0UL : 1;
  return CKR_OK;
}
static CK_RV find_final(CK_SESSION_HANDLE session) {
  (void)session;
  return CKR_OK;
}
static CK_RV attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, CK_ATTRIBUTE* wanted,
                       unsigned long count) {
  (void)session, (void)key;
  while (count > 0) wanted[--count].ulValueLen = ~0UL;
  return CKR_OK;
}
static CK_RV begin(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
  (void)session, (void)mechanism, (void)key;
  return CKR_OK;
}
static CK_RV answer(CK_SESSION_HANDLE session, unsigned char* in, unsigned long in_size,
                    unsigned char* out, unsigned long* out_size) {
  (void)session, (void)in, (void)in_size;
  if (strcmp(asked, "huge") == 0) {
    *out_size = ~0UL;
    return CKR_OK;
  }
  *out_size = strcmp(asked, "short") == 0 ? 10 : 64;
  memset(out, 0, *out_size);
  return CKR_OK;
}

static CK_FUNCTION_LIST functions;

unsigned long C_GetFunctionList(CK_FUNCTION_LIST** list);
unsigned long C_GetFunctionList(CK_FUNCTION_LIST** list) {
  functions.C_Initialize = initialise;
  functions.C_Finalize = finalise;
  functions.C_GetSlotList = slots;
  functions.C_GetTokenInfo = token;
  functions.C_OpenSession = open_session;
  functions.C_CloseSession = close_session;
  functions.C_FindObjectsInit = find_init;
  functions.C_FindObjects = find;
  functions.C_FindObjectsFinal = find_final;
  functions.C_GetAttributeValue = attribute;
  functions.C_EncryptInit = begin;
  functions.C_DecryptInit = begin;
  functions.C_Encrypt = answer;
  functions.C_Decrypt = answer;
  *list = &functions;
  return CKR_OK;
}
