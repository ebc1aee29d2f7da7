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
  if (coffer_create(directory, keys, 1, &error) != COFFER_OK) return fail(&error);
  if (coffer_open(directory, keys, 1, &store, &error) != COFFER_OK) return fail(&error);
  if (coffer_put(store, "job", (const uint8_t*)"bar", 3, 0, COFFER_ANY_VERSION, 0, NULL,
                 &error) != COFFER_OK)
    return fail(&error);
  coffer_bytes* value = NULL;
  if (coffer_get(store, "job", 0, &value, NULL, &error) != COFFER_OK) return fail(&error);
  const int same = coffer_bytes_size(value) == 3 && memcmp(coffer_bytes_data(value), "bar", 3) == 0;
  coffer_bytes_free(value);
  coffer_close(store);
  return same ? 0 : 1;
}
