// Keys that are made for a new slot and shown once: on standard output, a text a line, or, with
// --format json, in the verb's own answer.
#pragma once

#include <coffer/key_source.h>

#include <vector>

#include "tools/command/streams/output.h"

namespace coffer::tools {

class NewKeys {
 public:
  explicit NewKeys(bool json) : json_(json) {}
  /// From then on what is made for this source is shown here, which must outlive it.
  void show_for(KeySource& source);
  /// `"printed_keys":[["..."],...]`, where there are any.
  void append_to(JsonText& json) const;
  bool has_shown() const { return !kept_.empty(); }

 private:
  Result<void> show(const std::vector<SecretBytes>& texts);
  bool json_;
  std::vector<std::vector<SecretBytes>> kept_;
};

}  // namespace coffer::tools
