// coffer run (and exec)
#include <algorithm>
#include <cerrno>
#include <set>

#include "format/json.h"
#include "tools/child.h"
#include "tools/context.h"
#include "tools/environment.h"
#include "tools/fail.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

struct Selection {
  std::vector<std::string> only, prefixes, maps;
};

std::string origin_of(const std::string& path, std::uint64_t version, const std::string& field) {
  return path + "?version=" + std::to_string(version) + "#" + field;
}

Result<void> set_field(Environment& environment, const Secret& secret, const std::string& name,
                       const std::string& field) {
  const Value value = COFFER_TRY(about_secret(secret.value.field(field), secret.path));
  return environment.set(name, value.text(), origin_of(secret.path, secret.info.version, field));
}

// Every field under its own name.
Result<void> set_fields(Environment& environment, const Secret& secret) {
  const Result<std::vector<std::string>> fields = secret.value.field_names();
  if (!fields) {
    return Error(ErrorCode::usage, "has no fields to take variable names from",
                 "name its variable: --map NAME=PATH")
        .about(Subject::Kind::path, secret.path);
  }
  for (const std::string& field : *fields) {
    COFFER_TRY(set_field(environment, secret, field, field));
  }
  return {};
}

Result<void> set_only(Environment& environment, Store& store, const std::string& word) {
  const Target target = COFFER_TRY(parse_target(word));
  const Secret secret =
      COFFER_TRY(about_secret(store.get(target.path, target.version), target.path));
  if (target.field) return set_field(environment, secret, *target.field, *target.field);
  return set_fields(environment, secret);
}

// A JSON string stands for its characters; a variable with quotes around it is of no use.
Result<void> set_whole(Environment& environment, const Secret& secret, const std::string& name) {
  const std::string origin = origin_of(secret.path, secret.info.version, "");
  if (!secret.value.is_json()) return environment.set(name, secret.value.text(), origin);
  const json::Document document = COFFER_TRY(json::Document::parse(secret.value.text()));
  if (document.type(0) != json::Type::string) {
    return environment.set(name, document.raw(0), origin);
  }
  return environment.set(name, document.string(0), origin);
}

// ENV=REF; returns the path, which a prefix then need not bring a second time.
Result<std::string> set_mapped(Environment& environment, Store& store, const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Error(ErrorCode::usage, "takes NAME=REF").about(Subject::Kind::name, "--map");
  }
  const std::string name = word.substr(0, equals);
  const Target target = COFFER_TRY(parse_target(std::string_view(word).substr(equals + 1)));
  const Secret secret =
      COFFER_TRY(about_secret(store.get(target.path, target.version), target.path));
  if (target.field) {
    COFFER_TRY(set_field(environment, secret, name, *target.field));
  } else {
    COFFER_TRY(set_whole(environment, secret, name));
  }
  return secret.path;
}

// What is below a folder; of config secrets none, for those have coordinates and no names.
Result<void> set_below(Environment& environment, Store& store, const std::string& prefix,
                       const std::set<std::string>& mapped) {
  const ListOptions options{.recursive = true, .state = ListState::live};
  const std::vector<std::string> paths = COFFER_TRY(store.list(prefix, options));
  for (const std::string& path : paths) {
    if (mapped.contains(path)) continue;
    const Metadata metadata = COFFER_TRY(store.metadata(path));
    if (metadata.managed) continue;
    const Secret secret = COFFER_TRY(about_secret(store.get(path), path));
    COFFER_TRY(set_fields(environment, secret));
  }
  return {};
}

Result<Environment> gather(Store& store, const Selection& selection) {
  Environment environment;
  std::set<std::string> mapped;
  for (const std::string& word : selection.maps) {
    mapped.insert(COFFER_TRY(set_mapped(environment, store, word)));
  }
  for (const std::string& word : selection.only) {
    COFFER_TRY(set_only(environment, store, word));
  }
  for (const std::string& prefix : selection.prefixes) {
    COFFER_TRY(set_below(environment, store, prefix, mapped));
  }
  if (selection.maps.empty() && selection.only.empty() && selection.prefixes.empty()) {
    COFFER_TRY(set_below(environment, store, "", mapped));
  }
  return environment;
}

int cannot_run(const char* command, int error_number) {
  fail(Error(ErrorCode::failed, "cannot be run", "name a program that is there and may be run")
           .about(Subject::Kind::file, command)
           .with_errno(error_number));
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  return missing ? kExitNoCommand : kExitCannotRun;
}

}  // namespace

VerbResult verb_run(Arguments& arguments, const VerbText& text) {
  Selection selection;
  arguments.split_command();
  Syntax syntax(arguments, text);
  syntax.repeated("--only", selection.only, "REF", "This secret's fields, or one field of it");
  syntax.repeated("--prefix", selection.prefixes, "P", "The fields of every secret below P");
  syntax.repeated("--map", selection.maps, "NAME=REF", "This variable from that secret or field");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (arguments.command() == nullptr || arguments.command()[0] == nullptr) {
    return Error(ErrorCode::usage, "no command is given",
                 "it stands after `--`: coffer run -- CMD");
  }
  Environment environment;
  {
    // The store is closed before the child starts: it may run for months.
    Store store = COFFER_TRY(context.open());
    environment = COFFER_TRY(gather(store, selection));
  }
  Child child;
  const int failure = child.start(arguments.command(), environment.block());
  environment.wipe();
  if (failure != 0) return cannot_run(arguments.command()[0], failure);
  return child.wait();
}

}  // namespace coffer::tools
