#include "tools/products/vdk/job_view.h"

#include <coffer/configs.h>

#include <algorithm>

#include "text/json.h"
#include "tools/command/streams/output.h"

namespace coffer::tools {
namespace {

// ", " and ": " between what belongs together, as Python writes JSON; strings and numbers exact.
void append_one_line(SecretBytes& out, const json::Document& document, json::NodeId node) {
  const json::Type type = document.type(node);
  if (type != json::Type::object && type != json::Type::array) {
    out.append(document.raw(node));
    return;
  }
  out.push_back(type == json::Type::object ? '{' : '[');
  for (json::NodeId child = document.first_child(node); child != json::kNoNode;
       child = document.next_sibling(child)) {
    if (child != document.first_child(node)) out.append(", ");
    if (type == json::Type::object) {
      out.append(document.raw_key(child));
      out.append(": ");
    }
    append_one_line(out, document, child);
  }
  out.push_back(type == json::Type::object ? '}' : ']');
}

void append_hex(SecretBytes& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.append("\\x");
  out.push_back(static_cast<std::uint8_t>(kHex[byte >> 4]));
  out.push_back(static_cast<std::uint8_t>(kHex[byte & 15]));
}

// A terminal obeys control characters, and a line end breaks the table: they are shown, not sent.
// As printable() does, in locked memory.
void append_shown(SecretBytes& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0xFF);
    if (byte < 0x20 || byte == 0x7F) {
      append_hex(out, byte);
    } else if (byte == 0xC2 && next < 0xA0) {
      append_hex(out, byte);
      append_hex(out, next);
      ++i;
    } else {
      out.push_back(byte);
    }
  }
}

Result<SecretBytes> shown_value(const JobSecrets::Member& member) {
  const auto document = COFFER_TRY(json::Document::parse(member.json.text()));
  SecretBytes out;
  if (document.type(0) == json::Type::string) {
    append_shown(out, document.string(0));
  } else {
    append_one_line(out, document, 0);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

struct Row {
  SecretBytes key, value;
};

void append_row(SecretBytes& out, std::string_view key, std::string_view value, std::size_t width,
                bool with_values) {
  out.append(key);
  if (with_values) {
    for (std::size_t at = width_of(key); at < width + 2; ++at) out.push_back(' ');
    out.append(value);
  }
  out.push_back('\n');
}

}  // namespace

Result<void> write_job_table(const JobMembers& members, bool with_values) {
  if (members.empty()) return write_line("No Data.");
  // The rule is two dashes longer than a title alone.
  std::size_t key_width = 5;
  std::size_t value_width = 7;
  std::vector<Row> rows;
  for (const JobSecrets::Member* member : members) {
    Row& row = rows.emplace_back();
    append_shown(row.key, member->name);
    if (with_values) row.value = COFFER_TRY(shown_value(*member));
    key_width = std::max(key_width, width_of(row.key.text()));
    value_width = std::max(value_width, width_of(row.value.text()));
  }
  SecretBytes out;
  append_row(out, "key", "value", key_width, with_values);
  append_row(out, std::string(key_width, '-'), std::string(value_width, '-'), key_width,
             with_values);
  for (const Row& row : rows)
    append_row(out, row.key.text(), row.value.text(), key_width, with_values);
  return write_stdout(out.bytes());
}

Result<void> write_job_json(const JobMembers& members, bool with_values) {
  SecretBytes out;
  out.push_back('{');
  for (const JobSecrets::Member* member : members) {
    if (out.size() > 1) out.append(", ");
    json::append_quoted(out, member->name);
    out.append(": ");
    if (with_values) {
      append_one_line(out, COFFER_TRY(json::Document::parse(member->json.text())), 0);
    } else {
      json::append_quoted(out, kSecretMask);
    }
  }
  out.append("}\n");
  return write_stdout(out.bytes());
}

}  // namespace coffer::tools
