// Any bytes as a name, a coordinate, a reference or a time: an accepted one can be printed and
// parsed back.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "format/names.h"
#include "text/time_text.h"
#include "text/utf8.h"

namespace {

using namespace coffer::format;

void check_names(std::string_view text) {
  if (check_path(text).ok()) {
    COFFER_CHECK(!text.empty() && text.size() <= 1024);
    COFFER_CHECK(coffer::utf8::is_valid(text) && !coffer::utf8::has_control_character(text));
    COFFER_CHECK(("/" + std::string(text) + "/").find("//") == std::string::npos);
    COFFER_CHECK(("/" + std::string(text) + "/").find("/./") == std::string::npos);
    COFFER_CHECK(("/" + std::string(text) + "/").find("/../") == std::string::npos);
    const SecretUri uri{std::string(text), 0, std::nullopt};
    COFFER_CHECK(*parse_uri(print_uri(uri)) == uri);
  }
  if (const auto coordinate = parse_coordinate(text)) {
    COFFER_CHECK(print_coordinate(*coordinate) == text);
    COFFER_CHECK(coordinate->version > 0 && check_path(coordinate->base).ok());
  }
  if (const auto managed = parse_managed_name(text)) {
    COFFER_CHECK(print_managed_name(*managed) == text);
    COFFER_CHECK(is_uuid(managed->workspace) && is_uuid(managed->secret));
  }
}

void check_references(std::string_view text) {
  if (const auto uri = parse_uri(text); uri.ok()) {
    COFFER_CHECK(check_path(uri->path).ok());
    COFFER_CHECK(*parse_uri(print_uri(*uri)) == *uri);
  }
  const auto ref = parse_ref(text);
  if (ref.ok()) {
    COFFER_CHECK(check_path(ref->path).ok());
  } else if (const coffer::Subject* subject = ref.error().subject()) {
    COFFER_CHECK(!coffer::utf8::has_control_character(subject->text));
  }
}

void check_times(std::string_view text) {
  if (const auto duration = coffer::text::parse_duration(text); duration.ok())
    COFFER_CHECK(*duration >= 0 && *duration <= coffer::text::kDurationMaxMs);
  if (const auto time = coffer::text::parse_time(text); time.ok())
    COFFER_CHECK(*coffer::text::parse_time(coffer::text::print_time(*time)) == *time);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_names(text);
  check_references(text);
  check_references("coffer://" + std::string(text));
  check_times(text);
  return 0;
}
