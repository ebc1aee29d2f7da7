// Configs: the public calls, each one transaction of the store.
#include <coffer/configs.h>

#include <memory>
#include <optional>
#include <utility>

#include "api/call.h"
#include "api/config_admission.h"
#include "api/reading.h"
#include "base/answer_of.h"
#include "configs/config_store.h"
#include "configs/config_view.h"
#include "configs/document/place.h"
#include "configs/document/split.h"
#include "configs/operations/config_copy.h"
#include "configs/operations/config_import.h"
#include "configs/operations/config_patch.h"
#include "configs/operations/config_put.h"
#include "configs/operations/config_stage.h"
#include "configs/operations/hydrate.h"
#include "configs/operations/release.h"
#include "configs/spec/spec_cache.h"
#include "configs/spec/spec_walker.h"
#include "format/limits.h"
#include "format/names.h"
#include "policy/check.h"
#include "records/vault/recorded.h"
#include "secrets/engine.h"
#include "text/json.h"

namespace coffer {
namespace {

using namespace configs;  // NOLINT(google-build-using-namespace): this file is its door.
using format::Action;
using secrets::DocumentKind;
using secrets::View;
using Coordinates = std::vector<std::string>;

Result<void> check_write(const View& view, std::string_view id) {
  return policy::check(view, UseCase::write, policy::config(id));
}

Result<json::Document> parse_document(std::string_view text, json::Limits limits = {}) {
  if (text.size() > format::kDocumentBytesMax) {
    return Error(ErrorCode::limit, "the document is too large")
        .with_size(text.size(), format::kDocumentBytesMax);
  }
  auto document = json::Document::parse(text, limits);
  if (!document.ok()) return std::move(document).error().about(Subject::Kind::name, "document");
  return document;
}

// The caller's input, read before the write lock is taken, so that no writer waits for the reading.
// Each call fills the members that it has.
struct Given {
  std::string_view spec_text = {};
  std::shared_ptr<const Spec> spec = {};
  std::optional<json::Document> document = {};
  std::vector<SecretPlace> places = {};
  std::optional<json::Document> payloads = {};  // For an import.
  std::optional<json::Document> against = {};   // For a stage.
  std::optional<PreparedPatch> prepared = {};

