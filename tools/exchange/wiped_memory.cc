// Wipes all memory that the command frees. Values of an imported document pass through the ordinary
// memory of libraries (yaml-cpp's nodes, strings and streams of the standard library), which free
// it unwiped; replacing operator delete covers them all. The locked arena wipes its memory itself.
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

// All forms are replaced, so that no form frees memory that another library's form allocated.
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
