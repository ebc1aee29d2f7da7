#include "records/vault/refusals.h"

#include <utility>

namespace coffer::records {
namespace {

// Bounds the spans: a caller that takes a new name for each call gets no new span each time.
constexpr std::size_t kSpansMax = 1024;

// Drops the path, which the caller could vary without end.
std::vector<Noted> without_name(const Noted& item) {
  return {{item.action, "", 0, item.refused_with, item.count}};
}

}  // namespace

bool GatheredRefusals::keep(const Actor& actor, const std::vector<Noted>& items,
                            std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const std::string& name = actor.user.empty() ? actor.actor : actor.user;
  if (spans_.size() >= kSpansMax && spans_.count(name) == 0) {
    std::erase_if(spans_, [&](const auto& each) {
      return now_ms < each.second.since_ms || now_ms - each.second.since_ms >= kRefusalSpanMs;
    });
    if (spans_.size() >= kSpansMax) {
      for (const Noted& each : items) add({actor.user, ""}, without_name(each));
      return true;
    }
  }
  Span& span = spans_[name];
  // A clock that was set back begins a new span.
  if (now_ms < span.since_ms || now_ms - span.since_ms >= kRefusalSpanMs) span = {now_ms};
  if (span.at_once < kRefusalsAtOnce) {
    ++span.at_once;
    return false;
  }
  add_of(span, {actor.user, actor.actor}, items);
  return true;
}

void GatheredRefusals::add_of(Span& span, const Who& who, const std::vector<Noted>& items) {
  for (const Noted& each : items) {
    const auto known = gathered_.find(who);
    const bool is_known =
        known != gathered_.end() &&
        known->second.contains({each.action, each.path, each.version, each.refused_with});
    if (!is_known && span.told_apart >= kToldApartMax) {
      add({who.first, ""}, without_name(each));
      continue;
    }
    if (!is_known) ++span.told_apart;
    add(who, {each});
  }
}

void GatheredRefusals::add(const Who& who, const std::vector<Noted>& items) {
  auto& known = gathered_[who];
  for (const Noted& each : items) {
    std::uint64_t& count = known[{each.action, each.path, each.version, each.refused_with}];
    if (count == 0) ++count_;
    count += each.count;
  }
}

bool GatheredRefusals::is_full() const {
  const std::lock_guard lock(mutex_);
  return count_ >= kGatheredMax;
}

bool GatheredRefusals::is_empty() const {
  const std::lock_guard lock(mutex_);
  return count_ == 0;
}

CarriedRefusals::CarriedRefusals(GatheredRefusals& source) : source_(source) {
  const std::lock_guard lock(source_.mutex_);
  for (const auto& [who, known] : source_.gathered_) {
    GatheredRefusals::Kept kept;
    kept.who.user = who.first;
    kept.who.actor = who.second;
    for (const auto& [what, count] : known) {
      const auto& [action, path, version, code] = what;
      kept.items.push_back({action, path, version, code, count});
    }
    all_.push_back(std::move(kept));
  }
  source_.gathered_.clear();
  source_.count_ = 0;
}

CarriedRefusals::~CarriedRefusals() {
  if (all_.empty()) return;
  const std::lock_guard lock(source_.mutex_);
  for (const GatheredRefusals::Kept& kept : all_)
    source_.add({kept.who.user, kept.who.actor}, kept.items);
}

}  // namespace coffer::records
