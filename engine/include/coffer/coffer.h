/* coffer's C interface: opaque handles, buffers of the caller, no globals.
 *
 * Every function that can fail returns a coffer_code: 0, or the numbers of the
 * command's exit codes. What went wrong in words is in the coffer_error that the
 * caller passes in (or NULL): texts are fixed and never hold a value.
 *
 * Secrets come out in a coffer_bytes, which lives in locked memory and is wiped by
 * coffer_bytes_free. Strings are UTF-8 and end with NUL; values are pointer and size
 * and may hold any byte.
 *
 * Threads: a coffer_store may be used from many at once, a coffer_error and a
 * coffer_bytes from one. After fork() the child must not use the parent's handles; where a
 * file of the store is replaced while it is open, every call answers COFFER_FAILED.
 */
#ifndef COFFER_COFFER_H
#define COFFER_COFFER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define COFFER_EXPORT __attribute__((visibility("default")))
#else
#define COFFER_EXPORT
#endif

/* NOLINTBEGIN(readability-identifier-naming): C has names of its own. */
/* Rises when something here changes incompatibly. */
#define COFFER_ABI_VERSION 1
COFFER_EXPORT unsigned coffer_abi_version(void);

typedef enum coffer_code {
  COFFER_OK = 0,
  COFFER_FAILED = 1,
  COFFER_USAGE = 2,
  COFFER_DECLINED = 3,
  COFFER_NOT_FOUND = 4,
  COFFER_DELETED = 5,
  COFFER_EXPIRED = 6,
  COFFER_DESTROYED = 7,
  COFFER_CONFLICT = 8,
  COFFER_IN_USE = 9,
  COFFER_LIMIT = 10,
  COFFER_WRONG_KEY = 11,
  COFFER_KEY_UNAVAILABLE = 12,
  COFFER_CORRUPT = 13,
  COFFER_ROLLED_BACK = 14,
  COFFER_DENIED = 15,
  COFFER_BUSY = 16,
  COFFER_IO = 17,
  COFFER_NO_STORE = 18,
  COFFER_TOO_NEW = 19
} coffer_code;

/* The word for a code: "not_found". Never NULL. */
COFFER_EXPORT const char* coffer_code_name(coffer_code code);

/* Filled by a failing call: one line each, cut where they are longer. */
typedef struct coffer_error {
  coffer_code code;
  char message[256];
  char hint[160];
} coffer_error;

typedef struct coffer_store coffer_store;
typedef struct coffer_bytes coffer_bytes;

COFFER_EXPORT const uint8_t* coffer_bytes_data(const coffer_bytes* bytes);
COFFER_EXPORT size_t coffer_bytes_size(const coffer_bytes* bytes);
/* A copy in locked memory, for what a resolver answers; NULL where there is no room. */
COFFER_EXPORT coffer_bytes* coffer_bytes_copy(const uint8_t* data, size_t size);
/* Wipes. NULL is allowed. */
COFFER_EXPORT void coffer_bytes_free(coffer_bytes* bytes);

/* Makes a new store. `key_uris`: at least one, e.g. "file:///etc/app/master.key". */
COFFER_EXPORT coffer_code coffer_create(const char* directory, const char* const* key_uris,
                                        size_t key_count, coffer_error* error);
/* The same with epoch keys in a TPM: "tpm2:device=/dev/tpmrm0?nv=0x01500020" (two indices). */
COFFER_EXPORT coffer_code coffer_create_with_epoch_home(const char* directory,
                                                        const char* const* key_uris,
                                                        size_t key_count, const char* epoch_home,
                                                        coffer_error* error);
COFFER_EXPORT coffer_code coffer_open(const char* directory, const char* const* key_uris,
                                      size_t key_count, coffer_store** store, coffer_error* error);
/* NULL is allowed. */
COFFER_EXPORT void coffer_close(coffer_store* store);

#define COFFER_ANY_VERSION UINT64_MAX /* as `cas`: no check-and-set */

typedef struct coffer_version {
  uint64_t version;
  int64_t created_at_ms;
  int64_t deletion_at_ms;
  int64_t expires_at_ms;
  int destroyed;
} coffer_version;

/* `is_json`: the value must be one JSON value and is kept as its exact text. `cas`: the
 * current version, 0 = must not exist, COFFER_ANY_VERSION = do not check. `ttl_ms`: 0 =
 * does not expire. `written` may be NULL. Durable when it returns COFFER_OK. */
