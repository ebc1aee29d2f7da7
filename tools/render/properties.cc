// Writes Java properties (java.util.Properties.load), and Spark's defaults, which use the same
// format.
#include <algorithm>
#include <string>

#include "text/utf8.h"
#include "tools/render/escape.h"
#include "tools/render/render.h"

namespace coffer::tools {
namespace {

// Writes ASCII only, so that the reader's character set does not matter. Escapes every blank and
// separator in a key, but only leading blanks in a value, which readers would drop.
void append_escaped(SecretBytes& out, std::string_view text, bool is_key) {
  bool leading = true;
  each_character(text, [&](char32_t character, std::string_view bytes) {
    const bool blank = character == ' ';
    if (character == '\n') {
      out.append("\\n");
    } else if (character == '\r') {
      out.append("\\r");
    } else if (character == '\t') {
      out.append("\\t");
    } else if (character < ' ' || character > '~') {
      append_utf16_escape(out, character);
    } else {
      const bool special = character == '\\' || character == '#' || character == '!' ||
                           character == '=' || character == ':';
      if (special || (blank && (is_key || leading))) out.push_back('\\');
      out.append(bytes);
    }
    leading = leading && blank;
  });
}

void append_line(SecretBytes& out, std::string_view name, std::string_view value) {
  append_escaped(out, name, true);
  out.push_back('=');
  append_escaped(out, value, false);
  out.push_back('\n');
}

Result<void> check_text_name(const Binding& binding) {
  if (!binding.name.empty() && utf8::is_valid(binding.name)) return {};
  return Error(ErrorCode::usage, "cannot be the name of a property", "rename it by --map NAME=REF")
      .about(Subject::Kind::name, binding.name);
}

// Spark trims the values that it reads.
Result<void> refuse_outer_blanks(const Binding& binding) {
  const std::string_view text = binding.value.text();
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  if (text.empty() || (!is_blank(text.front()) && !is_blank(text.back()))) return {};
  return Error(ErrorCode::usage, "begins or ends with a blank, which Spark would drop",
               "pass it as an environment variable: coffer run")
      .about(Subject::Kind::path, binding.origin);
}

constexpr std::string_view kSparkPrefix = "spark.";
constexpr std::string_view kExecutorEnv = "spark.executorEnv.";

void append_regex_literal(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (std::string_view(R"(\^$.|?*+()[]{})").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
}

}  // namespace

Rendered render_properties(const Bindings& bindings, const RenderOptions&) {
  SecretBytes out;
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check_text_name(binding));
    COFFER_TRY(require_utf8(binding));
    append_line(out, binding.name, binding.value.text());
  }
  return out;
}

// A name without the prefix `spark.` becomes an environment variable of the executors. The
// redaction settings list every key written here, so that no user interface or event log shows its
// value.
Rendered render_spark(const Bindings& bindings, const RenderOptions&) {
  SecretBytes out;
  std::string keys;
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check_text_name(binding));
    COFFER_TRY(refuse_nul(binding));
    COFFER_TRY(require_utf8(binding));
    COFFER_TRY(refuse_outer_blanks(binding));
    std::string key = binding.name;
    if (!key.starts_with(kSparkPrefix)) {
      COFFER_TRY(check_variable_name(key));
      key.insert(0, kExecutorEnv);
    }
    append_line(out, key, binding.value.text());
    keys += '|';
    append_regex_literal(keys, key);
  }
  const std::string redaction = "(?i)secret|password|token|access[.]?key" + keys;
  append_line(out, "spark.redaction.regex", redaction);
  append_line(out, "spark.sql.redaction.options.regex", redaction);
  return out;
}

}  // namespace coffer::tools
