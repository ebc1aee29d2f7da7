/* A PKCS#11 module that never answers. */
#include <unistd.h>

unsigned long C_GetFunctionList(void** list);
unsigned long C_GetFunctionList(void** list) {
  *list = 0;
  for (;;) pause();
}
