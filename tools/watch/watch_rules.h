// The rules of `coffer watch`, which say where each event goes: a YAML or JSON file.
//
//   rules:
//     - name: secret-deleted
//       what: [deleted]            # actions of the audit log; `deleted` is delete, destroy,
//       prefix: instance-secret    # expire and erase; without either: all that is changed
//       severity: high
//       webhook: https://...       # or exec: COMMAND, or file: PATH (regular, of this user)
//       body: '{"text": "{{path}} is gone"}'
//
// An event that changed nothing matches only if `what` names it: `read`, while the store's setting
// audit-reads is on; `refused`, any refused action; `denied`, an action that the policy refused.
// Its {{what}} is the refused action, its {{outcome}} the error's code name.
//
// In a body {{rule}}, {{severity}}, {{what}}, {{path}}, {{version}}, {{revision}}, {{index}},
// {{time}} and {{outcome}} (`done`, or the error) are replaced by the event's facts, escaped as in
// a JSON string. Without a body all of them are sent as a JSON object. An event never contains a
// secret's value.
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
  std::vector<std::string> what;  ///< Empty: any.
  std::string prefix;             ///< Matches this path and those below it; empty: any.
  std::string body;               ///< Empty: all facts.
  Delivery delivery;

  bool matches(const Change& change) const;
  bool wants_reads() const;
  bool wants_refused() const;
  /// The delivery, with its text filled in for this event.
  Delivery delivery_of(const Change& change) const;
};

/// Errors: usage, limit; about SOURCE:LINE:COLUMN or the place in the document.
Result<std::vector<WatchRule>> read_watch_rules(const SecretBytes& text, std::string_view source);

}  // namespace coffer::tools
