#include "tools/products/vdk/job_secrets.h"

#include <coffer/configs.h>

#include <algorithm>
#include <optional>

#include "text/json.h"
#include "text/json_writer.h"
#include "text/percent.h"
#include "tools/command/streams/output.h"
#include "tools/exchange/place.h"

namespace coffer::tools {
namespace {

// What Python strips from a text's ends.
constexpr std::string_view kBlanks = " \t\r\n\v\f";

// A component "." or ".." would be no path, and dots elsewhere do no harm.
std::string escaped(std::string_view name) {
  const bool only_dots = name.find_first_not_of('.') == std::string_view::npos;
  return percent::encoded(name, only_dots ? "-_~" : percent::kUnreserved);
}

// What Python takes for digits of an int, written as JSON writes it.
std::optional<std::string> as_int(std::string_view text) {
  text = ascii::trimmed(text, kBlanks);
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (!ascii::is_number(text)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
  return (is_negative && text != "0" ? "-" : "") + std::string(text);
}

// A decimal fraction, with an exponent or without; .5 and 5. are whole numbers' neighbours.
std::optional<std::string> as_float(std::string_view text) {
  text = ascii::trimmed(text, kBlanks);
  const std::size_t exponent_at = std::min(text.find_first_of("eE"), text.size());
  std::string_view mantissa = text.substr(0, exponent_at);
  std::string sign = mantissa.starts_with('-') ? "-" : "";
  if (mantissa.starts_with('-') || mantissa.starts_with('+')) mantissa.remove_prefix(1);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string_view whole = mantissa.substr(0, point);
  std::string_view fraction = mantissa.substr(std::min(point + 1, mantissa.size()));
  if (whole.empty() && fraction.empty()) return std::nullopt;
  const auto as_digits = [](std::string_view part) {
    return part.empty() ? std::optional<std::string>("0") : as_int(part);
  };
  // No sign inside: as_int would take one.
  if ((std::string(whole) + std::string(fraction)).find_first_not_of("0123456789") !=
      std::string::npos)
    return std::nullopt;
  std::string out =
      sign + *as_digits(whole) + "." + (fraction.empty() ? "0" : std::string(fraction));
  if (exponent_at == text.size()) return out;
  const std::optional<std::string> exponent = as_int(text.substr(exponent_at + 1));
  if (!exponent) return std::nullopt;
  return out + "e" + *exponent;
}

std::optional<std::string> as_bool(std::string_view text) {
  std::string lower = ascii::lowered(text);
  if (lower == "true" || lower == "false") return lower;
  return std::nullopt;
}

// An int's and a bool's text tells their value: it goes to locked memory and is wiped here.
Result<SecretBytes> cast(std::optional<std::string> number, Error refusal) {
  if (!number) return refusal;
  SecretBytes json = SecretBytes::copy_of(*number);
  wipe(number->data(), number->size());
  return json;
}

Result<SecretBytes> cast_like(std::string_view stored, std::string_view text) {
  const auto document = COFFER_TRY(json::Document::parse(stored));
  switch (document.type(0)) {
    case json::Type::number:
      if (stored.find_first_of(".eE") == std::string_view::npos) {
        return cast(as_int(text), {ErrorCode::usage,
                                   "cannot be set: the stored value is an int, and the new one is "
                                   "none; nothing has been changed",
                                   "give a whole number, or delete the key first"});
      }
      return cast(as_float(text), {ErrorCode::usage,
                                   "cannot be set: the stored value is a float, and the new one is "
                                   "none; nothing has been changed",
                                   "give a number, or delete the key first"});
    case json::Type::boolean:
      return cast(as_bool(text), {ErrorCode::usage,
                                  "cannot be set: the stored value is a bool, and the new one is "
                                  "neither true nor false; nothing has been changed",
                                  "give true or false, or delete the key first"});
    case json::Type::array:
    case json::Type::object:
      return Error(
          ErrorCode::usage,
          "cannot be set: the stored value is a list or an object; nothing has been "
          "changed",
          "change it by --overwrite-all-job-secrets, or by coffer patch TEAM/JOB KEY:=JSON");
    default: break;
  }
  SecretBytes json;
  json::append_quoted(json, text);
  return json;
}

bool is_mask(const json::Document& document, json::NodeId node) {
  return document.type(node) == json::Type::string && document.string(node) == kSecretMask;
}

}  // namespace

Result<std::string> job_path(std::string_view team, std::string_view job) {
  if (ascii::trimmed(team, kBlanks).empty())
    return Error(ErrorCode::usage, "Team Name cannot be blank", "name the team with -t TEAM");
  if (ascii::trimmed(job, kBlanks).empty())
    return Error(ErrorCode::usage, "Data Job Name cannot be blank", "name the job with -n JOB");
  if (!json::is_valid_utf8(team) || !json::is_valid_utf8(job))
    return Error(ErrorCode::usage, "the name of the team or of the job is not UTF-8");
  return escaped(team) + "/" + escaped(job);
}

Result<JobSecrets> JobSecrets::parse(const Value& value) {
  const auto document = value.is_json()
                            ? json::Document::parse(value.text())
                            : Result<json::Document>(Error(ErrorCode::usage, "is not JSON"));
  if (!document || document->type(0) != json::Type::object) {
    return Error(ErrorCode::usage, "the stored value of this job is not a JSON object",
                 "read it with coffer get; --overwrite-all-job-secrets replaces it");
  }
  JobSecrets secrets;
  for (json::NodeId node = document->first_child(0); node != json::kNoNode;
       node = document->next_sibling(node)) {
    secrets.members_.push_back(
        {std::string(document->key(node)), SecretBytes::copy_of(document->raw(node))});
  }
  return secrets;
}

Result<void> JobSecrets::set(std::string_view name, std::string_view text) {
  const auto refuse = [name](Error error) {
    return std::move(error).about(Subject::Kind::name, name);
  };
  if (!json::is_valid_utf8(name) || !json::is_valid_utf8(text)) {
    return Error(ErrorCode::usage, "a key and its value are text, and this is not UTF-8",
                 "coffer put --file stores any bytes");
  }
  if (text == kSecretMask) {
    return refuse({ErrorCode::usage, "cannot be set to the mask, which is not a value",
                   "give the secret itself"});
  }
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [name](const Member& member) { return member.name == name; });
  if (found != members_.end()) {
    Result<SecretBytes> json = cast_like(found->json.text(), text);
    if (!json) return refuse(std::move(json).error());
    found->json = std::move(*json);
    return {};
  }
  Member member{std::string(name), {}};
  json::append_quoted(member.json, text);
  members_.push_back(std::move(member));
  return {};
}

Result<void> JobSecrets::remove(std::string_view name) {
  const std::size_t erased =
      std::erase_if(members_, [name](const Member& member) { return member.name == name; });
  if (erased != 0) return {};
  return Error(ErrorCode::not_found,
               "cannot be deleted: the job has no such secret; nothing has been changed",
               "coffer secrets --list shows its keys")
      .about(Subject::Kind::name, name);
}

const JobSecrets::Member* JobSecrets::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [name](const Member& member) { return member.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

JobSecrets JobSecrets::clone() const {
  JobSecrets copy;
  for (const Member& member : members_) copy.members_.push_back({member.name, member.json.clone()});
  return copy;
}

SecretBytes JobSecrets::text() const {
  json::Writer object;
  object.open('{');
  for (const Member& member : members_) object.key(member.name).raw(member.json.text());
  return object.close('}').take();
}

Result<SecretBytes> overwritten(const JobSecrets& present, SecretBytes document,
                                std::string_view source) {
  const Literal hint = "the file must hold one JSON object, each key once: {\"db-user\": \"...\"}";
  const auto parsed = json::Document::parse(document.text());
  if (!parsed && parsed.error().code() == ErrorCode::limit) {
    return Error(ErrorCode::limit, "is too deep or too long for secrets; nothing has been changed")
        .about(Subject::Kind::file, source);
  }
  if (!parsed) {
    return at_place({ErrorCode::usage,
                     "expected valid JSON for secrets overwrite; nothing has been changed", hint},
                    source, place_of(document.text(), parsed.error().number().value_or(0)));
  }
  if (parsed->type(0) != json::Type::object) {
    return Error(ErrorCode::usage,
                 "expected valid JSON for secrets overwrite, an object; nothing has been changed",
                 hint)
        .about(Subject::Kind::file, source);
  }
  json::Splice splice(*parsed);
  for (json::NodeId node = parsed->first_child(0); node != json::kNoNode;
       node = parsed->next_sibling(node)) {
    if (!is_mask(*parsed, node)) continue;
    const JobSecrets::Member* kept = present.find(parsed->key(node));
    if (kept == nullptr) {
      return Error(ErrorCode::usage,
                   "the mask stands for a secret that the job does not have; nothing has been "
                   "changed",
                   "give the secret itself")
          .about(Subject::Kind::name, parsed->key(node));
    }
    splice.replace(node, kept->json.clone());
  }
  return std::move(splice).raw(0);
}

}  // namespace coffer::tools
