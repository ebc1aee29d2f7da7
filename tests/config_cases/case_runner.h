// Plays a case on a store of its own, by whatever drives it: the library or the command.
//
// Steps, and what else they may hold:
//   put DOCUMENT       id, spec, workspace, revision_seen, keep_old (ms), compat, bump ("always"),
//                      unmark [POINTER...]
//   patch DOCUMENT     as put; "with_spec": true gives the case's spec
//   import DOCUMENT    as put, with "payloads"
//   stage DOCUMENT     as put, with lease (ms); "as": the name that the stage has from then on
//   commit STAGE       id, keep_old, outside
//   abandon STAGE      id, compared with "destroyed"
//   check DOCUMENT     id, spec, ttl (ms)
//   end_check DOCUMENT, end_check_of ID   compared with "destroyed"
//   refs_add COORDINATE, refs_remove COORDINATE   "user"
//   show FORM          id: "masked", "partial", "coordinates" or "revealed", compared with "text"
//                      and "hidden" (the places of plain values that were masked too)
//   hydrate DOCUMENT   "by": "id" (default), "spec" or "nothing", compared with "text"
//   delete ID          compared with "destroyed"
//   copy ID, rename ID "to"
//   turn MS            the clock
//   sweep GRACE_MS     compared with "swept": so many
//   put_by_hand PATH   "value"
//   state COORDINATE   compared with "is": "live" or an error's name
//
//   resolver {NAME: VALUE}   from then on, secrets kept elsewhere are found there
//
// A case that only the library can play says "only": "library".
//
// What may be expected of put and check: "partial", "outcomes" (["kept /a", "removed /b <b>"]),
// "destroyed", "revision", "masked", "revealed"; of any step: "error" ("usage /a": code and
// place). A step that is refused must have changed nothing, and what was put in plain must come
// back to the byte: both are checked without being asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/config_cases/case_file.h"

namespace coffer::test {

struct PutWords {
  std::string id, spec, document, workspace, payloads;
  std::optional<std::int64_t> revision;
  std::int64_t keep_old_ms = 0;
  std::int64_t lease_ms = 0;  ///< Of a stage; 0: as it is by default.
  bool compat = false;
  std::string bump;  ///< Empty: nothing is said.
  std::vector<std::string> unmark;
};

struct CommitWords {
  std::string id, stage;
  std::int64_t keep_old_ms = 0;
  bool outside = false;
};

struct CheckWords {
  std::string id, spec, document;
  std::int64_t ttl_ms = 0;  ///< 0: as it is by default.
};

/// What was answered.
struct Told {
  std::string error;                  ///< A code's name; empty: none.
  std::string about;                  ///< What the error says it is about, or all of its message.
  std::string text;                   ///< The document; of put and check the partial one.
  std::vector<std::string> outcomes;  ///< "kept /a airbyte_..."
  std::vector<std::string> destroyed, hidden;
  std::uint64_t revision = 0;
  std::string stage;
};

class Driver {
 public:
  virtual ~Driver() = default;
  virtual Told put(const PutWords& words) = 0;
  virtual Told patch(const PutWords& words) = 0;
  virtual Told import_partial(const PutWords& words) = 0;
  virtual Told stage(const PutWords& words) = 0;
  virtual Told commit(const CommitWords& words) = 0;
  virtual Told abandon(const std::string& id, const std::string& stage) = 0;
  virtual Told check(const CheckWords& words) = 0;
  virtual Told end_check(const std::string& document) = 0;
  virtual Told end_check_of(const std::string& id) = 0;
  virtual Told refer(bool add, const std::string& coordinate, const std::string& user) = 0;
  virtual Told show(const std::string& id, const std::string& form) = 0;
  virtual Told hydrate(const std::string& document, const std::string& by,
                       const std::string& what) = 0;
  virtual Told remove(const std::string& id) = 0;
  virtual Told copy(const std::string& from, const std::string& to) = 0;
  virtual Told rename(const std::string& from, const std::string& to) = 0;
  virtual Told sweep(std::int64_t grace_ms) = 0;
  virtual Told put_by_hand(const std::string& path, const std::string& value) = 0;
  virtual Told state(const std::string& coordinate) = 0;
  /// False where this driver cannot: then the case is not for it.
  virtual bool turn(std::int64_t ms) = 0;
  virtual bool resolve(const std::map<std::string, std::string>& values) = 0;
  virtual std::string fingerprint() = 0;
};

/// Empty where all came as expected; else the step and what was wrong. Throws where the case
/// itself is broken.
std::string play(const Node& test_case, Driver& driver);

/// Whether it turns the clock, or asks for what only the library has.
bool needs_library(const Node& test_case);

}  // namespace coffer::test
