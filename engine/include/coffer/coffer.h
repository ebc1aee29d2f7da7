/* coffer in C: an encrypted, versioned store of secrets in one directory.
 *
 *   coffer_error error;
 *   coffer_store* store = NULL;
 *   coffer_bytes* value = NULL;
 *   const char* keys[] = {"file:///etc/agent/master.key"};
 *   coffer_open_options options = COFFER_OPEN_OPTIONS_INIT;
 *   options.key_uris = keys;
 *   options.key_count = 1;
 *   if (coffer_open("/var/lib/agent/secrets", &options, &store, &error) != COFFER_OK ||
 *       coffer_get(store, "ingestion/my-job", 0, &value, NULL, &error) != COFFER_OK)
 *     fprintf(stderr, "%s\n", error.message);
 *   coffer_bytes_free(value);
 *   coffer_close(store);
 *
 * Conventions
 *
 * (1) Handles. coffer_store and coffer_bytes are opaque. A call hands one out through a pointer to
 * a pointer, which it sets to NULL when it fails; the caller gives it back by coffer_close or
 * coffer_bytes_free. The library keeps no pointer of the caller's after a call, except a sink and
 * its context (coffer_on_receipt).
 *
 * (2) One type of handle. The open store, the inside of a transaction (coffer_transact) and a
 * snapshot (coffer_snapshot) are all a coffer_store. A transaction takes the calls under "Secrets"
 * and under "Names, metadata, settings", a snapshot those of them that read. Every other call
 * needs the open store and answers COFFER_USAGE to the other two.
 *
 * (3) Errors. A call that can fail returns a coffer_code and takes a coffer_error last, which may
 * be NULL. A failing call fills the coffer_error; a successful call leaves it alone. A call that
 * fails has changed nothing, unless its comment says otherwise. Any call may answer COFFER_USAGE
 * (a wrong argument), COFFER_LIMIT (also: out of memory), COFFER_DENIED (the store's policy),
 * COFFER_CORRUPT, COFFER_IO and COFFER_BUSY. No text in a coffer_error holds a value.
 *
 * (4) NULL. A required argument that is NULL is COFFER_USAGE. Options, filters and errors may be
 * NULL. A result may be NULL if its comment says so. coffer_close, coffer_bytes_free and
 * coffer_wake_waiting take NULL and do nothing.
 *
 * (5) Structs with a size. The struct begins with `size_t size` and is made by its macro:
 * `coffer_put_options options = COFFER_PUT_OPTIONS_INIT;`. All other members are then zero, which
 * is their default. A program that was compiled with an older, smaller struct works: members that
 * the struct lacks count as zero. A larger struct works while its new members are zero, and is
 * COFFER_USAGE otherwise. Members named `reserved` stay zero.
 *
 * (6) Strings and values. A string is UTF-8 and ends with NUL. A value is a pointer and a size, and
 * may hold any byte. An array is a pointer and a count. A flag is an int: 0 is no, all else is yes.
 * Times are milliseconds since 1970 UTC, durations milliseconds; 0 means that none is set.
 *
 * (7) Memory of secrets. A coffer_bytes lives in memory that is locked and left out of core dumps;
 * coffer_bytes_free wipes it. A copy that the caller makes is the caller's to wipe.
 *
 * (8) Threads. Any number of threads may use one store or one snapshot. A transaction belongs to
 * the thread that its body runs in. A coffer_error and a coffer_bytes belong to one thread at a
 * time. After fork() the child must not use the parent's handles. If a file of the store is
 * replaced while it is open, every call answers COFFER_FAILED.
 *
 * (9) Callbacks run in the thread of the call that they serve. They must return: no longjmp, no
 * exception.
 *
 * C does not have
 * - prompts for a passphrase, printers of recovery keys, variables of the environment: a key is
 *   named by a URI that says all that is needed, "passphrase:?source=fd:3" (<coffer/key_source.h>);
 * - a clock or a log of the caller's own, bounds of the memory map and of snapshots;
 * - metadata and tags in the same call as a value: use a transaction;
 * - the details of a sweep, of a rotation and of the anchor;
 * - a history or a whole store carried to another one (<coffer/restore.h>).
 * The C++ headers have them, and say more about what each call does.
 */
#ifndef COFFER_COFFER_H
#define COFFER_COFFER_H

#include <stddef.h>
#include <stdint.h>

