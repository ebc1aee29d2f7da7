// The C interface's calls about configs: JSON text in and out.
#include <memory>

#include "api/c/c_handles.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::Configs;
using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;
using coffer::SecretBytes;
using coffer::Store;

struct ConfigHow {
  coffer::ConfigPutOptions put;
  std::int64_t lease_ms = 0;
  std::string against;
};

Result<ConfigHow> how_of(const coffer_config_options* options) {
  const coffer_config_options given = COFFER_TRY(sized(options));
  ConfigHow how;
  if (given.workspace != nullptr) how.put.workspace = given.workspace;
  how.put.revision = expected(given.if_revision);
  how.put.keep_old_ms = given.keep_old_ms;
  how.put.compat_airbyte = given.compat_airbyte != 0;
  how.put.unmark = COFFER_TRY(texts_of(given.unmark, given.unmark_count));
  how.lease_ms = given.lease_ms == 0 ? coffer::kConfigLeaseMs : given.lease_ms;
  how.against = text_of(given.against);
  switch (given.bump) {
    case COFFER_BUMP_DEFAULT: return how;
    case COFFER_BUMP_CHANGED: how.put.bump = coffer::ConfigBump::changed; return how;
    case COFFER_BUMP_ALWAYS: how.put.bump = coffer::ConfigBump::always; return how;
  }
  return Error(ErrorCode::usage, "there is no such bump policy");
}

// The options of a call that is no stage. Errors: usage (members for a stage are set).
Result<coffer::ConfigPutOptions> put_options_of(const coffer_config_options* options) {
  ConfigHow how = COFFER_TRY(how_of(options));
  if (how.lease_ms != coffer::kConfigLeaseMs || !how.against.empty())
    return Error(ErrorCode::usage, "lease_ms and against are for coffer_config_stage alone");
  return std::move(how.put);
}

// Makes a C++ resolver of a C one; it takes over the bytes that the C resolver returns.
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
    SecretBytes bytes = std::move(held->bytes);
    bytes.resize(bytes.size() - 1);  // Without its NUL.
    return bytes;
  };
}

// A call whose result is the report of a config; `report` may be NULL if the call allows it.
template <typename Body>
coffer_code reporting(coffer_store* store, coffer_error* error, bool is_given,
                      coffer_bytes** report, const Body& body) {
  return on_store(store, error, is_given, [&](Store& open) -> Result<void> {
    const coffer::ConfigPutReport made = COFFER_TRY(body(open.configs()));
    if (report != nullptr) *report = to_bytes(coffer::report_json(made));
    return {};
  });
}

// A call whose result is the coordinates that it destroyed; `destroyed` may be NULL.
template <typename Body>
coffer_code destroying(coffer_store* store, coffer_error* error, bool is_given,
                       coffer_bytes** destroyed, const Body& body) {
  if (destroyed != nullptr) *destroyed = nullptr;
  return on_store(store, error, is_given, [&](Store& open) -> Result<void> {
    const std::vector<std::string> gone = COFFER_TRY(body(open.configs()));
    if (destroyed != nullptr) *destroyed = to_names(gone);
    return {};
  });
}

using Report = Result<coffer::ConfigPutReport>;
using Names = Result<std::vector<std::string>>;

}  // namespace

coffer_code coffer_config_put(coffer_store* store, const char* id, const char* spec,
                              const char* document, const coffer_config_options* options,
                              coffer_bytes** report, coffer_error* error) {
  return reporting(store, error, given(id, spec, document, report), report,
                   [&](Configs configs) -> Report {
                     return configs.put(id, spec, document, COFFER_TRY(put_options_of(options)));
                   });
}

coffer_code coffer_config_patch(coffer_store* store, const char* id, const char* spec,
                                const char* update, const coffer_config_options* options,
                                coffer_bytes** report, coffer_error* error) {
  return reporting(store, error, given(id, update, report), report, [&](Configs configs) -> Report {
    return configs.patch(id, update, COFFER_TRY(put_options_of(options)), text_of(spec));
  });
}

coffer_code coffer_config_import(coffer_store* store, const char* id, const char* spec,
                                 const char* partial, const char* payloads,
                                 const coffer_config_options* options, coffer_bytes** report,
                                 coffer_error* error) {
  const bool is_given = given(id, spec, partial, payloads, report);
  return reporting(store, error, is_given, report, [&](Configs configs) -> Report {
    return configs.import_partial(id, spec, partial, payloads, COFFER_TRY(put_options_of(options)));
  });
}

coffer_code coffer_config_copy(coffer_store* store, const char* from, const char* to,
                               coffer_bytes** report, coffer_error* error) {
  if (report != nullptr) *report = nullptr;
  return reporting(store, error, given(from, to), report,
                   [&](Configs configs) { return configs.copy(from, to); });
}

