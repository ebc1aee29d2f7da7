// NAME=VALUE lines for those who read them. Shells, python-dotenv, node's dotenv and node's own
// reader agree on a value without quotes, on one in single quotes and on one in double quotes as
// long as nothing in it is special to any of them; the form is chosen so that they do where they
// can. Where they cannot, shells and coffer read the value right, and whoever asked for it is told
// which readers do not.
#include <algorithm>
#include <array>

#include "engine/text/utf8.h"
#include "tools/exchange/dotenv/dotenv.h"

namespace coffer::tools {
namespace {

/// Docker and kubectl read line by line into a buffer of this size.
constexpr std::size_t kLineBytesMax = std::size_t{64} << 10;

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

// As shells and systemd have it.
bool is_shell_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_word);
}

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool has(std::string_view value, std::string_view any) {
  return value.find_first_of(any) != std::string_view::npos;
}
bool contains(std::string_view value, std::string_view part) {
  return value.find(part) != std::string_view::npos;
}

// What every reader takes for itself without quotes.
bool is_plain(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return is_word(c) || std::string_view(".-/:@%+,=").find(c) != std::string_view::npos;
  });
}

// Single quotes hold anything but themselves, line ends too: so a shell reads it as other readers
// do. A carriage return is spelled out, for some readers drop it before a line feed. A backslash
// at the end would make two of them look for the closing quote in the lines below.
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

// Who reads the line otherwise than it is meant.
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
  return Error(ErrorCode::usage, "holds what this dialect cannot: it is one line without quotes",
               "--as json carries any text, and run --files any bytes")
      .about(Subject::Kind::name, name);
}

// As it stands to the line's end; the readers are Go programs that take lines of text.
Result<void> append_raw(SecretBytes& out, std::string_view name, std::string_view value) {
  const bool is_long = name.size() + value.size() + 2 >= kLineBytesMax;
  if (is_long || contains(value, "\n") || value.ends_with('\r')) return unfit(name);
  out.append(value);
  return {};
}

// systemd refuses control characters in what it hands on, and expands nothing in the file.
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
    options.warn(std::string(name) + ": this line is read otherwise by " + differ);
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
    return Error(ErrorCode::usage, "cannot be a name in a dotenv file",
                 "letters, digits, _ . and - can, for systemd letters, digits and _; as json any "
                 "name can stand")
        .about(Subject::Kind::name, name);
  }
  if (!utf8::is_valid(value) || value.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::usage, "holds bytes that no dotenv file can",
                 "export as json holds any")
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
