// Collects what a transaction did and what was refused, for the audit log. Holds names, no values.
#pragma once

#include <coffer/error.h>
#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/audit_action.h"

namespace coffer::records {

/// One item of an audit record.
struct Noted {
  format::Action action;
  std::string path;                ///< A path, a config's id or a key slot's number; may be empty.
  std::uint64_t version = 0;       ///< A version, or a config's revision; 0: none.
  std::uint32_t refused_with = 0;  ///< The ErrorCode of a refusal; 0: not refused.
  std::uint64_t count = 1;         ///< How many equal refusals this item stands for.
};

/// The public call that a caller makes, so that a refusal can be recorded.
struct Intent {
  format::Action action;
  std::string_view name;      ///< A path, a config's id, a slot's number; outlives the call.
  std::uint64_t version = 0;  ///< 0: none.
  bool is_told = false;       ///< The audit log has the refusal.
};

/// Whether the code is a refusal. A failure, such as io, is not one.
bool is_refusal(ErrorCode code);
/// Returns `name` if it can be a name, else an empty text: a refused call must not fill the log
/// with arbitrary bytes.
std::string recordable(std::string_view name);

/// Whether `name` is `prefix` or lies below it; every name lies below "".
bool is_below(std::string_view name, std::string_view prefix);

/// The notes of one transaction. One thread at a time.
class Notes {
 public:
  /// Call at the start of each operation that changes something: if the body fails, this operation
  /// is recorded as refused.
  void attempt(format::Action action, std::string_view name, std::uint64_t version = 0) {
    trying_ = Noted{action, recordable(name), version};
  }
  /// Call at the end of each operation that changed something, once a version.
  void note(format::Action action, std::string_view name, std::uint64_t version = 0) {
    done_.push_back({action, std::string(name), version});
    trying_.reset();
  }
  /// Ends an attempted operation that had nothing to change.
  Result<void> done() {
    trying_.reset();
    return {};
  }
  /// Call when a value was given to the caller.
  void note_read(std::string_view name, std::uint64_t version) {
    done_.push_back({format::Action::read, std::string(name), version});
  }
  /// Call when an operation was refused but the body continues.
  void note_refused(format::Action action, std::string_view name, std::uint64_t version,
                    ErrorCode code) {
    refused_.push_back({action, std::string(name), version, static_cast<std::uint32_t>(code)});
  }
  /// Adds items from outside this transaction, which its commit records.
  void add(const std::vector<Noted>& items) {
    done_.insert(done_.end(), items.begin(), items.end());
  }
  /// Ends an attempted operation without a note: its result is noted in another way.
  void forget_attempt() { trying_.reset(); }

  bool is_empty() const { return done_.empty() && refused_.empty(); }
  /// Removes and returns all items. Refusals come last, so that they cannot push a change out of an
  /// audit record.
  std::vector<Noted> take();
  std::vector<Noted> take_refused();
  /// After the body failed with `error`: the operations that were refused.
  std::vector<Noted> refused_by(const Error& error, const Intent* intent) const;
  /// After the body failed: the values that it was given before.
  std::vector<Noted> reads() const;

 private:
  std::vector<Noted> done_;
  std::vector<Noted> refused_;
  std::optional<Noted> trying_;
};

}  // namespace coffer::records
