// The command's memory: what is given back is wiped first. The values of a document that is
// imported pass through the ordinary memory of others (yaml-cpp's nodes, strings and streams of
// the standard library), which frees them as they are; here that is made good for all of them
// at once. What lives in the locked arena is wiped there already.
#include <malloc.h>
#include <string.h>

#include <cstdlib>
#include <new>

namespace {

void* taken(std::size_t size) noexcept { return std::malloc(size == 0 ? 1 : size); }

void* taken(std::size_t size, std::align_val_t alignment) noexcept {
  void* memory = nullptr;
  const auto least = static_cast<std::size_t>(alignment);
  if (posix_memalign(&memory, least < sizeof(void*) ? sizeof(void*) : least, size) != 0)
    return nullptr;
  return memory;
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void give_back(void* memory) noexcept {
  if (memory == nullptr) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

// Every form, so that what one of them took none of another library's gives back.
void* operator new(std::size_t size) { return or_throw(taken(size)); }
void* operator new[](std::size_t size) { return or_throw(taken(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return taken(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return taken(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(taken(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(taken(size, alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return taken(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return taken(size, alignment);
}

void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  give_back(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  give_back(memory);
}
