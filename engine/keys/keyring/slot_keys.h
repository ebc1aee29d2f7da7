// The keys of slots that are wrapped again. A source that serves several slots is read, or a person
// asked for it, once.
#pragma once

#include <coffer/key_slots.h>
#include <coffer/key_source.h>

#include <functional>
#include <list>
#include <optional>
#include <span>

#include "keys/keyring/slot.h"

namespace coffer::keys {

/// Describes a slot; the description holds no secret.
KeySlotInfo info_of(const format::KeySlot& slot);

class SlotKeys {
 public:
  using SourceOf = std::function<Result<KeySource>(const KeySlotInfo& slot)>;

  /// Tries `given` first, each for the slots of its kind; then the answer of `source_of` for the
  /// slot. The sources in `given` are copied.
  SlotKeys(std::span<const KeySource> given, SourceOf source_of);

  /// An opener of the slot, tested: the slot's blob holds `master`. Errors: wrong_key,
  /// key_unavailable, declined, corrupt, those of provider_failure() and of `source_of`.
  Result<SlotOpener> open(const format::KeySlot& slot, const SlotContext& context,
                          const crypto::Key& master);

 private:
  struct Tried {
    KeySource source;
    std::optional<Result<SourceMaterial>> material = {};
  };
  static Result<SlotOpener> open_with(Tried& tried, const format::KeySlot& slot,
                                      const SlotContext& context, const crypto::Key& master);

  std::list<Tried> given_;  // Materials point to their sources.
  std::list<Tried> asked_;
  SourceOf source_of_;
};

}  // namespace coffer::keys
