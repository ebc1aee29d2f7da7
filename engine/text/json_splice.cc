#include <algorithm>

#include "base/check.h"
#include "text/json.h"

namespace coffer::json {

void Splice::replace(NodeId node, SecretBytes replacement) {
  const std::size_t begin = document_.offset(node);
  replace_span(begin, begin + document_.raw(node).size(), std::move(replacement));
}

void Splice::replace_span(std::size_t begin, std::size_t end, SecretBytes replacement) {
  COFFER_CHECK(begin <= end && end <= document_.text().size());
  edits_.push_back({begin, end, std::move(replacement)});
}

SecretBytes Splice::text() && { return edited(0, document_.text().size()); }

SecretBytes Splice::raw(NodeId node) && {
  const std::size_t begin = document_.offset(node);
  return edited(begin, begin + document_.raw(node).size());
}

SecretBytes Splice::edited(std::size_t begin, std::size_t end) {
  std::stable_sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::size_t size = end - begin;
  for (const Edit& edit : edits_) size += edit.replacement.size();
  SecretBytes out;
  out.reserve(size);  // Once: growing would copy the secret again and again.
  const std::string_view source = document_.text().text();
  std::size_t done = begin;
  for (const Edit& edit : edits_) {
    COFFER_CHECK(edit.begin >= done && edit.end <= end);
    out.append(source.substr(done, edit.begin - done));
    out.append(edit.replacement.bytes());
    done = edit.end;
  }
  out.append(source.substr(done, end - done));
  return out;
}

}  // namespace coffer::json
