// The real SecretStore behind split(): the secrets of one open transaction.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "configs/document/split.h"
#include "configs/documents.h"
#include "configs/rights.h"
#include "secrets/transaction.h"

namespace coffer::configs {

using CoordinateSet = std::set<std::string, std::less<>>;

class TransactionStore : public SecretStore {
 public:
  enum class Mode : std::uint8_t {
    put,    ///< Written and adopted secrets stay.
    check,  ///< New secrets expire, no secret is bumped, adopted ones keep their expiry.
    stage,  ///< Written secrets expire, adopted ones keep their expiry.
  };
  struct Settings {
    std::string id;         ///< The config; empty for a check without one.
    std::string workspace;  ///< Where new secrets are minted.
    Mode mode = Mode::put;
    std::int64_t expires_at_ms = 0;           ///< When written secrets expire; 0: never.
    const ConfigRecord* checked = nullptr;    ///< The note of this config's last check.
    bool outside = false;                     ///< The config's document is kept outside.
    const CoordinateSet* imported = nullptr;  ///< Coordinates already written for this config.
    const ConfigRights* rights = nullptr;     ///< The caller's rights; null: all.
  };

  TransactionStore(secrets::Transaction& transaction, Settings settings)
      : transaction_(transaction), settings_(std::move(settings)) {}

  Result<bool> holds(std::string_view coordinate, std::string_view payload) override;
  Result<std::string> mint(std::string_view payload) override;
  Result<std::optional<std::string>> bump(std::string_view coordinate,
                                          std::string_view payload) override;
  Result<void> adopt(std::string_view coordinate) override;
  std::optional<std::string> checked(std::string_view pointer) override;
  bool is_coordinate(std::string_view text) override;
  Result<bool> knows(std::string_view text) override;

 private:
  /// Refuses a coordinate of another config or workspace. Errors: usage.
  Result<void> check_scope(const std::string& base, const VersionInfo& info) const;

  secrets::Transaction& transaction_;
  Settings settings_;
  std::set<std::string, std::less<>> adopted_;
};

/// Whether a check minted the version and no config has taken it over.
Result<bool> is_of_a_check(const secrets::View& view, const std::string& base,
                           std::uint64_t version);

/// The JSON text of a stored value; opaque text becomes a JSON string.
/// Errors: usage (opaque bytes that are not UTF-8).
Result<SecretBytes> payload_of(Value&& value);

}  // namespace coffer::configs
