// Shows keys that are created for a new slot, once: on standard output, one text a line, or with
// --format json in the verb's own answer.
#pragma once

#include <coffer/key_source.h>

#include <vector>

#include "tools/command/streams/output.h"

namespace coffer::tools {

class NewKeys {
 public:
  explicit NewKeys(bool json) : json_(json) {}
  /// From now on shows every key created for this source. This object must outlive the source.
  void show_for(KeySource& source);
  /// Appends `"printed_keys":[["..."],...]` if any key was created.
  void append_to(JsonText& json) const;
  bool has_shown() const { return !kept_.empty(); }

 private:
  Result<void> show(const std::vector<SecretBytes>& texts);
  bool json_;
  std::vector<std::vector<SecretBytes>> kept_;
};

}  // namespace coffer::tools
