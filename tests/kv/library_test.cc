// Runs the rules on a Store.
#include "tests/kv/check_rules.h"
#include "tests/kv/telling.h"
#include "tests/scratch.h"

namespace kv::library_test {
namespace {

using coffer::Error;
using coffer::Result;
using coffer::Store;
using coffer::Transaction;
using coffer::Value;

template <typename T>
Seen seen_as(const Result<T>& result, std::string text = {}) {
  if (!result) return {static_cast<int>(result.error().code())};
  return {0, std::move(text)};
}

Seen seen_version(const Result<coffer::VersionInfo>& result) {
  return seen_as(result, result ? std::to_string(result->version) : "");
}

coffer::PutOptions options_of(const Operation& operation) {
  coffer::PutOptions options;
  options.cas = operation.cas;
  options.ttl_ms = operation.ttl_s * 1000;
  options.expires_at_ms = operation.expires_at_ms;
  return options;
}

Result<Value> value_of(const Operation& operation) {
  if (operation.opaque) return Value::opaque(std::string_view(operation.text));
  return Value::json(std::string_view(operation.text));
}

// A Store and a Transaction have the same writing calls.
template <typename Target>
Seen write(Target& target, const Operation& op) {
  switch (op.verb) {
    case Verb::put: {
      const Result<Value> value = value_of(op);
      if (!value) return seen_as(value);
      return seen_version(target.put(op.path, *value, options_of(op)));
    }
    case Verb::patch: return seen_version(target.patch(op.path, op.text, options_of(op)));
    case Verb::rollback: return seen_version(target.rollback(op.path, op.version, options_of(op)));
    case Verb::remove: return seen_as(target.soft_delete(op.path, op.versions));
    case Verb::undelete: return seen_as(target.undelete(op.path, op.versions));
    case Verb::destroy: return seen_as(target.destroy(op.path, op.versions));
    case Verb::destroy_all: return seen_as(target.destroy_all(op.path));
    case Verb::erase: return seen_as(target.erase(op.path));
    case Verb::put_metadata: return seen_as(target.put_metadata(op.path, op.change));
    case Verb::patch_metadata: return seen_as(target.patch_metadata(op.path, op.change));
    case Verb::move: return seen_as(target.move(op.path, op.to));
    case Verb::copy: return seen_as(target.copy(op.path, op.to));
    default: FAIL("no such operation"); return {};
  }
}

class LibraryDriver : public Driver {
 public:
  Seen carry_out(const Operation& operation) override {
    switch (operation.verb) {
      case Verb::get: return get(operation);
      case Verb::list: return list(operation);
      case Verb::history: return history(operation);
      case Verb::oldest: return oldest(operation);
      case Verb::get_metadata: return metadata(operation);
      case Verb::settings: return settings(operation);
      case Verb::transaction: return together(operation);
      case Verb::sweep: return seen_as(store_.sweep());
      case Verb::wait: scratch_.clock.turn(operation.wait_ms); return {};
      default: return write(store_, operation);
    }
  }

 private:
  Seen get(const Operation& operation) {
    const auto secret = store_.get(operation.path, operation.version);
    return seen_as(secret, secret ? std::string(secret->value.text()) : "");
  }
  Seen list(const Operation& operation) {
    coffer::ListOptions options;
    options.recursive = operation.recursive;
    options.state = operation.state;
    const auto names = store_.list(operation.path, options);
    return seen_as(names, names ? tell_names(*names) : "");
  }
  Seen history(const Operation& operation) {
    const auto history = store_.history(operation.path);
    return seen_as(history,
                   history ? tell_versions(history->versions, scratch_.clock.now_ms()) : "");
  }
  Seen oldest(const Operation& operation) {
    const auto history = store_.history(operation.path);
    return seen_as(history, history ? std::to_string(history->oldest_version) : "");
  }
  Seen metadata(const Operation& operation) {
    const auto metadata = store_.metadata(operation.path);
    return seen_as(metadata, metadata ? tell_metadata(*metadata) : "");
  }
  Seen settings(const Operation& operation) {
    return seen_as(store_.transaction([&](Transaction& txn) -> Result<void> {
      coffer::StoreSettings settings = COFFER_TRY(txn.settings());
      operation.set(settings);
      return txn.put_settings(settings);
    }));
  }
  Seen together(const Operation& operation) {
    Seen failed;
    const auto report = store_.transaction([&](Transaction& txn) -> Result<void> {
      for (const Operation& each : operation.group) {
        failed = write(txn, each);
        if (failed.code != 0) return Error(coffer::ErrorCode::failed, "an operation failed");
      }
      return {};
    });
    return report ? Seen() : failed;
  }

  coffer::test::ScratchStore scratch_;
  Store store_ = scratch_.open();
};

}  // namespace

TEST_CASE("every rule holds in the library") {
  kv::check_all_rules([] { return std::make_unique<LibraryDriver>(); });
}

}  // namespace kv::library_test
