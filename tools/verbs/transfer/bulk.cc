// coffer bulk
#include "tools/transfer/bulk.h"
#include "tools/command/consent/trial.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

struct Done {
  std::uint64_t sequence = 0;
  std::vector<VersionInfo> versions;  // One an operation.
};

// Names the entry, and the path that went wrong where the error does.
Error about_entry(Error error, const BulkOperation& operation) {
  const std::string path = error.subject() != nullptr ? error.subject()->text : operation.path;
  return std::move(error).about(Subject::Kind::pointer, operation.place + ": " + path);
}

Result<Done> carry_out(Store& store, const std::vector<BulkOperation>& operations, bool dry_run) {
  Done done;
  const auto carry_out_all = [&](Transaction& txn) -> Result<void> {
    done.versions.clear();
    for (const BulkOperation& operation : operations) {
      Result<VersionInfo> version = operation.carry_out(txn);
      if (!version) return about_entry(std::move(version).error(), operation);
      done.versions.push_back(*version);
    }
    return {};
  };
  done.sequence = COFFER_TRY(write_or_try(store, dry_run, carry_out_all)).sequence;
  return done;
}

Result<void> write_json(const std::vector<BulkOperation>& operations, const Done& done,
                        bool dry_run) {
  JsonText json;
  json.open('{').key("dry_run").boolean(dry_run);
  if (!dry_run) json.key("sequence").number(done.sequence);
  json.key("results").open('[');
  for (std::size_t i = 0; i < operations.size(); ++i) {
    json.open('{').key("operation").string(operations[i].name);
    json.key("path").string(operations[i].path);
    if (const VersionInfo& version = done.versions[i]; version.version != 0) {
      json.key("version").number(version.version);
      json.key("created_time").time(version.created_at_ms);
    }
    json.close('}');
  }
  json.close(']').close('}');
  return json.write();
}

Result<void> write_table(const std::vector<BulkOperation>& operations, const Done& done) {
  Table table({"OPERATION", "PATH", "VERSION"});
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const std::uint64_t version = done.versions[i].version;
    table.row({operations[i].name, operations[i].path,
               version == 0 ? std::string() : std::to_string(version)});
  }
  return table.write();
}

VerbResult verb_bulk(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> file;
  bool dry_run = false;
  Syntax syntax(arguments, text);
  syntax.optional_word("FILE", file,
                       "The document; standard input where none is named, or for `-`");
  syntax.flag("-n,--dry-run", dry_run, "Tell what would be done, and write nothing");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::string name = file.value_or("-");
  const std::vector<BulkOperation> operations = COFFER_TRY(read_bulk(
      COFFER_TRY(read_input(name)), name == "-" ? std::string_view("standard input") : name));
  Store store = COFFER_TRY(context.open());
  const Done done = COFFER_TRY(carry_out(store, operations, dry_run));
  COFFER_TRY(context.json() ? write_json(operations, done, dry_run)
                            : write_table(operations, done));
  return 0;
}

}  // namespace

extern constinit const Verb kBulkVerb{
    {"bulk",
     "Carries out the operations of one JSON document, all of them or none.\nThe document is "
     "{\"operations\":[...]}; an entry is {\"put\":{\"path\", \"data\" or \"value\" or "
     "\"value_base64\", \"cas\", \"ttl\"...}}, or patch, delete, undelete, destroy, rollback, "
     "metadata, metadata_delete, move, copy.\nDelete, undelete and destroy take "
     "\"versions\":[1,2], destroy also \"all\":true; rollback takes \"to\", move and copy \"from\" "
     "and \"to\",\npatch \"patch\". An unknown member is refused, and the error lists the known "
     "ones.",
     "coffer bulk operations.json --dry-run"},
    Section::bulk,
    verb_bulk};

}  // namespace coffer::tools