COFFER_EXPORT coffer_code coffer_put(coffer_store* store, const char* path, const uint8_t* value,
                                     size_t size, int is_json, uint64_t cas, int64_t ttl_ms,
                                     coffer_version* written, coffer_error* error);
/* `version`: 0 = the newest. `info` may be NULL. */
COFFER_EXPORT coffer_code coffer_get(coffer_store* store, const char* path, uint64_t version,
                                     coffer_bytes** value, coffer_version* info,
                                     coffer_error* error);
/* One field of a JSON object, or, where `field` begins with '/', the place in a JSON value that
 * this JSON Pointer (RFC 6901) tells: a string decoded, anything else as its text. */
COFFER_EXPORT coffer_code coffer_get_field(coffer_store* store, const char* path, uint64_t version,
                                           const char* field, coffer_bytes** value,
                                           coffer_error* error);

/* `versions` empty: the newest (not for undelete and destroy). Of several, all or none.
 * COFFER_IN_USE: a config or a user outside refers to it; the message names up to three. */
COFFER_EXPORT coffer_code coffer_delete(coffer_store* store, const char* path,
                                        const uint64_t* versions, size_t count,
                                        coffer_error* error);
COFFER_EXPORT coffer_code coffer_undelete(coffer_store* store, const char* path,
                                          const uint64_t* versions, size_t count,
                                          coffer_error* error);
COFFER_EXPORT coffer_code coffer_destroy(coffer_store* store, const char* path,
                                         const uint64_t* versions, size_t count,
                                         coffer_error* error);
COFFER_EXPORT coffer_code coffer_destroy_all(coffer_store* store, const char* path,
                                             coffer_error* error);

/* The names below a folder ("" = root), each ended by NUL, one after the other. */
COFFER_EXPORT coffer_code coffer_list(coffer_store* store, const char* folder, int recursive,
                                      coffer_bytes** names, coffer_error* error);
/* Destroys what is expired or unreachable; `count` (or NULL) gets how many. */
COFFER_EXPORT coffer_code coffer_sweep(coffer_store* store, int64_t grace_ms, uint64_t* count,
                                       coffer_error* error);

/* As coffer_open, of a store with a rollback anchor (<coffer/anchor.h>). `anchor_uri`: where it is,
 * so that a copy from before it was set is refused as well; NULL: where the store says. `accept`:
 * not 0 to open an older copy all the same, which is noted, and to set the anchor to it. */
COFFER_EXPORT coffer_code coffer_open_anchored(const char* directory, const char* const* key_uris,
                                               size_t key_count, const char* anchor_uri, int accept,
                                               coffer_store** store, coffer_error* error);
typedef enum coffer_anchor_every {
  COFFER_ANCHOR_AUTOMATIC = 0, /* a file at each commit, a TPM's counter at each shredding */
  COFFER_ANCHOR_COMMIT = 1,
  COFFER_ANCHOR_CLOSE = 2,
  COFFER_ANCHOR_SHRED = 3
} coffer_anchor_every;
COFFER_EXPORT coffer_code coffer_anchor_set(coffer_store* store, const char* uri,
                                            coffer_anchor_every every, coffer_error* error);
COFFER_EXPORT coffer_code coffer_anchor_update(coffer_store* store, coffer_error* error);
COFFER_EXPORT coffer_code coffer_anchor_remove(coffer_store* store, coffer_error* error);

/* Called where something was erased for good through this handle, or through one that coffer_as or
 * coffer_as_user makes of it from now on, in the thread of the call that did it, with one line of
 * JSON that the store vouches for; valid until it returns. It must not write to the store. NULL for
 * nobody. */
typedef void (*coffer_receipt_sink)(void* context, const char* text, size_t size);
COFFER_EXPORT coffer_code coffer_on_receipt(coffer_store* store, coffer_receipt_sink sink,
                                            void* context, coffer_error* error);
/* COFFER_CORRUPT: altered, or another store's. COFFER_ROLLED_BACK: this store is older than it. */
COFFER_EXPORT coffer_code coffer_receipt_verify(coffer_store* store, const char* text, size_t size,
                                                coffer_error* error);

/* Configs: JSON text in and out; what each does stands in <coffer/configs.h>. `workspace` may be
 * NULL. A report is JSON: {"id", "revision", "partial", "outcomes", "destroyed"}, of a stage also
 * "stage" and "expires_time", and "spec_marks_nothing": true where that is so. Lists of names are
 * each ended by NUL, one after the other. */
