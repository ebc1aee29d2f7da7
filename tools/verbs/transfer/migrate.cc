// coffer migrate
#include <unistd.h>

#include <filesystem>

#include "tools/command/consent/still_admin.h"
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"
#include "tools/transfer/migration.h"
#include "tools/transfer/path_groups.h"
#include "tools/transfer/store_images.h"

namespace coffer::tools {
namespace {

Result<void> check_apart(const std::string& from, const std::string& to) {
  std::error_code ignored;
  if (!std::filesystem::equivalent(from, to, ignored)) return {};
  return Error(ErrorCode::usage, "both are the same store", "--store names the one that they go to")
      .about(Subject::Kind::file, from);
}

// Where nothing is there, another place is meant: a new store would have nothing to give.
Result<Store> open_source(const Context& source) {
  Result<Store> store = source.open();
  if (store || store.error().code() != ErrorCode::no_store) return store;
  return std::move(store).error().with_hint(
      "--from DIR names the store that they come from; see that the path is right");
}

void show_progress(std::size_t done, std::size_t all) {
  if (isatty(STDERR_FILENO) != 1) return;
  const std::string text = "\r" + std::to_string(done) + " of " + std::to_string(all) + " copied" +
                           (done == all ? "\n" : "");
  write_all(STDERR_FILENO, as_bytes(text));
}

Result<void> write_report(const Context& context, const MigrationReport& report, bool dry_run) {
  const PathGroup groups[] = {
      {"created", report.created}, {"unchanged", report.unchanged}, {"skipped", report.skipped},
      {"managed", report.managed}, {"removed", report.removed},     {"kept", report.kept},
  };
  return write_path_groups(groups, dry_run, context.json());
}

VerbResult verb_migrate(Arguments& arguments, const VerbText& text) {
  MigrationWishes wishes;
  std::optional<std::string> prefix;
  std::optional<std::string> from;
  std::vector<std::string> from_keys;
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.optional_word("PREFIX", prefix, "A secret or folder; everything where none is named");
  syntax.option("--from", from, "DIR", "The store that they come from");
  syntax.repeated("--from-key", from_keys, "URI", "A key of that store; may be repeated");
  syntax.flag("--skip-existing", wishes.skip_existing,
              "Leave what is there already and differs; without, it is refused");
  syntax.flag("-n,--dry-run", wishes.dry_run, "Try all of it and write nothing");
  syntax.flag("--delete-source", wishes.delete_source,
              "Remove from the old store, for good, what was copied and verified");
  syntax.flag(
      "-y,--yes", yes,
      "Do not ask; also if by the policy that comes along you may not administer the store");
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!from) {
    return Error(ErrorCode::usage, "the source of the secrets is missing",
                 "--from DIR names the old store; --store, as ever, the one they go to");
  }
  COFFER_TRY(check_apart(*from, context.directory()));
  if (prefix) COFFER_TRY(check_names_folder(*prefix, kFolderOrEverything));
  wishes.prefix =
      prefix ? COFFER_TRY(parse_whole(prefix->ends_with('/')
                                          ? std::string_view(*prefix).substr(0, prefix->size() - 1)
                                          : std::string_view(*prefix)))
             : std::string();
  if (wishes.delete_source && !wishes.dry_run)
    COFFER_TRY(confirm("Remove the secrets from the old store once they are copied?", yes));
  const Context other = COFFER_TRY(context.of_other_store(*from, from_keys));
  Store source = COFFER_TRY(open_source(other));
  // The policy goes along, and what follows it into the target is read there under it.
  if (COFFER_TRY(source.policies().in_force())) context.look_up_login();
  Store target = COFFER_TRY(context.open());
  COFFER_TRY(check_clock(source, *from));
  COFFER_TRY(check_clock(target, context.directory()));
  if (wishes.prefix.empty() && !wishes.dry_run)
    COFFER_TRY(check_still_admin(context, COFFER_TRY(source.policies().get()), yes));
  const MigrationReport report = COFFER_TRY(migrate(source, target, wishes, show_progress));
  COFFER_TRY(write_report(context, report, wishes.dry_run));
  if (!report.managed.empty())
    note("secrets of checks, stages and replaced versions stay: they end by themselves");
  if (!report.kept.empty()) note("kept in the old store: changed meanwhile, or in use there");
  return 0;
}

}  // namespace

extern constinit const Verb kMigrateVerb{
    {"migrate",
     "Copies secrets from another store, with history and references, and verifies them.\nWithout "
     "a PREFIX it copies configs, settings and policy too. An interrupted migration can be started "
     "again;\nit removes nothing unless an option says so.",
     "coffer migrate team-a --from /var/lib/old --from-key file:///etc/old.key"},
    Section::bulk,
    verb_migrate};

}  // namespace coffer::tools