coffer_code coffer_config_rename(coffer_store* store, const char* from, const char* to,
                                 std::uint64_t* revision, coffer_error* error) {
  return on_store(store, error, given(from, to), [&](Store& open) -> Result<void> {
    const std::uint64_t kept = COFFER_TRY(open.configs().rename(from, to));
    if (revision != nullptr) *revision = kept;
    return {};
  });
}

coffer_code coffer_config_delete(coffer_store* store, const char* id, coffer_error* error) {
  return on_store(store, error, given(id), [&](Store& open) { return open.configs().remove(id); });
}

coffer_code coffer_config_get(coffer_store* store, const char* id, coffer_config_form form,
                              coffer_bytes** document, std::uint64_t* revision,
                              coffer_error* error) {
  return on_store(store, error, given(id, document), [&](Store& open) -> Result<void> {
    if (form < COFFER_CONFIG_MASKED || form > COFFER_CONFIG_REVEALED)
      return Error(ErrorCode::usage, "there is no such form of a config");
    auto found = COFFER_TRY(open.configs().get(id, static_cast<coffer::ConfigForm>(form)));
    *document = to_bytes(std::move(found.document));
    if (revision != nullptr) *revision = found.revision;
    return {};
  });
}

coffer_code coffer_config_list(coffer_store* store, coffer_bytes** ids, coffer_error* error) {
  return on_store(store, error, given(ids), [&](Store& open) -> Result<void> {
    std::vector<std::string> names;
    for (coffer::ConfigSummary& each : COFFER_TRY(open.configs().list()))
      names.push_back(std::move(each.id));
    *ids = to_names(names);
    return {};
  });
}

coffer_code coffer_config_hydrate(coffer_store* store, const char* partial,
                                  const coffer_hydrate_options* options, coffer_bytes** document,
                                  coffer_error* error) {
  return on_store(store, error, given(partial, document), [&](Store& open) -> Result<void> {
    const coffer_hydrate_options how = COFFER_TRY(sized(options));
    if (how.id != nullptr && how.spec != nullptr)
      return Error(ErrorCode::usage, "both an id and a spec are given");
    Configs configs = open.configs().with_resolver(resolver_of(how.resolver, how.context));
    const coffer::ConfigHydrateOptions form{how.compat_airbyte != 0};
    SecretBytes hydrated =
        COFFER_TRY(how.id != nullptr     ? configs.hydrate_for(how.id, partial)
                   : how.spec != nullptr ? configs.hydrate_with(how.spec, partial, form)
                                         : configs.hydrate(partial, form));
    *document = to_bytes(std::move(hydrated));
    return {};
  });
}

coffer_code coffer_config_check(coffer_store* store, const char* spec, const char* document,
                                const coffer_check_options* options, coffer_bytes** report,
                                coffer_error* error) {
  return reporting(store, error, given(spec, document, report), report,
                   [&](Configs configs) -> Report {
                     const coffer_check_options how = COFFER_TRY(sized(options));
                     coffer::ConfigCheckOptions check;
                     if (how.id != nullptr) check.id = how.id;
                     if (how.ttl_ms != 0) check.ttl_ms = how.ttl_ms;
                     return configs.check(spec, document, check);
                   });
}

coffer_code coffer_config_end_check(coffer_store* store, const char* id, const char* partial,
                                    coffer_bytes** destroyed, coffer_error* error) {
  return destroying(store, error, true, destroyed, [&](Configs configs) -> Names {
    if ((id == nullptr) == (partial == nullptr))
      return Error(ErrorCode::usage, "needs either an id or a partial document");
    return id != nullptr ? configs.end_check_of(id) : configs.end_check(partial);
  });
}

coffer_code coffer_config_stage(coffer_store* store, const char* id, const char* spec,
                                const char* document, const coffer_config_options* options,
                                coffer_bytes** report, coffer_error* error) {
  return reporting(store, error, given(id, spec, document, report), report,
                   [&](Configs configs) -> Report {
                     const ConfigHow how = COFFER_TRY(how_of(options));
                     return configs.stage(id, spec, document, how.put, how.lease_ms, how.against);
                   });
}

coffer_code coffer_config_commit(coffer_store* store, const char* id, const char* stage,
                                 const coffer_commit_options* options, coffer_bytes** report,
                                 coffer_error* error) {
  return reporting(store, error, given(id, stage, report), report, [&](Configs configs) -> Report {
    const coffer_commit_options how = COFFER_TRY(sized(options));
    return configs.commit(id, stage, {how.keep_old_ms, how.outside != 0});
  });
}

coffer_code coffer_config_abandon(coffer_store* store, const char* id, const char* stage,
                                  coffer_bytes** destroyed, coffer_error* error) {
  return destroying(store, error, given(id, stage), destroyed,
                    [&](Configs configs) { return configs.abandon(id, stage); });
}
