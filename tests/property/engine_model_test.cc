// The engine against the model of store_model.h, over random sequences of operations.
//
// The seed is printed at the start, and rapidcheck prints the shrunk sequence of a failure;
// RC_PARAMS="seed=..." repeats a run. COFFER_LONG=1 runs many more.
#include <coffer/store.h>
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>

#include "tests/property/store_model.h"
#include "tests/scratch.h"
#include "tests/split_at.h"

namespace coffer::test::engine_model_test {
namespace {

// Names that are both folder and secret, that differ only in case, or that sort around '/'.
const std::vector<std::string> kPaths = {"a",       "a/b", "a/b/c", "A",     "A/b",     "a b",
                                         "a b/c d", "a!",  "é",     "é/ü ñ", "日本/語", "b/…/z"};
const std::vector<std::string> kFolders = {"", "a", "a/", "a/b", "A", "a b", "é", "日本", "none"};

enum class Kind : std::uint8_t {
  put,
  get,
  soft_delete,
  undelete,
  destroy,
  destroy_all,
  list,
  history,
  metadata,
  sweep,
  clock_forward,
  clock_back,
  reopen,
};

struct Op {
  Kind kind = Kind::put;
  unsigned path = 0;
  std::vector<std::uint64_t> versions;
  unsigned flags = 0;
  unsigned number = 0;

  std::uint64_t version() const { return versions.empty() ? 0 : versions.front(); }
  bool has(unsigned flag) const { return (flags >> flag & 1) != 0; }
};

void showValue(const Op& op, std::ostream& os) {
  static const char* const kNames[] = {
      "put",     "get",      "soft_delete", "undelete",      "destroy",    "destroy_all", "list",
      "history", "metadata", "sweep",       "clock_forward", "clock_back", "reopen"};
  os << kNames[static_cast<std::size_t>(op.kind)] << "(" << kPaths[op.path] << ", versions=";
  rc::show(op.versions, os);
  os << ", flags=" << op.flags << ", number=" << op.number << ")\n";
}

rc::Gen<Op> any_op(unsigned names) {
  return rc::gen::build<Op>(
      rc::gen::set(&Op::kind, rc::gen::weightedElement<Kind>({{12, Kind::put},
                                                              {6, Kind::get},
                                                              {3, Kind::soft_delete},
                                                              {3, Kind::undelete},
                                                              {3, Kind::destroy},
                                                              {1, Kind::destroy_all},
                                                              {3, Kind::list},
                                                              {2, Kind::history},
                                                              {1, Kind::metadata},
                                                              {2, Kind::sweep},
                                                              {3, Kind::clock_forward},
                                                              {1, Kind::clock_back},
                                                              {1, Kind::reopen}})),
      rc::gen::set(&Op::path, rc::gen::inRange(0U, names)),
      rc::gen::set(&Op::versions, rc::gen::resize(3, rc::gen::container<std::vector<std::uint64_t>>(
                                                         rc::gen::inRange<std::uint64_t>(1, 7)))),
      rc::gen::set(&Op::flags, rc::gen::inRange(0U, 256U)),
      rc::gen::set(&Op::number, rc::gen::inRange(0U, 1000U)));
}

ErrorCode code_of(ModelState state) {
  switch (state) {
    case ModelState::live: return ErrorCode::failed;
    case ModelState::deleted: return ErrorCode::deleted;
    case ModelState::expired: return ErrorCode::expired;
    case ModelState::destroyed: return ErrorCode::destroyed;
  }
  return ErrorCode::failed;
}

class Run {
 public:
  explicit Run(std::uint32_t max_versions)
      : scratch_({.max_versions = max_versions}),
        keep_(max_versions == 0 ? 10 : max_versions),
        store_(scratch_.open()) {
    model_.clock_ms = scratch_.clock.now_ms();
    model_.written_ms = model_.highest_ms = model_.clock_ms;
  }

