#include "text/json_writer.h"

#include "base/check.h"
#include "text/json.h"
#include "text/time_text.h"

namespace coffer::json {
namespace {

std::string_view view_of(const SecretBytes& text) { return text.text(); }
std::string_view view_of(const std::string& text) { return text; }

}  // namespace

template <typename Out>
void BasicWriter<Out>::separate() {
  if (!is_first_) out_.push_back(',');
  is_first_ = false;
}

template <typename Out>
BasicWriter<Out>& BasicWriter<Out>::open(char bracket) {
  COFFER_CHECK(bracket == '{' || bracket == '[');
  separate();
  out_.append(std::string_view(&bracket, 1));
  is_first_ = true;
  ++depth_;
  return *this;
}

template <typename Out>
BasicWriter<Out>& BasicWriter<Out>::close(char bracket) {
  COFFER_CHECK(depth_ > 0 && (bracket == '}' || bracket == ']'));
  out_.append(std::string_view(&bracket, 1));
  is_first_ = false;
  --depth_;
  return *this;
}

template <typename Out>
BasicWriter<Out>& BasicWriter<Out>::key(std::string_view name) {
  string(name);
  out_.push_back(':');
  is_first_ = true;
  return *this;
}

template <typename Out>
BasicWriter<Out>& BasicWriter<Out>::string(std::string_view text) {
  separate();
  append_quoted(out_, text);
  return *this;
}

template <typename Out>
BasicWriter<Out>& BasicWriter<Out>::boolean(bool value) {
  return raw(value ? "true" : "false");
}

template <typename Out>
BasicWriter<Out>& BasicWriter<Out>::time(std::int64_t ms) {
  return string(text::print_time(ms));
}

template <typename Out>
BasicWriter<Out>& BasicWriter<Out>::base64(ByteView bytes, Base64 alphabet) {
  return string(encode_base64(alphabet, bytes).text());
}

template <typename Out>
BasicWriter<Out>& BasicWriter<Out>::raw(std::string_view json) {
  separate();
  out_.append(json);
  return *this;
}

template <typename Out>
std::string_view BasicWriter<Out>::text() const {
  return view_of(out_);
}

template <typename Out>
Out BasicWriter<Out>::take() {
  COFFER_CHECK(depth_ == 0);
  is_first_ = true;
  return std::exchange(out_, Out());
}

template class BasicWriter<SecretBytes>;
template class BasicWriter<std::string>;

}  // namespace coffer::json
