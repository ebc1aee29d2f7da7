// shell, dotenv and json: environments that other tools read from a file or pipe.
#include "text/json.h"
#include "text/json_writer.h"
#include "tools/render/render.h"

namespace coffer::tools {

// Within POSIX single quotes only the quote itself is special.
Rendered render_shell(const Bindings& bindings, const RenderOptions&) {
  SecretBytes out;
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check_variable_name(binding.name));
    COFFER_TRY(refuse_nul(binding));
    out.append("export ");
    out.append(binding.name);
    out.append("='");
    for (const char c : binding.value.text()) {
      if (c == '\'') {
        out.append("'\\''");
      } else {
        out.push_back(static_cast<std::uint8_t>(c));
      }
    }
    out.append("'\n");
  }
  return out;
}

Rendered render_dotenv(const Bindings& bindings, const RenderOptions& options) {
  SecretBytes out;
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(check_variable_name(binding.name));
    COFFER_TRY(refuse_nul(binding));
    COFFER_TRY(require_utf8(binding));
    COFFER_TRY(append_dotenv(out, binding.name, binding.value.text(), options.dotenv));
  }
  return out;
}

Rendered render_json(const Bindings& bindings, const RenderOptions&) {
  json::Writer json;
  json.open('{');
  for (const Binding& binding : bindings.all()) {
    COFFER_TRY(require_utf8(binding));
    json.key(binding.name).string(binding.value.text());
  }
  SecretBytes out = json.close('}').take();
  out.push_back('\n');
  return out;
}

}  // namespace coffer::tools
