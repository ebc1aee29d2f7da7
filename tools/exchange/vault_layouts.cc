// The two layouts in which products keep secrets in Vault's KV v2, as maps of paths to fields:
//
//   vault-entries  an entry a key, {"value":"TEXT"}, as IOMETE wants them
//   vault-json     an entry a job, {"jobName":"TEAM/JOB","secretsJson":"{...}"}, as VDK's control
//                  service writes them
#include <initializer_list>
#include <string>
#include <utility>

#include "text/json_writer.h"
#include "text/percent.h"
#include "tools/exchange/flat_entries.h"
#include "tools/exchange/forms.h"
#include "tools/exchange/input_document.h"

namespace coffer::tools {
namespace {

// TEAM/JOB as the job's own system writes it: `coffer secrets` escapes characters that a path
// cannot hold, also '/'. Other characters stay.
std::string job_of(std::string_view path) {
  std::string job = *percent::decoded(path, percent::Stray::keep);
  return json::is_valid_utf8(job) ? job : std::string(path);
}

// A map of entries of any kind.
class MapWriter : public ExportWriter {
 public:
  using ExportWriter::add;
  void begin(SecretBytes& out) override { out.append("{"); }
  void end(SecretBytes& out) override { out.append("\n}\n"); }

 protected:
  using Member = std::pair<std::string_view, std::string_view>;
  void append(SecretBytes& out, std::string_view path, std::initializer_list<Member> members) {
    out.append(first_ ? "\n" : ",\n");
    first_ = false;
    out.append(json::Writer().key(path).texts_by_name(members).take().text());
  }

 private:
  bool first_ = true;
};

class EntriesWriter : public MapWriter {
 public:
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    return each_flat_entry(secret, [&](const std::string& key, std::string_view text) {
      append(out, key, {{"value", text}});
      return Result<void>();
    });
  }
};

class JsonWriter : public MapWriter {
 public:
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    if (secret.versions.empty() || !secret.versions.front().value) return {};
    const Value& value = *secret.versions.front().value;
    if (!value.field_names()) {
      return Error(ErrorCode::usage,
                   "this layout holds JSON objects, but the value is not an object",
                   "--as vault-entries holds text, --as json any value")
          .about(Subject::Kind::path, secret.path);
    }
    append(out, secret.path, {{"jobName", job_of(secret.path)}, {"secretsJson", value.text()}});
    return {};
  }
};

using TakeText = std::function<Result<void>(std::string_view path, const Spot& text)>;

// Reads entries that hold the string `field` and, at most, what `also` takes.
Result<void> each_entry(SecretBytes text, const ImportNames& names, std::string_view field,
                        const TakeText& take, const TakeText& also = {}) {
  const json::Document document = COFFER_TRY(parse_input(std::move(text), names.source));
  return input_reader(document, names.source)
      .each_member([&](std::string_view path, const Spot& entry) -> Result<void> {
        std::vector<Spot::Member> members = {{field,
                                              [&](const Spot& spot) -> Result<void> {
                                                COFFER_TRY(spot.string());
                                                return take(path, spot);
                                              },
                                              true}};
        if (also)
          members.push_back({"jobName", [&](const Spot& spot) { return also(path, spot); }});
        return entry.members(members);
      });
}

// Refuses an entry whose jobName differs from its path, because it would serve the wrong job.
Result<void> check_job(std::string_view path, const Spot& spot) {
  const std::string job = COFFER_TRY(spot.string());
  const std::string stands = job_of(path);
  const bool fits = stands == job || stands.ends_with("/" + job) || path == job;
  if (fits && !job.empty()) return {};
  return spot.refuse({ErrorCode::usage, "names another job than the entry's path",
                      "the path must end in TEAM/JOB as in jobName"});
}

}  // namespace

std::unique_ptr<ExportWriter> make_vault_entries_writer() {
  return std::make_unique<EntriesWriter>();
}
std::unique_ptr<ExportWriter> make_vault_json_writer() { return std::make_unique<JsonWriter>(); }

Result<std::vector<SecretImage>> read_vault_entries(SecretBytes text, const ImportNames& names) {
  std::vector<SecretImage> secrets;
  COFFER_TRY(each_entry(std::move(text), names, "value",
                        [&](std::string_view path, const Spot& spot) -> Result<void> {
                          secrets.push_back(image_of_entry(names.prefix, path, spot.characters()));
                          return {};
                        }));
  return secrets;
}

Result<std::vector<SecretImage>> read_vault_json(SecretBytes text, const ImportNames& names) {
  std::vector<SecretImage> secrets;
  COFFER_TRY(each_entry(
      std::move(text), names, "secretsJson",
      [&](std::string_view path, const Spot& spot) -> Result<void> {
        SecretImage image = image_of_entry(names.prefix, path, "");
        Result<Value> value = Value::json(spot.characters());
        if (!value || !value->field_names()) {
          return spot.refuse({ErrorCode::usage, "must be the text of a JSON object",
                              "this layout is what VDK's control service writes"});
        }
        image.versions.front().value = std::move(*value);
        secrets.push_back(std::move(image));
        return {};
      },
      check_job));
  return secrets;
}

}  // namespace coffer::tools
