// A config file with secrets over it, by VDK's order: an environment variable beats the secret,
// and the secret beats the file. Only settings that the file has are set; nothing comes in new.
//
// A setting's name is its key, or SECTION_KEY in a section; before the first section, and in one
// called vdk, it is the key alone. Names are compared without case, and `-` and `.` are `_`.
//
//   environment   VDK_NAME, else NAME
//   secret        whose name is the setting's. A secret in whose name a section's stands, in whole
//                 words, is that section's (the longest counts), and must be a setting there. Any
//                 other that the file does not know is left out, and null is no value.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>
#include <coffer/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

/// As the file writes them; `section` is empty before the first one.
struct Setting {
  std::string section;
  std::string key;
};

/// What a setting becomes: JSON text, and where it came from, for a person.
struct Overlaid {
  std::size_t setting = 0;  ///< Its place among the file's.
  SecretBytes json;
  std::string variable;  ///< The environment variable; empty: a secret.
};

/// At most one for each setting, in the file's order. `environment` is NAME=VALUE entries, up to
/// a nullptr. Errors: usage (the secret has no fields, a setting that is missing from the section,
/// two settings or two secrets of one name, a variable that is no UTF-8).
Result<std::vector<Overlaid>> overlay(const std::vector<Setting>& settings, const Value& secrets,
                                      const char* const* environment);

}  // namespace coffer::tools
