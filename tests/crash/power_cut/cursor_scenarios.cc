// Scenarios of the file in which a watcher keeps its position.
#include "tests/crash/power_cut/scenario.h"
#include "tools/watch/cursor_file.h"

namespace coffer::test {
namespace {

tools::CursorFile cursor_of(const Place& place) {
  return {place.work() + "/cursor", "00112233445566778899aabbccddeeff"};
}

std::string look_at_cursor(const Place& place) {
  const auto cursor = cursor_of(place).read();
  if (!cursor.ok()) return describe(cursor.error()) + "\n";
  if (!*cursor) return "no cursor\n";
  return std::to_string((*cursor)->revision) + " " + std::to_string((*cursor)->index) + "\n";
}

void keep(Actor& actor, const tools::WatchCursor& cursor) {
  if (!cursor_of(actor.place).write(cursor).ok()) throw std::runtime_error("cursor");
  actor.acknowledge();
}

const Registered kCursor{{"watch cursor, new and replaced", [](const Place&) {},
                          [](Actor& actor) {
                            keep(actor, {3, 0});
                            keep(actor, {3, 1});
                            keep(actor, {1'000'000'000'000, kWholeRevision});
                          },
                          0, look_at_cursor}};

}  // namespace
}  // namespace coffer::test