typedef enum coffer_bump {
  COFFER_BUMP_DEFAULT = 0,
  COFFER_BUMP_CHANGED = 1,
  COFFER_BUMP_ALWAYS = 2
} coffer_bump;

typedef struct coffer_config_options {
  const char* workspace; /* NULL: none */
  uint64_t revision;     /* must be the stored one, 0 = must not exist; or COFFER_ANY_VERSION */
  int64_t keep_old_ms;   /* replaced versions live that much longer */
  int compat_airbyte;
  coffer_bump bump;
  /* JSON Pointers of places that hold a secret and may become plain; without, a put by a spec that
   * marks them no longer is refused. May be NULL where there are none. */
  const char* const* unmark;
  size_t unmark_count;
} coffer_config_options;

typedef enum coffer_config_form {
  COFFER_CONFIG_MASKED = 0,
  COFFER_CONFIG_COORDINATES = 1,
  COFFER_CONFIG_PARTIAL = 2,
  COFFER_CONFIG_REVEALED = 3
} coffer_config_form;

/* The JSON text of a secret kept elsewhere, in *value (see coffer_bytes_copy), which is then freed
 * for it; or a code. Must not keep `name`, nor jump out. */
typedef coffer_code (*coffer_resolver)(void* context, const char* name, coffer_bytes** value);

COFFER_EXPORT coffer_code coffer_config_put(coffer_store* store, const char* id, const char* spec,
                                            const char* document, const char* workspace,
                                            coffer_bytes** partial, coffer_error* error);
/* `options` may be NULL in all of these. */
COFFER_EXPORT coffer_code coffer_config_put_with(coffer_store* store, const char* id,
                                                 const char* spec, const char* document,
                                                 const coffer_config_options* options,
                                                 coffer_bytes** report, coffer_error* error);
/* `update`: a JSON Merge Patch. `spec`: a new one, or NULL. */
COFFER_EXPORT coffer_code coffer_config_patch(coffer_store* store, const char* id,
                                              const char* update, const char* spec,
                                              const coffer_config_options* options,
                                              coffer_bytes** report, coffer_error* error);
COFFER_EXPORT coffer_code coffer_config_import(coffer_store* store, const char* id,
                                               const char* spec, const char* partial,
                                               const char* payloads,
                                               const coffer_config_options* options,
                                               coffer_bytes** report, coffer_error* error);
/* `id` may be NULL. `ttl_ms`: 0 = two hours. */
COFFER_EXPORT coffer_code coffer_config_check(coffer_store* store, const char* id, const char* spec,
                                              const char* document, int64_t ttl_ms,
                                              coffer_bytes** report, coffer_error* error);
/* One of `id` and `partial` is NULL. `destroyed` (or NULL) gets the coordinates. */
COFFER_EXPORT coffer_code coffer_config_end_check(coffer_store* store, const char* id,
                                                  const char* partial, coffer_bytes** destroyed,
                                                  coffer_error* error);
/* `lease_ms`: 0 = 15 minutes. */
COFFER_EXPORT coffer_code coffer_config_stage(coffer_store* store, const char* id, const char* spec,
                                              const char* document,
                                              const coffer_config_options* options,
                                              int64_t lease_ms, coffer_bytes** report,
                                              coffer_error* error);
COFFER_EXPORT coffer_code coffer_config_commit(coffer_store* store, const char* id,
                                               const char* stage, int64_t keep_old_ms, int outside,
                                               coffer_bytes** report, coffer_error* error);
COFFER_EXPORT coffer_code coffer_config_abandon(coffer_store* store, const char* id,
                                                const char* stage, coffer_bytes** destroyed,
                                                coffer_error* error);
/* `revision` may be NULL. */
COFFER_EXPORT coffer_code coffer_config_get(coffer_store* store, const char* id,
                                            coffer_config_form form, coffer_bytes** document,
                                            uint64_t* revision, coffer_error* error);
COFFER_EXPORT coffer_code coffer_config_list(coffer_store* store, coffer_bytes** ids,
                                             coffer_error* error);
COFFER_EXPORT coffer_code coffer_config_hydrate(coffer_store* store, const char* id,
                                                const char* partial, coffer_bytes** document,
                                                coffer_error* error);