  void apply(const Op& op) {
    const std::string& path = kPaths[op.path];
    switch (op.kind) {
      case Kind::put: return put(path, op);
      case Kind::get: return get(path, op.version());
      case Kind::soft_delete: return soft_delete(path, op);
      case Kind::undelete: return undelete(path, op);
      case Kind::destroy: return destroy(path, op);
      case Kind::destroy_all: return destroy_all(path);
      case Kind::list: return list(op);
      case Kind::history: return history(path);
      case Kind::metadata: return metadata(path);
      case Kind::sweep: return sweep(op.has(0));
      case Kind::clock_forward: return turn(std::int64_t{op.number} * (op.has(0) ? 60'000 : 7));
      case Kind::clock_back: return turn(-std::int64_t{op.number} * 30'000);
      case Kind::reopen: return reopen();
    }
  }

  // Checks everything that was ever put, and the store's verify and status.
  void check_all() {
    for (const auto& [path, secret] : model_.secrets) {
      history(path);
      metadata(path);
      for (std::uint64_t version = 0; version <= secret.current() + 1; ++version)
        get(path, version);
    }
    auto report = store_->verify();
    RC_ASSERT(report.ok());
    RC_ASSERT(report->problems == std::vector<std::string>{});
    RC_ASSERT(report->records == model_.record_count());
    auto status = store_->status();
    RC_ASSERT(status.ok());
    RC_ASSERT(status->secret_count == model_.secrets.size());
    RC_ASSERT(status->record_count == model_.record_count());
    RC_ASSERT(status->epoch == epoch_);
  }

  void reopen() {
    store_.reset();
    store_.emplace(scratch_.open());
  }

 private:
  void turn(std::int64_t by_ms) {
    scratch_.clock.turn(by_ms);
    model_.turn_clock(by_ms);
  }

  static std::string bytes_of(unsigned number) {
    std::mt19937 random(number);
    const std::size_t size = number % 13 == 0 ? 5000 : number % 300;
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  }
  static std::string json_of(unsigned number) {
    return "{ \"n\": " + std::to_string(number) + ".50, \"b\": [true,null] ,\"a\":\"é\"}";
  }

  void put(const std::string& path, const Op& op) {
    const bool json = op.has(0);
    const std::string bytes = json ? json_of(op.number) : bytes_of(op.number);
    const Value value = json ? Value::json(bytes).value() : Value::opaque(bytes);
    const auto known = model_.secrets.find(path);
    const std::uint64_t current = known == model_.secrets.end() ? 0 : known->second.current();
    PutOptions options;
    if (op.has(1)) options.cas = op.has(2) ? current : op.number % 4;
    if (op.has(3)) options.ttl_ms = 1 + std::int64_t{op.number} * (op.has(4) ? 1 : 60'000);
    if (op.has(5)) options.metadata.custom = {{"k", std::to_string(op.number)}, {"é", "x y"}};
    if (op.has(5) && op.has(6)) options.metadata.custom = std::map<std::string, std::string>{};
    auto info = store_->put(path, value, options);
    const bool has_end = options.ttl_ms != 0;
    if (has_end && model_.clock_may_be_behind() && !info.ok() &&
        info.error().code() == ErrorCode::failed)
      return;
    if (has_end) RC_ASSERT(!model_.clock_is_behind());
    if (options.cas && *options.cas != current) {
      RC_ASSERT(!info.ok());
      RC_ASSERT(info.error().code() == ErrorCode::conflict);
      RC_ASSERT(info.error().number() == std::optional<std::uint64_t>(current));
      return;
    }
    RC_ASSERT(info.ok());
    RC_ASSERT(info->version == current + 1);
    RC_ASSERT(model_.may_be_now(info->created_at_ms));
    RC_ASSERT(info->expires_at_ms ==
              (options.ttl_ms == 0 ? 0 : info->created_at_ms + options.ttl_ms));
    model_.written_ms = std::max(model_.written_ms, info->created_at_ms);
    ModelSecret& secret = model_.secrets[path];
    if (current == 0) secret.created_at_ms = info->created_at_ms;
    secret.updated_at_ms = info->created_at_ms;
    if (options.metadata.custom) {
      secret.has_head = true;
      secret.custom = *options.metadata.custom;
    }
    secret.versions[info->version] = {bytes, json, info->created_at_ms, 0, info->expires_at_ms};
    while (secret.versions.begin()->first + keep_ <= info->version)
      secret.versions.erase(secret.versions.begin());
  }

  void get(const std::string& path, std::uint64_t version) {
    auto secret = store_->get(path, version);
    ModelVersion* expected = model_.find(path, version);
    if (expected == nullptr) {
      RC_ASSERT(!secret.ok());
      RC_ASSERT(secret.error().code() == ErrorCode::not_found);
      return;
    }
    const auto state = model_.state_of(*expected);
    if (!secret.ok()) {
      const ErrorCode code = secret.error().code();
      if (state) RC_ASSERT(code == code_of(*state));
      RC_ASSERT((code == ErrorCode::deleted || code == ErrorCode::expired ||
                 code == ErrorCode::destroyed));
      const bool by_clock = secret.error().text().starts_with("the clock is behind");
      if (by_clock) RC_ASSERT(model_.clock_may_be_behind());
      if (code == ErrorCode::expired && !expected->reclaimed && !by_clock) {
        expected->told_expired = true;
        model_.written_ms = std::max(model_.written_ms, expected->expires_at_ms);
      }
      return;
    }
    RC_ASSERT((!state || *state == ModelState::live));
    RC_ASSERT(!expected->destroyed);
    RC_ASSERT(!expected->told_expired);
    RC_ASSERT(secret->path == path);
    RC_ASSERT(secret->value.text() == expected->bytes);
    RC_ASSERT(secret->value.is_json() == expected->json);
    RC_ASSERT(secret->info.version == (version == 0 ? model_.secrets[path].current() : version));
  }

  // The versions that an operation will touch; empty if it must fail as refusal() says.
  std::vector<std::uint64_t> resolve(const std::string& path,
                                     const std::vector<std::uint64_t>& versions) {
    std::set<std::uint64_t> resolved;
    for (const std::uint64_t version :
         versions.empty() ? std::vector<std::uint64_t>{0} : versions) {
      const ModelVersion* found = model_.find(path, version);
      if (found == nullptr || found->destroyed) return {};
      resolved.insert(version == 0 ? model_.secrets[path].current() : version);
    }
    return {resolved.begin(), resolved.end()};
  }

  // A missing version is reported before the state of any other.
  ErrorCode refusal(const std::string& path, const std::vector<std::uint64_t>& versions) {
    ErrorCode gone = ErrorCode::failed;
    for (const std::uint64_t version :
         versions.empty() ? std::vector<std::uint64_t>{0} : versions) {
      const ModelVersion* found = model_.find(path, version);
      if (found == nullptr) return ErrorCode::not_found;
      if (found->destroyed && gone == ErrorCode::failed)
        gone = found->reclaimed ? ErrorCode::expired : ErrorCode::destroyed;
    }
    return gone;
  }

  template <typename T>
  void check_refused(const Result<T>& done, const std::string& path, const Op& op) {
    RC_ASSERT(!done.ok());
    RC_ASSERT(done.error().code() == refusal(path, op.versions));
  }

  void soft_delete(const std::string& path, const Op& op) {
    const auto done = store_->soft_delete(path, op.versions);
    const auto versions = resolve(path, op.versions);
    if (versions.empty()) return check_refused(done, path, op);
    RC_ASSERT(done.ok());
    auto told = store_->history(path);
    RC_ASSERT(told.ok());
    for (const VersionInfo& info : told->versions) {
      ModelVersion& version = model_.secrets[path].versions.at(info.version);
      if (std::find(versions.begin(), versions.end(), info.version) == versions.end()) continue;
      if (version.deletion_at_ms != 0) continue;  // The first deletion's time stays.
      RC_ASSERT(model_.may_be_now(info.deletion_at_ms));
      version.deletion_at_ms = info.deletion_at_ms;
      model_.written_ms = std::max(model_.written_ms, info.deletion_at_ms);
    }
  }

  void undelete(const std::string& path, const Op& op) {
    const auto done = store_->undelete(path, op.versions);
    const auto versions = resolve(path, op.versions);
    if (versions.empty()) return check_refused(done, path, op);
    RC_ASSERT(done.ok());
    for (const std::uint64_t version : versions) model_.find(path, version)->deletion_at_ms = 0;
  }

  void adopt_destroyed(const ShredReceipt& receipt, const std::string& path) {
    RC_ASSERT(receipt.epoch_before == epoch_);
    RC_ASSERT(receipt.epoch_after == epoch_ + (receipt.destroyed.empty() ? 0 : 1));
    epoch_ = receipt.epoch_after;
    for (const SweptVersion& swept : receipt.destroyed) {
      RC_ASSERT(swept.path == path);
      ModelVersion& version = *model_.find(path, swept.version);
      const bool expired = swept.why == "expired";
      RC_ASSERT((expired || swept.why == "destroyed"));
      if (version.told_expired) RC_ASSERT(expired);
      if (!expired)
        RC_ASSERT((version.expires_at_ms == 0 || version.expires_at_ms > model_.now_low()));
      if (expired)
        RC_ASSERT((version.expires_at_ms != 0 && version.expires_at_ms <= model_.now_high()));
      version.destroyed = true;
      version.reclaimed = expired;
      RC_ASSERT(model_.may_be_now(receipt.at_ms));
    }
    if (!receipt.destroyed.empty()) model_.written_ms = std::max(model_.written_ms, receipt.at_ms);
  }

  void destroy(const std::string& path, const Op& op) {
    const auto versions = resolve(path, op.versions);
    auto receipt = store_->destroy(path, op.versions);
    if (versions.empty()) return check_refused(receipt, path, op);
    RC_ASSERT(receipt.ok());
    RC_ASSERT(receipt->destroyed.size() == versions.size());
    adopt_destroyed(*receipt, path);
  }

  void destroy_all(const std::string& path) {
    auto receipt = store_->destroy_all(path);
    const auto known = model_.secrets.find(path);
    if (known == model_.secrets.end()) {
      RC_ASSERT(!receipt.ok());
      RC_ASSERT(receipt.error().code() == ErrorCode::not_found);
      return;
    }
    RC_ASSERT(receipt.ok());
    adopt_destroyed(*receipt, path);
    for (const auto& [number, version] : known->second.versions) RC_ASSERT(version.destroyed);
  }

  void list(const Op& op) {
    const std::string& given = kFolders[op.number % kFolders.size()];
    const std::string folder = given.ends_with('/') ? given.substr(0, given.size() - 1) : given;
    ListOptions options;
    options.recursive = op.has(0);
    options.state = static_cast<ListState>((op.flags >> 1) % 5);
    auto names = store_->list(given, options);
    RC_ASSERT(names.ok());
    RC_ASSERT(std::is_sorted(names->begin(), names->end()));
    if (!model_.is_exact()) return;
    RC_ASSERT(*names == model_.list(folder, options.recursive, options.state, model_.now_low()));
  }

  void history(const std::string& path) {
    auto told = store_->history(path);
    const auto known = model_.secrets.find(path);
    if (known == model_.secrets.end()) {
      RC_ASSERT(!told.ok());
      RC_ASSERT(told.error().code() == ErrorCode::not_found);
      return;
    }
    RC_ASSERT(told.ok());
    const ModelSecret& secret = known->second;
    RC_ASSERT(told->versions.size() == secret.versions.size());
    RC_ASSERT(told->current_version == secret.current());
    const std::uint64_t lowest = secret.versions.begin()->first;
    RC_ASSERT(told->oldest_version == (lowest > 1 || secret.current() >= keep_ ? lowest : 0));
    auto expected = secret.versions.rbegin();
    for (const VersionInfo& info : told->versions) {
      const auto& [number, version] = *expected++;
      RC_ASSERT(info.version == number);
      RC_ASSERT(info.created_at_ms == version.created_at_ms);
      RC_ASSERT(info.deletion_at_ms == version.deletion_at_ms);
      RC_ASSERT(info.expires_at_ms == version.expires_at_ms);
      RC_ASSERT(info.destroyed == version.destroyed);
    }
  }

  void metadata(const std::string& path) {
    auto told = store_->metadata(path);
    const auto known = model_.secrets.find(path);
    if (known == model_.secrets.end()) {
      RC_ASSERT(!told.ok());
      RC_ASSERT(told.error().code() == ErrorCode::not_found);
      return;
    }
    RC_ASSERT(told.ok());
    RC_ASSERT(told->custom == known->second.custom);
    RC_ASSERT(told->created_at_ms == known->second.created_at_ms);
    RC_ASSERT(told->updated_at_ms == known->second.updated_at_ms);
    RC_ASSERT(!told->managed);
  }

  void sweep(bool dry_run) {
    const bool waits = store_->status()->pending_shred_buckets > 0;
    auto report = store_->sweep({.dry_run = dry_run});
    RC_ASSERT(report.ok());
    std::set<std::pair<std::string, std::uint64_t>> swept;
    for (const SweptVersion& each : report->swept) {
      RC_ASSERT(each.why == "expired");
      RC_ASSERT(swept.emplace(each.path, each.version).second);
    }
    for (auto& [path, secret] : model_.secrets) {
      for (auto& [number, version] : secret.versions) {
        const bool was_swept = swept.erase({path, number}) != 0;
        const bool due = version.expires_at_ms != 0 && !version.destroyed;
        if (due && version.expires_at_ms <= model_.now_low()) RC_ASSERT(was_swept);
        if (!was_swept) continue;
        RC_ASSERT((due && version.expires_at_ms <= model_.now_high()));
        if (dry_run) continue;
        version.destroyed = version.reclaimed = true;
        model_.written_ms = std::max(model_.written_ms, version.expires_at_ms);
      }
    }
    RC_ASSERT(swept.empty());
    if (dry_run) return;
    if (!report->swept.empty() || waits) ++epoch_;
    RC_ASSERT(store_->status()->pending_shred_buckets == 0U);
  }

  ScratchStore scratch_;
  std::uint64_t keep_;
  std::optional<Store> store_;
  StoreModel model_;
  std::uint64_t epoch_ = 1;
};

// rapidcheck reads its settings from the environment. The seed is chosen here, so that it can be
// printed before anything runs.
void choose_parameters() {
  const char* given = std::getenv("RC_PARAMS");
  std::string parameters = given != nullptr ? given : "";
  const bool is_long = std::getenv("COFFER_LONG") != nullptr;
  if (parameters.find("seed=") == std::string::npos)
    parameters += " seed=" + std::to_string(std::random_device{}());
  if (parameters.find("max_success=") == std::string::npos)
    parameters += std::string(" max_success=") + (is_long ? "5000" : "150");
  ::setenv("RC_PARAMS", parameters.c_str(), 1);
  std::printf("RC_PARAMS=\"%s\"\n", parameters.c_str());
}

}  // namespace

TEST_CASE("the engine does what the model does, over any sequence of operations") {
  choose_parameters();
  CHECK(rc::check("engine and model agree", [] {
    const auto max_versions = *rc::gen::element(0U, 3U, 10U);
    // Few names in some sequences, to get long histories.
    const auto names = *rc::gen::element(2U, 4U, 12U);
    const int length = std::getenv("COFFER_LONG") != nullptr ? 200 : 60;
    const auto operations =
        *rc::gen::resize(length, rc::gen::container<std::vector<Op>>(any_op(names)));
    const SplitAt split(*rc::gen::element(0U, 8U, 65'536U));
    Run run(max_versions);
    for (const Op& op : operations) run.apply(op);
    run.check_all();
    run.reopen();
    run.check_all();
  }));
}

}  // namespace coffer::test::engine_model_test
