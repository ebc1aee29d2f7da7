#include "secrets/engine.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "keys/keyring/keyring.h"
#include "secrets/engine_state.h"
#include "storage/file_system.h"

namespace coffer::secrets {
namespace {

using storage::Table;

// Others may shred in between; but a keyring that will not let go of a key is not waited for.
constexpr int kErasingsMax = 64;
constexpr std::uint64_t kRoomBytesMax = std::uint64_t{8} << 30;

std::string file_in(const std::string& directory, const char* name) {
  return directory + "/" + name;
}

}  // namespace

Engine::Engine(std::shared_ptr<Impl> impl, Caller caller)
    : impl_(std::move(impl)), caller_(std::move(caller)) {}
Engine::~Engine() = default;

// --- create and open ------------------------------------------------------------------------

Result<void> Engine::create(const std::string& directory, const std::vector<KeySource>& keys,
                            const CreateOptions& options) {
  const Clock& clock = options.clock != nullptr ? *options.clock : Clock::system();
  const auto algorithm = static_cast<crypto::SealAlgorithm>(options.cipher);
  if (!crypto::is_available(algorithm))
    return Error{ErrorCode::usage, "this machine has no AES instructions",
                 "make the store with ChaCha20-Poly1305"};
  if (options.value_bytes_max == 0 || options.value_bytes_max > format::kValueBytesCeiling)
    return Error{ErrorCode::limit, "the value limit is outside what the format allows"}.with_number(
        format::kValueBytesCeiling);
  auto keyring = COFFER_TRY(keys::Keyring::create(file_in(directory, "keyring"), keys,
                                                  clock.now_ms(), options.epoch_home));
  auto filled = fill_new(directory, *keyring, options, clock);
  if (!filled) keyring->give_up_home();
  return filled;
}

Result<void> Engine::fill_new(const std::string& directory, keys::Keyring& keyring,
                              const CreateOptions& options, const Clock& clock) {
  Impl impl;
  impl.cipher = std::make_unique<Cipher>(keyring);
  impl.environment =
      COFFER_TRY(storage::Environment::open(directory, {.map_bytes = 1 << 30, .create = true}));
  const auto epoch_key = COFFER_TRY(keyring.epoch_key(1));
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(*impl.environment));
  for (unsigned number = 0; number < format::kBucketCount; ++number) {
    const auto bucket = static_cast<std::uint8_t>(number);
    const Bytes record =
        impl.cipher->wrap_bucket(bucket, {crypto::Key::random(), 1}, *epoch_key, 1);
    COFFER_TRY(txn->put(Table::buckets, {&bucket, 1}, record));
  }
  format::Settings settings;
  settings.value_bytes_max = options.value_bytes_max;
  settings.max_versions = options.max_versions;
  settings.algorithm = static_cast<format::ValueAlgorithm>(options.cipher);
  const SecretBytes plain = format::encode_settings(settings);
  COFFER_TRY(txn->put(Table::main, as_bytes(kSettingsKey),
                      impl.cipher->seal_root(format::Domain::settings, plain.bytes())));
  format::Root root;
  root.epoch = 1;
  root.time_high_ms = clock.now_ms();
  COFFER_TRY(impl.put_root(*txn, root));
  return txn->commit();
}

