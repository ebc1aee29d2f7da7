#include "configs/spec/spec_cache.h"

#include <algorithm>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "base/check.h"

namespace coffer::configs {
namespace {

constexpr std::size_t kCachedSpecsMax = 16;
constexpr std::size_t kCachedSpecBytesMax = std::size_t{256} << 10;

class SpecCache {
 public:
  std::shared_ptr<const Spec> find(std::string_view text) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(specs_.begin(), specs_.end(), [&](const auto& spec) {
      return spec->document().text().text() == text;
    });
    if (found == specs_.end()) return nullptr;
    specs_.splice(specs_.begin(), specs_, found);
    return specs_.front();
  }

  std::shared_ptr<const Spec> find_named(std::string_view id) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(named_.begin(), named_.end(),
                                    [&](const Named& named) { return named.id == id; });
    if (found == named_.end()) return nullptr;
    named_.splice(named_.begin(), named_, found);
    return named_.front().spec;
  }

  void name(std::string_view id, std::shared_ptr<const Spec> spec) {
    const std::lock_guard lock(mutex_);
    COFFER_CHECK(!id.empty() && spec != nullptr);
    named_.push_front({std::string(id), std::move(spec)});
    if (named_.size() > kCachedSpecsMax) named_.pop_back();
  }

  void keep(std::shared_ptr<const Spec> spec) {
    const std::lock_guard lock(mutex_);
    COFFER_CHECK(spec != nullptr);
    specs_.push_front(std::move(spec));
    if (specs_.size() > kCachedSpecsMax) specs_.pop_back();
  }

 private:
  struct Named {
    std::string id;
    std::shared_ptr<const Spec> spec;
  };
  std::mutex mutex_;
  std::list<std::shared_ptr<const Spec>> specs_;  // The last used comes first.
  std::list<Named> named_;                        // In the same order.
};

SpecCache& cache() {
  // Never destroyed: threads may still hydrate while static objects are destroyed.
  static SpecCache* const instance = new SpecCache;
  return *instance;
}

}  // namespace

Result<std::shared_ptr<const Spec>> compiled_spec(std::string_view text) {
  if (auto known = cache().find(text)) return known;
  auto spec = std::make_shared<const Spec>(COFFER_TRY(Spec::compile(text)));
  if (text.size() <= kCachedSpecBytesMax) cache().keep(spec);
  return std::shared_ptr<const Spec>(std::move(spec));
}

std::shared_ptr<const Spec> spec_known_as(std::string_view id) { return cache().find_named(id); }

void know_spec_as(std::string_view id, std::shared_ptr<const Spec> spec) {
  if (spec->document().text().size() <= kCachedSpecBytesMax) cache().name(id, std::move(spec));
}

}  // namespace coffer::configs