/* With an id, or a spec, or neither; `compat_airbyte` goes without an id. `resolver` may be NULL;
 * it is called with `context`, without any lock of the store held. */
COFFER_EXPORT coffer_code coffer_config_hydrate_with(coffer_store* store, const char* id,
                                                     const char* spec, const char* partial,
                                                     int compat_airbyte, coffer_resolver resolver,
                                                     void* context, coffer_bytes** document,
                                                     coffer_error* error);
COFFER_EXPORT coffer_code coffer_config_delete(coffer_store* store, const char* id,
                                               coffer_error* error);

/* A config of the name `to` with the values of another under coordinates of its own; `report` may
 * be NULL. Errors: COFFER_CONFLICT (there is one of that name). */
COFFER_EXPORT coffer_code coffer_config_copy(coffer_store* store, const char* from, const char* to,
                                             coffer_bytes** report, coffer_error* error);
/* The same config under another name, with its revision (which may be NULL), coordinates,
 * references and stages. Errors: COFFER_CONFLICT. */
COFFER_EXPORT coffer_code coffer_config_rename(coffer_store* store, const char* from,
                                               const char* to, uint64_t* revision,
                                               coffer_error* error);

/* Who outside uses a version (0: whichever is current): it is then neither destroyed nor swept. */
COFFER_EXPORT coffer_code coffer_reference_add(coffer_store* store, const char* path,
                                               uint64_t version, const char* user,
                                               coffer_error* error);
COFFER_EXPORT coffer_code coffer_reference_remove(coffer_store* store, const char* path,
                                                  uint64_t version, const char* user,
                                                  coffer_error* error);
/* `json`: [{"path", "version", "user_kind", "user"}]. */
COFFER_EXPORT coffer_code coffer_reference_list(coffer_store* store, const char* path,
                                                coffer_bytes** json, coffer_error* error);

/* --- more of what can be done to a secret; see <coffer/store.h> --- */

/* A new version: the newest one changed by a JSON Merge Patch (RFC 7396). `cas` and `ttl_ms`
 * as of coffer_put; without a ttl it expires when the patched one did. */
COFFER_EXPORT coffer_code coffer_patch(coffer_store* store, const char* path,
                                       const char* merge_json, uint64_t cas, int64_t ttl_ms,
                                       coffer_version* written, coffer_error* error);
/* A new version with the value of an older one. */
COFFER_EXPORT coffer_code coffer_rollback(coffer_store* store, const char* path,
                                          uint64_t to_version, coffer_version* written,
                                          coffer_error* error);
/* With history. COFFER_CONFLICT where something is at `to`. */
COFFER_EXPORT coffer_code coffer_move(coffer_store* store, const char* from, const char* to,
                                      coffer_error* error);
COFFER_EXPORT coffer_code coffer_copy(coffer_store* store, const char* from, const char* to,
                                      coffer_error* error);
/* Removes the secret with history and metadata, for good; a new one starts at version 1. */
COFFER_EXPORT coffer_code coffer_erase(coffer_store* store, const char* path, coffer_error* error);
/* Newest first: fills at most `capacity` of `versions`; `count` gets how many there are. */
COFFER_EXPORT coffer_code coffer_history(coffer_store* store, const char* path,
                                         coffer_version* versions, size_t capacity, size_t* count,
                                         coffer_error* error);

/* Metadata as a JSON object: {"max_versions": 0, "cas_required": false,
 * "delete_version_after_ms": 0, "kind": "", "description": "", "owner": "", "tags": [...],
 * "custom_metadata": {"k": "v"}}; told besides: "created_at_ms", "updated_at_ms", "marked_by" (who
 * set owner and tags without being let to administer), "marks_doubted" (true: and others have put
 * values since), "revision". */
COFFER_EXPORT coffer_code coffer_metadata_get(coffer_store* store, const char* path,
                                              coffer_bytes** json, coffer_error* error);
/* Changes what `json` names, "custom_metadata" as a whole; makes a secret without versions where
 * there is none, or, with `must_exist`, answers COFFER_NOT_FOUND. */
COFFER_EXPORT coffer_code coffer_metadata_put(coffer_store* store, const char* path,
                                              const char* json, int must_exist,
                                              coffer_error* error);

