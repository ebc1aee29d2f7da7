#include "tools/render/render.h"

#include <array>

#include "text/utf8.h"

namespace coffer::tools {

std::span<const RenderForm> render_forms() {
  static constexpr std::array kForms = {
      RenderForm{"shell", render_shell},           RenderForm{"bash", render_shell},
      RenderForm{"dotenv", render_dotenv},         RenderForm{"json", render_json},
      RenderForm{"properties", render_properties}, RenderForm{"spark", render_spark},
      RenderForm{"kubernetes", render_kubernetes}, RenderForm{"docker", render_docker},
      RenderForm{"python", render_python},         RenderForm{"r", render_r},
      RenderForm{"julia", render_julia},           RenderForm{"scala", render_scala},
      RenderForm{"javascript", render_javascript},
  };
  return kForms;
}

Result<const RenderForm*> find_render_form(std::string_view name) {
  for (const RenderForm& form : render_forms()) {
    if (form.name == name) return &form;
  }
  return Error(
             ErrorCode::usage, "this form does not exist",
             "the forms are shell, dotenv, json, properties, spark, kubernetes, docker, python, r, "
             "julia, scala, javascript")
      .about(Subject::Kind::name, "--as");
}

Result<void> refuse_nul(const Binding& binding) {
  if (binding.value.text().find('\0') == std::string_view::npos) return {};
  return Error(ErrorCode::usage, "contains a NUL byte, which this form cannot carry",
               "kubernetes carries any byte, and so does run --files")
      .about(Subject::Kind::path, binding.origin);
}

Result<void> require_utf8(const Binding& binding) {
  if (utf8::is_valid(binding.value.text())) return {};
  return Error(ErrorCode::usage, "is not UTF-8 text, which this form needs",
               "shell, python, r, julia and kubernetes carry any bytes")
      .about(Subject::Kind::path, binding.origin);
}

}  // namespace coffer::tools
