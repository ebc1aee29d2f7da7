// The configs' part of the C interface: JSON text in and out.
#include <memory>
#include <string>
#include <utility>

#include "api/c/c_handles.h"
#include "text/json_writer.h"

namespace {

using coffer::ConfigPutOptions;
using coffer::ConfigPutReport;
using coffer::Configs;
using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;
using coffer::SecretBytes;
using coffer::c_api::require;
using coffer::c_api::run;

Result<ConfigPutOptions> options_of(const coffer_config_options* given) {
  ConfigPutOptions options;
  if (given == nullptr) return options;
  if (given->workspace != nullptr) options.workspace = given->workspace;
  if (given->revision != COFFER_ANY_VERSION) options.revision = given->revision;
  options.keep_old_ms = given->keep_old_ms;
  options.compat_airbyte = given->compat_airbyte != 0;
  if (given->unmark_count > 0 && given->unmark == nullptr) {
    return Error(ErrorCode::usage, "a required argument is NULL");
  }
  for (std::size_t i = 0; i < given->unmark_count; ++i) {
    if (given->unmark[i] == nullptr) {
      return Error(ErrorCode::usage, "a required argument is NULL");
    }
    options.unmark.emplace_back(given->unmark[i]);
  }
  switch (given->bump) {
    case COFFER_BUMP_DEFAULT: break;
    case COFFER_BUMP_CHANGED: options.bump = coffer::ConfigBump::changed; break;
    case COFFER_BUMP_ALWAYS: options.bump = coffer::ConfigBump::always; break;
    default: return Error(ErrorCode::usage, "there is no such bump policy");
  }
  return options;
}

coffer_bytes* report_handle(const ConfigPutReport& report) {
  return new coffer_bytes{coffer::report_json(report)};
}

/// Each name ended by NUL, one after the other.
coffer_bytes* names_handle(const std::vector<std::string>& names) {
  SecretBytes text;
  for (const std::string& name : names) {
    text.append(name);
    text.push_back(0);
  }
  return new coffer_bytes{std::move(text)};
}

std::string_view or_empty(const char* text) { return text == nullptr ? "" : text; }

/// A resolver of C's as one of C++'s: what it answers is taken over.
coffer::ConfigResolver resolver_of(coffer_resolver resolver, void* context) {
  if (resolver == nullptr) return {};
  return [resolver, context](std::string_view name) -> Result<SecretBytes> {
    coffer_bytes* value = nullptr;
    const coffer_code code = resolver(context, std::string(name).c_str(), &value);
    const std::unique_ptr<coffer_bytes, void (*)(coffer_bytes*)> held(value, coffer_bytes_free);
    if (code != COFFER_OK || !held) {
      const bool known = code > COFFER_OK && code <= COFFER_TOO_NEW;
      return Error(known ? static_cast<ErrorCode>(code) : ErrorCode::failed,
                   "the resolver of external secrets has no value");
    }
    return std::move(held->bytes);
  };
}

}  // namespace

coffer_bytes* coffer_bytes_copy(const std::uint8_t* data, std::size_t size) {
  if (data == nullptr && size > 0) return nullptr;
  try {
    return new coffer_bytes{SecretBytes::copy_of({data, size})};
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

coffer_code coffer_config_put(coffer_store* store, const char* id, const char* spec,
                              const char* document, const char* workspace, coffer_bytes** partial,
                              coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, spec, document, partial));
    *partial = nullptr;
    ConfigPutOptions options;
    if (workspace != nullptr) options.workspace = workspace;
    ConfigPutReport report = COFFER_TRY(store->store.configs().put(id, spec, document, options));
    *partial = new coffer_bytes{std::move(report.partial)};
    return {};
  });
}

coffer_code coffer_config_put_with(coffer_store* store, const char* id, const char* spec,
                                   const char* document, const coffer_config_options* options,
                                   coffer_bytes** report, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, spec, document, report));
    *report = nullptr;
    *report = report_handle(COFFER_TRY(
        store->store.configs().put(id, spec, document, COFFER_TRY(options_of(options)))));
    return {};
  });
}

coffer_code coffer_config_patch(coffer_store* store, const char* id, const char* update,
                                const char* spec, const coffer_config_options* options,
                                coffer_bytes** report, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, update, report));
    *report = nullptr;
    *report = report_handle(COFFER_TRY(
        store->store.configs().patch(id, update, COFFER_TRY(options_of(options)), or_empty(spec))));
    return {};
  });
}

coffer_code coffer_config_import(coffer_store* store, const char* id, const char* spec,
                                 const char* partial, const char* payloads,
                                 const coffer_config_options* options, coffer_bytes** report,
                                 coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, spec, partial, payloads, report));
    *report = nullptr;
    *report = report_handle(COFFER_TRY(store->store.configs().import_partial(
        id, spec, partial, payloads, COFFER_TRY(options_of(options)))));
    return {};
  });
}

coffer_code coffer_config_check(coffer_store* store, const char* id, const char* spec,
                                const char* document, std::int64_t ttl_ms, coffer_bytes** report,
                                coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, spec, document, report));
    *report = nullptr;
    coffer::ConfigCheckOptions options;
    if (id != nullptr) options.id = id;
    if (ttl_ms != 0) options.ttl_ms = ttl_ms;
    *report = report_handle(COFFER_TRY(store->store.configs().check(spec, document, options)));
    return {};
  });
}

