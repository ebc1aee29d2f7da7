#include "records/vault/vault.h"

#include <string>

#include "base/digits.h"
#include "keys/keyring/keyring.h"
#include "records/receipt.h"
#include "records/vault/core.h"
#include "storage/directory.h"
#include "storage/file_system.h"
#include "text/utf8.h"

namespace coffer::records {
namespace {

using storage::Table;

constexpr std::size_t kGroupsMax = 1024;

std::string file_in(const std::string& directory, const char* name) {
  return directory + "/" + name;
}

Result<void> check_text(std::string_view text, std::size_t limit, Literal name) {
  if (text.size() > limit)
    return Error(ErrorCode::limit, "too long for the audit log")
        .with_size(text.size(), limit)
        .about(Subject::Kind::name, name.view());
  if (!utf8::is_valid(text) || utf8::has_control_character(text))
    return Error(ErrorCode::usage, "the audit log takes no control characters or invalid UTF-8")
        .about(Subject::Kind::name, name.view());
  return {};
}

}  // namespace

Result<void> check_actor(const Actor& actor) {
  COFFER_TRY(check_text(actor.user, format::kAuditActorBytesMax, "user"));
  if (actor.groups.size() > kGroupsMax)
    return Error(ErrorCode::limit, "too many groups").with_number(kGroupsMax);
  for (const std::string& group : actor.groups)
    COFFER_TRY(check_text(group, format::kAuditActorBytesMax, "group"));

  COFFER_TRY(check_text(actor.actor, format::kAuditActorBytesMax, "actor"));
  COFFER_TRY(check_text(actor.reason, format::kAuditReasonBytesMax, "reason"));
  return check_text(actor.correlation, format::kAuditCorrelationBytesMax, "correlation");
}

Vault::Vault(std::shared_ptr<Core> core, Caller caller)
    : core_(std::move(core)), means_(&core_->means()), caller_(std::move(caller)) {}

// --- create and open ----------------------------------------------------------------------------

Result<void> Vault::create(const std::string& directory, const std::vector<KeySource>& keys,
                           const CreateOptions& options) {
  const Clock& clock = options.clock != nullptr ? *options.clock : Clock::system();
  const auto algorithm = static_cast<crypto::SealAlgorithm>(options.cipher);
  if (!crypto::is_available(algorithm))
    return Error(ErrorCode::usage, "this machine has no AES instructions",
                 "make the store with ChaCha20-Poly1305");
  if (options.value_bytes_max == 0 || options.value_bytes_max > format::kValueBytesCeiling)
    return Error(ErrorCode::limit, "the value limit is outside the range that the format allows")
        .with_number(format::kValueBytesCeiling);
  auto keyring = COFFER_TRY(keys::Keyring::create(file_in(directory, "keyring"), keys,
                                                  clock.now_ms(), options.epoch_home));
  auto filled = fill_new(directory, *keyring, options, clock);
  if (!filled) keyring->give_up_home();
  return filled;
}

Result<void> Vault::fill_new(const std::string& directory, keys::Keyring& keyring,
                             const CreateOptions& options, const Clock& clock) {
  const Cipher cipher(keyring);
  const std::shared_ptr<storage::Environment> environment =
      COFFER_TRY(storage::Environment::open(directory, {.map_bytes = 1 << 30, .create = true}));
  const auto epoch_key = COFFER_TRY(keyring.epoch_key(1));
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(*environment));
  for (unsigned number = 0; number < format::kBucketCount; ++number) {
    const auto bucket = static_cast<std::uint8_t>(number);
    const Bytes record = cipher.wrap_bucket(bucket, {crypto::Key::random(), 1}, *epoch_key, 1);
    COFFER_TRY(txn->put(Table::buckets, {&bucket, 1}, record));
  }
  format::Settings settings;
  settings.value_bytes_max = options.value_bytes_max;
  settings.max_versions = options.max_versions;
  settings.algorithm = static_cast<format::ValueAlgorithm>(options.cipher);
  const SecretBytes plain = format::encode_settings(settings);
  COFFER_TRY(txn->put(Table::main, as_bytes(kSettingsKey),
                      cipher.seal_root(format::Domain::settings, plain.bytes())));
  format::Root root;
  root.epoch = 1;
  root.time_high_ms = clock.now_ms();
  COFFER_TRY(put_root(cipher, *txn, root));
  return txn->commit();
}

