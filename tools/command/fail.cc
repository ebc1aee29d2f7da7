#include "tools/command/fail.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "text/ascii.h"
#include "text/json.h"
#include "text/json_writer.h"
#include "tools/command/advice.h"
#include "tools/command/errno_hints.h"

namespace coffer::tools {
namespace {

Format error_format = Format::table;
std::string own_hint;
std::string verb_in_use;

void write_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    // Standard error is the last channel; if it fails too, there is nowhere to report it.
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string_view hint_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage: return "`coffer help` lists the verbs; `coffer help VERB` explains one";
    case ErrorCode::not_found: return "`coffer list` shows which secrets exist";
    case ErrorCode::deleted: return "`coffer undelete PATH --versions N` brings it back";
    case ErrorCode::expired: return "it has expired; `coffer put` writes a new version";
    case ErrorCode::destroyed: return "`coffer history PATH` shows which versions remain";
    case ErrorCode::conflict: return "read the present state, then try again";
    case ErrorCode::in_use: return "`coffer refs PATH` shows who uses it";
    case ErrorCode::wrong_key: return "give the right key with --key or COFFER_KEY";
    case ErrorCode::corrupt:
      return "`coffer verify` shows what is damaged; restore the store from a backup of its files";
    case ErrorCode::no_store:
      return "`coffer init` creates a store; --store or COFFER_STORE names an existing one";
    case ErrorCode::too_new: return "a newer coffer wrote this store; use that one";
    case ErrorCode::busy: return "another process holds the store; try again";
    case ErrorCode::limit:
      return "make it smaller or fewer; `coffer settings get` shows the store's limits";
    case ErrorCode::key_unavailable:
      return "check that the key's provider can be reached; `coffer key test SLOT` tries again";
    case ErrorCode::rolled_back: return "put the newest copy of the store's files back";
    case ErrorCode::denied: return "ask the store's administrator for access";
    case ErrorCode::io: return "check the free space on the disk and the owner of the files";
    case ErrorCode::declined: return "nothing was changed; -y answers yes";
    case ErrorCode::failed:
      return "`coffer status` and `coffer verify` show the state of the store";
  }
  return "";
}

// The reader of our output is gone, so nobody would read a message about it.
bool is_closed_pipe(const Error& error) {
  return error.os_errno() == EPIPE && error.subject() != nullptr &&
         error.subject()->text == "standard output";
}

std::size_t utf8_length(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (json::is_valid_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

// A user who writes --json '{"password":"..."}' gives the value where a file name belongs. The
// error must not show the value as the name of a missing file.
bool is_value_for_file(const Error& error) {
  const int number = error.os_errno();
  if (error.subject() == nullptr || error.subject()->kind != Subject::Kind::file) return false;
  if (number != ENOENT && number != ENOTDIR && number != ENAMETOOLONG) return false;
  const std::string_view name = error.subject()->text;
  const std::size_t first = name.find_first_not_of(" \t\r\n");
  return name.find('\n') != std::string_view::npos ||
         (first != std::string_view::npos &&
          std::string_view("{[\"").find(name[first]) != std::string_view::npos);
}

// The name as one word of a shell command; empty if it cannot be shown as one.
std::string as_word(const std::string& name) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./@%+=:,-";
  if (name.empty() || name.front() == '-' || printable(name) != name) return {};
  if (name.find_first_not_of(kPlain) == std::string::npos) return name;
  return name.find('\'') == std::string::npos ? "'" + name + "'" : std::string();
}

// Puts the path of the error's secret in place of PATH in the hint. A name with # or ? may hold a
// field or version after the path, so the hint then keeps PATH.
std::string with_path(std::string_view hint, const Error& error) {
  constexpr std::string_view kPath = " PATH";
  std::string text(hint);
  if (error.subject() == nullptr || error.subject()->kind != Subject::Kind::path) return text;
  if (error.subject()->text.find_first_of("#?") != std::string::npos) return text;
  const std::string path = as_word(error.subject()->text);
  for (std::size_t at = text.find(kPath); !path.empty() && at != std::string::npos;
       at = text.find(kPath, at + 1)) {
    const std::size_t end = at + kPath.size();
    const bool ends =
        end == text.size() || std::string_view(" `;,)").find(text[end]) != std::string_view::npos;
    if (ends && at > 0 && ascii::is_lower(text[at - 1]))
      text.replace(at + 1, kPath.size() - 1, path);
  }
  return text;
}

// For errors that bring no hint: the engine does not know that a command is calling it.
std::string general_hint(ErrorCode code) {
  if (code == ErrorCode::usage && !verb_in_use.empty())
    return "`coffer help " + verb_in_use + "` explains its words and options";
  return std::string(hint_for(code));
}

std::string hint_of(const Error& error, bool is_value) {
  if (is_value)
    return "write the text to a file and give the file's name, or give `-` for standard input";
  if (!own_hint.empty()) return own_hint;
  std::string_view hint = error.advice() == Advice::none ? error.hint() : words_for(error.advice());
  if (hint.empty() && error.code() == ErrorCode::io) hint = hint_for_errno(error.os_errno());
  return with_path(hint.empty() ? general_hint(error.code()) : std::string(hint), error);
}

Error without_name(const Error& error) {
  return Error(error.code(), "a file name is needed here, not the content of a file")
      .with_errno(error.os_errno());
}

}  // namespace

void set_error_format(Format format) { error_format = format; }
void set_verb(std::string_view name) { verb_in_use = name; }
void set_hint(std::string text) { own_hint = std::move(text); }

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool c1_control =
        size == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (size == 0 || first < 0x20 || first == 0x7F || c1_control) {
      out += "\\x";
      out += ascii::kLowerHex[first >> 4];
      out += ascii::kLowerHex[first & 15];
      text.remove_prefix(1);
    } else {
      out += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return out;
}

int fail(const Error& error) {
  const int exit_code = static_cast<int>(error.code());
  if (is_closed_pipe(error)) return exit_code;
  const bool is_value = is_value_for_file(error);
  const std::string message = printable(is_value ? describe(without_name(error)) : describe(error));
  const std::string hint = hint_of(error, is_value);
  std::string out;
  if (error_format == Format::json) {
    json::PlainWriter json;
    json.open('{').key("error").open('{').key("code").string(code_name(error.code()));
    json.key("message").string(message).key("hint").string(hint).close('}').close('}');
    out = json.take() + "\n";
  } else {
    out = "coffer: error: " + message + "\n";
    if (!hint.empty()) out += "coffer: hint: " + hint + "\n";
  }
  write_stderr(out);
  return exit_code;
}

void note(std::string_view text) { write_stderr("coffer: " + printable(text) + "\n"); }
void warn(std::string_view text) { write_stderr("coffer: warning: " + printable(text) + "\n"); }

}  // namespace coffer::tools
