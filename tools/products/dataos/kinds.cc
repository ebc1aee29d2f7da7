// DataOS' types of secrets, and the kinds of secrets that coffer keeps them as.
#include <array>

#include "tools/command/secret/kind_words.h"

namespace coffer::tools {

std::span<const KindWord> product_kind_words() {
  static constexpr std::array kWords = {KindWord{"certificates", "certificate"},
                                        KindWord{"cloud-kernel", "key-value"},
                                        KindWord{"cloud-kernel-image-pull", "docker-config"}};
  return kWords;
}

}  // namespace coffer::tools