Result<std::unique_ptr<Engine>> Engine::open(const std::string& directory,
                                             const std::vector<KeySource>& keys,
                                             const OpenOptions& options, AcceptGuard guard) {
  COFFER_TRY(check_actor(options.actor));
  auto impl = std::make_shared<Impl>();
  impl->clock = options.clock != nullptr ? options.clock : &Clock::system();
  impl->log = options.log;
  impl->hold_limits.commits_max = options.snapshot_commits_max;
  impl->hold_limits.age_max_ms = options.snapshot_age_max_ms;
  // The files first: what is wrong with them is told before a key is asked for.
  impl->environment =
      COFFER_TRY(storage::Environment::open(directory, {.map_bytes = options.map_bytes}));
  impl->directory = impl->environment->directory();
  impl->keyring = COFFER_TRY(
      keys::Keyring::open(file_in(impl->directory, "keyring"), {.sources = keys,
                                                                .log = options.log,
                                                                .try_stored = true,
                                                                .environment = options.environment,
                                                                .prompt = options.prompt}));
  COFFER_TRY(impl->environment->hold_keyring(impl->keyring->descriptor()));
  impl->cipher = std::make_unique<Cipher>(*impl->keyring);
  impl->chain = std::make_unique<audit::Chain>(*impl->keyring);
  impl->anchor_location = options.anchor;
  // Before a crash's rest is cleared away: of an older copy nothing is to be changed.
  const format::Root found = COFFER_TRY(impl->committed_root());
  COFFER_TRY(impl->check_other_meta());
  const auto anchored = impl->check_anchor(found);
  if (!anchored && options.anchor_doubt == AnchorDoubt::refuse) return anchored.error();
  impl->anchor_is_doubted = !anchored;
  if (options.min_sequence > found.sequence)
    return Error{ErrorCode::rolled_back, "the store has not come as far as the caller remembers",
                 "put the newer store back"}
        .with_number(options.min_sequence);
  std::unique_ptr<Engine> engine(new Engine(impl, Caller{options.actor}));
  if (!anchored) COFFER_TRY(engine->check_accepted(options, anchored.error(), guard));
  COFFER_TRY(impl->recover(engine->caller_));
  // To finish a shredding is a commit as well, and one that an anchor is to be told of.
  if (!found.anchor.uri.empty() && COFFER_TRY(impl->committed_root()).sequence != found.sequence)
    impl->anchor_is_behind = true;
  impl->note_key_use();
  if (impl->log && storage::lock_promise(impl->directory) != "local")
    impl->log(
        "warn",
        "the store lies on a file system that a program serves (FUSE): use it from one machine "
        "alone, for its locks may not hold",
        impl->directory);
  auto session = COFFER_TRY(impl->begin_read());
  const auto stored =
      COFFER_TRY(impl->read_settings(session->txn, session->root.settings_revision));
  impl->end_read(std::move(session));
  const auto algorithm = static_cast<crypto::SealAlgorithm>(stored->settings.algorithm);
  if (!crypto::is_available(algorithm))
    return Error{ErrorCode::failed, "this store needs AES instructions, which this machine lacks",
                 "export it on a machine that has them"};
  if (anchored) impl->catch_up_anchor();
  if (!anchored) COFFER_TRY(engine->accept_store(options.anchor_doubt));
  return engine;
}

Result<std::unique_ptr<Engine>> Engine::as(const Actor& actor) const {
  COFFER_TRY(check_actor(actor));
  Caller caller{actor};
  const std::lock_guard lock(caller_.receipts->mutex);
  caller.receipts->sink = caller_.receipts->sink;
  return std::unique_ptr<Engine>(new Engine(impl_, std::move(caller)));
}

// --- time ---------------------------------------------------------------------------------------

// Never behind what any commit or any earlier call saw: a clock set back revives nothing.
std::int64_t Engine::Impl::now_ms(const format::Root& root) {
  TimeMark& known = mark_of(root);
  const std::int64_t now = std::max(clock->now_ms(), root.time_high_ms);
  // What is from before an acceptance has a time of its own, which is nobody else's.
  if (root.clock_acceptances != known.acceptances) return now;
  std::int64_t high = known.high_ms.load(std::memory_order_relaxed);
  while (high < now && !known.high_ms.compare_exchange_weak(high, now, std::memory_order_relaxed)) {
  }
  return std::max(high, now);
}

std::int64_t Engine::Impl::now_ms() const {
  const TimeMark* known = mark.load(std::memory_order_acquire);
  const std::int64_t now = clock->now_ms();
  return known == nullptr ? now : std::max(now, known->high_ms.load(std::memory_order_relaxed));
}

// An old mark stays where it is: who still holds it raises what nobody reads any more.
TimeMark& Engine::Impl::mark_of(const format::Root& root) {
  TimeMark* known = mark.load(std::memory_order_acquire);
  if (known != nullptr && known->acceptances >= root.clock_acceptances) return *known;
  const std::lock_guard lock(marks_mutex);
  known = mark.load(std::memory_order_relaxed);
  if (known != nullptr && known->acceptances >= root.clock_acceptances) return *known;
  marks.push_back(std::make_unique<TimeMark>());
  marks.back()->acceptances = root.clock_acceptances;
  mark.store(marks.back().get(), std::memory_order_release);
  return *marks.back();
}

std::int64_t Engine::Impl::clock_behind_ms(std::int64_t now) const {
  return std::max(std::int64_t{0}, now - clock->now_ms());
}

std::int64_t Engine::now_ms() const { return impl_->now_ms(); }

// --- reading ------------------------------------------------------------------------------------

// What was once told to be expired stays so, whatever the clock says after a restart: the
// time is written down. Where that fails (a full disk) the answer is still the right one.
void Engine::note_expired(std::int64_t seen_ms, std::int64_t known_ms) {
  if (seen_ms <= known_ms) return;
  const auto noted = write([](Transaction& txn) -> Result<void> {
    txn.impl_->changed = true;
    return {};
  });
  if (!noted && impl_->log) impl_->log("warn", "the time could not be written down", "");
}