Result<Vault> Vault::open(const std::string& directory, const std::vector<KeySource>& keys,
                          const OpenOptions& options, const AcceptGuard& guard) {
  COFFER_TRY(check_actor(options.actor));
  // Open the files first, so that a damaged file is reported before anybody is asked for a key.
  std::shared_ptr<storage::Environment> environment =
      COFFER_TRY(storage::Environment::open(directory, {.map_bytes = options.map_bytes}));
  auto keyring = COFFER_TRY(keys::Keyring::open(file_in(environment->directory(), "keyring"),
                                                {.sources = keys,
                                                 .log = options.log,
                                                 .try_stored = true,
                                                 .environment = options.environment,
                                                 .prompt = options.prompt}));
  COFFER_TRY(environment->hold_keyring(keyring->descriptor()));
  Vault vault(std::make_shared<Core>(std::move(environment), std::move(keyring), options),
              Caller{options.actor});
  Core& core = *vault.core_;
  // Before recovery writes anything: an older copy must stay unchanged.
  const format::Root found = COFFER_TRY(core.committed_root());
  COFFER_TRY(check_other_meta(core.cipher(), core.environment()));
  const auto anchored = core.anchor().check(found);
  if (!anchored && options.anchor_doubt == AnchorDoubt::refuse) return anchored.error();
  core.anchor().set_doubted(!anchored);
  if (options.min_sequence > found.sequence)
    return Error(ErrorCode::rolled_back,
                 "the store is older than the sequence number that the caller gave",
                 "put the newer store back")
        .with_number(options.min_sequence);
  if (!anchored) COFFER_TRY(vault.check_accepted(options, anchored.error(), guard));
  COFFER_TRY(core.recover(vault.caller_));
  // Finishing a shredding makes a commit, which the anchor must learn of.
  if (!found.anchor.uri.empty() && COFFER_TRY(core.committed_root()).sequence != found.sequence)
    core.anchor().set_behind();
  core.note_key_use();
  if (storage::lock_promise(core.directory()) != "local")
    core.warn(
        "the store is on a FUSE file system, whose locks may not work between machines: use the "
        "store from one machine only",
        core.directory());
  auto session = COFFER_TRY(core.begin_read());
  const auto stored = COFFER_TRY(vault.reading_of(*session).stored_settings());
  core.end_read(std::move(session));
  if (!crypto::is_available(static_cast<crypto::SealAlgorithm>(stored->settings.algorithm)))
    return Error(ErrorCode::failed, "this store needs AES instructions, which this machine lacks",
                 "export it on a machine that has them");
  if (anchored) core.anchor().catch_up();
  if (!anchored) COFFER_TRY(vault.accept_store(options.anchor_doubt));
  return vault;
}

Result<Vault> Vault::as(const Actor& actor) const {
  COFFER_TRY(check_actor(actor));
  Caller caller{actor};
  const std::lock_guard lock(caller_.receipts->mutex);
  caller.receipts->sink = caller_.receipts->sink;
  return Vault(core_, std::move(caller));
}

// --- reading ------------------------------------------------------------------------------------

Result<std::unique_ptr<Session>> Vault::begin_read() { return core_->begin_read(); }

Result<void> Vault::end_read(std::unique_ptr<Session> session, const Reading& reading) {
  const std::int64_t known_ms = session->root.time_high_ms;
  core_->end_read(std::move(session));
  if (reading.end_seen_ms_ <= known_ms && reading.notes_.is_empty()) return {};
  return settle_read(known_ms, reading);
}

// Writes the time down if a caller learnt that something expired, so that it stays expired even if
// the clock is wrong after a restart. If this fails (a full disk), the answer is still right.
Result<void> Vault::settle_read(std::int64_t known_ms, const Reading& reading) {
  if (reading.end_seen_ms_ > known_ms) {
    const auto noted = write([](Writing& writing) -> Result<void> {
      writing.mark_changed();
      return {};
    });
    if (!noted) core_->warn("the time could not be written down", "");
  }
  // Fails closed: without a durable record the caller gets no value.
  return core_->record_reads(reading.notes_.take(), caller_);
}

