// The forms: what is written in one is read back, from any secret.
#include "tools/exchange/forms.h"

#include <catch2/catch.hpp>
#include <random>

#include "text/json.h"
#include "tools/exchange/same_value.h"

namespace forms_test {

using namespace coffer;
using namespace coffer::tools;

namespace {

class RandomSecrets {
 public:
  explicit RandomSecrets(std::uint32_t seed) : random_(seed) {}

  SecretImage secret(std::size_t number) {
    SecretImage image;
    image.path = "f/" + std::to_string(number) + text();
    std::uint64_t version = 20;
    for (std::size_t left = pick(4); left > 0; --left) {
      image.versions.push_back(this->version(version));
      version -= 1 + pick(3);
    }
    image.current_version = image.versions.empty() ? 0 : image.versions.front().info.version;
    image.created_at_ms = time();
    image.managed = pick(4) == 0;
    image.metadata.max_versions = static_cast<std::uint32_t>(pick(20));
    image.metadata.cas_required = pick(2) == 0;
    image.metadata.delete_version_after_ms = static_cast<std::int64_t>(pick(100'000));
    image.metadata.kind = text();
    image.metadata.description = text();
    image.metadata.owner = text();
    image.metadata.tags.emplace();
    for (std::size_t left = pick(3); left > 0; --left) image.metadata.tags->push_back(text());
    image.metadata.custom.emplace();
    for (std::size_t left = pick(3); left > 0; --left) (*image.metadata.custom)[text()] = text();
    return image;
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }
  std::int64_t time() {
    return pick(4) == 0 ? 0 : 1'700'000'000'000 + static_cast<std::int64_t>(random_());
  }
  std::string text() {
    static const std::vector<std::string> kPieces = {
        "a",    "B",    "7",  " ",  ":",           "#",
        "\"",   "\\",   "\n", "\t", "\xC3\xA9",    "\xF0\x9F\x94\x91",
        "\x01", "\x7f", "{",  "- ", "\xE2\x80\xA8"};
    std::string out;
    for (std::size_t left = pick(6); left > 0; --left) out += kPieces[pick(kPieces.size())];
    return out;
  }
  std::optional<Value> value() {
    switch (pick(5)) {
      case 0: return std::nullopt;
      case 1: return Value::opaque(std::string_view(text()));
      case 2: return Value::opaque(std::string_view("\xff\x00\xfe", pick(4)));
      case 3: return Value::json("{ \"k\" : 1.50,\n \"t\": " + json::quoted(text()) + " }").value();
      default: return Value::json("[1e400, null, {\"a\": {}}]").value();
    }
  }
  VersionImage version(std::uint64_t number) {
    VersionImage image;
    image.info = {number, time(), time(), time(), false};
    image.value = value();
    image.info.destroyed = !image.value && pick(2) == 0;
    return image;
  }
  std::mt19937 random_;
};

void check_same_metadata(const SecretImage& a, const SecretImage& b) {
  CHECK(a.path == b.path);
  CHECK(a.created_at_ms == b.created_at_ms);
  CHECK(a.current_version == b.current_version);
  CHECK(a.managed == b.managed);
  CHECK(a.metadata.max_versions == b.metadata.max_versions);
  CHECK(a.metadata.cas_required == b.metadata.cas_required);
  CHECK(a.metadata.delete_version_after_ms == b.metadata.delete_version_after_ms);
  CHECK(a.metadata.kind == b.metadata.kind);
  CHECK(a.metadata.description == b.metadata.description);
  CHECK(a.metadata.owner == b.metadata.owner);
  CHECK(a.metadata.tags == b.metadata.tags);
  CHECK(a.metadata.custom == b.metadata.custom);
}

void check_same_versions(const SecretImage& a, const SecretImage& b, bool to_the_byte) {
  REQUIRE(a.versions.size() == b.versions.size());
  for (std::size_t i = 0; i < a.versions.size(); ++i) {
    const VersionImage& left = a.versions[i];
    const VersionImage& right = b.versions[i];
    CHECK(left.info.version == right.info.version);
    CHECK(left.info.created_at_ms == right.info.created_at_ms);
    CHECK(left.info.deletion_at_ms == right.info.deletion_at_ms);
    CHECK(left.info.expires_at_ms == right.info.expires_at_ms);
    CHECK(left.info.destroyed == right.info.destroyed);
    REQUIRE(left.value.has_value() == right.value.has_value());
    if (!left.value) continue;
    CHECK((to_the_byte ? is_identical(*left.value, *right.value)
                       : is_equivalent(*left.value, *right.value)));
  }
}

SecretBytes write(Form form, const std::vector<SecretImage>& secrets) {
  const auto writer = make_export_writer(form, {.now_ms = 1'700'000'000'000, .history = true});
  SecretBytes text;
  writer->begin(text);
  for (const SecretImage& secret : secrets) REQUIRE(writer->add(text, secret).ok());
  writer->end(text);
  return text;
}

SecretImage of_value(std::string path, Value value) {
  SecretImage secret;
  secret.path = std::move(path);
  secret.versions.push_back({{1, 0, 0, 0, false}, std::move(value)});
  return secret;
}

}  // namespace

TEST_CASE("any secrets go through coffer's JSON to the byte, and through YAML by their values") {
  const Form form = GENERATE(Form::json, Form::yaml);
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    RandomSecrets random(seed);
    std::vector<SecretImage> secrets;
    for (std::size_t i = 0; i < seed % 5; ++i) secrets.push_back(random.secret(i));
    const auto again = read_import(form, write(form, secrets), {"x", ""});
    if (!again) FAIL(describe(again.error()));
    REQUIRE(again->size() == secrets.size());
    for (std::size_t i = 0; i < secrets.size(); ++i) {
      CHECK((*again)[i].with_history);
      check_same_metadata(secrets[i], (*again)[i]);
      check_same_versions(secrets[i], (*again)[i], form == Form::json);
    }
  }
}

TEST_CASE("a prefix goes before every path, or is the one secret's own") {
  std::vector<SecretImage> secrets;
  secrets.push_back(of_value("a/b", Value::json("{\"k\":\"v\"}").value()));
  for (const Form form : {Form::json, Form::yaml, Form::vault}) {
    const auto read = read_import(form, write(form, secrets), {"x", "team"});
    REQUIRE(read.ok());
    CHECK(read->front().path == "team/a/b");
  }
  const auto read = read_import(Form::dotenv, SecretBytes::copy_of("A=1\n"), {"x", "team/job"});
  REQUIRE(read.ok());
  CHECK(read->front().path == "team/job");
  CHECK(read->front().versions.front().value->text() == "{\"A\":\"1\"}");
}

TEST_CASE("Vault's form holds fields: a value without stands under the name `value`") {
  std::vector<SecretImage> secrets;
  secrets.push_back(of_value("fields", Value::json(" {\"k\": 1.50}").value()));
  secrets.push_back(of_value("text", Value::opaque(std::string_view("line\n"))));
  secrets.push_back(of_value("bytes", Value::opaque(std::string_view("\xff"))));
  secrets.push_back(of_value("list", Value::json("[1]").value()));
  secrets.emplace_back().path = "metadata-only";
  CHECK(write(Form::vault, secrets).text() ==
        "{\n\"fields\": {\"k\": 1.50},\n\"text\":{\"value\":\"line\\n\"},\n"
        "\"bytes\":{\"value_base64\":\"/w==\"},\n\"list\":{\"value\":[1]}\n}\n");
}

TEST_CASE("an empty field and an empty value come back, in every form that holds them") {
  const Form form = GENERATE(Form::json, Form::yaml, Form::dotenv, Form::vault, Form::csv,
                             Form::vault_entries, Form::vault_json);
  std::vector<std::pair<std::string, Value>> values;
  values.emplace_back("fields", Value::json(R"({"A":"1","E":"","B":"x"})").value());
  values.emplace_back("lone", Value::json(R"({"value":""})").value());
  if (form != Form::vault_json) {
    values.emplace_back("opaque", Value::opaque(std::string_view("")));
    values.emplace_back("string", Value::json(R"("")").value());
  }
  for (auto& [path, value] : values) {
    INFO(path << " as form " << static_cast<int>(form));
    std::vector<SecretImage> secrets;
    secrets.push_back(of_value(path, std::move(value)));
    const auto read = read_import(form, write(form, secrets), {"x", "in"});
    if (!read) FAIL(describe(read.error()));
    CHECK(read->size() ==
          (path == "fields" && (form == Form::csv || form == Form::vault_entries) ? 3U : 1U));
  }
}

TEST_CASE("a key that import would refuse as a path is refused by what writes keys") {
  const Form form = GENERATE(Form::csv, Form::vault_entries);
  for (const char* text : {R"({"":"a"})", R"({"a//b":"a"})", R"({"..":"a","k":"v"})"}) {
    SecretBytes out;
    const auto writer = make_export_writer(form, {.now_ms = 1'700'000'000'000, .history = false});
    const Result<void> added = writer->add(out, of_value("s", Value::json(text).value()));
    REQUIRE_FALSE(added.ok());
    CHECK(added.error().code() == ErrorCode::usage);
  }
}

TEST_CASE("a YAML map of paths to fields is read") {
  const auto read =
      read_import(Form::yaml, SecretBytes::copy_of("a/b:\n  user: x\n  n: 1.50\n"), {"x", ""});
  REQUIRE(read.ok());
  CHECK(read->front().path == "a/b");
  CHECK(read->front().versions.front().value->text() == "{\"user\":\"x\",\"n\":1.50}");
  const auto refused = read_import(Form::yaml, SecretBytes::copy_of("a: b\n"), {"x", ""});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().subject()->text == "x#/a");
}

TEST_CASE("equivalent values may be spaced and escaped differently, and in nothing else") {
  const auto value = [](std::string_view text) { return Value::json(text).value(); };
  CHECK(is_equivalent(value(R"({"a": [1, "\u00e9"]})"), value("{\"a\":[1,\"\xC3\xA9\"]}")));
  CHECK_FALSE(is_identical(value("[1]"), value("[ 1]")));
  for (const auto& [a, b] :
       {std::pair("[1]", "[1.0]"), std::pair("[1]", "[1,1]"), std::pair("[1,2]", "[1]"),
        std::pair(R"({"a":1,"b":2})", R"({"b":2,"a":1})"), std::pair(R"({"a":1})", R"({"b":1})"),
        std::pair("true", "false"), std::pair("\"a\"", "\"b\""), std::pair("{}", "[]"),
        std::pair("null", "0")}) {
    INFO(a << " " << b);
    CHECK_FALSE(is_equivalent(value(a), value(b)));
  }
  CHECK_FALSE(is_equivalent(value("1"), Value::opaque(std::string_view("1"))));
}

}  // namespace forms_test