/* The store's settings: {"max_versions": null (unset) or a number, "cas_required": false,
 * "delete_version_after_ms": 0, "value_bytes_max": 1048576, "names": null (any), "scopes":
 * [{"prefix": "team", "value_bytes_max": 4096, "names": {"components": {"characters": "a-z0-9-",
 * "ends": "a-z0-9", "bytes_min": 2, "bytes_max": 48, "white_space": "allowed"}, "fields": {...}}}],
 * "audit_reads": false, "audit_keep_ms": 0, "audit_keep_records": 0}. White space is "allowed",
 * "not_alone" or "forbidden"; the rest is as in <coffer/settings.h>, and may be left out. */
COFFER_EXPORT coffer_code coffer_settings_get(coffer_store* store, coffer_bytes** json,
                                              coffer_error* error);
/* Changes what `json` names, "scopes" as a whole. */
COFFER_EXPORT coffer_code coffer_settings_put(coffer_store* store, const char* json,
                                              coffer_error* error);

/* --- key slots; see <coffer/store.h> and <coffer/key_slots.h> --- */

/* A key is named by a URI that nobody needs to be asked for, and that needs no variable of the
 * environment, for the library looks at none. `json`: [{"slot", "provider", "uri",
 * "key_id", "created_at_ms", "last_used_at_ms"}], nothing secret. */
COFFER_EXPORT coffer_code coffer_key_list(coffer_store* store, coffer_bytes** json,
                                          coffer_error* error);
/* The same of a store that no key opens. Nothing proves it: whoever can write the store's files
 * can make it say anything. */
COFFER_EXPORT coffer_code coffer_key_list_unproven(const char* directory, coffer_bytes** json,
                                                   coffer_error* error);
/* `slot` (or NULL) gets its number. COFFER_CONFLICT: a slot has this key already. */
COFFER_EXPORT coffer_code coffer_key_add(coffer_store* store, const char* key_uri, int* slot,
                                         coffer_error* error);
COFFER_EXPORT coffer_code coffer_key_remove(coffer_store* store, int slot, coffer_error* error);
/* Wraps the master key anew for a slot, or with 0 for all. `key_uris` are tried before the slots'
 * own. `json` (or NULL): [{"slot", "provider", "uri", "key_id", "key_id_before", "skipped",
 * "code"}]; with 0 the failure of a slot stands there only. */
COFFER_EXPORT coffer_code coffer_key_rewrap(coffer_store* store, int slot,
                                            const char* const* key_uris, size_t key_count,
                                            coffer_bytes** json, coffer_error* error);
/* A new master key, for all slots but those `without`. */
COFFER_EXPORT coffer_code coffer_key_rotate(coffer_store* store, const char* const* key_uris,
                                            size_t key_count, const int* without,
                                            size_t without_count, coffer_error* error);
/* Told after each batch how many of all bucket keys are new; anything but COFFER_OK stops, and
 * another call goes on there. Must not jump out. */
typedef coffer_code (*coffer_progress)(void* context, uint64_t done, uint64_t all);
/* New bucket keys; every living version's data key wrapped anew. `progress` may be NULL. */
COFFER_EXPORT coffer_code coffer_key_rotate_data(coffer_store* store, coffer_progress progress,
                                                 void* context, coffer_error* error);

/* --- several operations as one --- */

/* Valid inside the body only, in the thread that the body runs in. */
typedef struct coffer_transaction coffer_transaction;
/* Anything but COFFER_OK ends the transaction, and nothing of it is written. It may be called
 * again from the start before anything is committed, and must not call the functions above on
 * the same store, but for those that read. It must not leave by an exception or longjmp. */
typedef coffer_code (*coffer_transaction_body)(coffer_transaction* transaction, void* context);
/* Answers the body's code where that is not COFFER_OK. */
COFFER_EXPORT coffer_code coffer_transact(coffer_store* store, coffer_transaction_body body,
                                          void* context, coffer_error* error);

/* As the functions of the same name above. An operation that fails has changed nothing: the
 * body may go on. Reads see what the transaction itself wrote. */