Result<keys::Keyring*> Vault::keyring() {
  COFFER_TRY(read([](const Reading&) { return Result<void>(); }));
  return &core_->keyring();
}

std::int64_t Vault::now_ms() const { return core_->clock().now_ms(); }

Result<Status> Vault::status() {
  Status status = COFFER_TRY(read([&](const Reading& reading) -> Result<Status> {
    const format::Root& root = reading.root();
    Status found;
    found.epoch = root.epoch;
    found.sequence = root.sequence;
    found.record_count = root.record_count;
    found.secret_count = root.secret_count;
    found.config_count = root.config_count;
    found.anchor = root.anchor.uri;
    found.clock_behind_ms = core_->clock().behind_ms(reading.now_ms());
    found.pending_shred_buckets = root.pending_count();
    found.buckets_to_rotate = COFFER_TRY(reading.buckets_to_renew());
    return found;
  }));
  const storage::EnvironmentInfo info = COFFER_TRY(core_->environment().info());
  keys::Keyring& keyring = core_->keyring();
  status.store_id = hex(keyring.store_id());
  status.file_bytes = info.file_bytes;
  status.map_bytes = info.map_bytes;
  status.oldest_reader_lag = info.oldest_reader_lag;
  status.slot_count = static_cast<int>(COFFER_TRY(keyring.slots()).size());
  status.erase = core_->erase_promise();
  const SecretMemory memory = secret_memory();
  status.memory_bytes = memory.mapped_bytes;
  status.memory_locked_bytes = memory.locked_bytes;
  return status;
}

// --- writing ------------------------------------------------------------------------------------

Result<WriteReport> Vault::write(const Body& body, Intent* intent) {
  Attempt attempt;
  auto report = core_->write(body, caller_, attempt, intent);
  if (!report) (void)core_->record_reads(attempt.reads, caller_);
  if (intent != nullptr && !attempt.refused.empty()) intent->is_told = true;
  core_->record_refused(attempt.refused, caller_);
  return report;
}

void Vault::record_refusal(Intent& intent, const Error& error) {
  if (intent.is_told || !is_refusal(error.code())) return;
  intent.is_told = true;
  core_->record_refused({{intent.action, recordable(intent.name), intent.version,
                          static_cast<std::uint32_t>(error.code())}},
                        caller_);
}

// --- receipts -----------------------------------------------------------------------------------

namespace {

// A version that was put later under the same number has another seal.
Result<void> check_gone(const Reading& reading, const GoneItem& item) {
  const auto found =
      COFFER_TRY(reading.find(reading.cipher().hash(item.kind, item.name), item.version));
  if (!found || found->record.header.is_destroyed() ||
      hex(found->record.header.value_tag) != item.seal)
    return {};
  return Error(ErrorCode::rolled_back, "a value that the receipt lists as erased is in this store",
               "the store comes from a copy made before the erasure: put the other store back")
      .about(Subject::Kind::path, item.name);
}

}  // namespace

void Vault::on_receipt(ReceiptSink sink) {
  const std::lock_guard lock(caller_.receipts->mutex);
  caller_.receipts->sink = std::move(sink);
}

// A receipt names a commit and an epoch: an older store is a copy from before the erasure and may
// still hold the erased values. Such a copy may also have been written to, past both numbers, so
// every value that the receipt lists is looked for.
Result<ReceiptInfo> Vault::verify_receipt(std::string_view text) {
  const format::Root root = COFFER_TRY(core_->committed_root());
  const keys::Keyring& keyring = core_->keyring();
  ReceiptContents contents =
      COFFER_TRY(open_receipt(keyring.index_keys(), keyring.store_id(), text));
  const ReceiptInfo& info = contents.info;
  if (root.sequence < info.sequence || root.epoch < info.epoch_after)
    return Error(ErrorCode::rolled_back, "the store is older than this receipt",
                 "erased values may be in this store: put the newer store back");
  COFFER_TRY(read([&](const Reading& reading) -> Result<void> {
    for (const GoneItem& item : contents.gone) COFFER_TRY(check_gone(reading, item));
    return {};
  }));
  return std::move(contents.info);
}

}  // namespace coffer::records
