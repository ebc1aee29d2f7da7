// What a transaction does and is refused, for the audit log. Names only, never a value.
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
  std::string path;                ///< Or a config's id, a key slot's number; may be empty.
  std::uint64_t version = 0;       ///< Or a config's revision; 0: none in particular.
  std::uint32_t refused_with = 0;  ///< An ErrorCode: it was refused, and is undone.
  std::uint64_t count = 1;         ///< How often, where equal refusals were gathered.
};

/// What a caller is about, for the record of its refusal: a whole public call.
struct Intent {
  format::Action action;
  std::string_view name;      ///< A path, a config's id, a slot's number; outlives the call.
  std::uint64_t version = 0;  ///< 0: none in particular.
  bool is_told = false;       ///< Its refusal is on record.
};

/// Whether the store said no. False for what it could not do, such as io.
bool is_refusal(ErrorCode code);
/// Returns `name` if it could be a name, else an empty text, so that a refused call cannot fill
/// the log.
std::string recordable(std::string_view name);

/// Whether a name of an audit record is the prefix, or below it; every name is below "".
bool is_below(std::string_view name, std::string_view prefix);

/// The notes of one transaction. One thread at a time.
class Notes {
 public:
  /// Call at the beginning of each operation that changes something: if the body fails, this is
  /// what was refused.
  void attempt(format::Action action, std::string_view name, std::uint64_t version = 0) {
    trying_ = Noted{action, recordable(name), version};
  }
  /// Call at the end of each operation that changed something, once for each version.
  void note(format::Action action, std::string_view name, std::uint64_t version = 0) {
    done_.push_back({action, std::string(name), version});
    trying_.reset();
  }
  /// The answer of an operation that had nothing to change.
  Result<void> done() {
    trying_.reset();
    return {};
  }
  /// A value was handed out.
  void note_read(std::string_view name, std::uint64_t version) {
    done_.push_back({format::Action::read, std::string(name), version});
  }
  /// An operation was refused, and the body goes on.
  void note_refused(format::Action action, std::string_view name, std::uint64_t version,
                    ErrorCode code) {
    refused_.push_back({action, std::string(name), version, static_cast<std::uint32_t>(code)});
  }
  /// What happened elsewhere, and is to be told by this commit.
  void add(const std::vector<Noted>& items) {
    done_.insert(done_.end(), items.begin(), items.end());
  }
  /// The operation that was attempted is over: what becomes of it is noted otherwise.
  void forget_attempt() { trying_.reset(); }

  bool is_empty() const { return done_.empty() && refused_.empty(); }
  /// Everything, refusals last: they must not push what was done out of an audit record.
  std::vector<Noted> take();
  std::vector<Noted> take_refused();
  /// For a body that failed with `error`: the operations that were refused.
  std::vector<Noted> refused_by(const Error& error, const Intent* intent) const;
  /// For a body that failed: the values that it was given all the same.
  std::vector<Noted> reads() const;

 private:
  std::vector<Noted> done_;
  std::vector<Noted> refused_;
  std::optional<Noted> trying_;
};

}  // namespace coffer::records
