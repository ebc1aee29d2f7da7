#include "keys/media/epoch_home.h"

#include <algorithm>
#include <array>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "keys/tpm2/tpm_nv.h"

namespace coffer::keys {
namespace {

class HomeInKeyring : public EpochHome {
 public:
  explicit HomeInKeyring(const KeyringFile& file) : file_(file) {}
  Copies read(std::uint64_t epoch) const override { return file_.read(epoch_part(epoch)); }
  Result<void> write(std::uint64_t epoch, ByteView payload) const override {
    return file_.write(epoch_part(epoch), payload);
  }
  Result<void> make_equal(std::uint64_t epoch, ByteView payload) const override {
    return file_.make_equal(epoch_part(epoch), payload);
  }
  Result<void> erase(std::uint64_t epoch) const override { return file_.erase(epoch_part(epoch)); }

 private:
  const KeyringFile& file_;
};

// A blob is a frame as in the file, so that a blob torn by a power cut counts as missing.
class HomeInTpm : public EpochHome {
 public:
  static Result<std::unique_ptr<HomeInTpm>> parse(std::string_view uri) {
    TpmNvIndex even = COFFER_TRY(TpmNvIndex::parse(uri));
    TpmNvIndex odd = COFFER_TRY(even.next());
    return std::unique_ptr<HomeInTpm>(new HomeInTpm(std::move(even), std::move(odd)));
  }
  Result<void> make() const {
    COFFER_TRY(slots_[0].create_blob(format::kEpochBlobBytes));
    auto made = slots_[1].create_blob(format::kEpochBlobBytes);
    if (!made) (void)slots_[0].remove();
    return made;
  }

  Copies read(std::uint64_t epoch) const override {
    const auto payload = read_one(epoch);
    return {payload, payload};
  }
  Result<void> write(std::uint64_t epoch, ByteView payload) const override {
    return slot(epoch).write_blob(
        format::encode_frame(payload, crypto::hash({}, payload), format::kEpochBlobBytes));
  }
  Result<void> make_equal(std::uint64_t epoch, ByteView payload) const override {
    const auto held = read_one(epoch);
    if (held && std::equal(held->begin(), held->end(), payload.begin(), payload.end())) return {};
    return write(epoch, payload);
  }
  Result<void> erase(std::uint64_t epoch) const override {
    Bytes noise(format::kEpochBlobBytes);
    crypto::system_random().fill(noise);
    return slot(epoch).write_blob(noise);
  }
  void give_up() const override {
    for (const TpmNvIndex& index : slots_) (void)index.remove();
  }

 private:
  HomeInTpm(TpmNvIndex even, TpmNvIndex odd) : slots_{std::move(even), std::move(odd)} {}
  const TpmNvIndex& slot(std::uint64_t epoch) const { return slots_[epoch % 2]; }
  Result<Bytes> read_one(std::uint64_t epoch) const {
    auto blob = slot(epoch).read_blob();
    // Only `not_found` means that the index, and the key in it, is gone.
    if (!blob && blob.error().code() == ErrorCode::not_found)
      return Error(ErrorCode::key_unavailable, "the TPM has no epoch key of this store",
                   "bring the TPM that the store was made with");
    if (!blob) return blob;
    const format::Frame frame = COFFER_TRY(format::decode_frame(*blob));
    if (crypto::hash({}, frame.payload) != frame.checksum) return damaged_keyring();
    return Bytes(frame.payload.begin(), frame.payload.end());
  }
  std::array<TpmNvIndex, 2> slots_;
};

}  // namespace

std::unique_ptr<EpochHome> home_in_keyring(const KeyringFile& file) {
  return std::make_unique<HomeInKeyring>(file);
}

Result<std::unique_ptr<EpochHome>> home_in_tpm(std::string_view uri) {
  return std::unique_ptr<EpochHome>(COFFER_TRY(HomeInTpm::parse(uri)));
}

Result<std::unique_ptr<EpochHome>> new_home_in_tpm(std::string_view uri) {
  auto home = COFFER_TRY(HomeInTpm::parse(uri));
  COFFER_TRY(home->make());
  return std::unique_ptr<EpochHome>(std::move(home));
}

bool is_out_of_reach(ErrorCode code) {
  return code == ErrorCode::io || code == ErrorCode::key_unavailable ||
         code == ErrorCode::wrong_key || code == ErrorCode::conflict;
}

}  // namespace coffer::keys