Result<void> Engine::run_read(const std::function<Result<void>(const View&)>& body) {
  auto session = COFFER_TRY(impl_->begin_read());
  View::Impl state{*impl_, session->txn};
  state.reader = &session->txn;
  state.keys = session->keys.get();
  state.root = &session->root;
  state.audit_reads = session->audit_reads;
  state.actor = &caller_.actor;
  state.policy = session->policy.get();
  auto result = body(View(state));
  const std::int64_t known_ms = session->root.time_high_ms;
  impl_->end_read(std::move(session));
  note_expired(state.expired_seen_ms, known_ms);
  // Fails closed: what the body took is not handed on where its record is not on disk.
  auto recorded = impl_->record_reads(std::move(state.reads), caller_);
  if (result && !recorded) return recorded;
  return result;
}

// The hot path: as read(), without a std::function in between.
Result<Secret> Engine::get(std::string_view path, std::uint64_t version, ReadGuard guard) {
  auto session = COFFER_TRY(impl_->begin_read());
  View::Impl state{*impl_, session->txn};
  state.reader = &session->txn;
  state.keys = session->keys.get();
  state.root = &session->root;
  state.audit_reads = session->audit_reads;
  state.actor = &caller_.actor;
  state.policy = session->policy.get();
  const View view(state);
  Result<Secret> secret = [&]() -> Result<Secret> {
    if (state.policy != nullptr) COFFER_TRY(guard(view, path));
    return view.get(path, version);
  }();
  const std::int64_t known_ms = session->root.time_high_ms;
  impl_->end_read(std::move(session));
  if (state.expired_seen_ms > known_ms) note_expired(state.expired_seen_ms, known_ms);
  if (!state.reads.empty()) {
    auto recorded = impl_->record_reads(std::move(state.reads), caller_);
    if (secret && !recorded) return std::move(recorded).error();
  }
  return secret;
}

// --- writing ------------------------------------------------------------------------------------

Result<void> Engine::Impl::put_root(storage::WriteTxn& txn, format::Root& root) {
  ++root.sequence;
  root.transaction = txn.id();
  const SecretBytes plain = format::encode_root(root);
  return txn.put(Table::main, as_bytes(kRootKey),
                 cipher->seal_root(format::Domain::root, plain.bytes()));
}

namespace {

// The engine whose transaction's body runs in this thread: a second write in there would wait
// for the first for ever.
thread_local const void* writing_in_this_thread = nullptr;

class WritingHere {
 public:
  explicit WritingHere(const void* engine) : outer_(writing_in_this_thread) {
    writing_in_this_thread = engine;
  }
  ~WritingHere() { writing_in_this_thread = outer_; }
  WritingHere(const WritingHere&) = delete;
  WritingHere& operator=(const WritingHere&) = delete;

 private:
  const void* outer_;
};

}  // namespace

bool is_writing_here(const void* engine) { return writing_in_this_thread == engine; }

Result<WriteReport> Engine::write(const std::function<Result<void>(Transaction&)>& body,
                                  Intent* intent) {
  Attempt attempt;
  auto report = impl_->write(body, caller_, attempt, intent);
  if (!report) (void)impl_->record_reads(std::move(attempt.reads), caller_);
  if (intent != nullptr && !attempt.refused.empty()) intent->is_told = true;
  impl_->record_refused(attempt.refused, caller_);
  return report;
}

Result<WriteReport> Engine::Impl::write(const Body& body, const Caller& caller, Attempt& attempt,
                                        const Intent* intent) {
  if (writing_in_this_thread == this)
    return Error{ErrorCode::failed, "a transaction's body writes to its own store",
                 "use the transaction that the body was given"};
  const WritingHere here(this);
  for (int erasings = 0, catchings = 0;;) {
    attempt.retry = Retry::none;
    auto report = attempt_write(body, caller, attempt, intent);
    // Without the lock: the slot's provider may have to be asked.
    if (!report && keyring->is_behind() && ++catchings <= kCatchingsMax) {
      COFFER_TRY(keyring->catch_up());
      continue;
    }
    if (report) {
      ShredReceipt& receipt = report->receipt;
      if (receipt.epoch_after != receipt.epoch_before) hand_out(receipt, attempt.seals, caller);
      keep_anchor(*report);
    }
    if (report || attempt.retry == Retry::none || attempt.room_bytes >= kRoomBytesMax)
      return report;
    if (attempt.retry == Retry::more_room) attempt.room_bytes *= 2;
    if (attempt.retry == Retry::erase_first && ++erasings > kErasingsMax) return report;
    if (attempt.retry == Retry::erase_first) COFFER_TRY(finish_shredding());
  }
}

