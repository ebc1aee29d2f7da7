#include "tools/transfer/path_groups.h"

#include "tools/command/streams/output.h"

namespace coffer::tools {

Result<void> write_path_groups(std::span<const PathGroup> groups, bool dry_run, bool as_json) {
  if (!as_json) {
    Table table({"STATE", "PATH"});
    for (const PathGroup& group : groups)
      for (const std::string& path : group.paths) table.row({group.state, path});
    return table.write();
  }
  JsonText json;
  json.open('{').key("dry_run").boolean(dry_run);
  for (const PathGroup& group : groups) json.key(group.state).strings(group.paths);
  json.close('}');
  return json.write();
}

}  // namespace coffer::tools
