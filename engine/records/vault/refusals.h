// Refusals that wait for a commit of somebody else. Each of them alone would cost a durable commit,
// so that whoever may do nothing could keep the store busy and its audit log full.
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

/// So many records of refusals are written at once for one caller in each span; what comes beyond
/// them is gathered, equal ones as one with a count.
inline constexpr int kRefusalsAtOnce = 32;
inline constexpr std::int64_t kRefusalSpanMs = 60'000;
/// So many different ones are held; then they are written at once.
inline constexpr std::size_t kGatheredMax = 256;
/// Of one caller so many are told apart in each span; what comes beyond them is one for each action
/// and code, without a name, or he would fill the disk by asking for ever new ones.
inline constexpr int kToldApartMax = 256;

/// Thread-safe.
class GatheredRefusals {
 public:
  /// Of one caller: his name to the policy and his label, without the rest that he says of himself.
  struct Kept {
    Actor who;
    std::vector<Noted> items;
  };
  /// Keeps the refusals, unless the caller's are still to be written at once: then it is false.
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
  std::map<std::string, Span> spans_;  // Of a user; where there is none, of a label.
  std::map<Who, std::map<What, std::uint64_t>> gathered_;
  std::size_t count_ = 0;  // Of what is gathered, equal ones as one.
};

/// What a commit takes along; given back where the commit did not come to pass.
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
