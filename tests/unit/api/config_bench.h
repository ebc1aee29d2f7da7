// A store with a clock of its own, and configs in it.
#pragma once

#include <coffer/configs.h>
#include <coffer/key_source.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/access.h"
#include "format/names.h"
#include "secrets/engine.h"
#include "secrets/listing.h"

namespace config_bench {

using namespace coffer;
using Kind = ConfigOutcome::Kind;

inline constexpr char kSpec[] =
    R"({"properties":{"host":{},"a":{"airbyte_secret":true},"b":{"airbyte_secret":true}}})";
inline constexpr char kWorkspace[] = "11111111-2222-3333-4444-555555555555";
inline constexpr std::int64_t kHour = 3'600'000;

class TurnedClock : public Clock {
 public:
  std::int64_t now_ms() const override { return now; }
  std::atomic<std::int64_t> now{1'700'000'000'000};
};

class Bench {
 public:
  Bench() {
    std::string name = (std::filesystem::temp_directory_path() / "coffer_configs_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory = name;
    store = directory / "store";
    REQUIRE(std::filesystem::create_directory(store));
    std::filesystem::permissions(store, std::filesystem::perms::owner_all);
    const std::string key = (directory / "key").string();
    REQUIRE(create_key_file(key).ok());
    keys.push_back(KeySource::file(key));
    CreateOptions options;
    options.clock = &clock;
    REQUIRE(secrets::Engine::create(store.string(), keys, options).ok());
    open();
  }
  ~Bench() {
    engine.reset();
    std::filesystem::remove_all(directory);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void open() {
    engine.reset();
    OpenOptions options;
    options.clock = &clock;
    options.map_bytes = std::uint64_t{1} << 28;
    auto opened = secrets::Engine::open(store.string(), keys, options);
    REQUIRE(opened.ok());
    engine = std::move(*opened);
  }

  Configs configs() { return api::Access::facet<Configs>(*engine); }

  ConfigPutReport put(const std::string& id, const std::string& document,
                      const ConfigPutOptions& options = {}, const std::string& spec = kSpec) {
    auto report = configs().put(id, spec, document, options);
    if (!report.ok()) FAIL(describe(report.error()));
    return std::move(*report);
  }

  std::string show(const std::string& id, ConfigForm form) {
    auto document = configs().get(id, form);
    if (!document.ok()) FAIL(describe(document.error()));
    return std::string(document->document.text());
  }

  std::vector<std::string> secret_paths() {
    std::vector<std::string> out;
    const auto read = engine->read([&](const secrets::View& view) -> Result<void> {
      out = COFFER_TRY(secrets::list_names(view, "", {.recursive = true, .state = ListState::all}));
      return {};
    });
    REQUIRE(read.ok());
    return out;
  }

  /// Of a version: the error that get answers, or ok.
  std::optional<ErrorCode> state(const std::string& coordinate) {
    std::optional<ErrorCode> code;
    const auto read = engine->read([&](const secrets::View& view) -> Result<void> {
      const auto parsed = format::parse_coordinate(coordinate);
      const auto secret = view.get(parsed->base, parsed->version);
      if (!secret.ok()) code = secret.error().code();
      return {};
    });
    REQUIRE(read.ok());
    return code;
  }

  std::size_t document_count(secrets::DocumentKind kind) {
    std::size_t count = 0;
    const auto read = engine->read([&](const secrets::View& view) -> Result<void> {
      count = COFFER_TRY(view.list_documents(kind)).size();
      return {};
    });
    REQUIRE(read.ok());
    return count;
  }

  TurnedClock clock;
  std::filesystem::path directory, store;
  std::vector<KeySource> keys;
  std::unique_ptr<secrets::Engine> engine;
};

inline std::string node(const std::string& coordinate) {
  return R"({"_secret":")" + coordinate + "\"}";
}

inline std::vector<Kind> kinds(const ConfigPutReport& report) {
  std::vector<Kind> out;
  for (const auto& each : report.outcomes) out.push_back(each.kind);
  return out;
}

}  // namespace config_bench