COFFER_EXPORT coffer_code coffer_transaction_get(coffer_transaction* transaction, const char* path,
                                                 uint64_t version, coffer_bytes** value,
                                                 coffer_version* info, coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_put(coffer_transaction* transaction, const char* path,
                                                 const uint8_t* value, size_t size, int is_json,
                                                 uint64_t cas, int64_t ttl_ms,
                                                 coffer_version* written, coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_patch(coffer_transaction* transaction,
                                                   const char* path, const char* merge_json,
                                                   uint64_t cas, int64_t ttl_ms,
                                                   coffer_version* written, coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_delete(coffer_transaction* transaction,
                                                    const char* path, const uint64_t* versions,
                                                    size_t count, coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_destroy(coffer_transaction* transaction,
                                                     const char* path, const uint64_t* versions,
                                                     size_t count, coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_erase(coffer_transaction* transaction,
                                                   const char* path, coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_move(coffer_transaction* transaction, const char* from,
                                                  const char* to, coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_copy(coffer_transaction* transaction, const char* from,
                                                  const char* to, coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_metadata_put(coffer_transaction* transaction,
                                                          const char* path, const char* json,
                                                          int must_exist, coffer_error* error);

/* --- what is there, filtered: names and metadata, never a value --- */

typedef enum coffer_list_state {
  COFFER_LIST_STANDARD = 0, /* all but expired */
  COFFER_LIST_LIVE = 1,
  COFFER_LIST_DELETED = 2,
  COFFER_LIST_EXPIRED = 3,
  COFFER_LIST_ALL = 4
} coffer_list_state;

/* All zero: nothing is filtered. A secret passes all that are set. */
typedef struct coffer_list_options {
  int recursive;
  coffer_list_state state;
  const char* const* tags; /* it has each of them */
  size_t tag_count;
  const char* owner;         /* NULL: any */
  const char* kind;          /* NULL: any */
  const char* const* custom; /* key, value, key, value ...: it has each pair */
  size_t custom_count;       /* of pairs */
  int64_t older_than_ms;     /* 0: any */
  int64_t newer_than_ms;     /* 0: any */
  int managed;               /* 1: those of configs; -1: all but those; 0: any */
  const char* workspace;     /* configs' secrets of this workspace, a UUID; NULL: any */
} coffer_list_options;

/* `options` may be NULL. `json`: [{"path", "state", "version", "created_at_ms", "updated_at_ms",
 * "deletion_at_ms", "expires_at_ms", "kind", "description", "owner", "tags",
 * "custom_metadata"}], of a folder {"path": "a/", "folder": true}. */
COFFER_EXPORT coffer_code coffer_find(coffer_store* store, const char* folder,
                                      const coffer_list_options* options, coffer_bytes** json,
                                      coffer_error* error);
COFFER_EXPORT coffer_code coffer_transaction_find(coffer_transaction* transaction,
                                                  const char* folder,
                                                  const coffer_list_options* options,
                                                  coffer_bytes** json, coffer_error* error);

/* --- the audit log, the change feed and the clock; see <coffer/store.h> --- */

/* The same open store under another label, which the audit log tells of; any of the texts may be
 * NULL. Whom a policy takes the caller for, his groups and his purpose stay those of `store`: for
 * somebody else coffer_as_user opens it. Closed by coffer_close, in any order. */
COFFER_EXPORT coffer_code coffer_as(coffer_store* store, const char* actor, const char* reason,
                                    const char* correlation, coffer_store** other,
                                    coffer_error* error);

/* For whom a store is opened; see <coffer/audit.h> and <coffer/policy.h>. Texts may be NULL. */
typedef struct coffer_identity {
  const char* actor;
  const char* reason;
  const char* correlation;
  const char* user;          /* whom the policy takes the caller for; NULL: nobody in particular */
  const char* const* groups; /* may be NULL where group_count is 0 */
  size_t group_count;
  int for_use; /* values go into a process, and are seen by nobody */
} coffer_identity;

COFFER_EXPORT coffer_code coffer_as_user(coffer_store* store, const coffer_identity* identity,
                                         coffer_store** other, coffer_error* error);

/* `json`: {"revision", "rules": [{"effect", "subjects", "use_cases", "objects", "tags"}], "roles":
 * {NAME: [MEMBER ...]}}; without roles where there are none. */
COFFER_EXPORT coffer_code coffer_policy_get(coffer_store* store, coffer_bytes** json,
                                            coffer_error* error);
/* `revision`: of the policy that it replaces, or COFFER_ANY_VERSION; `new_revision` may be NULL. */
COFFER_EXPORT coffer_code coffer_policy_put(coffer_store* store, const char* json,
                                            uint64_t revision, uint64_t* new_revision,
                                            coffer_error* error);
/* `object` as in a rule, without wildcards; "**": the store. `rule`: the one that decides, from 1
 * on, 0: none; may be NULL. */
COFFER_EXPORT coffer_code coffer_policy_test(coffer_store* store, const char* user,
                                             const char* const* groups, size_t group_count,
                                             const char* use_case, const char* object, int* allowed,
                                             size_t* rule, coffer_error* error);
/* COFFER_DENIED where the policy does not allow it. */
COFFER_EXPORT coffer_code coffer_transaction_require(coffer_transaction* transaction,
                                                     const char* use_case, const char* path,
                                                     coffer_error* error);

typedef enum coffer_audit_outcome {
  COFFER_AUDIT_ANY = 0,
  COFFER_AUDIT_ALLOWED = 1,
  COFFER_AUDIT_REFUSED = 2
} coffer_audit_outcome;

/* All zero: every record. Texts may be NULL: any. */
typedef struct coffer_audit_filter {
  const char* path;
  const char* prefix;
  const char* action;
  const char* actor;
  int64_t since_ms; /* at or after */
  int64_t until_ms; /* before; 0: no end */
  coffer_audit_outcome outcome;
  uint64_t after_number;
  size_t limit;     /* 0: no bound, but memory */
  int newest;       /* with a limit: the last ones that fit */
  const char* user; /* whom the policy took the caller for */
} coffer_audit_filter;

/* `filter` may be NULL. `json`: [{"number", "sequence", "at_ms", "uid", "pid", "program", "actor",
 * "user", "reason", "correlation", "outcome", "items": [{"action", "path", "version"}]}], with
 * "count" where an item stands for more than one refusal; the outcome is "allowed" or the word of
 * the code it was refused with. */
COFFER_EXPORT coffer_code coffer_audit_list(coffer_store* store, const coffer_audit_filter* filter,
                                            coffer_bytes** json, coffer_error* error);

typedef struct coffer_audit_report {
  uint64_t records; /* whole ones, from the first kept */
  uint64_t first;   /* 0: there is none */
  uint64_t last;
  uint64_t broken; /* the first broken one; 0: none */
  char problem[160];
} coffer_audit_report;

/* COFFER_CORRUPT where the chain is broken; `report` (or NULL) is filled then too. */
COFFER_EXPORT coffer_code coffer_audit_verify(coffer_store* store, coffer_audit_report* report,
                                              coffer_error* error);
/* Removes records from before a time, or all but the newest; `removed` may be NULL. */
COFFER_EXPORT coffer_code coffer_audit_prune_before(coffer_store* store, int64_t before_ms,
                                                    uint64_t* removed, coffer_error* error);
COFFER_EXPORT coffer_code coffer_audit_prune_keep(coffer_store* store, uint64_t keep_records,
                                                  uint64_t* removed, coffer_error* error);

#define COFFER_WHOLE_REVISION UINT32_MAX /* as `after_index`: nothing more of that revision */

/* What happened after a revision (0: from the beginning), of `prefix` and below (NULL: all), whole
 * revisions until `limit` (0: 1000) is reached. `json`: [{"revision", "index", "at_ms", "path",
 * "version", "what"}]; reads and refusals stand in coffer_audit_list alone. `revision` (or NULL):
 * ask on after it; `more` (or NULL): the limit ended it. */
COFFER_EXPORT coffer_code coffer_changes(coffer_store* store, uint64_t after_revision,
                                         uint32_t after_index, const char* prefix, size_t limit,
                                         coffer_bytes** json, uint64_t* revision, int* more,
                                         coffer_error* error);
/* Sleeps until the store is past a revision, the time is over, or coffer_wake_waiting. */
COFFER_EXPORT coffer_code coffer_wait_for_changes(coffer_store* store, uint64_t after_revision,
                                                  int64_t timeout_ms, uint64_t* revision,
                                                  coffer_error* error);
COFFER_EXPORT void coffer_wake_waiting(coffer_store* store);

typedef struct coffer_clock_acceptance {
  int64_t from_ms; /* the store's time before */
  int64_t to_ms;   /* the clock's; not before from_ms: there is nothing to accept */
  uint64_t destroyed;
  uint64_t moved;
} coffer_clock_acceptance;

/* Takes the clock's time for the store's, after the clock once ran ahead; `report` may be NULL. */
COFFER_EXPORT coffer_code coffer_clock_accept(coffer_store* store, int dry_run,
                                              coffer_clock_acceptance* report, coffer_error* error);

/* NOLINTEND(readability-identifier-naming) */

#ifdef __cplusplus
}
#endif
#endif