coffer_code coffer_config_end_check(coffer_store* store, const char* id, const char* partial,
                                    coffer_bytes** destroyed, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    if (destroyed != nullptr) *destroyed = nullptr;
    if ((id == nullptr) == (partial == nullptr)) {
      return Error(ErrorCode::usage, "either an id or a partial document ends a check");
    }
    Configs configs = store->store.configs();
    const std::vector<std::string> gone =
        COFFER_TRY(id != nullptr ? configs.end_check_of(id) : configs.end_check(partial));
    if (destroyed != nullptr) *destroyed = names_handle(gone);
    return {};
  });
}

coffer_code coffer_config_stage(coffer_store* store, const char* id, const char* spec,
                                const char* document, const coffer_config_options* options,
                                std::int64_t lease_ms, coffer_bytes** report, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, spec, document, report));
    *report = nullptr;
    *report = report_handle(COFFER_TRY(
        store->store.configs().stage(id, spec, document, COFFER_TRY(options_of(options)),
                                     lease_ms == 0 ? coffer::kConfigLeaseMs : lease_ms)));
    return {};
  });
}

coffer_code coffer_config_commit(coffer_store* store, const char* id, const char* stage,
                                 std::int64_t keep_old_ms, int outside, coffer_bytes** report,
                                 coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, stage, report));
    *report = nullptr;
    *report = report_handle(
        COFFER_TRY(store->store.configs().commit(id, stage, {keep_old_ms, outside != 0})));
    return {};
  });
}

coffer_code coffer_config_abandon(coffer_store* store, const char* id, const char* stage,
                                  coffer_bytes** destroyed, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, stage));
    if (destroyed != nullptr) *destroyed = nullptr;
    const auto gone = COFFER_TRY(store->store.configs().abandon(id, stage));
    if (destroyed != nullptr) *destroyed = names_handle(gone);
    return {};
  });
}

coffer_code coffer_config_get(coffer_store* store, const char* id, coffer_config_form form,
                              coffer_bytes** document, std::uint64_t* revision,
                              coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, document));
    *document = nullptr;
    if (form < COFFER_CONFIG_MASKED || form > COFFER_CONFIG_REVEALED) {
      return Error(ErrorCode::usage, "there is no such form of a config");
    }
    coffer::ConfigDocument found =
        COFFER_TRY(store->store.configs().get(id, static_cast<coffer::ConfigForm>(form)));
    if (revision != nullptr) *revision = found.revision;
    *document = new coffer_bytes{std::move(found.document)};
    return {};
  });
}

coffer_code coffer_config_list(coffer_store* store, coffer_bytes** ids, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, ids));
    *ids = nullptr;
    std::vector<std::string> names;
    for (coffer::ConfigSummary& each : COFFER_TRY(store->store.configs().list())) {
      names.push_back(std::move(each.id));
    }
    *ids = names_handle(names);
    return {};
  });
}

coffer_code coffer_config_hydrate(coffer_store* store, const char* id, const char* partial,
                                  coffer_bytes** document, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id, partial, document));
    *document = nullptr;
    SecretBytes hydrated = COFFER_TRY(store->store.configs().hydrate_for(id, partial));
    *document = new coffer_bytes{std::move(hydrated)};
    return {};
  });
}

coffer_code coffer_config_hydrate_with(coffer_store* store, const char* id, const char* spec,
                                       const char* partial, int compat_airbyte,
                                       coffer_resolver resolver, void* context,
                                       coffer_bytes** document, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, partial, document));
    *document = nullptr;
    if (id != nullptr && spec != nullptr) {
      return Error(ErrorCode::usage, "an id and a spec exclude one another");
    }
    Configs configs = store->store.configs().with_resolver(resolver_of(resolver, context));
    const coffer::ConfigHydrateOptions options{compat_airbyte != 0};
    SecretBytes hydrated =
        COFFER_TRY(id != nullptr     ? configs.hydrate_for(id, partial)
                   : spec != nullptr ? configs.hydrate_with(spec, partial, options)
                                     : configs.hydrate(partial, options));
    *document = new coffer_bytes{std::move(hydrated)};
    return {};
  });
}

coffer_code coffer_config_delete(coffer_store* store, const char* id, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, id));
    COFFER_TRY(store->store.configs().remove(id));
    return {};
  });
}

coffer_code coffer_config_copy(coffer_store* store, const char* from, const char* to,
                               coffer_bytes** report, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, from, to));
    if (report != nullptr) *report = nullptr;
    const ConfigPutReport copied = COFFER_TRY(store->store.configs().copy(from, to));
    if (report != nullptr) *report = report_handle(copied);
    return {};
  });
}

coffer_code coffer_config_rename(coffer_store* store, const char* from, const char* to,
                                 std::uint64_t* revision, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, from, to));
    const std::uint64_t kept = COFFER_TRY(store->store.configs().rename(from, to));
    if (revision != nullptr) *revision = kept;
    return {};
  });
}

coffer_code coffer_reference_add(coffer_store* store, const char* path, std::uint64_t version,
                                 const char* user, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, user));
    return store->store.add_reference(path, version, user);
  });
}

coffer_code coffer_reference_remove(coffer_store* store, const char* path, std::uint64_t version,
                                    const char* user, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, user));
    return store->store.remove_reference(path, version, user);
  });
}

coffer_code coffer_reference_list(coffer_store* store, const char* path, coffer_bytes** json,
                                  coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, json));
    *json = nullptr;
    coffer::json::Writer list;
    list.open('[');
    for (const coffer::ReferenceInfo& each : COFFER_TRY(store->store.references_to(path))) {
      list.open('{').key("path").string(each.target).key("version").number(each.version);
      list.key("user_kind").string(each.user_kind).key("user").string(each.user).close('}');
    }
    *json = new coffer_bytes{list.close(']').take()};
    return {};
  });
}
