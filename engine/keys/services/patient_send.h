// A request said again where the trouble is a passing one: fifty machines that start together
// are what a key service throttles.
#pragma once

#include <coffer/result.h>

#include "keys/services/http.h"

namespace coffer::keys {

/// 429, and 5xx but for 501: the same request may go well in a moment.
bool is_passing(const HttpResponse& response);

using IsPassing = bool (*)(const HttpResponse& response);

/// As send(), up to five times while the answer is of passing trouble: after what Retry-After
/// says, else after a pause that doubles, with a random part. Never past the deadline: where the
/// next pause would end there, the answer is handed on at once.
Result<HttpResponse> send_patiently(const HttpRequest& request, const Deadline& deadline,
                                    IsPassing is_passing_trouble = is_passing);

}  // namespace coffer::keys
