// [F-100] A clock far behind the store's time makes live secrets unreadable. Nobody may mistake
// them for absent and overwrite them.
#include "tests/cli/shifted_store.h"

namespace clock_behind_test {

using cli::kHourMs;
using cli::Outcome;
using cli::Sandbox;
using cli::Words;

namespace {

constexpr std::int64_t kDayMs = 24 * kHourMs;

// Lets later versions be deleted after 30 days.
void init(const Sandbox& box) {
  box.init();
  box.expect(0, {"settings", "put", "--delete-version-after", "30d"});
}

void turn_ahead(const Sandbox& box, std::int64_t by_ms) {
  cli::put_shifted(box.store(), box.key(), by_ms, "written/ahead");
}

Words job(Words rest) {
  Words words = {"secrets", "-t", "team", "-n", "job"};
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

std::string only_path(const Sandbox& box) {
  const std::string lines = box.expect(0, {"list", "--recursive"}).out;
  REQUIRE(lines.find('\n') + 1 == lines.size());
  return lines.substr(0, lines.size() - 1);
}

std::string versions(const Sandbox& box, const std::string& path) {
  return box.expect(0, {"--format", "json", "history", path}).json()["versions"].dump();
}

std::string manifest(const char* password) {
  return std::string(
             "name: sample-r\nversion: v1\ntype: instance-secret\ninstance-secret:\n"
             "  type: key-value-properties\n  acl: r\n  data:\n    password: ") +
         password + "\n";
}

}  // namespace

TEST_CASE("a job's secrets that cannot be read for the clock are not written over") {
  const Sandbox box;
  init(box);
  box.expect(0, job({"--set", "a", "--set", "b"}), "Marzipan-1\nMarzipan-2\n");
  const std::string object = only_path(box);
  const std::string before = versions(box, object);
  // After a day the deletion is still in the future. After a year it is past by the store's time,
  // but not by the machine's clock.
  turn_ahead(box, GENERATE(1, 365) * kDayMs);
  const std::string text = box.write("c", "Marzipan-3");
  box.expect(2, job({"--set-file", "c=" + text}));
  box.expect(2, job({"--delete", "a"}));
  box.expect(2, job({"--delete-all-job-secrets", "--yes"}));
  const Outcome got = box.expect(2, job({"--get", "a"}));
  CHECK(got.out.empty());
  CHECK(got.says("hint: "));
  CHECK(box.expect(2, job({"--list"})).out.empty());
  CHECK(versions(box, object) == before);
}

TEST_CASE("once the clock is accepted a job's secrets are as they were") {
  const Sandbox box;
  init(box);
  box.expect(0, job({"--set", "a", "--set", "b"}), "Marzipan-1\nMarzipan-2\n");
  turn_ahead(box, kDayMs);
  CHECK(box.expect(2, job({"--set", "c"}), "Marzipan-3\n").says("coffer clock accept"));
  box.expect(0, {"clock", "accept"});
  box.expect(0, job({"--set", "c"}), "Marzipan-3\n");
  const cli::Json all = box.expect(0, job({"--list", "--show-secrets", "-o", "json"})).json();
  CHECK(all.dump() == R"({"a":"Marzipan-1","b":"Marzipan-2","c":"Marzipan-3"})");
}

TEST_CASE("a job whose secrets were deleted on purpose has none, and can have new ones") {
  const Sandbox box;
  box.init();
  box.expect(0, job({"--set", "a"}), "Marzipan-1\n");
  box.expect(0, {"delete", only_path(box)});
  turn_ahead(box, kDayMs);
  CHECK(box.expect(0, job({"--get", "a"})).out == "No Data.\n");
  box.expect(0, job({"--set", "b"}), "Marzipan-2\n");
}

TEST_CASE("a resource that cannot be read for the clock is not created or changed") {
  const Sandbox box;
  init(box);
  box.expect(0, {"resource", "create", "-f", "-"}, manifest("Marzipan-1"));
  const std::string path = only_path(box);
  const std::string before = versions(box, path);
  turn_ahead(box, GENERATE(1, 365) * kDayMs);
  for (const char* verb : {"create", "apply", "update"}) {
    box.expect(5, {"resource", verb, "-f", "-"}, manifest("Marzipan-2"));
    CHECK(versions(box, path) == before);
  }
}

}  // namespace clock_behind_test
