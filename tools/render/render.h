// Secrets written in the language of whoever takes them: one file a family of forms.
//
// Every form either carries a value to the byte, for the program that reads it, or refuses
// it by an error that names where the value came from. Nothing is left out or replaced.
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
  DotenvOptions dotenv = {};  ///< dotenv: whose, and who is told of what readers differ on.
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

/// What a form cannot carry. Errors: usage (a NUL byte).
Result<void> refuse_nul(const Binding& binding);
/// Errors: usage (bytes that are no UTF-8).
Result<void> require_utf8(const Binding& binding);

}  // namespace coffer::tools