namespace {

// What others were refused before, and what this transaction did. Whatever the caller calls
// himself, a policy that is in force took him for somebody.
Result<void> append_records(const Engine::Impl& impl, const View& view, View::Impl& state,
                            const CarriedRefusals& carried, const Actor& actor) {
  for (const GatheredRefusals::Kept& kept : carried.all())
    COFFER_TRY(impl.append_audit(state, kept.items, kept.who, true));
  if (state.noted.empty()) return {};
  const bool is_ruled = COFFER_TRY(view.policy()) != nullptr;
  return impl.append_audit(state, state.noted, actor, is_ruled);
}

/// What a commit that is durable did.
void tell(WriteReport& report, const format::Root& root, View::Impl& state) {
  report.sequence = report.receipt.sequence = root.sequence;
  if (!root.anchor.uri.empty()) report.anchor = root.anchor.cadence;
  report.receipt.epoch_after = root.epoch;
  report.receipt.at_ms = root.time_high_ms;
  report.receipt.destroyed = std::move(state.destroyed);
  report.receipt.documents = std::move(state.documents);
  report.versions_rewrapped = state.versions_rewrapped;
}

}  // namespace

Result<WriteReport> Engine::Impl::attempt_write(const Body& body, const Caller& caller,
                                                Attempt& attempt, const Intent* intent) {
  attempt.refused.clear();
  attempt.reads.clear();
  auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment, attempt.room_bytes));
  View::Impl state{*this, *txn};
  format::Root root = COFFER_TRY(read_root(*txn));
  const std::shared_ptr<EpochKeys> keys = COFFER_TRY(keys_of(root.epoch));
  state.writer = txn.get();
  state.root = &root;
  state.keys = keys.get();
  state.actor = &caller.actor;
  state.marks_by = caller.actor.user;
  WriteReport report;
  report.receipt.epoch_before = report.receipt.epoch_after = root.epoch;
  report.sequence = root.sequence;
  Transaction transaction(state);

  auto result = body(transaction);
  if (result && !state.changed) {
    attempt.refused = std::move(state.refused);
    return report;
  }
  if (!result) {
    attempt.refused = state.what_was_refused(result.error(), intent);
    attempt.reads = state.reads_noted();
  }
  std::move(state.refused.begin(), state.refused.end(), std::back_inserter(state.noted));
  if (result && !state.must_shred) state.note_pending();
  const bool overdue =
      (root.pending_since != 0 && root.sequence >= root.pending_since + kPendingCommitsMax) ||
      root.leaves.pending.size() > format::kPendingLeavesMax;
  const bool shred = state.must_shred || overdue;
  // Another shredder between its commit and its erasing: its two-commit rule comes first.
  if (result && shred && COFFER_TRY(keyring->stored_epochs()).size() > 1) {
    attempt.retry = Retry::erase_first;
    return Error{ErrorCode::busy, "another process is erasing what it destroyed", "try again"};
  }
  if (shred) report.receipt.pending_erased = root.pending_count();
  if (result && shred) result = state.rotate();
  CarriedRefusals carried(refusals);
  if (result) result = append_records(*this, transaction, state, carried, caller.actor);
  if (result) {
    root.time_high_ms = state.now_ms();
    result = put_root(*txn, root);
  }
  if (!result) {
    if (txn->map_was_full()) attempt.retry = Retry::more_room;
    // Still under the write lock: an epoch key that no commit will name goes at once.
    if (shred) (void)keyring->erase_epochs_except(report.receipt.epoch_before);
    return std::move(result).error();
  }
  // A commit that fails may have reached the disk all the same: both epoch keys stay, and
  // what is read next decides which of them counts.
  if (auto committed = txn->commit(); !committed) {
    if (txn->map_was_full()) attempt.retry = Retry::more_room;
    return std::move(committed).error();
  }
  carried.are_durable();
  txn.reset();
  committed_one.notify_all();
  if (log) log("info", "committed", "sequence " + std::to_string(root.sequence));
  tell(report, root, state);
  attempt.seals = std::move(state.seals);
  if (shred) COFFER_TRY(finish_erasing(root.epoch));
  return report;
}

Result<keys::Keyring*> Engine::keyring() {
  COFFER_TRY(read([](const View&) { return Result<void>(); }));
  return impl_->keyring.get();
}

}  // namespace coffer::secrets
