// Which names VDK takes: a team or a job is not blank, and a secret's name has no white space.
#pragma once

#include <coffer/settings.h>

namespace coffer::tools {

inline NameRules vdk_names() {
  return {.components = {.white_space = WhiteSpace::not_alone},
          .fields = {.white_space = WhiteSpace::forbidden}};
}

}  // namespace coffer::tools
