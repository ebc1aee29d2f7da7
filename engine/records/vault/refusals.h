// Gathers refusals until another commit writes them. A durable commit for each refusal would let a
// caller without rights keep the store busy and fill its audit log.
#pragma once

#include <coffer/audit.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "records/notes.h"

namespace coffer::records {

/// How many refusals of one caller are recorded at once in each span. Further ones are gathered,
/// and equal ones are counted.
inline constexpr int kRefusalsAtOnce = 32;
inline constexpr std::int64_t kRefusalSpanMs = 60'000;
/// How many different refusals are gathered before they are written.
inline constexpr std::size_t kGatheredMax = 256;
/// How many refusals of one caller are told apart in each span. Further ones are counted by action
/// and code, without a name: otherwise a caller could fill the disk by asking for new names.
inline constexpr int kToldApartMax = 256;

/// Thread-safe.
class GatheredRefusals {
 public:
  /// The refusals of one caller: `who` holds only the user and the label.
  struct Kept {
    Actor who;
    std::vector<Noted> items;
  };
  /// Keeps the refusals and returns true; false: the caller's refusals are to be written at once.
  bool keep(const Actor& actor, const std::vector<Noted>& items, std::int64_t now_ms);
  bool is_full() const;
  bool is_empty() const;

 private:
  friend class CarriedRefusals;
  using Who = std::pair<std::string, std::string>;  // The user, the label.
  using What = std::tuple<format::Action, std::string, std::uint64_t, std::uint32_t>;
  struct Span {
    std::int64_t since_ms = 0;
    int at_once = 0;
    int told_apart = 0;
  };
  void add_of(Span& span, const Who& who, const std::vector<Noted>& items);
  void add(const Who& who, const std::vector<Noted>& items);

  mutable std::mutex mutex_;
  std::map<std::string, Span> spans_;  // By user, or by label if there is no user.
  std::map<Who, std::map<What, std::uint64_t>> gathered_;
  std::size_t count_ = 0;  // Different refusals gathered.
};

/// The gathered refusals that a commit writes; they are given back if the commit fails.
class CarriedRefusals {
 public:
  explicit CarriedRefusals(GatheredRefusals& source);
  ~CarriedRefusals();
  CarriedRefusals(const CarriedRefusals&) = delete;
  CarriedRefusals& operator=(const CarriedRefusals&) = delete;
  const std::vector<GatheredRefusals::Kept>& all() const { return all_; }
  void are_durable() { all_.clear(); }

 private:
  GatheredRefusals& source_;
  std::vector<GatheredRefusals::Kept> all_;
};

}  // namespace coffer::records