  // Refers to this object and to the rights.
  PutInput input(const ConfigRights& rights) const {
    PutInput input{spec_text, *spec, *document};
    input.places = &places;
    input.rights = &rights;
    if (against) input.against = &*against;
    return input;
  }
};

// Errors: usage (a shape that the spec does not admit), limit.
Result<Given> read_given(std::string_view spec, std::string_view document,
                         json::Limits limits = kFullDocument) {
  Given given;
  given.spec_text = spec;
  given.spec = COFFER_TRY(compiled_spec(spec));
  given.document = COFFER_TRY(parse_document(document, limits));
  given.places = COFFER_TRY(find_secret_places(*given.spec, *given.document, Shapes::admitted));
  return given;
}

// Runs a call that writes: `parse()` reads the input before the write lock is taken,
// `body(transaction, given)` works in one transaction; an error of either is recorded.
template <typename Parse, typename Body>
auto run(secrets::Engine& engine, Action action, std::string_view id, const Parse& parse,
         const Body& body) {
  using Answer = std::invoke_result_t<const Body&, secrets::Transaction&, Given&>;
  return records::recorded(engine, {action, id}, [&](secrets::Intent* intent) -> Answer {
    Given given = COFFER_TRY(parse());
    return answer_of<secrets::Transaction&>(
        [&](const auto& each) { return engine.write(each, intent); },
        [&](secrets::Transaction& transaction) { return body(transaction, given); });
  });
}

// Runs a call that writes to one config and reports on it: `body(transaction, given, rights)`. The
// report leaves out what the caller may not see.
template <typename Parse, typename Body>
Result<ConfigPutReport> report(secrets::Engine& engine, Action action, std::string_view id,
                               const Parse& parse, const Body& body) {
  using Report = Result<ConfigPutReport>;
  return run(engine, action, id, parse,
             [&](secrets::Transaction& transaction, Given& given) -> Report {
               COFFER_TRY(check_write(transaction, id));
               const ConfigRights rights = COFFER_TRY(api::rights_in(transaction, id));
               ConfigPutReport report = COFFER_TRY(body(transaction, given, rights));
               // A check without a config reports only what the caller gave.
               if (id.empty()) return report;
               const json::Document* document = given.document ? &*given.document : nullptr;
               COFFER_TRY(api::hide_unlisted(transaction, id, document, report));
               return report;
             });
}

Result<Given> check_id(std::string_view id) {
  COFFER_TRY(format::check_config_id(id));
  return Given();
}

Result<Given> check_ids(std::string_view from, std::string_view to) {
  COFFER_TRY(format::check_config_id(from));
  return check_id(to);
}

Result<void> check_put_options(std::string_view id, const ConfigPutOptions& options) {
  COFFER_TRY(format::check_config_id(id));
  if (options.keep_old_ms < 0 || options.keep_old_ms > kConfigDurationMaxMs)
    return Error(ErrorCode::usage, "the time to keep replaced versions is out of range");
  for (const std::string& pointer : options.unmark) {
    if (!json::parse_pointer(pointer).ok()) {
      return at_place(Error(ErrorCode::usage, "what to unmark is not a JSON Pointer",
                            "write a place as /credentials/password"),
                      pointer);
    }
  }
  return {};
}

Result<void> check_stage_options(std::string_view id, const ConfigPutOptions& options,
                                 std::int64_t lease_ms) {
  COFFER_TRY(check_put_options(id, options));
  if (options.keep_old_ms != 0)
    return Error(ErrorCode::usage, "a stage cannot keep replaced versions; its commit can");
  if (lease_ms <= 0 || lease_ms > kConfigDurationMaxMs)
    return Error(ErrorCode::usage, "the lease of a stage is out of range");
  return {};
}

Result<Given> read_check(std::string_view spec, std::string_view document,
                         const ConfigCheckOptions& options) {
  if (options.id) COFFER_TRY(format::check_config_id(*options.id));
  if (options.ttl_ms <= 0 || options.ttl_ms > kConfigDurationMaxMs)
    return Error(ErrorCode::usage, "the time to live of a check is out of range");
  return read_given(spec, document);
}

// Reads the patch and works out its result on the present state, before the write lock is taken.
Result<Given> read_patch(secrets::Engine& engine, std::string_view id, std::string_view spec,
                         std::string_view update) {
  Given given;
  if (!spec.empty()) given.spec = COFFER_TRY(compiled_spec(spec));
  given.document = COFFER_TRY(parse_document(update));
  given.prepared = COFFER_TRY(engine.read([&](const View& view) -> Result<PreparedPatch> {
    COFFER_TRY(check_write(view, id));
    return prepare_patch(view, id, given.spec, *given.document);
  }));
  return given;
}

// Removes the document and all that only it reached.
Result<Coordinates> remove_in(secrets::Transaction& transaction, std::string_view id) {
  const LoadedConfig loaded = COFFER_TRY(load_config(transaction, id));
  const Holder holder{id, loaded.record.outside};
  Coordinates destroyed =
      COFFER_TRY(move_references(transaction, holder, loaded.record.places, holder, {}, 0));
  COFFER_TRY(release_spec(transaction, id, loaded.record.spec_id));
  COFFER_TRY(transaction.remove_document(DocumentKind::config, id));
  COFFER_TRY(forget_check(transaction, id));
  return destroyed;
}

ConfigDocument without_text(std::string_view id, const LoadedConfig& loaded) {
  ConfigDocument out;
  out.id = id;
  out.revision = loaded.revision;
  out.workspace = loaded.record.workspace;
  out.updated_at_ms = loaded.updated_at_ms;
  return out;
}

// The caller makes the document from `revealed` after the view has ended.
Result<ConfigDocument> take_revealed(const View& view, std::string_view id,
                                     HydratedDocument& revealed) {
  COFFER_TRY(policy::check_read(view, UseCase::reveal, policy::config(id)));
  const LoadedConfig loaded = COFFER_TRY(load_config(view, id));
  COFFER_TRY(api::check_no_deny(view, UseCase::reveal, loaded.record));
  COFFER_TRY(revealed.take(view, loaded.record));
  return without_text(id, loaded);
}

Result<ConfigDocument> read_rendered(const View& view, std::string_view id, ConfigForm form) {
  COFFER_TRY(policy::check_read(view, UseCase::list, policy::config(id)));
  const LoadedConfig loaded = COFFER_TRY(load_config(view, id));
  const ConfigRights rights = COFFER_TRY(api::rights_in(view, id));
  MaskedView shown = COFFER_TRY(render(view, loaded.record, form, &rights));
  ConfigDocument out = without_text(id, loaded);
  out.document = std::move(shown.text);
  out.hidden = std::move(shown.hidden);
  return out;
}

Result<void> take_used(const View& view, std::string_view id, std::string_view partial,
                       HydratedDocument& hydrated) {
  COFFER_TRY(policy::check_read(view, UseCase::use, policy::config(id)));
  const LoadedConfig loaded = COFFER_TRY(load_config(view, id));
  COFFER_TRY(api::check_no_deny(view, UseCase::use, loaded.record));
  // The stored document was parsed and walked when it was put.
  if (loaded.record.partial.text() == partial) return hydrated.take(view, loaded.record);
  return hydrated.take(view, loaded.record, COFFER_TRY(parse_document(partial)));
}

}  // namespace

Result<ConfigPutReport> Configs::put(std::string_view id, std::string_view spec,
                                     std::string_view document, const ConfigPutOptions& options) {
  const auto parse = [&]() -> Result<Given> {
    COFFER_TRY(check_put_options(id, options));
    return read_given(spec, document);
  };
  return report(*engine_, Action::config_put, id, parse,
                [&](auto& transaction, Given& given, const ConfigRights& rights) {
                  return put_in(transaction, id, given.input(rights), options);
                });
}

Result<ConfigPutReport> Configs::patch(std::string_view id, std::string_view update,
                                       const ConfigPutOptions& options, std::string_view spec) {
  const auto parse = [&]() -> Result<Given> {
    COFFER_TRY(check_put_options(id, options));
    return read_patch(*engine_, id, spec, update);
  };
  return report(*engine_, Action::config_put, id, parse,
                [&](auto& transaction, Given& given, const ConfigRights& rights) {
                  return patch_in(transaction, id, given.spec, *given.document,
                                  std::move(*given.prepared), options, &rights);
                });
}

Result<ConfigPutReport> Configs::import_partial(std::string_view id, std::string_view spec,
                                                std::string_view partial, std::string_view payloads,
                                                const ConfigPutOptions& options) {
  const auto parse = [&]() -> Result<Given> {
    COFFER_TRY(check_put_options(id, options));
    Given given = COFFER_TRY(read_given(spec, partial, {}));
    auto values = json::Document::parse(payloads);
    if (!values.ok()) return std::move(values).error().about(Subject::Kind::name, "payloads");
    given.payloads = std::move(*values);
    return given;
  };
  return report(*engine_, Action::config_put, id, parse,
                [&](auto& transaction, Given& given, const ConfigRights& rights) {
                  return import_in(transaction, id, given.input(rights), *given.payloads, options);
                });
}

Result<ConfigPutReport> Configs::check(std::string_view spec, std::string_view document,
                                       const ConfigCheckOptions& options) {
  const std::string_view id = options.id ? std::string_view(*options.id) : std::string_view();
  return report(
      *engine_, Action::config_check, id, [&] { return read_check(spec, document, options); },
      [&](auto& transaction, Given& given, const ConfigRights& rights) {
        return check_in(transaction, given.input(rights), options);
      });
}

Result<ConfigPutReport> Configs::stage(std::string_view id, std::string_view spec,
                                       std::string_view document, const ConfigPutOptions& options,
                                       std::int64_t lease_ms, std::string_view against) {
  const auto parse = [&]() -> Result<Given> {
    COFFER_TRY(check_stage_options(id, options, lease_ms));
    Given given = COFFER_TRY(read_given(spec, document));
    if (!against.empty()) given.against = COFFER_TRY(parse_document(against));
    return given;
  };
  return report(*engine_, Action::config_stage, id, parse,
                [&](auto& transaction, Given& given, const ConfigRights& rights) {
                  return stage_in(transaction, id, given.input(rights), options, lease_ms);
                });
}

Result<ConfigPutReport> Configs::commit(std::string_view id, std::string_view stage,
                                        const ConfigCommitOptions& options) {
  const auto parse = [&]() -> Result<Given> {
    COFFER_TRY(check_put_options(id, {.keep_old_ms = options.keep_old_ms}));
    return Given();
  };
  return report(*engine_, Action::config_put, id, parse,
                [&](auto& transaction, Given&, const ConfigRights& rights) {
                  return commit_in(transaction, id, stage, options, &rights);
                });
}

Result<ConfigPutReport> Configs::copy(std::string_view from, std::string_view to) {
  return report(
      *engine_, Action::config_put, to, [&] { return check_ids(from, to); },
      [&](auto& transaction, Given&, const ConfigRights&) -> Result<ConfigPutReport> {
        COFFER_TRY(api::check_copied(transaction, from, to));
        const LoadedConfig loaded = COFFER_TRY(load_config(transaction, from));
        for (const UseCase use_case : {UseCase::use, UseCase::reveal})
          COFFER_TRY(api::check_no_deny(transaction, use_case, loaded.record));
        return copy_in(transaction, from, to);
      });
}

Result<std::uint64_t> Configs::rename(std::string_view from, std::string_view to) {
  return run(
      *engine_, Action::config_put, to, [&] { return check_ids(from, to); },
      [&](auto& transaction, Given&) -> Result<std::uint64_t> {
        COFFER_TRY(api::check_renamed(transaction, from, to));
        return rename_in(transaction, from, to);
      });
}

Result<Coordinates> Configs::abandon(std::string_view id, std::string_view stage) {
  return run(
      *engine_, Action::config_abandon, id, [&] { return check_id(id); },
      [&](auto& transaction, Given&) -> Result<Coordinates> {
        COFFER_TRY(check_write(transaction, id));
        return abandon_in(transaction, id, stage);
      });
}

Result<Coordinates> Configs::end_check(std::string_view partial) {
  const auto parse = [&]() -> Result<Given> {
    Given given;
    given.document = COFFER_TRY(parse_document(partial));
    return given;
  };
  return run(*engine_, Action::config_end_check, "", parse,
             [](auto& transaction, Given& given) -> Result<Coordinates> {
               if (COFFER_TRY(transaction.policy()) == nullptr)
                 return end_check_in(transaction, *given.document);
               // Each check needs `write` of its own config, and of no other.
               return end_check_in(transaction, *given.document, [&](std::string_view id) {
                 return check_write(transaction, id);
               });
             });
}

Result<Coordinates> Configs::end_check_of(std::string_view id) {
  return run(
      *engine_, Action::config_end_check, id, [&] { return check_id(id); },
      [&](auto& transaction, Given&) -> Result<Coordinates> {
        COFFER_TRY(check_write(transaction, id));
        return configs::end_check_of(transaction, id);
      });
}

Result<Coordinates> Configs::remove(std::string_view id) {
  return run(
      *engine_, Action::config_delete, id, [&] { return check_id(id); },
      [&](auto& transaction, Given&) -> Result<Coordinates> {
        COFFER_TRY(policy::check(transaction, UseCase::remove, policy::config(id)));
        return remove_in(transaction, id);
      });
}

Result<ConfigDocument> Configs::get(std::string_view id, ConfigForm form) {
  return guarded([&]() -> Result<ConfigDocument> {
    COFFER_TRY(format::check_config_id(id));
    HydratedDocument revealed;
    ConfigDocument out = COFFER_TRY(engine_->read([&](const View& view) {
      return form == ConfigForm::revealed ? take_revealed(view, id, revealed)
                                          : read_rendered(view, id, form);
    }));
    if (form == ConfigForm::revealed)
      out.document = COFFER_TRY(std::move(revealed).finish(resolver_));
    return out;
  });
}

Result<std::vector<ConfigSummary>> Configs::list() {
  return api::read(*engine_, [](const View& view) -> Result<std::vector<ConfigSummary>> {
    std::vector<ConfigSummary> out;
    for (const std::string& id : COFFER_TRY(api::read_config_ids(view))) {
      const LoadedConfig loaded = COFFER_TRY(load_config(view, id));
      ConfigSummary summary{id, loaded.revision, loaded.updated_at_ms, 0, loaded.record.outside};
      for (const StoredPlace& place : loaded.record.places) summary.secret_count += !place.external;
      out.push_back(std::move(summary));
    }
    return out;
  });
}

Result<SecretBytes> Configs::hydrate_for(std::string_view id, std::string_view partial) {
  return guarded([&]() -> Result<SecretBytes> {
    COFFER_TRY(format::check_config_id(id));
    HydratedDocument hydrated;
    COFFER_TRY(
        engine_->read([&](const View& view) { return take_used(view, id, partial, hydrated); }));
    return std::move(hydrated).finish(resolver_);
  });
}

Result<SecretBytes> Configs::hydrate_with(std::string_view spec, std::string_view partial,
                                          const ConfigHydrateOptions& options) {
  return guarded([&]() -> Result<SecretBytes> {
    const auto compiled = COFFER_TRY(compiled_spec(spec));
    Hydration hydration(COFFER_TRY(parse_document(partial)),
                        {options.compat_airbyte, nullptr, resolver_ != nullptr});
    COFFER_TRY(engine_->read(
        [&](const View& view) { return hydration.declared(*compiled, api::reveal_usable(view)); }));
    return std::move(hydration).finish(resolver_);
  });
}

Result<SecretBytes> Configs::hydrate(std::string_view partial,
                                     const ConfigHydrateOptions& options) {
  return guarded([&]() -> Result<SecretBytes> {
    Hydration hydration(COFFER_TRY(parse_document(partial)),
                        {options.compat_airbyte, nullptr, resolver_ != nullptr});
    COFFER_TRY(engine_->read(
        [&](const View& view) { return hydration.everywhere(api::reveal_usable(view)); }));
    return std::move(hydration).finish(resolver_);
  });
}

Configs Configs::with_resolver(ConfigResolver resolver) const {
  Configs out = *this;
  out.resolver_ = std::move(resolver);
  return out;
}

}  // namespace coffer
