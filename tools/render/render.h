// Writes secrets in the language of the program that reads them. Each file holds a family of forms.
// A form either carries a value byte for byte or refuses it with an error that names its origin. It
// never leaves out or replaces anything.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <span>
#include <string>
#include <string_view>

#include "tools/exchange/dotenv/dotenv.h"
#include "tools/render/bindings.h"

namespace coffer::tools {

struct RenderOptions {
  std::string name;           ///< kubernetes: the manifest's name.
  DotenvOptions dotenv = {};  ///< dotenv: the dialect, and the sink of warnings.
};

struct RenderForm {
  std::string_view name;
  Result<SecretBytes> (*render)(const Bindings& bindings, const RenderOptions& options);
};

std::span<const RenderForm> render_forms();
/// Errors: usage (no such form).
Result<const RenderForm*> find_render_form(std::string_view name);

using Rendered = Result<SecretBytes>;
Rendered render_shell(const Bindings&, const RenderOptions&);
Rendered render_dotenv(const Bindings&, const RenderOptions&);
Rendered render_json(const Bindings&, const RenderOptions&);
Rendered render_properties(const Bindings&, const RenderOptions&);
Rendered render_spark(const Bindings&, const RenderOptions&);
Rendered render_kubernetes(const Bindings&, const RenderOptions&);
Rendered render_docker(const Bindings&, const RenderOptions&);
Rendered render_python(const Bindings&, const RenderOptions&);
Rendered render_r(const Bindings&, const RenderOptions&);
Rendered render_julia(const Bindings&, const RenderOptions&);
Rendered render_scala(const Bindings&, const RenderOptions&);
Rendered render_javascript(const Bindings&, const RenderOptions&);

/// Refuses a value that the form cannot carry. Errors: usage (a NUL byte).
Result<void> refuse_nul(const Binding& binding);
/// Errors: usage (invalid UTF-8).
Result<void> require_utf8(const Binding& binding);

}  // namespace coffer::tools
