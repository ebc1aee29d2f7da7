// The errors of key services, the same for all of them.
//
// Services do not agree on their codes, so each provider maps only those that it knows; any other
// is `refused_request`, with the status as its number. No error repeats what a service writes in
// its answers: an answer may hold what was sent to the service.
#pragma once

#include <coffer/result.h>

namespace coffer::keys {

Error unreadable_answer();
/// It is there and cannot serve now.
Error service_down(int status);
/// The credentials are not good, or not good for this key.
Error access_denied(int status);
Error key_disabled();
Error no_such_key();
/// An answer that no rule knows.
Error refused_request(int status);
/// The service did not open what the slot holds: altered, or of another key, store or slot.
Error blob_refused();
/// The slot was wrapped by another key than the one that is named: it was not asked about.
Error another_key();

}  // namespace coffer::keys
