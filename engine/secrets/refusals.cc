#include "secrets/refusals.h"

#include <utility>

namespace coffer::secrets {
namespace {

/// A caller who takes a new name for each call is not given a span of its own each time.
constexpr std::size_t kSpansMax = 1024;

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
      Span none{now_ms, 0, kRefusedNamesMax};
      gather({actor.user, actor.actor}, items, none);
      return true;
    }
  }
  Span& span = spans_[name];
  // A clock that was set back begins a new one.
  if (now_ms < span.since_ms || now_ms - span.since_ms >= kRefusalSpanMs) span = {now_ms, 0, 0};
  if (span.at_once < kRefusalsAtOnce) {
    ++span.at_once;
    return false;
  }
  gather({actor.user, actor.actor}, items, span);
  return true;
}

void GatheredRefusals::gather(const Who& who, const std::vector<Noted>& items, Span& span) {
  for (const Noted& each : items) {
    const auto& known = gathered_[who];
    if (!known.contains({each.action, each.path, each.version, each.refused_with})) {
      if (span.names >= kRefusedNamesMax) {
        add(who, {each.action, {}, 0, each.refused_with, each.count});
        continue;
      }
      ++span.names;
    }
    add(who, each);
  }
}

void GatheredRefusals::add(const Who& who, const Noted& item) {
  std::uint64_t& count = gathered_[who][{item.action, item.path, item.version, item.refused_with}];
  if (count == 0) ++count_;
  count += item.count;
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
    for (const Noted& item : kept.items) source_.add({kept.who.user, kept.who.actor}, item);
}

}  // namespace coffer::secrets
