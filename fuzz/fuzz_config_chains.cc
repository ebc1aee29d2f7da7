// Reads the bytes as choices: a spec, a config valid under it, and a chain of changes. fuzz_configs
// tries specs that nobody would write; this target goes deep into realistic ones.
//
// After each change: the walker finds exactly the secret places that were made, the partial and
// masked documents contain no secret's text, hydrate gives back the document byte for byte, and
// putting back a shown document changes nothing.
#include <coffer/configs.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "configs/document/mask.h"
#include "configs/document/split.h"
#include "configs/operations/hydrate.h"
#include "tests/config_maker/config_maker.h"
#include "tests/unit/configs/map_secret_store.h"

namespace {

using namespace coffer;
using namespace coffer::configs;
using test::ConfigMaker;

bool marked(std::string_view text) {
  return text.find(ConfigMaker::kMark) != std::string_view::npos;
}

class Chain {
 public:
  Chain(test::Tape& tape, ConfigMaker& maker) : tape_(tape), maker_(maker) {
    auto spec = Spec::compile(maker.spec());
    COFFER_CHECK(spec.ok());
    spec_.emplace(std::move(*spec));
  }

  void run() {
    test::Item config = maker_.make_config();
    put_whole(config);
    for (int step = 0; step < 8 && !tape_.done(); ++step) {
      maker_.change(config);
      if (tape_.one_in(3)) put_masked(config);
      put_whole(config);
    }
  }

 private:
  json::Document parsed(std::string_view text) {
    auto document = json::Document::parse(text);
    COFFER_CHECK(document.ok());
    return std::move(*document);
  }

  Result<SplitResult> attempt(const std::string& text) {
    const json::Document document = parsed(text);
    return split({*spec_, document, stored_ ? &*stored_ : nullptr, false}, store_);
  }

  void keep(SplitResult&& result) {
    stored_.emplace();
    stored_->partial = std::move(result.partial);
    stored_->places = std::move(result.places);
  }

  void put_whole(const test::Item& config) {
    const std::string full = ConfigMaker::render(config);
    auto result = attempt(full);
    COFFER_CHECK(result.ok());
    std::set<std::string> found, made;
    for (const ConfigOutcome& each : result->outcomes) found.insert(each.pointer);
    for (const auto& secret : ConfigMaker::secrets(config)) made.insert(secret.first);
    COFFER_CHECK(found == made);
    keep(std::move(*result));
    COFFER_CHECK(!marked(stored_->partial.text()));
    const json::Document partial = parsed(stored_->partial.text());
    const auto hydrated = hydrate_declared(
        *spec_, partial, [&](std::string_view coordinate) { return store_.reveal(coordinate); });
    COFFER_CHECK(hydrated.ok() && hydrated->text() == full);
    put_back_what_is_shown();
  }

  void put_back_what_is_shown() {
    std::vector<SecretBytes> payloads;
    for (const StoredPlace& place : stored_->places)
      payloads.push_back(SecretBytes::copy_of(store_.values.at(place.coordinate)));
    auto masked = masked_view(*spec_, *stored_, payloads);
    COFFER_CHECK(masked.ok());
    COFFER_CHECK(!marked(masked->text.text()));
    const std::string before(stored_->partial.text());
    auto again = attempt(std::string(masked->text.text()));
    COFFER_CHECK(again.ok() && again->partial.text() == before);
    again = attempt(before);
    COFFER_CHECK(again.ok() && again->partial.text() == before);
  }

  // Mixes masks and new values: refused, or never more than the store held before.
  void put_masked(const test::Item& config) {
    const std::string document =
        ConfigMaker::render(config, [&](const std::string&, const std::string& text) {
          return tape_.one_in(2) ? "\"**********\"" : text;
        });
    auto result = attempt(document);
    if (!result.ok()) return;
    COFFER_CHECK(!marked(result->partial.text()));
    for (const auto& value : store_.values) COFFER_CHECK(value.second != "\"**********\"");
  }

  test::Tape& tape_;
  ConfigMaker& maker_;
  std::optional<Spec> spec_;
  std::optional<ConfigRecord> stored_;
  MapSecretStore store_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::Tape tape(std::vector<std::uint8_t>(data, data + size));
  ConfigMaker maker(tape);
  Chain(tape, maker).run();
  return 0;
}
