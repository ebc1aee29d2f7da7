// The coffer command.
#include <exception>

#include "tools/command/fail.h"
#include "tools/command/hygiene.h"
#include "tools/verbs/table.h"

int main(int argc, char** argv) {
  using namespace coffer;
  tools::harden_process();
  // Our own code does not throw; the standard library may, when memory runs out.
  try {
    tools::Arguments arguments(argc, argv);
    tools::set_error_format(arguments.format_asked());
    const tools::VerbResult result = tools::dispatch(arguments);
    return result ? *result : tools::fail(result.error());
  } catch (const std::exception&) {
    return tools::fail(Error(ErrorCode::failed, "out of memory, or a bug in coffer"));
  }
}
