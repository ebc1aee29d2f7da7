// --job of run and env: a job as IOMETE writes it, what its environment and its Spark settings
// hold, with references to secrets in the text (${secrets.KEY}) or in its place ({key,
// secretObject}).
//
// It reads envVars, envSecrets, sparkConf and sparkConfSecrets, and leaves the rest of a job alone.
#include "tools/exchange/input_document.h"
#include "tools/render/template_text.h"
#include "tools/workload/product_hooks.h"
#include "tools/workload/selection.h"

namespace coffer::tools {
namespace {

class JobReader {
 public:
  JobReader(const Sources& stores, JobBindings& job) : stores_(stores), job_(job) {}

  // {NAME: TEXT}
  Result<void> texts(const Spot& spot, Bindings& into) {
    return spot.each_member([&](std::string_view name, const Spot& text) -> Result<void> {
      COFFER_TRY(text.string());
      const SecretBytes value =
          COFFER_TRY(expand(text.characters(), text.place(),
                            [this](const std::string& reference) { return resolve(reference); }));
      return into.add(name, value.text(), text.place());
    });
  }

  // [{"key":NAME,"secretObject":{"key":...,"source":{...}}}]
  Result<void> objects(const Spot& spot, Bindings& into) {
    return spot.each_element([&](const Spot& entry) -> Result<void> {
      std::string name;
      std::string_view object;
      COFFER_TRY(entry.members({{"key", coffer::tools::into(name, &Spot::string), true},
                                {"secretObject",
                                 [&](const Spot& given) {
                                   object = given.raw();
                                   return Result<void>();
                                 },
                                 true}}));
      const Result<SecretBytes> value = resolve(std::string(object));
      if (!value) {
        if (value.error().subject() != nullptr) return value.error();
        return entry.refuse(value.error());
      }
      return into.add(name, value->text(), entry.place());
    });
  }

 private:
  Result<SecretBytes> resolve(const std::string& reference) {
    SecretBytes value = COFFER_TRY(resolve_reference(stores_, reference));
    COFFER_TRY(job_.sought.add(reference, value.text(), reference));
    return value;
  }

  const Sources& stores_;
  JobBindings& job_;
};

Error no_variable_in_job(std::string_view source) {
  return Error(ErrorCode::not_found, "holds no variable",
               "a job names them in envVars and envSecrets; Spark's settings, which env writes in "
               "the forms that hold them, in sparkConf and sparkConfSecrets")
      .about(Subject::Kind::file, source == "-" ? std::string_view("standard input") : source);
}

Result<JobBindings> read_job(const Sources& stores, SecretBytes text, std::string_view source) {
  const json::Document document = COFFER_TRY(parse_input(std::move(text), source));
  const Spot root = input_reader(document, source);
  if (!root.is_object())
    return root.refuse({ErrorCode::usage, "is not a job: a job is a JSON object"});
  JobBindings job;
  JobReader reader(stores, job);
  if (const auto spot = root.find("envVars")) COFFER_TRY(reader.texts(*spot, job.variables));
  if (const auto spot = root.find("envSecrets")) COFFER_TRY(reader.objects(*spot, job.variables));
  if (const auto spot = root.find("sparkConf")) COFFER_TRY(reader.texts(*spot, job.settings));
  if (const auto spot = root.find("sparkConfSecrets"))
    COFFER_TRY(reader.objects(*spot, job.settings));
  return job;
}

}  // namespace

constinit const ProductJob kProductJob{
    .run_help = "The variables of a job document (IOMETE's)",
    .env_help = "The variables and Spark settings of a job document instead",
    .read = read_job,
    .no_variable = no_variable_in_job};

}  // namespace coffer::tools
