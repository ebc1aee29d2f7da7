// Secrets as NAME=VALUE lines: a field has its own name, a value without fields the last part of
// its secret's path.
#include <unordered_set>

#include "tools/exchange/dotenv/dotenv.h"
#include "tools/exchange/forms.h"
#include "tools/exchange/value_text.h"

namespace coffer::tools {
namespace {

class DotenvWriter : public ExportWriter {
 public:
  using ExportWriter::add;
  explicit DotenvWriter(const DotenvOptions& options) : options_(options) {}

  void begin(SecretBytes&) override {}
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    if (secret.versions.empty() || !secret.versions.front().value) return {};
    const Value& value = *secret.versions.front().value;
    const Result<std::vector<std::string>> names = value.field_names();
    if (!names) {
      const std::string name = secret.path.substr(secret.path.rfind('/') + 1);
      return add_line(out, secret.path, name, COFFER_TRY(text_of(value)).text());
    }
    for (const std::string& name : *names) {
      COFFER_TRY(add_line(out, secret.path, name, COFFER_TRY(value.field(name)).text()));
    }
    return {};
  }
  void end(SecretBytes&) override {}

 private:
  Result<void> add_line(SecretBytes& out, const std::string& path, const std::string& name,
                        std::string_view text) {
    if (!names_.emplace(name).second) {
      return Error(ErrorCode::usage, "two secrets would have the same name in the dotenv file",
                   "export them separately, or as json")
          .about(Subject::Kind::path, path + "#" + name);
    }
    Result<void> written = append_dotenv(out, name, text, options_);
    if (written) return written;
    return std::move(written).error().about(Subject::Kind::path, path + "#" + name);
  }

  DotenvOptions options_;
  std::unordered_set<std::string> names_;
};

}  // namespace

std::unique_ptr<ExportWriter> make_dotenv_writer(const DotenvOptions& options) {
  return std::make_unique<DotenvWriter>(options);
}

}  // namespace coffer::tools
