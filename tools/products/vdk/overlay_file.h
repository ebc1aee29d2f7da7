// The config files that an overlay is laid over. All other settings stay as they are: in an INI
// file and a JSON document to the byte, in YAML by meaning (the file loses its comments).
//
//   ini   as Python's configparser reads it, and VDK with it: [sections], KEY = VALUE or KEY:
//   VALUE,
//         indented lines that go on with a value, lines of comment. `%` in a value is written `%%`.
//   json  an object: an object in it is a section, any other member a setting
//   yaml  the same
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/products/vdk/overlay.h"

namespace coffer::tools {

class OverlayFile {
 public:
  virtual ~OverlayFile() = default;
  const std::vector<Setting>& settings() const { return settings_; }
  /// Each setting at most once. Errors: usage (this form cannot hold it), about the setting.
  virtual Result<void> set(const Overlaid& value) = 0;
  /// The whole file. To be called once.
  virtual Result<SecretBytes> text() = 0;

 protected:
  std::vector<Setting> settings_;
};

/// `form` is ini, json or yaml; where it is not said, the name's ending tells.
/// Errors: usage, limit; about SOURCE:LINE:COLUMN.
Result<std::unique_ptr<OverlayFile>> read_overlay_file(const std::optional<std::string>& form,
                                                       SecretBytes text, const std::string& source);

// One reader a form; JSON text for the second.
Result<std::unique_ptr<OverlayFile>> read_ini(SecretBytes text, const std::string& source);
Result<std::unique_ptr<OverlayFile>> read_json_settings(SecretBytes text, const std::string& source,
                                                        bool as_yaml);

}  // namespace coffer::tools
