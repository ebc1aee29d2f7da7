// Any bytes as an import document: an accepted one can be written and read again, with the same
// result. The first byte chooses the form.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "tools/exchange/dotenv/dotenv.h"
#include "tools/exchange/forms.h"
#include "tools/exchange/same_value.h"
#include "tools/exchange/yaml/yaml.h"

namespace {

using namespace coffer;
using namespace coffer::tools;

constexpr std::string_view kSource = "fuzz";

void check_dotenv(std::string_view text) {
  const auto variables = read_dotenv(text, kSource);
  if (!variables) return;
  SecretBytes written;
  for (const Variable& variable : *variables)
    COFFER_CHECK(append_dotenv(written, variable.name, variable.value.text()).ok());
  const auto again = read_dotenv(written.text(), kSource);
  COFFER_CHECK(again.ok() && again->size() == variables->size());
  for (std::size_t i = 0; i < again->size(); ++i) {
    COFFER_CHECK((*again)[i].name == (*variables)[i].name);
    COFFER_CHECK((*again)[i].value.text() == (*variables)[i].value.text());
  }
}

void check_yaml(std::string_view text) {
  const auto json = json_from_yaml(text, kSource);
  if (!json) return;
  const auto document = json::Document::parse(json->text());
  COFFER_CHECK(document.ok());
  SecretBytes written;
  append_yaml(written, *document);
  const auto again = json_from_yaml(written.text(), kSource);
  COFFER_CHECK(again.ok() && again->text() == json->text());
}

void check_same(const SecretImage& a, const SecretImage& b, bool to_the_byte) {
  COFFER_CHECK(a.path == b.path && a.versions.size() == b.versions.size());
  COFFER_CHECK(a.metadata.tags.value_or(std::vector<std::string>()) == b.metadata.tags);
  for (std::size_t i = 0; i < a.versions.size(); ++i) {
    COFFER_CHECK(a.versions[i].info.version == b.versions[i].info.version);
    COFFER_CHECK(a.versions[i].value.has_value() == b.versions[i].value.has_value());
    if (!a.versions[i].value) continue;
    COFFER_CHECK(to_the_byte ? is_identical(*a.versions[i].value, *b.versions[i].value)
                             : is_equivalent(*a.versions[i].value, *b.versions[i].value));
  }
}

void check_round(const std::vector<SecretImage>& secrets, Form form) {
  const auto writer = make_export_writer(form, {.now_ms = 1'700'000'000'000, .history = true});
  SecretBytes text;
  writer->begin(text);
  for (const SecretImage& secret : secrets) {
    if (!writer->add(text, secret)) return;  // YAML allows less depth than JSON.
  }
  writer->end(text);
  const auto again = read_import(form, std::move(text), {kSource, ""});
  if (!again && form == Form::yaml && again.error().code() == ErrorCode::limit) return;
  COFFER_CHECK(again.ok() && again->size() == secrets.size());
  for (std::size_t i = 0; i < secrets.size(); ++i)
    check_same(secrets[i], (*again)[i], form == Form::json);
}

void check_import(Form form, std::string_view text) {
  auto secrets = read_import(form, SecretBytes::copy_of(text), {kSource, "p"});
  if (!secrets) return;
  // Other forms lack version numbers, which coffer's own form requires.
  for (SecretImage& secret : *secrets) {
    for (VersionImage& version : secret.versions) {
      if (version.info.version == 0) version.info.version = 1;
    }
  }
  check_round(*secrets, Form::json);
  check_round(*secrets, Form::yaml);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: check_dotenv(text); break;
    case 1: check_yaml(text); break;
    case 2: check_import(Form::json, text); break;
    case 3: check_import(Form::yaml, text); break;
    case 4: check_import(Form::vault, text); break;
    default: check_import(Form::dotenv, text); break;
  }
  return 0;
}
