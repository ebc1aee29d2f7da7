// The SecretStore that split works on in earnest: secrets of one open transaction.
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
    put,    ///< What is written and adopted stays.
    check,  ///< New secrets end by themselves; nothing is bumped, what is adopted still ends.
    stage,  ///< What is written ends by itself, what is adopted still ends.
  };
  struct Settings {
    std::string id;         ///< The config; empty for a check of no config.
    std::string workspace;  ///< New secrets are minted in it.
    Mode mode = Mode::put;
    std::int64_t expires_at_ms = 0;           ///< Of what is written.
    const ConfigRecord* checked = nullptr;    ///< What a check of this config left behind.
    bool outside = false;                     ///< The config's document is kept outside.
    const CoordinateSet* imported = nullptr;  ///< Written for this config in this transaction.
    const ConfigRights* rights = nullptr;     ///< The caller's; null: all.
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
  /// Errors: usage, each reason with its own text.
  Result<void> check_scope(const std::string& base, const VersionInfo& info) const;

  secrets::Transaction& transaction_;
  Settings settings_;
  std::set<std::string, std::less<>> adopted_;
};

/// Whether the version was minted by a check and has not been taken over by any config.
Result<bool> is_of_a_check(const secrets::View& view, const std::string& base,
                           std::uint64_t version);

/// The JSON text of a stored value; opaque text becomes a JSON string.
/// Errors: usage (opaque bytes that are no UTF-8).
Result<SecretBytes> payload_of(Value&& value);

}  // namespace coffer::configs