/* NOLINTBEGIN(readability-identifier-naming): C has names of its own. */
#ifdef __cplusplus
template <typename Sized>
inline Sized coffer_sized() {
  Sized made = Sized();
  made.size = sizeof(Sized);
  return made;
}
#define COFFER_SIZED(type) coffer_sized<type>()
extern "C" {
#else
#define COFFER_SIZED(type) \
  { .size = sizeof(type) }
#endif

typedef struct coffer_store coffer_store;
typedef struct coffer_bytes coffer_bytes;

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* --- Version and codes --- */

#define COFFER_VERSION_MAJOR 0
#define COFFER_VERSION_MINOR 1
#define COFFER_VERSION_PATCH 0
#define COFFER_VERSION "0.1.0"
/* The version of the library that runs, which may be newer than this header. Never NULL. */
const char* coffer_version(void);

/* Rises when something in this header changes incompatibly. */
#define COFFER_ABI_VERSION 1
unsigned coffer_abi_version(void);

/* The numbers of the command's exit codes, fixed for ever; <coffer/error.h> explains each. */
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
const char* coffer_code_name(coffer_code code);

/* Texts of one line, cut if they are longer. `hint`: what to do next, or "". `advice`: the same as
 * a number of <coffer/advice.h>, for a program with words of its own; 0 if there is none. */
typedef struct coffer_error {
  coffer_code code;
  int advice;
  int reserved[2];
  char message[256];
  char hint[160];
} coffer_error;

/* --- Bytes --- */

/* A NUL follows the bytes, and the size does not count it: a text is also a C string. */
const void* coffer_bytes_data(const coffer_bytes* bytes);
size_t coffer_bytes_size(const coffer_bytes* bytes);
/* A copy, for the answer of a resolver; NULL if there is no memory. */
coffer_bytes* coffer_bytes_copy(const void* data, size_t size);
void coffer_bytes_free(coffer_bytes* bytes);

/* --- Making, opening and closing a store --- */

/* Writes a new key: 32 random bytes in a new file of mode 0600. COFFER_CONFLICT: it exists. */
coffer_code coffer_key_file_create(const char* path, coffer_error* error);

typedef enum coffer_cipher {
  COFFER_CIPHER_DEFAULT = 0, /* ChaCha20-Poly1305 */
  COFFER_CIPHER_CHACHA20_POLY1305 = 1,
  COFFER_CIPHER_AES_256_GCM = 2 /* needs AES instructions on every machine that opens the store */
} coffer_cipher;

typedef struct coffer_create_options {
  size_t size;
  const char* const* key_uris; /* at least one: "file:///etc/agent/master.key" */
  size_t key_count;
  const char* epoch_home;   /* NULL: the keyring's file; or two indices of a TPM, "tpm2:...?nv=I" */
  uint64_t value_bytes_max; /* of one value; 0: 1 MiB */
  uint32_t max_versions;    /* of one secret; 0: unset */
  coffer_cipher cipher;
} coffer_create_options;
#define COFFER_CREATE_OPTIONS_INIT COFFER_SIZED(coffer_create_options)

/* Makes a new store. `directory` must not exist, or be empty. COFFER_NO_STORE: it is in use. */
coffer_code coffer_create(const char* directory, const coffer_create_options* options,
                          coffer_error* error);

/* The caller for whom a store is open; see <coffer/audit.h> and <coffer/policy.h>. NULL is an empty
 * name, but see coffer_as. */
typedef struct coffer_identity {
  size_t size;
  const char* actor; /* these three are labels for the audit log; no policy looks at them */
  const char* reason;
  const char* correlation;
  const char* user; /* the user that the policy goes by; "": nobody in particular */
  const char* const* groups;
  size_t group_count;
  int for_use; /* values go into a process, and nobody sees them */
  int reserved;
} coffer_identity;
#define COFFER_IDENTITY_INIT COFFER_SIZED(coffer_identity)

/* What to do with a store that is older than its anchor, or whose anchor cannot be read. */
typedef enum coffer_anchor_doubt {
  COFFER_ANCHOR_REFUSE = 0,
  COFFER_ANCHOR_ACCEPT = 1, /* open it, record that, and set the anchor to it */
  COFFER_ANCHOR_GIVE_UP = 2 /* open it, record that, and remove the anchor */
} coffer_anchor_doubt;

typedef struct coffer_open_options {
  size_t size;
  const char* const* key_uris; /* none: the store's own URIs that ask nobody */
  size_t key_count;
  const coffer_identity* identity; /* NULL: nobody in particular */
  const char*
      anchor_uri;        /* a store that knows of no anchor is refused too; NULL: the store's own */
  uint64_t min_sequence; /* COFFER_ROLLED_BACK if the store has not come so far */
  coffer_anchor_doubt anchor_doubt;
  int reserved;
} coffer_open_options;
#define COFFER_OPEN_OPTIONS_INIT COFFER_SIZED(coffer_open_options)

/* COFFER_NO_STORE, COFFER_WRONG_KEY, COFFER_KEY_UNAVAILABLE, COFFER_ROLLED_BACK, COFFER_TOO_NEW. */
coffer_code coffer_open(const char* directory, const coffer_open_options* options,
                        coffer_store** store, coffer_error* error);
/* The same open store for another caller; cheap enough for each request. If `user` is NULL, the
 * user, groups and for_use stay those of `store`, and the identity must not name any. Both handles
 * are closed, in any order. */
coffer_code coffer_as(coffer_store* store, const coffer_identity* identity, coffer_store** other,
                      coffer_error* error);
/* Does nothing to the handle inside a transaction. */
void coffer_close(coffer_store* store);

typedef struct coffer_store_status {
  size_t size;
  uint64_t epoch;
  uint64_t sequence; /* of the newest commit */
  uint64_t record_count;
  uint64_t secret_count;
  uint64_t config_count;
  uint64_t slot_count;
  uint64_t file_bytes;
  uint64_t map_bytes;
  uint64_t pending_shred_buckets; /* hold removed records that the next shredding erases */
  uint64_t buckets_to_rotate;     /* of 256; 0: no rotation is under way */
  uint64_t oldest_reader_lag;     /* commits that the oldest open reader is behind */
  int64_t clock_behind_ms;        /* the clock, behind the latest time that the store has seen */
  uint64_t memory_bytes;          /* for secrets, in this process */
  uint64_t memory_locked_bytes;   /* less: the system refused to lock the rest */
  char store_id[40];
  char erase[24];   /* "verified-in-place", "best-effort" or "tpm-nv" */
  char anchor[512]; /* its URI, or only "file:" without `admin`; "": there is none */
} coffer_store_status;
#define COFFER_STORE_STATUS_INIT COFFER_SIZED(coffer_store_status)

coffer_code coffer_status(coffer_store* store, coffer_store_status* status, coffer_error* error);
/* Opens every record and checks the digest of all. COFFER_CORRUPT: something is wrong, and
 * `problems` (or NULL) holds a line for each, one after the other, each ended by NUL. `records` (or
 * NULL): how many were opened. */
coffer_code coffer_verify(coffer_store* store, uint64_t* records, coffer_bytes** problems,
                          coffer_error* error);

/* --- Secrets --- */

/* For `if_version` and `if_revision`: nothing must be there yet. 0 does not check. */
#define COFFER_IF_ABSENT UINT64_MAX

typedef struct coffer_version_info {
  uint64_t version;
  int64_t created_at_ms;
  int64_t deletion_at_ms; /* deleted from then on */
  int64_t expires_at_ms;
  int destroyed;
  int reserved[5];
} coffer_version_info;

typedef struct coffer_put_options {
  size_t size;
  uint64_t if_version;   /* COFFER_CONFLICT unless the newest version is this; COFFER_IF_ABSENT */
  int64_t ttl_ms;        /* 0: does not expire */
  int64_t expires_at_ms; /* in place of ttl_ms */
  int is_json;           /* for coffer_put: the value is one JSON value, kept as its exact text */
  int reserved;
} coffer_put_options;
#define COFFER_PUT_OPTIONS_INIT COFFER_SIZED(coffer_put_options)

/* Writes a new version; durable on return. `written` may be NULL. COFFER_IN_USE: the secret is a
 * config's. */
coffer_code coffer_put(coffer_store* store, const char* path, const void* value, size_t size,
                       const coffer_put_options* options, coffer_version_info* written,
                       coffer_error* error);
/* A new version: the newest one changed by a JSON Merge Patch (RFC 7396). Unless the options say
 * otherwise, it expires when the patched version did. `written` may be NULL. */
coffer_code coffer_patch(coffer_store* store, const char* path, const char* merge_json,
                         const coffer_put_options* options, coffer_version_info* written,
                         coffer_error* error);
/* A new version with the value and the expiry of an older one. `written` may be NULL. */
coffer_code coffer_rollback(coffer_store* store, const char* path, uint64_t to_version,
                            const coffer_put_options* options, coffer_version_info* written,
                            coffer_error* error);

/* `version` 0: the newest. `info` may be NULL. COFFER_NOT_FOUND, COFFER_DELETED, COFFER_EXPIRED,
 * COFFER_DESTROYED. */
coffer_code coffer_get(coffer_store* store, const char* path, uint64_t version,
                       coffer_bytes** value, coffer_version_info* info, coffer_error* error);
/* One field of a JSON object, or, if `field` begins with '/', the place that this JSON Pointer
 * (RFC 6901) names: a string decoded, anything else as its text. */
coffer_code coffer_get_field(coffer_store* store, const char* path, uint64_t version,
                             const char* field, coffer_bytes** value, coffer_error* error);
/* The versions, newest first: the first `capacity` of them; `count` is how many there are. */
coffer_code coffer_history(coffer_store* store, const char* path, coffer_version_info* versions,
                           size_t capacity, size_t* count, coffer_error* error);

/* Only coffer_delete takes no versions: the newest. All versions change, or none. COFFER_IN_USE: a
 * config or an outside user refers to it; the message names up to three. Destroyed and erased
 * values are gone for good when the call, or the transaction, returns. */
coffer_code coffer_delete(coffer_store* store, const char* path, const uint64_t* versions,
                          size_t count, coffer_error* error);
coffer_code coffer_undelete(coffer_store* store, const char* path, const uint64_t* versions,
                            size_t count, coffer_error* error);
coffer_code coffer_destroy(coffer_store* store, const char* path, const uint64_t* versions,
                           size_t count, coffer_error* error);
coffer_code coffer_destroy_all(coffer_store* store, const char* path, coffer_error* error);
/* Also removes the history and the metadata: a new secret of that name starts at version 1. */
coffer_code coffer_erase(coffer_store* store, const char* path, coffer_error* error);

/* With history. COFFER_CONFLICT: something is at `to`. */
coffer_code coffer_move(coffer_store* store, const char* from, const char* to, coffer_error* error);
coffer_code coffer_copy(coffer_store* store, const char* from, const char* to, coffer_error* error);

/* Records an outside user of a version (0: whichever is current), which is then neither destroyed
 * nor swept. */
coffer_code coffer_reference_add(coffer_store* store, const char* path, uint64_t version,
                                 const char* user, coffer_error* error);
coffer_code coffer_reference_remove(coffer_store* store, const char* path, uint64_t version,
                                    const char* user, coffer_error* error);

/* --- Names, metadata, settings --- */

typedef enum coffer_list_state {
  COFFER_LIST_STANDARD = 0, /* all but expired */
  COFFER_LIST_LIVE = 1,
  COFFER_LIST_DELETED = 2,
  COFFER_LIST_EXPIRED = 3,
  COFFER_LIST_ALL = 4
} coffer_list_state;

/* A secret passes all filters that are set. */
typedef struct coffer_list_options {
  size_t size;
  const char* const* tags; /* it has each of them */
  size_t tag_count;
  const char* const* custom; /* key, value, key, value ...: it has each pair */
  size_t custom_count;       /* of pairs */
  const char* owner;
  const char* kind;
  const char* workspace; /* it is a config's, of this workspace (a UUID) */
  int64_t older_than_ms; /* its last update is at least this long ago */
  int64_t newer_than_ms;
  coffer_list_state state;
  int recursive;
  int managed; /* 1: only those of configs; -1: all but those; 0: any */
  int reserved;
} coffer_list_options;
#define COFFER_LIST_OPTIONS_INIT COFFER_SIZED(coffer_list_options)

/* The names in a folder ("": the root), one after the other, each ended by NUL. A folder's ends
 * in '/'; recursive: full paths. */
coffer_code coffer_list(coffer_store* store, const char* folder, const coffer_list_options* options,
                        coffer_bytes** names, coffer_error* error);
/* The same as `json`: [{"path", "state", "version", "created_at_ms", "updated_at_ms",
 * "deletion_at_ms", "expires_at_ms", "kind", "description", "owner", "tags",
 * "custom_metadata"}], for a folder {"path": "a/", "folder": true}; never a value. */
coffer_code coffer_find(coffer_store* store, const char* folder, const coffer_list_options* options,
                        coffer_bytes** json, coffer_error* error);

/* `json`: {"max_versions": 0, "cas_required": false, "delete_version_after_ms": 0, "kind": "",
 * "description": "", "owner": "", "tags": [...], "custom_metadata": {"k": "v"}}, and members that
 * cannot be put: "created_at_ms", "updated_at_ms", "marked_by" (who set owner and tags without
 * `admin`), "marks_doubted" (others have put values since), "revision". */
coffer_code coffer_metadata_get(coffer_store* store, const char* path, coffer_bytes** json,
                                coffer_error* error);
/* Changes the members that `json` has, "custom_metadata" as a whole. Makes a secret without
 * versions if there is none; with `must_exist` that is COFFER_NOT_FOUND. */
coffer_code coffer_metadata_put(coffer_store* store, const char* path, const char* json,
                                int must_exist, coffer_error* error);

/* `json`: {"max_versions": null (unset) or a number, "cas_required": false,
 * "delete_version_after_ms": 0, "value_bytes_max": 1048576, "names": null (any), "scopes":
 * [{"prefix": "team", "value_bytes_max": 4096, "names": {"components": {"characters": "a-z0-9-",
 * "ends": "a-z0-9", "bytes_min": 2, "bytes_max": 48, "white_space": "allowed"}, "fields": {...}}}],
 * "audit_reads": false, "audit_keep_ms": 0, "audit_keep_records": 0}. White space is "allowed",
 * "not_alone" or "forbidden"; <coffer/settings.h> tells what a rule means. A rule may leave out
 * members. */
coffer_code coffer_settings_get(coffer_store* store, coffer_bytes** json, coffer_error* error);
/* Changes the members that `json` has, "scopes" as a whole. */
coffer_code coffer_settings_put(coffer_store* store, const char* json, coffer_error* error);
/* `json`: [{"path", "version", "user_kind", "user"}]. Not on a snapshot. */
coffer_code coffer_reference_list(coffer_store* store, const char* path, coffer_bytes** json,
                                  coffer_error* error);

/* --- Several calls as one, and a store as it was --- */

/* `inside`: the store in the transaction, valid until the body returns. Its reads see what the
 * transaction has written. A call that fails has changed nothing: the body may go on. Any code but
 * COFFER_OK ends the transaction with nothing written. The body may run again from the start
 * before anything is committed. On the open store it must not write (COFFER_FAILED). */
typedef coffer_code (*coffer_transaction_body)(coffer_store* inside, void* context);
/* Runs `body` alone among all writers, then commits. Answers the body's code. */
coffer_code coffer_transact(coffer_store* store, coffer_transaction_body body, void* context,
                            coffer_error* error);
/* COFFER_DENIED if the policy does not allow `use_case` ("list", "use", "reveal", "write",
 * "delete", "force", "admin", "audit") on `object`: a path. Outside a transaction "config:ID" and
 * "**" (the store) serve as well, and a refusal is not recorded. */
coffer_code coffer_require(coffer_store* store, const char* use_case, const char* object,
                           coffer_error* error);

/* The store as it is now, for many reads; closed by coffer_close, in any order with the store.
 * After many commits or an hour its calls answer COFFER_BUSY: take a new one. What has expired or
 * was destroyed since is not shown (<coffer/snapshot.h>). */
coffer_code coffer_snapshot(coffer_store* store, coffer_store** snapshot, coffer_error* error);

/* --- Sweeping, receipts, the clock --- */

typedef struct coffer_sweep_options {
  size_t size;
  int64_t grace_ms;
  size_t limit; /* destroys at most this many versions; 0: all that are due */
  int dry_run;
  int full; /* first works out from all configs what is reachable, and mends the indexes */
} coffer_sweep_options;
#define COFFER_SWEEP_OPTIONS_INIT COFFER_SIZED(coffer_sweep_options)

/* Destroys versions that have expired, and versions of configs that nothing has reached for longer
 * than the grace. `count` (or NULL): how many. */
coffer_code coffer_sweep(coffer_store* store, const coffer_sweep_options* options, uint64_t* count,
                         coffer_error* error);

/* Called when a call on this handle, or on one that coffer_as makes of it later, has erased
 * something for good, before the call returns. `text`: one line of JSON that the store vouches for,
 * valid until the sink returns. The sink must not write to the store. */
typedef void (*coffer_receipt_sink)(void* context, const char* text, size_t size);
/* `sink` NULL: none. */
coffer_code coffer_on_receipt(coffer_store* store, coffer_receipt_sink sink, void* context,
                              coffer_error* error);
/* COFFER_CORRUPT: altered, or another store's. COFFER_ROLLED_BACK: this store is older than it. */
coffer_code coffer_receipt_verify(coffer_store* store, const char* text, size_t size,
                                  coffer_error* error);

typedef struct coffer_clock_acceptance {
  size_t size;
  int64_t from_ms; /* the store's time before */
  int64_t to_ms;   /* the clock's */
  uint64_t destroyed;
  uint64_t moved;
} coffer_clock_acceptance;
#define COFFER_CLOCK_ACCEPTANCE_INIT COFFER_SIZED(coffer_clock_acceptance)

/* Sets the store's time back to the clock's, after the clock once ran ahead. `report` may be NULL.
 */
coffer_code coffer_clock_accept(coffer_store* store, int dry_run, coffer_clock_acceptance* report,
                                coffer_error* error);

/* --- Configs: JSON text in and out; <coffer/configs.h> explains each call --- */

typedef enum coffer_bump {
  COFFER_BUMP_DEFAULT = 0,
  COFFER_BUMP_CHANGED = 1, /* a value that differs becomes a new version */
  COFFER_BUMP_ALWAYS = 2   /* an equal value, too */
} coffer_bump;

typedef struct coffer_config_options {
  size_t size;
  const char* workspace;     /* a UUID; NULL: none */
  uint64_t if_revision;      /* COFFER_CONFLICT unless it is the stored one; COFFER_IF_ABSENT */
  int64_t keep_old_ms;       /* replaced versions live that much longer */
  int64_t lease_ms;          /* for a stage: how long it waits for its commit; 0: 15 minutes */
  const char* against;       /* for a stage: the caller's partial document, to resolve masks by */
  const char* const* unmark; /* JSON Pointers of secret places that may become plain */
  size_t unmark_count;
  int compat_airbyte;
  coffer_bump bump;
} coffer_config_options;
#define COFFER_CONFIG_OPTIONS_INIT COFFER_SIZED(coffer_config_options)

/* `report` is JSON: {"id", "revision", "partial", "outcomes", "destroyed"}, for a stage also
 * "stage" and "expires_time", and "spec_marks_nothing": true if the spec marks nothing. A result
 * `destroyed` holds coordinates, one after the other, each ended by NUL. */
coffer_code coffer_config_put(coffer_store* store, const char* id, const char* spec,
                              const char* document, const coffer_config_options* options,
                              coffer_bytes** report, coffer_error* error);
/* `update`: a JSON Merge Patch. `spec`: a new one, or NULL. */
coffer_code coffer_config_patch(coffer_store* store, const char* id, const char* spec,
                                const char* update, const coffer_config_options* options,
                                coffer_bytes** report, coffer_error* error);
/* `payloads`: a JSON object of the coordinates in `partial` and their values. */
coffer_code coffer_config_import(coffer_store* store, const char* id, const char* spec,
                                 const char* partial, const char* payloads,
                                 const coffer_config_options* options, coffer_bytes** report,
                                 coffer_error* error);
/* Makes a config `to` with the values of `from` under coordinates of its own. `report` may be
 * NULL. COFFER_CONFLICT: `to` exists. */
coffer_code coffer_config_copy(coffer_store* store, const char* from, const char* to,
                               coffer_bytes** report, coffer_error* error);
/* Keeps revision (`revision` may be NULL), coordinates, references and stages. COFFER_CONFLICT. */
coffer_code coffer_config_rename(coffer_store* store, const char* from, const char* to,
                                 uint64_t* revision, coffer_error* error);
coffer_code coffer_config_delete(coffer_store* store, const char* id, coffer_error* error);

typedef enum coffer_config_form {
  COFFER_CONFIG_MASKED = 0,
  COFFER_CONFIG_COORDINATES = 1,
  COFFER_CONFIG_PARTIAL = 2,
  COFFER_CONFIG_REVEALED = 3
} coffer_config_form;

/* `revision` may be NULL. */
coffer_code coffer_config_get(coffer_store* store, const char* id, coffer_config_form form,
                              coffer_bytes** document, uint64_t* revision, coffer_error* error);
/* The ids, one after the other, each ended by NUL. */
coffer_code coffer_config_list(coffer_store* store, coffer_bytes** ids, coffer_error* error);

/* Gives the JSON text of a secret kept elsewhere in *value (coffer_bytes_copy), which the library
 * frees, or returns a code. Called while no lock of the store is held. */
typedef coffer_code (*coffer_resolver)(void* context, const char* name, coffer_bytes** value);

typedef struct coffer_hydrate_options {
  size_t size;
  const char* id;   /* values go to the places that this config's spec declares */
  const char* spec; /* or to those of this spec; neither: to every coordinate of the store */
  coffer_resolver resolver;
  void* context;
  int compat_airbyte; /* every value as a JSON string; without an id */
  int reserved;
} coffer_hydrate_options;
#define COFFER_HYDRATE_OPTIONS_INIT COFFER_SIZED(coffer_hydrate_options)

/* Puts values back into a partial document, all or nothing. */
coffer_code coffer_config_hydrate(coffer_store* store, const char* partial,
                                  const coffer_hydrate_options* options, coffer_bytes** document,
                                  coffer_error* error);

typedef struct coffer_check_options {
  size_t size;
  const char* id; /* a later put of this id takes over equal values */
  int64_t ttl_ms; /* 0: two hours */
} coffer_check_options;
#define COFFER_CHECK_OPTIONS_INIT COFFER_SIZED(coffer_check_options)

/* Splits a document for a check or discover run. */
coffer_code coffer_config_check(coffer_store* store, const char* spec, const char* document,
                                const coffer_check_options* options, coffer_bytes** report,
                                coffer_error* error);
/* Ends a check early, by the id or by the partial document: the other is NULL. `destroyed` may be
 * NULL. */
coffer_code coffer_config_end_check(coffer_store* store, const char* id, const char* partial,
                                    coffer_bytes** destroyed, coffer_error* error);
coffer_code coffer_config_stage(coffer_store* store, const char* id, const char* spec,
                                const char* document, const coffer_config_options* options,
                                coffer_bytes** report, coffer_error* error);

typedef struct coffer_commit_options {
  size_t size;
  int64_t keep_old_ms; /* replaced versions live that much longer */
  int outside;         /* the caller keeps the document: its secrets count as used */
  int reserved;
} coffer_commit_options;
#define COFFER_COMMIT_OPTIONS_INIT COFFER_SIZED(coffer_commit_options)

coffer_code coffer_config_commit(coffer_store* store, const char* id, const char* stage,
                                 const coffer_commit_options* options, coffer_bytes** report,
                                 coffer_error* error);
/* `destroyed` may be NULL. */
coffer_code coffer_config_abandon(coffer_store* store, const char* id, const char* stage,
                                  coffer_bytes** destroyed, coffer_error* error);

/* --- Key slots; see <coffer/key_slots.h> --- */

/* `json`: [{"slot", "provider", "uri", "key_id", "created_at_ms", "last_used_at_ms"}]. */
coffer_code coffer_key_list(coffer_store* store, coffer_bytes** json, coffer_error* error);
/* The same without a key. Nothing proves it: anyone who can write the store's files
 * can make it say anything. */
coffer_code coffer_key_list_unproven(const char* directory, coffer_bytes** json,
                                     coffer_error* error);
/* `slot` (or NULL): its number. COFFER_CONFLICT: a slot has this key already. */
coffer_code coffer_key_add(coffer_store* store, const char* key_uri, int* slot,
                           coffer_error* error);
/* COFFER_IN_USE: the last slot. */
coffer_code coffer_key_remove(coffer_store* store, int slot, coffer_error* error);

typedef struct coffer_key_options {
  size_t size;
  const char* const* key_uris; /* tried before the slots' own */
  size_t key_count;
  const int* without; /* for coffer_key_rotate: slots to give up */
  size_t without_count;
} coffer_key_options;
#define COFFER_KEY_OPTIONS_INIT COFFER_SIZED(coffer_key_options)

/* Wraps the master key again for a slot, or for all of them: 0. `json` (or NULL): [{"slot",
 * "provider", "uri", "key_id", "key_id_before", "skipped", "code"}]. With 0 a slot that fails
 * does not make the call fail: see its "code". */
coffer_code coffer_key_rewrap(coffer_store* store, int slot, const coffer_key_options* options,
                              coffer_bytes** json, coffer_error* error);
/* Makes a new master key, for all slots that are not given up. */
coffer_code coffer_key_rotate(coffer_store* store, const coffer_key_options* options,
                              coffer_error* error);
/* Called after each batch: `done` of `all` bucket keys are new. Any code but COFFER_OK stops the
 * rotation (COFFER_DECLINED); the next call goes on from there. */
typedef coffer_code (*coffer_progress)(void* context, uint64_t done, uint64_t all);
/* Makes new bucket keys, and wraps the data key of every living version under them. `progress` may
 * be NULL. */
coffer_code coffer_key_rotate_data(coffer_store* store, coffer_progress progress, void* context,
                                   coffer_error* error);

/* --- The rollback anchor; see <coffer/anchor.h> --- */

typedef enum coffer_anchor_every {
  COFFER_ANCHOR_AUTOMATIC = 0, /* a file at each commit, a TPM's counter at each shredding */
  COFFER_ANCHOR_COMMIT = 1,
  COFFER_ANCHOR_CLOSE = 2,
  COFFER_ANCHOR_SHRED = 3
} coffer_anchor_every;
/* Sets the anchor, or moves it. COFFER_CONFLICT: something else is there. */
coffer_code coffer_anchor_set(coffer_store* store, const char* uri, coffer_anchor_every every,
                              coffer_error* error);
coffer_code coffer_anchor_update(coffer_store* store, coffer_error* error);
coffer_code coffer_anchor_remove(coffer_store* store, coffer_error* error);

/* --- The policy; see <coffer/policy.h> --- */

/* `json`: {"revision", "rules": [{"effect", "subjects", "use_cases", "objects", "tags"}], "roles":
 * {NAME: [MEMBER ...]}}; "roles" only if there are any. */
coffer_code coffer_policy_get(coffer_store* store, coffer_bytes** json, coffer_error* error);
/* `if_revision`: COFFER_CONFLICT unless it is the stored one; 0, COFFER_IF_ABSENT. `revision` (or
 * NULL): the new one. */
coffer_code coffer_policy_put(coffer_store* store, const char* json, uint64_t if_revision,
                              uint64_t* revision, coffer_error* error);
/* Whether the policy allows `use_case` to a user with groups; needs `admin`. `object` as in a rule,
 * without wildcards; "**": the store. `rule` (or NULL): the one that decides, from 1 on; 0: none
 * does. */
coffer_code coffer_policy_test(coffer_store* store, const coffer_identity* identity,
                               const char* use_case, const char* object, int* allowed, size_t* rule,
                               coffer_error* error);

/* --- The audit log and the change feed; see <coffer/audit.h> and <coffer/changes.h> --- */

typedef enum coffer_audit_outcome {
  COFFER_AUDIT_ANY = 0,
  COFFER_AUDIT_ALLOWED = 1,
  COFFER_AUDIT_REFUSED = 2
} coffer_audit_outcome;

typedef struct coffer_audit_filter {
  size_t size;
  const char* path;
  const char* prefix; /* this path and what is below it */
  const char* action;
  const char* actor; /* the label */
  const char* user;  /* the user that the policy went by */
  int64_t since_ms;  /* at or after */
  int64_t until_ms;  /* before */
  uint64_t after_number;
  size_t limit; /* 0: as many as there are */
  int newest;   /* with a limit: the last ones that fit */
  coffer_audit_outcome outcome;
} coffer_audit_filter;
#define COFFER_AUDIT_FILTER_INIT COFFER_SIZED(coffer_audit_filter)

/* `json`: [{"number", "sequence", "at_ms", "uid", "pid", "program", "actor", "user", "reason",
 * "correlation", "outcome", "items": [{"action", "path", "version"}]}], with "count" in an item
 * that stands for more than one refusal. The outcome is "allowed" or the word of a code. */
coffer_code coffer_audit_list(coffer_store* store, const coffer_audit_filter* filter,
                              coffer_bytes** json, coffer_error* error);

typedef struct coffer_audit_report {
  size_t size;
  uint64_t records; /* whole records, from the first kept */
  uint64_t first;   /* 0: the log is empty */
  uint64_t last;
  uint64_t broken; /* the first broken record; 0: none */
  char problem[160];
} coffer_audit_report;
#define COFFER_AUDIT_REPORT_INIT COFFER_SIZED(coffer_audit_report)

/* COFFER_CORRUPT: the chain is broken; `report` (or NULL) is filled then, too. */
coffer_code coffer_audit_verify(coffer_store* store, coffer_audit_report* report,
                                coffer_error* error);

/* Exactly one of the two. */
typedef struct coffer_prune_options {
  size_t size;
  int64_t before_ms;     /* removes what is older; INT64_MAX: everything */
  uint64_t keep_records; /* keeps this many of the newest, refusals not counted */
} coffer_prune_options;
#define COFFER_PRUNE_OPTIONS_INIT COFFER_SIZED(coffer_prune_options)

/* Removes the oldest records, and records that. `removed` may be NULL. */
coffer_code coffer_audit_prune(coffer_store* store, const coffer_prune_options* options,
                               uint64_t* removed, coffer_error* error);

typedef struct coffer_changes_options {
  size_t size;
  const char* prefix;  /* this path and what is below it */
  size_t limit;        /* whole revisions, until this many changes; 0: 1,000 */
  uint64_t from_index; /* also changes of `after_revision` from this index on; 0: none */
} coffer_changes_options;
#define COFFER_CHANGES_OPTIONS_INIT COFFER_SIZED(coffer_changes_options)

/* What happened after a revision (0: from the beginning). `json`: [{"revision", "index", "at_ms",
 * "path", "version", "what"}]; only coffer_audit_list has reads and refusals. `revision` (or NULL):
 * where to go on. `more` (or NULL): the limit was reached. COFFER_NOT_FOUND: no longer kept. */
coffer_code coffer_changes(coffer_store* store, uint64_t after_revision,
                           const coffer_changes_options* options, coffer_bytes** json,
                           uint64_t* revision, int* more, coffer_error* error);
/* Sleeps until the store is past a revision, the time is over, or coffer_wake_waiting is called.
 * `revision` (or NULL): the store's at that time. */
coffer_code coffer_wait_for_changes(coffer_store* store, uint64_t after_revision,
                                    int64_t timeout_ms, uint64_t* revision, coffer_error* error);
void coffer_wake_waiting(coffer_store* store);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
/* NOLINTEND(readability-identifier-naming) */

#ifdef __cplusplus
}
#endif
#endif
