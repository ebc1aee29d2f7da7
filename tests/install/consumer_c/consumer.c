/* A program in C outside the tree: makes a store, puts a secret, reads it back. */
#include <coffer/coffer.h>
#include <stdio.h>
#include <string.h>

static int fail(const coffer_error* error) {
  fprintf(stderr, "%s\n%s\n", error->message, error->hint);
  return (int)error->code;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  char directory[4096];
  char key[4096];
  snprintf(directory, sizeof directory, "%s/store", argv[1]);
  snprintf(key, sizeof key, "file://%s/master.key", argv[1]);
  const char* keys[] = {key};
  coffer_error error;
  coffer_store* store = NULL;
  coffer_create_options create = COFFER_CREATE_OPTIONS_INIT;
  create.key_uris = keys;
  create.key_count = 1;
  if (coffer_create(directory, &create, &error) != COFFER_OK) return fail(&error);
  coffer_open_options open = COFFER_OPEN_OPTIONS_INIT;
  open.key_uris = keys;
  open.key_count = 1;
  if (coffer_open(directory, &open, &store, &error) != COFFER_OK) return fail(&error);
  coffer_put_options put = COFFER_PUT_OPTIONS_INIT;
  put.if_version = COFFER_IF_ABSENT;
  if (coffer_put(store, "job", "bar", 3, &put, NULL, &error) != COFFER_OK) return fail(&error);
  if (coffer_put(store, "job", "baz", 3, &put, NULL, &error) != COFFER_CONFLICT) return 1;
  coffer_bytes* value = NULL;
  if (coffer_get(store, "job", 0, &value, NULL, &error) != COFFER_OK) return fail(&error);
  const int same = coffer_bytes_size(value) == 3 && strcmp(coffer_bytes_data(value), "bar") == 0;
  coffer_bytes_free(value);
  coffer_close(store);
  return same && strcmp(coffer_version(), COFFER_VERSION) == 0 ? 0 : 1;
}
