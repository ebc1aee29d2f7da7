// Configs: the public verbs, each one transaction of the store.
#include <coffer/configs.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "api/config_admission.h"
#include "base/guarded.h"
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
#include "engine/text/json.h"
#include "format/limits.h"
#include "format/names.h"
#include "policy/check.h"
#include "secrets/engine.h"
#include "records/vault/recorded.h"

namespace coffer {
namespace {

using namespace configs;  // NOLINT(google-build-using-namespace): this file is its door.
using secrets::DocumentKind;
using secrets::Intent;
using records::recorded;
using secrets::View;

Result<void> check_write(const View& view, std::string_view id) {
  return policy::check(view, UseCase::write, policy::config(id));
}

/// One transaction that writes to a config, with the caller's rights, and tells of it what he may
/// see. `given`: the document that he gave; null: none.
using Report = Result<ConfigPutReport>;
using ReportBody = std::function<Report(secrets::Transaction&, const ConfigRights& rights)>;
Report write_config(secrets::Engine& engine, std::string_view id, Intent* intent,
                    const json::Document* given, const ReportBody& body) {
  ConfigPutReport report;
  COFFER_TRY(engine.write(
      [&](secrets::Transaction& transaction) -> Result<void> {
        COFFER_TRY(check_write(transaction, id));
        const ConfigRights rights = COFFER_TRY(api::rights_in(transaction, id));
        report = COFFER_TRY(body(transaction, rights));
        // What a check of no config tells is made of the caller's own alone.
        if (id.empty()) return {};
        return api::hide_unlisted(transaction, id, given, report);
      },
      intent));
  return report;
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

/// What a caller gave, read before the write lock is taken, so that nobody waits for it.
struct GivenDocument {
  std::string_view spec_text;
  std::shared_ptr<const Spec> spec;
  json::Document document;
  std::vector<SecretPlace> places = {};

  static Result<GivenDocument> read(std::string_view spec, std::string_view text,
                                    json::Limits limits) {
    auto compiled = COFFER_TRY(compiled_spec(spec));
    auto parsed = COFFER_TRY(parse_document(text, limits));
    return GivenDocument{spec, std::move(compiled), std::move(parsed)};
  }
  /// Errors: usage (a shape that the spec does not admit).
  Result<void> find_places() {
    places = COFFER_TRY(find_secret_places(*spec, document, Shapes::admitted));
    return {};
  }
  /// Refers to this and to the rights.
  PutInput input(const ConfigRights& rights) const {
    PutInput input{spec_text, *spec, document};
    input.places = &places;
    input.rights = &rights;
    return input;
  }
};

/// One transaction that writes to the config and tells which coordinates it destroyed.
Result<std::vector<std::string>> destroying(
    secrets::Engine& engine, std::string_view id, Intent* intent,
    const std::function<Result<std::vector<std::string>>(secrets::Transaction&)>& body) {
  std::vector<std::string> destroyed;
  COFFER_TRY(engine.write(
      [&](secrets::Transaction& transaction) -> Result<void> {
        COFFER_TRY(check_write(transaction, id));
        destroyed = COFFER_TRY(body(transaction));
        return {};
      },
      intent));
  return destroyed;
}

Result<void> check_put_options(std::string_view id, const ConfigPutOptions& options) {
  COFFER_TRY(format::check_config_id(id));
  if (options.keep_old_ms < 0 || options.keep_old_ms > kConfigDurationMaxMs) {
    return Error(ErrorCode::usage, "the time to keep replaced versions is out of range");
  }
  for (const std::string& pointer : options.unmark) {
    if (!json::parse_pointer(pointer).ok()) {
      return at_place(Error(ErrorCode::usage, "what is to be unmarked is no JSON Pointer",
                            "write a place as /credentials/password"),
                      pointer);
    }
  }
  return {};
}

}  // namespace

Result<ConfigPutReport> Configs::put(std::string_view id, std::string_view spec,
                                     std::string_view document, const ConfigPutOptions& options) {
  const auto run = [&](Intent* intent) -> Result<ConfigPutReport> {
    COFFER_TRY(check_put_options(id, options));
    GivenDocument given = COFFER_TRY(GivenDocument::read(spec, document, kFullDocument));
    COFFER_TRY(given.find_places());
    return write_config(*engine_, id, intent, &given.document,
                        [&](secrets::Transaction& transaction, const ConfigRights& rights) {
                          return put_in(transaction, id, given.input(rights), options);
                        });
  };
  return recorded(*engine_, {format::Action::config_put, id}, run);
}

Result<ConfigPutReport> Configs::patch(std::string_view id, std::string_view update,
                                       const ConfigPutOptions& options, std::string_view spec) {
  const auto run = [&](Intent* intent) -> Result<ConfigPutReport> {
    COFFER_TRY(check_put_options(id, options));
    std::shared_ptr<const Spec> compiled;
    if (!spec.empty()) compiled = COFFER_TRY(compiled_spec(spec));
    const auto parsed = COFFER_TRY(parse_document(update));
    std::optional<PreparedPatch> prepared;
    const auto prepare = [&](const View& view) -> Result<void> {
      COFFER_TRY(check_write(view, id));
      prepared.emplace(COFFER_TRY(prepare_patch(view, id, compiled, parsed)));
      return {};
    };
    COFFER_TRY(engine_->read(prepare));
    return write_config(*engine_, id, intent, &parsed,
                        [&](secrets::Transaction& transaction, const ConfigRights& rights) {
                          return patch_in(transaction, id, compiled, parsed, std::move(*prepared),
                                          options, &rights);
                        });
  };
  return recorded(*engine_, {format::Action::config_put, id}, run);
}

Result<ConfigPutReport> Configs::import_partial(std::string_view id, std::string_view spec,
                                                std::string_view partial, std::string_view payloads,
                                                const ConfigPutOptions& options) {
  const auto run = [&](Intent* intent) -> Result<ConfigPutReport> {
    COFFER_TRY(check_put_options(id, options));
    GivenDocument given = COFFER_TRY(GivenDocument::read(spec, partial, {}));
    auto values = json::Document::parse(payloads);
    if (!values.ok()) return std::move(values).error().about(Subject::Kind::name, "payloads");
    COFFER_TRY(given.find_places());
    return write_config(*engine_, id, intent, &given.document,
                        [&](secrets::Transaction& transaction, const ConfigRights& rights) {
                          return import_in(transaction, id, given.input(rights), *values, options);
                        });
  };
  return recorded(*engine_, {format::Action::config_put, id}, run);
}

Result<ConfigPutReport> Configs::check(std::string_view spec, std::string_view document,
                                       const ConfigCheckOptions& options) {
  const auto run = [&](Intent* intent) -> Result<ConfigPutReport> {
    if (options.id) COFFER_TRY(format::check_config_id(*options.id));
    if (options.ttl_ms <= 0 || options.ttl_ms > kConfigDurationMaxMs) {
      return Error(ErrorCode::usage, "the time to live of a check is out of range");
    }
    GivenDocument given = COFFER_TRY(GivenDocument::read(spec, document, kFullDocument));
    COFFER_TRY(given.find_places());
    const std::string id = options.id.value_or("");
    return write_config(*engine_, id, intent, &given.document,
                        [&](secrets::Transaction& transaction, const ConfigRights& rights) {
                          return check_in(transaction, given.input(rights), options);
                        });
  };
  return recorded(*engine_,
                  {format::Action::config_check,
                   options.id ? std::string_view(*options.id) : std::string_view()},
                  run);
}

Result<ConfigPutReport> Configs::stage(std::string_view id, std::string_view spec,
                                       std::string_view document, const ConfigPutOptions& options,
                                       std::int64_t lease_ms, std::string_view against) {
  const auto run = [&](Intent* intent) -> Result<ConfigPutReport> {
    COFFER_TRY(check_put_options(id, options));
    if (options.keep_old_ms != 0) {
      return Error(ErrorCode::usage, "how long replaced versions are kept is said at the commit");
    }
    if (lease_ms <= 0 || lease_ms > kConfigDurationMaxMs) {
      return Error(ErrorCode::usage, "the lease of a stage is out of range");
    }
    GivenDocument given = COFFER_TRY(GivenDocument::read(spec, document, kFullDocument));
    COFFER_TRY(given.find_places());
    std::optional<json::Document> own;
    if (!against.empty()) own.emplace(COFFER_TRY(parse_document(against)));
    return write_config(*engine_, id, intent, &given.document,
                        [&](secrets::Transaction& transaction, const ConfigRights& rights) {
                          PutInput input = given.input(rights);
                          if (own) input.against = &*own;
                          return stage_in(transaction, id, input, options, lease_ms);
                        });
  };
  return recorded(*engine_, {format::Action::config_stage, id}, run);
}

Result<ConfigPutReport> Configs::commit(std::string_view id, std::string_view stage,
                                        const ConfigCommitOptions& options) {
  const auto run = [&](Intent* intent) -> Result<ConfigPutReport> {
    COFFER_TRY(check_put_options(id, {.keep_old_ms = options.keep_old_ms}));
    return write_config(*engine_, id, intent, nullptr,
                        [&](secrets::Transaction& transaction, const ConfigRights& rights) {
                          return commit_in(transaction, id, stage, options, &rights);
                        });
  };
  return recorded(*engine_, {format::Action::config_put, id}, run);
}

Result<std::vector<std::string>> Configs::abandon(std::string_view id, std::string_view stage) {
  const auto run = [&](Intent* intent) -> Result<std::vector<std::string>> {
    COFFER_TRY(format::check_config_id(id));
    return destroying(*engine_, id, intent, [&](secrets::Transaction& transaction) {
      return abandon_in(transaction, id, stage);
    });
  };
  return recorded(*engine_, {format::Action::config_abandon, id}, run);
}

Result<std::vector<std::string>> Configs::end_check(std::string_view partial) {
  const auto run = [&](Intent* intent) -> Result<std::vector<std::string>> {
    const auto document = COFFER_TRY(parse_document(partial));
    std::vector<std::string> destroyed;
    COFFER_TRY(engine_->write(
        [&](secrets::Transaction& transaction) -> Result<void> {
          // Of each check by its own config: who may write another is not let at it.
          const auto may_end = [&](std::string_view id) { return check_write(transaction, id); };
          const bool ruled = COFFER_TRY(transaction.policy()) != nullptr;
          destroyed = COFFER_TRY(ruled ? end_check_in(transaction, document, may_end)
                                       : end_check_in(transaction, document));
          return {};
        },
        intent));
    return destroyed;
  };
  return recorded(*engine_, {format::Action::config_end_check, ""}, run);
}

Result<std::vector<std::string>> Configs::end_check_of(std::string_view id) {
  const auto run = [&](Intent* intent) -> Result<std::vector<std::string>> {
    COFFER_TRY(format::check_config_id(id));
    return destroying(*engine_, id, intent, [&](secrets::Transaction& transaction) {
      return configs::end_check_of(transaction, id);
    });
  };
  return recorded(*engine_, {format::Action::config_end_check, id}, run);
}

Result<ConfigDocument> Configs::get(std::string_view id, ConfigForm form) {
  return guarded([&]() -> Result<ConfigDocument> {
    COFFER_TRY(format::check_config_id(id));
    ConfigDocument out;
    HydratedDocument revealed;
    const auto body = [&](const View& view) -> Result<void> {
      const UseCase use_case = form == ConfigForm::revealed ? UseCase::reveal : UseCase::list;
      COFFER_TRY(policy::check_read(view, use_case, policy::config(id)));
      LoadedConfig loaded = COFFER_TRY(load_config(view, id));
      out.id = id;
      out.revision = loaded.revision;
      out.workspace = loaded.record.workspace;
      out.updated_at_ms = loaded.updated_at_ms;
      if (form == ConfigForm::revealed) {
        COFFER_TRY(api::check_no_deny(view, UseCase::reveal, loaded.record));
        return revealed.take(view, loaded.record);
      }
      const ConfigRights rights = COFFER_TRY(api::rights_in(view, id));
      MaskedView shown = COFFER_TRY(render(view, loaded.record, form, &rights));
      out.document = std::move(shown.text);
      out.hidden = std::move(shown.hidden);
      return {};
    };
    COFFER_TRY(engine_->read(body));
    if (form == ConfigForm::revealed)
      out.document = COFFER_TRY(std::move(revealed).finish(resolver_));
    return out;
  });
}

Result<std::vector<ConfigSummary>> Configs::list() {
  return guarded([&]() -> Result<std::vector<ConfigSummary>> {
    std::vector<ConfigSummary> out;
    const auto body = [&](const View& view) -> Result<void> {
      for (const std::string& id : COFFER_TRY(view.list_documents(DocumentKind::config))) {
        if (is_note_id(id)) continue;
        if (!COFFER_TRY(policy::allows(view, UseCase::list, policy::config(id)))) continue;
        const LoadedConfig loaded = COFFER_TRY(load_config(view, id));
        ConfigSummary summary{id, loaded.revision, loaded.updated_at_ms, 0, loaded.record.outside};
        for (const StoredPlace& place : loaded.record.places)
          summary.secret_count += !place.external;
        out.push_back(std::move(summary));
      }
      return {};
    };
    COFFER_TRY(engine_->read(body));
    return out;
  });
}

Result<std::vector<std::string>> Configs::remove(std::string_view id) {
  const auto run = [&](Intent* intent) -> Result<std::vector<std::string>> {
    COFFER_TRY(format::check_config_id(id));
    std::vector<std::string> destroyed;
    const auto body = [&](secrets::Transaction& transaction) -> Result<void> {
      COFFER_TRY(policy::check(transaction, UseCase::remove, policy::config(id)));
      const LoadedConfig loaded = COFFER_TRY(load_config(transaction, id));
      const Holder holder{id, loaded.record.outside};
      destroyed =
          COFFER_TRY(move_references(transaction, holder, loaded.record.places, holder, {}, 0));
      COFFER_TRY(release_spec(transaction, id, loaded.record.spec_id));
      COFFER_TRY(transaction.remove_document(DocumentKind::config, id));
      return forget_check(transaction, id);
    };
    COFFER_TRY(engine_->write(body, intent));
    return destroyed;
  };
  return recorded(*engine_, {format::Action::config_delete, id}, run);
}

Result<ConfigPutReport> Configs::copy(std::string_view from, std::string_view to) {
  const auto run = [&](Intent* intent) -> Result<ConfigPutReport> {
    COFFER_TRY(format::check_config_id(from));
    COFFER_TRY(format::check_config_id(to));
    return write_config(*engine_, to, intent, nullptr,
                        [&](secrets::Transaction& transaction, const ConfigRights&) -> Report {
                          COFFER_TRY(api::check_copied(transaction, from, to));
                          const LoadedConfig loaded = COFFER_TRY(load_config(transaction, from));
                          for (const UseCase use_case : {UseCase::use, UseCase::reveal})
                            COFFER_TRY(api::check_no_deny(transaction, use_case, loaded.record));
                          return copy_in(transaction, from, to);
                        });
  };
  return recorded(*engine_, {format::Action::config_put, to}, run);
}

Result<std::uint64_t> Configs::rename(std::string_view from, std::string_view to) {
  const auto run = [&](Intent* intent) -> Result<std::uint64_t> {
    COFFER_TRY(format::check_config_id(from));
    COFFER_TRY(format::check_config_id(to));
    std::uint64_t revision = 0;
    const auto body = [&](secrets::Transaction& transaction) -> Result<void> {
      COFFER_TRY(api::check_renamed(transaction, from, to));
      revision = COFFER_TRY(rename_in(transaction, from, to));
      return {};
    };
    COFFER_TRY(engine_->write(body, intent));
    return revision;
  };
  return recorded(*engine_, {format::Action::config_put, to}, run);
}

Result<SecretBytes> Configs::hydrate_for(std::string_view id, std::string_view partial) {
  return guarded([&]() -> Result<SecretBytes> {
    COFFER_TRY(format::check_config_id(id));
    HydratedDocument hydrated;
    const auto body = [&](const View& view) -> Result<void> {
      COFFER_TRY(policy::check_read(view, UseCase::use, policy::config(id)));
      const LoadedConfig loaded = COFFER_TRY(load_config(view, id));
      COFFER_TRY(api::check_no_deny(view, UseCase::use, loaded.record));
      // The document that is stored was parsed and walked when it was put.
      if (loaded.record.partial.text() == partial) return hydrated.take(view, loaded.record);
      return hydrated.take(view, loaded.record, COFFER_TRY(parse_document(partial)));
    };
    COFFER_TRY(engine_->read(body));
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
  Configs out(*engine_);
  out.resolver_ = std::move(resolver);
  return out;
}

}  // namespace coffer
