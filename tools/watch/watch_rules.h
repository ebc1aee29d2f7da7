// Which events are told to whom: a file of rules for `coffer watch`, YAML or JSON.
//
//   rules:
//     - name: secret-deleted
//       what: [deleted]            # actions of the audit log; `deleted` is delete, destroy,
//       prefix: instance-secret    # expire and erase; without either: all that is changed
//       severity: high
//       webhook: https://...       # or exec: COMMAND, or file: PATH (regular, of this user)
//       body: '{"text": "{{path}} is gone"}'
//
// What changed nothing is told where `what` says so: `read`, while the store's setting audit-reads
// is on; `refused`, whatever was asked for and with whatever it was refused; `denied`, of these
// what the policy refused. Its {{what}} is what was asked for, its {{outcome}} the word of the
// error.
//
// In a body {{rule}}, {{severity}}, {{what}}, {{path}}, {{version}}, {{revision}}, {{index}},
// {{time}} and {{outcome}} (`done`, or why it was not) stand for what they say, written as inside a
// JSON string; without a body all of them are told as a JSON object. Nothing of an event is a value
// of a secret.
#pragma once

#include <coffer/changes.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>
#include <vector>

#include "tools/watch/watch_delivery.h"

namespace coffer::tools {

struct WatchRule {
  std::vector<std::string> what;  ///< None: any.
  std::string prefix;             ///< This path and what is below it; empty: any.
  std::string body;               ///< Empty: all that is known.
  Delivery delivery;

  bool matches(const Change& change) const;
  bool wants_reads() const;
  bool wants_refused() const;
  /// The delivery with the text of this event.
  Delivery delivery_of(const Change& change) const;
};

/// Errors: usage, limit; about SOURCE:LINE:COLUMN or the place in the document.
Result<std::vector<WatchRule>> read_watch_rules(const SecretBytes& text, std::string_view source);

}  // namespace coffer::tools
