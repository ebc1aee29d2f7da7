#include "base/locked_arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <mutex>
#include <new>

#include <coffer/secret_bytes.h>

#include "base/check.h"

namespace coffer {
namespace {

constexpr std::size_t kSmallestBlock = 32;
constexpr std::size_t kLargestPooledBlock = std::size_t{64} << 10;
constexpr std::size_t kSlabBytes = std::size_t{64} << 10;
constexpr std::size_t kClassCount = 12;  // 32 B << 0..11
constexpr std::size_t kShardCount = 8;   // Threads on different shards do not contend.

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

std::size_t round_to_page(std::size_t size) {
  return (size + page_bytes() - 1) / page_bytes() * page_bytes();
}

std::size_t shard_of_this_thread() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t shard = next.fetch_add(1) % kShardCount;
  return shard;
}

}  // namespace

struct LockedArena::State {
  struct Free {
    Free* next;
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::array<Free*, kClassCount> free{};
  };
  Kind kind;
  std::atomic<std::size_t> mapped{0};
  std::atomic<std::size_t> locked{0};
  std::array<Shard, kShardCount> shards;

  // Maps memory with an unreadable page on either side. If mlock is refused (RLIMIT_MEMLOCK), the
  // memory is only counted as not locked: see secret_memory().
  void* map(std::size_t size) {
    const std::size_t whole = size + 2 * page_bytes();
    void* base = mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) throw std::bad_alloc();
    auto* inner = static_cast<std::uint8_t*>(base) + page_bytes();
    if (mprotect(inner, size, PROT_READ | PROT_WRITE) != 0) {
      munmap(base, whole);
      throw std::bad_alloc();
    }
    madvise(inner, size, MADV_DONTDUMP);
    if (kind == Kind::keys) madvise(inner, size, MADV_WIPEONFORK);
    if (mlock(inner, size) == 0) locked += size;
    mapped += size;
    return inner;
  }

  void unmap(void* memory, std::size_t size) {
    // munmap also unlocks. The arena does not know whether this mapping was locked, so both
    // counters go down as if it was.
    mapped -= size;
    std::size_t have = locked.load();
    while (have > 0 && !locked.compare_exchange_weak(have, have - (have < size ? have : size))) {
    }
    munmap(static_cast<std::uint8_t*>(memory) - page_bytes(), size + 2 * page_bytes());
  }
};

LockedArena::LockedArena(Kind kind) : state_(new State) { state_->kind = kind; }

LockedArena& LockedArena::of(Kind kind) {
  static LockedArena* const values = new LockedArena(Kind::values);
  static LockedArena* const keys = new LockedArena(Kind::keys);
  return kind == Kind::keys ? *keys : *values;
}

std::size_t LockedArena::block_bytes(std::size_t size) {
  if (size > kLargestPooledBlock) return round_to_page(size);
  return std::bit_ceil(size < kSmallestBlock ? kSmallestBlock : size);
}

void* LockedArena::allocate(std::size_t size) {
  const std::size_t block = block_bytes(size);
  if (block > kLargestPooledBlock) return state_->map(block);
  const auto index = static_cast<std::size_t>(std::countr_zero(block / kSmallestBlock));
  State::Shard& shard = state_->shards[shard_of_this_thread()];
  const std::lock_guard lock(shard.mutex);
  if (shard.free[index] == nullptr) {
    auto* slab = static_cast<std::uint8_t*>(state_->map(kSlabBytes));
    for (std::size_t at = kSlabBytes; at >= block; at -= block) {
      auto* item = reinterpret_cast<State::Free*>(slab + at - block);
      item->next = shard.free[index];
      shard.free[index] = item;
    }
  }
  State::Free* item = shard.free[index];
  shard.free[index] = item->next;
  item->next = nullptr;  // The other bytes were wiped when the block was given back.
  return item;
}

void LockedArena::release(void* memory, std::size_t size) {
  const std::size_t block = block_bytes(size);
  wipe(memory, block);
  if (block > kLargestPooledBlock) {
    state_->unmap(memory, block);
    return;
  }
  const auto index = static_cast<std::size_t>(std::countr_zero(block / kSmallestBlock));
  State::Shard& shard = state_->shards[shard_of_this_thread()];
  const std::lock_guard lock(shard.mutex);
  auto* item = static_cast<State::Free*>(memory);
  item->next = shard.free[index];
  shard.free[index] = item;
}

std::size_t LockedArena::mapped_bytes() const { return state_->mapped; }
std::size_t LockedArena::locked_bytes() const { return state_->locked; }

}  // namespace coffer
