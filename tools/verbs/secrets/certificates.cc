// coffer certificates
#include <algorithm>

#include "text/time_text.h"
#include "tools/command/durations.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/exchange/certificate_end.h"

namespace coffer::tools {
namespace {

struct Certificate {
  std::string path;
  std::uint64_t version = 0;
  std::optional<std::int64_t> end_ms;

  const char* state(std::int64_t now_ms) const {
    if (!end_ms) return "unknown";
    return *end_ms <= now_ms ? "ended" : "valid";
  }
};

// The values are opened now, so that the list is never behind the newest versions.
Result<std::vector<Certificate>> read_all(const Snapshot& store, const std::string& prefix) {
  FindOptions options;
  options.recursive = true;
  options.state = ListState::live;
  options.kind = "certificate";
  std::vector<std::string> paths;
  for (const ListedSecret& secret : COFFER_TRY(store.find(prefix, options)))
    paths.push_back(secret.path);
  const Result<Metadata> own =
      prefix.empty() ? Result<Metadata>(Metadata()) : store.metadata(prefix);
  if (!own && own.error().code() != ErrorCode::not_found) return own.error();
  if (own && own->kind == "certificate") paths.push_back(prefix);
  std::vector<Certificate> found;
  for (const std::string& path : paths) {
    const Result<Secret> secret = about_secret(store.get(path), path);
    if (!secret && is_gone(secret.error())) continue;
    if (!secret) return secret.error();
    const auto end = COFFER_TRY(earliest_end(secret->value));
    found.push_back({path, secret->info.version, end});
  }
  return found;
}

// Soonest first; what is not known comes last, and is never left out.
void put_in_order(std::vector<Certificate>& found) {
  std::sort(found.begin(), found.end(), [](const Certificate& a, const Certificate& b) {
    if (a.end_ms.has_value() != b.end_ms.has_value()) return a.end_ms.has_value();
    return a.end_ms != b.end_ms ? a.end_ms < b.end_ms : a.path < b.path;
  });
}

Result<void> write(const std::vector<Certificate>& found, std::int64_t now_ms, bool as_json) {
  if (!as_json) {
    Table table({"PATH", "VERSION", "NOT AFTER", "STATE"});
    for (const Certificate& one : found) {
      table.row({one.path, std::to_string(one.version),
                 one.end_ms ? text::print_time(*one.end_ms) : "", one.state(now_ms)});
    }
    return table.write();
  }
  JsonText json;
  json.open('{').key("certificates").open('[');
  for (const Certificate& one : found) {
    json.open('{').key("path").string(one.path).key("version").number(one.version);
    json.key("not_after").string(one.end_ms ? text::print_time(*one.end_ms) : "");
    json.key("state").string(one.state(now_ms)).close('}');
  }
  json.close(']').close('}');
  return json.write();
}

VerbResult verb_certificates(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> prefix, within;
  Syntax syntax(arguments, text);
  syntax.optional_word("PREFIX", prefix, "A secret or folder; everything where none is named");
  syntax.option("--within", within, "DURATION",
                "Only what ends within that from now, has ended, or is not known");
  syntax.explain(
      "For each secret of the kind `certificate`: the earliest end among the certificates in its "
      "newest version, in PEM (also in the fields of an object) or DER. The verb opens the values, "
      "which --audit-reads records. A keystore with a password of its own is `unknown`. Nothing "
      "about a certificate is verified.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  context.set_purpose(Purpose::use);  // No value is shown.
  std::optional<std::int64_t> span_ms;
  if (within) span_ms = COFFER_TRY(parse_span("--within", *within, false));
  if (prefix) COFFER_TRY(check_names_folder(*prefix, kFolderOrEverything));
  std::string folder = prefix.value_or("");
  if (folder.ends_with('/')) folder.pop_back();
  Store store = COFFER_TRY(context.open());
  const Snapshot all = COFFER_TRY(store.snapshot());
  const std::int64_t now_ms = all.taken_at_ms();
  std::vector<Certificate> found = COFFER_TRY(read_all(all, folder));
  put_in_order(found);
  if (span_ms) {
    std::erase_if(found, [&](const Certificate& one) {
      return one.end_ms && *one.end_ms - *span_ms > now_ms;
    });
  }
  COFFER_TRY(write(found, now_ms, context.json()));
  return 0;
}

}  // namespace

extern constinit const Verb kCertificatesVerb{
    {"certificates", "Lists when certificates end, soonest first.",
     "coffer certificates ingestion --within 30d"},
    Section::secrets,
    verb_certificates};

}  // namespace coffer::tools
