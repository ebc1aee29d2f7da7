#include "tests/property/sequence_run.h"
#include "tools/products/dataos/name_rules.h"
#include "tools/products/vdk/name_rules.h"

#include <sstream>

// Not Catch's: a sequence makes thousands of these, and ends with the first that does not hold.
#define MUST(holds)                                                                           \
  do {                                                                                        \
    if (!(holds))                                                                             \
      throw std::runtime_error(std::string(#holds) + " at line " + std::to_string(__LINE__)); \
  } while (false)

namespace coffer::test {
namespace {

// Names that are both folder and secret, that the scopes distinguish, or that a profile refuses.
const std::vector<std::string> kPaths = {"aa",    "aa/bb", "aa/bb/cc", "aa/x y",
                                         "Other", "zz/é",  "zz/yy",    "new-name"};
const std::vector<std::string> kFolders = {"", "aa", "aa/bb/", "zz", "none"};

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  return result ? kOk : result.error().code();
}

std::string name_of(ErrorCode code) { return code == kOk ? "ok" : std::string(code_name(code)); }

void must_agree(ErrorCode got, ErrorCode expected) {
  if (got != expected)
    throw std::runtime_error("answered " + name_of(got) + ", expected " + name_of(expected));
}

std::string text_of(const std::vector<std::uint64_t>& versions) {
  std::string text = "[";
  for (const std::uint64_t version : versions) text += std::to_string(version) + " ";
  return text + "]";
}

}  // namespace

// In some runs the buckets stay whole, in others they split at once or midway.
SequenceRun::SequenceRun(std::uint64_t seed)
    : random_(seed),
      split_(std::array{65'536U, 0U, 12U}[pick(3)]),
      scratch_({.max_versions = 3}),
      store_(scratch_.open()) {
  model_.settings.max_versions = 3;
  model_.now_ms = scratch_.clock.now_ms();
}

std::string SequenceRun::trace() const {
  std::string text;
  for (const std::string& line : trace_) text += line + "\n";
  return text;
}

void SequenceRun::run(int operations) {
  for (int i = 0; i < operations; ++i) step();
  check_all();
  reopen();
  check_all();
}

// --- what may come ---

std::string SequenceRun::any_path() { return kPaths[pick(chance(3) ? kPaths.size() : 3)]; }

SequenceRun::Versions SequenceRun::any_versions(const std::string& path) {
  const auto known = model_.secrets.find(path);
  const std::uint64_t current = known == model_.secrets.end() ? 0 : known->second.current();
  Versions versions;
  for (std::uint64_t i = pick(4); i > 0; --i)
    versions.push_back(current < 4 || chance(8) ? 1 + pick(current + 2) : current - pick(4));
  return versions;
}

std::string SequenceRun::any_json() {
  const std::string number = std::to_string(pick(1000));
  switch (pick(8)) {
    case 0: return R"({ "n": )" + number + R"(.50, "b": [true,null] ,"k":"é"})";
    case 1: return R"({"k":"v)" + number + R"("})";
    case 2: return R"({"k":"two words","n":")" + number + R"("})";
    case 3: return R"({"a b":"v"})";
    case 4: return R"({"é":{"n":9007199254740993}})";
    case 5: return "\"text" + number + "\"";
    case 6: return R"({"long":")" + std::string(40 + pick(400), 'x') + R"("})";
    default: return chance(2) ? "{}" : "[1, 2 ]";
  }
}

std::string SequenceRun::any_opaque() {
  if (chance(4)) return "plain" + std::to_string(pick(1000));
  std::string bytes(chance(6) ? 200 + pick(5000) : pick(80), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random_());
  return bytes;
}

PutOptions SequenceRun::any_put_options(const std::string& path) {
  PutOptions options;
  const auto known = model_.secrets.find(path);
  const std::uint64_t current = known == model_.secrets.end() ? 0 : known->second.current();
  if (model_.settings.cas_required ? !chance(4) : chance(4))
    options.cas = chance(4) ? pick(4) : current;
  if (chance(4)) options.ttl_ms = 1 + static_cast<std::int64_t>(pick(200'000));
  if (chance(16))
    options.expires_at_ms = model_.now_ms - 10 + static_cast<std::int64_t>(pick(100'000));
  static const std::vector<std::string> kinds = {"",      "generic",   "key", "password",
                                                 "token", "key-value", "none"};
  if (chance(8)) options.metadata.kind = kinds[pick(kinds.size())];
  if (chance(8)) options.metadata.owner = chance(3) ? "" : "me";
  if (chance(8))
    options.metadata.tags = std::vector<std::string>{"a", "b" + std::to_string(pick(3))};
  if (chance(8))
    options.metadata.custom =
        std::map<std::string, std::string>{{"k" + std::to_string(pick(3)), "v"}};
  return options;
}

MetadataChange SequenceRun::any_change(const std::string& path) {
  MetadataChange change = any_put_options(path).metadata;
  if (chance(4)) change.max_versions = static_cast<std::uint32_t>(pick(6));
  if (chance(6)) change.cas_required = chance(3);
  if (chance(4)) change.delete_version_after_ms = static_cast<std::int64_t>(pick(3) * 40'000);
  if (chance(4)) change.custom_patch["k" + std::to_string(pick(3))] = std::nullopt;
  if (chance(4)) change.custom_patch["k" + std::to_string(pick(3))] = "patched";
  if (chance(8)) change.metadata_cas = pick(4);
  return change;
}

StoreSettings SequenceRun::any_settings() {
  StoreSettings settings;
  settings.max_versions = static_cast<std::uint32_t>(pick(6));
  settings.cas_required = chance(6);
  settings.delete_version_after_ms =
      chance(2) ? 0 : static_cast<std::int64_t>(pick(4)) * 30'000 - 1;
  settings.value_bytes_max = chance(3) ? 300 : 6000;
  if (chance(4)) settings.names = chance(2) ? tools::vdk_names() : tools::dataos_names();
  if (chance(2)) settings.scopes.push_back({"aa", 100, std::nullopt});
  if (chance(2)) settings.scopes.push_back({"aa/bb", 5000, tools::dataos_names()});
  if (chance(4)) settings.scopes.push_back({"zz", std::nullopt, tools::vdk_names()});
  return settings;
}

// --- one step ---

void SequenceRun::step() {
  // Makes the engine read the clock, so that its time equals the model's.
  auto status = store_->status();
  MUST(status.ok());
  MUST(status->epoch == model_.epoch);
  const std::uint64_t what = pick(100);
  if (what < 58) {
    model_.destroyed_now = 0;
    change(*store_);
    commit_outside();
  } else if (what < 66) {
    transaction();
  } else if (what < 84) {
    read();
  } else if (what < 87) {
    sweep();
  } else if (what < 96) {
    turn_clock(static_cast<std::int64_t>(pick(1000)) * (chance(2) ? 100 : 7));
  } else if (what < 98) {
    turn_clock(-static_cast<std::int64_t>(pick(1000)) * (chance(2) ? 500 : 7));
    if (chance(2)) accept_clock();
  } else {
    reopen();
  }
}

void SequenceRun::commit_outside() {
  if (model_.destroyed_now > 0) ++model_.epoch;
}

template <typename Target>
void SequenceRun::change(Target& target) {
  const std::string path = any_path();
  const std::uint64_t what = pick(50);
  if (what < 17) {
    const bool is_json = chance(2);
    const std::string bytes = is_json ? any_json() : any_opaque();
    const PutOptions options = any_put_options(path);
    note("put " + path + (is_json ? " json " : " opaque ") + std::to_string(bytes.size()));
    const Value value = is_json ? Value::json(bytes).value() : Value::opaque(bytes);
    must_agree(code_of(target.put(path, value, options)),
               model_.put(path, bytes, is_json, options));
  } else if (what < 22) {
    static const std::vector<std::string> patches = {
        R"({"k":"patched"})", R"({"n":null,"new":[1.0]})", R"({"é":{"m":"v"}})", "{}", "\"t\"",
        R"({"a b":"x"})"};
    const std::string& patch = patches[pick(patches.size())];
    const PutOptions options = any_put_options(path);
    note("patch " + path + " " + patch);
    must_agree(code_of(target.patch(path, patch, options)), model_.patch(path, patch, options));
  } else if (what < 26) {
    const Versions versions = any_versions(path);
    const std::uint64_t to = versions.empty() ? pick(2) : versions.front();
    const PutOptions options = any_put_options(path);
    note("rollback " + path + " " + std::to_string(to));
    must_agree(code_of(target.rollback(path, to, options)), model_.rollback(path, to, options));
  } else if (what < 38) {
    change_versions(target, path);
  } else {
    change_metadata(target, path);
  }
}

template <typename Target>
void SequenceRun::change_versions(Target& target, const std::string& path) {
  const Versions versions = any_versions(path);
  const std::uint64_t what = pick(12);
  if (what < 4) {
    note("soft_delete " + path + text_of(versions));
    must_agree(code_of(target.soft_delete(path, versions)), model_.soft_delete(path, versions));
  } else if (what < 8) {
    note("undelete " + path + text_of(versions));
    must_agree(code_of(target.undelete(path, versions)), model_.undelete(path, versions));
  } else if (what < 10) {
    note("destroy " + path + text_of(versions));
    must_agree(code_of(target.destroy(path, versions)), model_.destroy(path, versions));
  } else if (what < 11) {
    note("destroy_all " + path);
    must_agree(code_of(target.destroy_all(path)), model_.destroy_all(path));
  } else {
    note("erase " + path);
    must_agree(code_of(target.erase(path)), model_.erase(path));
  }
}

template <typename Target>
void SequenceRun::change_metadata(Target& target, const std::string& path) {
  const std::uint64_t what = pick(12);
  if (what < 3) {
    const MetadataChange change = any_change(path);
    note("put_metadata " + path);
    must_agree(code_of(target.put_metadata(path, change)),
               model_.change_metadata(path, change, false));
  } else if (what < 6) {
    const MetadataChange change = any_change(path);
    note("patch_metadata " + path);
    must_agree(code_of(target.patch_metadata(path, change)),
               model_.change_metadata(path, change, true));
  } else if (what < 9) {
    const std::string to = any_path();
    note("move " + path + " " + to);
    must_agree(code_of(target.move(path, to)), model_.relocate(path, to, true));
  } else if (what < 11) {
    const std::string to = any_path();
    note("copy " + path + " " + to);
    must_agree(code_of(target.copy(path, to)), model_.relocate(path, to, false));
  } else {
    const StoreSettings settings = any_settings();
    note("put_settings");
    MUST(target.put_settings(settings).ok());
    model_.settings = settings;
    if (settings.delete_version_after_ms < 0) model_.settings.delete_version_after_ms = -1;
  }
}

void SequenceRun::transaction() {
  const SequenceModel before = model_;
  model_.destroyed_now = 0;
  const bool is_aborted = chance(3);
  note(is_aborted ? "transaction, aborted {" : "transaction {");
  const std::uint64_t operations = 1 + pick(6);
  auto report = store_->transaction([&](Transaction& txn) -> Result<void> {
    for (std::uint64_t i = 0; i < operations; ++i) change(txn);
    const std::string path = any_path();
    must_agree(code_of(txn.get(path)), model_.readable(path, 0));
    MUST(txn.exists(path).value() == (model_.secrets.count(path) != 0));
    if (is_aborted) return Error(ErrorCode::declined, "the test says so");
    return {};
  });
  note("}");
  if (is_aborted) {
    must_agree(code_of(report), ErrorCode::declined);
    model_ = before;
    return;
  }
  MUST(report.ok());
  commit_outside();
  MUST(report->receipt.destroyed.size() == model_.destroyed_now);
  MUST(report->receipt.epoch_after == model_.epoch);
}

// --- reads and the rest ---

void SequenceRun::read() {
  const std::string path = any_path();
  switch (pick(5)) {
    case 0: return check_history(path);
    case 1: return check_metadata(path);
    case 2: return check_list();
    default: {
      const Versions versions = any_versions(path);
      return check_get(path, versions.empty() ? 0 : versions.front());
    }
  }
}

void SequenceRun::check_get(const std::string& path, std::uint64_t version) {
  note("get " + path + " " + std::to_string(version));
  auto secret = store_->get(path, version);
  must_agree(code_of(secret), model_.readable(path, version));
  if (!secret) return;
  const ModelVersion& expected = *model_.find(path, version);
  MUST(secret->value.text() == expected.bytes);
  MUST(secret->value.is_json() == expected.json);
  MUST(secret->info.version == (version == 0 ? model_.secrets[path].current() : version));
}

void SequenceRun::check_history(const std::string& path) {
  note("history " + path);
  auto told = store_->history(path);
  const auto known = model_.secrets.find(path);
  must_agree(code_of(told), known == model_.secrets.end() ? ErrorCode::not_found : kOk);
  if (!told) return;
  MUST(told->current_version == known->second.current());
  MUST(told->versions.size() == known->second.versions.size());
  auto expected = known->second.versions.rbegin();
  for (const VersionInfo& info : told->versions) {
    const auto& [number, version] = *expected++;
    MUST(info.version == number);
    MUST(info.created_at_ms == version.created_at_ms);
    MUST(info.deletion_at_ms == version.deletion_at_ms);
    MUST(info.expires_at_ms == version.expires_at_ms);
    MUST(info.destroyed == version.destroyed);
  }
}

void SequenceRun::check_metadata(const std::string& path) {
  note("metadata " + path);
  auto told = store_->metadata(path);
  const auto known = model_.secrets.find(path);
  must_agree(code_of(told), known == model_.secrets.end() ? ErrorCode::not_found : kOk);
  if (!told) return;
  const Metadata& expected = known->second.head;
  MUST(told->created_at_ms == known->second.created_at_ms);
  const ModelVersion* newest = model_.find(path, 0);
  const std::int64_t written =
      newest == nullptr ? known->second.created_at_ms : newest->created_at_ms;
  MUST(told->updated_at_ms == std::max(expected.updated_at_ms, written));
  MUST(told->max_versions == expected.max_versions);
  MUST(told->cas_required == expected.cas_required);
  MUST(told->delete_version_after_ms == expected.delete_version_after_ms);
  MUST(told->kind == expected.kind);
  MUST(told->owner == expected.owner);
  MUST(told->tags == expected.tags);
  MUST(told->custom == expected.custom);
  MUST(told->revision == expected.revision);
  MUST(!told->managed);
}

void SequenceRun::check_list() {
  const std::string& given = kFolders[pick(kFolders.size())];
  const std::string folder = given.ends_with('/') ? given.substr(0, given.size() - 1) : given;
  ListOptions options;
  options.recursive = chance(2);
  options.state = static_cast<ListState>(pick(5));
  note("list " + given + " " + std::to_string(static_cast<int>(options.state)));
  auto names = store_->list(given, options);
  MUST(names.ok());
  MUST(*names == model_.list(folder, options.recursive, options.state));
}

void SequenceRun::check_all() {
  auto status = store_->status();
  MUST(status.ok());
  MUST(status->epoch == model_.epoch);
  MUST(status->secret_count == model_.secrets.size());
  MUST(status->record_count == model_.record_count());
  MUST(store_->settings().ok());
  StoreSettings expected = model_.settings;
  std::sort(expected.scopes.begin(), expected.scopes.end(),
            [](const auto& a, const auto& b) { return a.prefix < b.prefix; });
  MUST(*store_->settings() == expected);
  for (const auto& [path, secret] : std::map(model_.secrets)) {
    check_history(path);
    check_metadata(path);
    for (std::uint64_t version = 0; version <= secret.current() + 1; ++version)
      check_get(path, version);
  }
  auto report = store_->verify();
  MUST(report.ok());
  MUST(report->problems == std::vector<std::string>{});
  MUST(report->records == model_.record_count());
}

void SequenceRun::sweep() {
  const bool is_dry = chance(3);
  note(is_dry ? "sweep, dry" : "sweep");
  const bool waits = store_->status()->pending_shred_buckets > 0;
  auto report = store_->sweep({.dry_run = is_dry});
  MUST(report.ok());
  std::set<std::pair<std::string, std::uint64_t>> swept;
  for (const SweptVersion& each : report->swept) {
    MUST(each.why == "expired");
    MUST(swept.emplace(each.path, each.version).second);
  }
  MUST(swept == model_.due());
  if (is_dry) return;
  for (const auto& [path, number] : swept) {
    ModelVersion& version = *model_.find(path, number);
    version.destroyed = version.reclaimed = true;
  }
  // A sweep also erases what trimming and moving left, even if nothing else is due.
  if (!swept.empty() || waits) ++model_.epoch;
  MUST(store_->status()->pending_shred_buckets == 0);
}

void SequenceRun::turn_clock(std::int64_t by_ms) {
  note("clock " + std::to_string(by_ms));
  scratch_.clock.turn(by_ms);
  const std::int64_t clock = scratch_.clock.now_ms();
  model_.now_ms = std::max(model_.now_ms, clock);
  model_.clock_is_behind = model_.now_ms - clock > std::int64_t{5} * 60 * 1000;
}

void SequenceRun::accept_clock() {
  note("accept the clock");
  const std::int64_t clock = scratch_.clock.now_ms();
  const auto tried = store_->accept_clock(true);
  MUST(tried.ok());
  MUST(tried->from_ms == std::max(model_.now_ms, clock));
  MUST(tried->to_ms == clock);
  const auto due = model_.due();
  const auto report = store_->accept_clock();
  MUST(report.ok());
  MUST(report->destroyed == tried->destroyed);
  MUST(report->moved == tried->moved);
  if (clock >= model_.now_ms) {
    MUST(report->destroyed == 0);
    return;
  }
  MUST(report->destroyed == due.size());
  for (const auto& [path, number] : due) {
    ModelVersion& version = *model_.find(path, number);
    version.destroyed = version.reclaimed = true;
  }
  if (!due.empty()) ++model_.epoch;
  MUST(report->moved == model_.accept_clock(clock));
}

void SequenceRun::reopen() {
  note("reopen");
  // A commit stores the time; a time that the process only knew is lost when it closes.
  MUST(store_->put_settings(model_.settings).ok());
  store_.reset();
  store_.emplace(scratch_.open());
}

}  // namespace coffer::test
