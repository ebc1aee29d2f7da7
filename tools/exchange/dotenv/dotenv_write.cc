// Writes NAME=VALUE lines.
// Shells, python-dotenv, node's dotenv and node's own reader agree on a value without quotes, in
// single quotes or in double quotes, unless it contains something special to one of them. The
// quotes are chosen so that all agree, if possible. Otherwise shells and coffer read the value
// correctly, and a warning names the readers that do not.
#include <algorithm>
#include <array>

#include "text/ascii.h"
#include "text/utf8.h"
#include "tools/exchange/dotenv/dotenv.h"

namespace coffer::tools {
namespace {

// Docker and kubectl read lines into a buffer of this size.
constexpr std::size_t kLineBytesMax = std::size_t{64} << 10;

bool begins_name(std::string_view text) {
  return !text.empty() && (ascii::is_letter(text.front()) || text.front() == '_');
}

// Whether shells and systemd accept the name.
bool is_shell_name(std::string_view text) {
  return begins_name(text) && ascii::holds_only(text, "_");
}

bool is_name(std::string_view text) { return begins_name(text) && ascii::holds_only(text, "_.-"); }

bool has(std::string_view value, std::string_view any) {
  return value.find_first_of(any) != std::string_view::npos;
}
bool contains(std::string_view value, std::string_view part) {
  return value.find(part) != std::string_view::npos;
}

// Whether every reader takes the value literally without quotes.
bool is_plain(std::string_view value) { return ascii::holds_only(value, "_.-/:@%+,="); }

// Single quotes can hold anything but themselves, also line ends, and shells and other readers
// agree on them. A carriage return needs an escape, because some readers drop it before a line
// feed. A final backslash would make two readers look for the closing quote in the lines below.
bool fits_single_quotes(std::string_view value) {
  if (value.ends_with('\\')) return false;
  return std::none_of(value.begin(), value.end(), [](char c) {
    return c == '\'' || (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n');
  });
}

void append_double_quoted(SecretBytes& out, std::string_view value, bool spell_returns) {
  out.push_back('"');
  for (const char c : value) {
    if (c == '\r' && spell_returns) {
      out.append("\\r");
      continue;
    }
    if (std::string_view("\"\\$`").find(c) != std::string_view::npos) out.push_back('\\');
    out.push_back(static_cast<std::uint8_t>(c));
  }
  out.push_back('"');
}

enum class Quotes { none, one, two };

Quotes quotes_for(std::string_view value) {
  if (is_plain(value)) return Quotes::none;
  return fits_single_quotes(value) ? Quotes::one : Quotes::two;
}

struct Readers {
  bool shells = false, python = false, node = false, node_own = false;
};

// The readers that understand this line differently.
Readers who_differs(std::string_view name, std::string_view value) {
  Readers differ;
  switch (quotes_for(value)) {
    case Quotes::none: break;
    case Quotes::one: differ.python = contains(value, "${") || contains(value, "\\\\"); break;
    case Quotes::two:
      differ.shells = has(value, "\r");
      differ.python = has(value, "$`");
      differ.node = has(value, "\\\"$`");
      differ.node_own = has(value, "\\\"$`\r");
  }
  if (!is_shell_name(name)) differ.shells = true;
  return differ;
}

std::string print(const Readers& readers) {
  std::string text;
  const auto add = [&text](bool differs, std::string_view name) {
    if (differs) text.append(text.empty() ? "" : ", ").append(name);
  };
  add(readers.shells, "bash and dash");
  add(readers.python, "python-dotenv");
  add(readers.node, "node's dotenv");
  add(readers.node_own, "node's util.parseEnv");
  return text;
}

Error unfit(std::string_view name) {
  return Error(ErrorCode::usage,
               "cannot be written in this dialect, which has single lines without quotes",
               "--as json carries any text, and run --files any bytes")
      .about(Subject::Kind::name, name);
}

// Writes the raw value up to the line's end; the readers are Go programs that read lines of text.
Result<void> append_raw(SecretBytes& out, std::string_view name, std::string_view value) {
  const bool is_long = name.size() + value.size() + 2 >= kLineBytesMax;
  if (is_long || contains(value, "\n") || value.ends_with('\r')) return unfit(name);
  out.append(value);
  return {};
}

// systemd refuses control characters in values and expands nothing in the file.
Result<void> append_systemd(SecretBytes& out, std::string_view name, std::string_view value) {
  const bool is_fit = std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
  });
  if (!is_fit) return unfit(name);
  if (is_plain(value)) {
    out.append(value);
  } else {
    append_double_quoted(out, value, false);
  }
  return {};
}

void append_common(SecretBytes& out, std::string_view name, std::string_view value,
                   const DotenvOptions& options) {
  switch (quotes_for(value)) {
    case Quotes::none: out.append(value); break;
    case Quotes::one:
      out.push_back('\'');
      out.append(value);
      out.push_back('\'');
      break;
    case Quotes::two: append_double_quoted(out, value, true);
  }
  const std::string differ = print(who_differs(name, value));
  if (!differ.empty() && options.warn)
    options.warn(std::string(name) + ": this line is read differently by " + differ);
}

}  // namespace

Result<Dialect> parse_dialect(std::string_view text) {
  constexpr std::array kDialects = {std::pair("docker", Dialect::docker),
                                    std::pair("kubectl", Dialect::kubectl),
                                    std::pair("systemd", Dialect::systemd)};
  for (const auto& [name, dialect] : kDialects)
    if (text == name) return dialect;
  return Error(ErrorCode::usage, "takes docker, kubectl or systemd")
      .about(Subject::Kind::name, "--dialect");
}

Result<void> append_dotenv(SecretBytes& out, std::string_view name, std::string_view value,
                           const DotenvOptions& options) {
  const bool is_systemd = options.dialect == Dialect::systemd;
  if (is_systemd ? !is_shell_name(name) : !is_name(name)) {
    return Error(
               ErrorCode::usage, "cannot be a name in a dotenv file",
               "use letters, digits, _ . and -, for systemd letters, digits and _; json allows any "
               "name")
        .about(Subject::Kind::name, name);
  }
  if (!utf8::is_valid(value) || value.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::usage, "contains bytes that a dotenv file cannot hold",
                 "export it as json, which holds any bytes")
        .about(Subject::Kind::name, name);
  }
  const std::size_t before = out.size();
  out.append(name);
  out.push_back('=');
  Result<void> written;
  switch (options.dialect) {
    case Dialect::common: append_common(out, name, value, options); break;
    case Dialect::docker:
    case Dialect::kubectl: written = append_raw(out, name, value); break;
    case Dialect::systemd: written = append_systemd(out, name, value);
  }
  if (!written) out.resize(before);
  if (written) out.push_back('\n');
  return written;
}

}  // namespace coffer::tools
