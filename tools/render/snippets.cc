// Writes code that sets the variables in a running kernel. Send it by the kernel's protocol with
// `silent` or without `store_history`. If a notebook keeps a history anyway, the Python form
// removes itself from it.
#include <algorithm>
#include <string>

#include "tools/render/escape.h"
#include "tools/render/render.h"

namespace coffer::tools {
namespace {

Result<void> check(const Binding& binding) {
  COFFER_TRY(check_variable_name(binding.name));
  return refuse_nul(binding);
}

// A prefix of at most so many bytes that does not cut a UTF-8 character.
std::string_view piece_of(std::string_view text, std::size_t bytes_max) {
  std::size_t size = std::min(text.size(), bytes_max);
  while (size < text.size() && size > bytes_max - 4 &&
         (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;
  return text.substr(0, size);
}

template <typename Visit>
void each_piece(std::string_view text, std::size_t bytes_max, const Visit& visit) {
  while (!text.empty()) {
    const std::string_view piece = piece_of(text, bytes_max);
    visit(piece);
    text.remove_prefix(piece.size());
  }
}

// IPython remembers its input; this code removes the cell that set the variables.
constexpr std::string_view kForgetInPython = R"(try:
    _coffer_shell = get_ipython()
    _coffer_history = _coffer_shell.history_manager
    for _coffer_list in (_coffer_history.input_hist_raw, _coffer_history.input_hist_parsed):
        if len(_coffer_list) > 1:
            _coffer_list[-1] = ''
    with _coffer_history.db_input_cache_lock:
        _coffer_history.db_input_cache[:] = [
            entry for entry in _coffer_history.db_input_cache if '_coffer_shell' not in entry[2]]
    for _coffer_name in ('_i', '_i%d' % _coffer_shell.execution_count):
        _coffer_shell.user_ns.pop(_coffer_name, None)
    _coffer_history._i00 = ''
    del _coffer_shell, _coffer_history, _coffer_list, _coffer_name
except NameError:
    pass
)";

}  // namespace

// Writes bytes, because os.environb accepts any; Python decides how os.environ shows them.
Rendered render_python(const Bindings& bindings, const RenderOptions&) {
  SecretBytes out;
  out.append("import os\n");
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check(binding));
    out.append("os.environb[b\"");
    out.append(binding.name);
    out.append("\"] = b");
    append_byte_literal(out, binding.value.text(), "\"\\");
    out.push_back('\n');
  }
  out.append(kForgetInPython);
  return out;
}

// Writes a long value in several statements, because R misparses long literals and is slow with
// long lists.
Rendered render_r(const Bindings& bindings, const RenderOptions&) {
  constexpr std::size_t kPieceBytes = 250;
  SecretBytes out;
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check(binding));
    std::size_t number = 0;
    out.append(".coffer <- \"\"\n");
    each_piece(binding.value.text(), kPieceBytes, [&](std::string_view piece) {
      out.append(".coffer[" + std::to_string(++number) + "] <- ");
      append_byte_literal(out, piece, "\"\\");
      out.push_back('\n');
    });
    out.append("invisible(Sys.setenv(");
    out.append(binding.name);
    out.append(" = paste(.coffer, collapse = \"\")))\nrm(.coffer)\n");
  }
  return out;
}

Rendered render_julia(const Bindings& bindings, const RenderOptions&) {
  SecretBytes out;
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check(binding));
    out.append("ENV[\"");
    out.append(binding.name);
    out.append("\"] = ");
    append_byte_literal(out, binding.value.text(), "\"\\$");
    out.append(";\n");
  }
  return out;
}

// A JVM cannot change its environment, so the values become system properties. A string constant is
// at most 65,535 bytes, so a long value is joined from pieces.
Rendered render_scala(const Bindings& bindings, const RenderOptions&) {
  constexpr std::size_t kPieceBytes = 8000;
  SecretBytes out;
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check(binding));
    COFFER_TRY(require_utf8(binding));
    out.append("System.setProperty(\"");
    out.append(binding.name);
    out.append("\", List(\"\"");
    each_piece(binding.value.text(), kPieceBytes, [&out](std::string_view piece) {
      out.append(",\n  ");
      append_utf16_literal(out, piece);
    });
    out.append(").mkString)\n");
  }
  return out;
}

Rendered render_javascript(const Bindings& bindings, const RenderOptions&) {
  SecretBytes out;
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check(binding));
    COFFER_TRY(require_utf8(binding));
    out.append("process.env[\"");
    out.append(binding.name);
    out.append("\"] = ");
    append_utf16_literal(out, binding.value.text());
    out.append(";\n");
  }
  return out;
}

}  // namespace coffer::tools
