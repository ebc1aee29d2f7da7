#include "tools/command/secret/kind_words.h"

namespace coffer::tools {

std::optional<std::string> kind_by(std::optional<std::string> word) {
  for (const KindWord& known : product_kind_words()) {
    if (word == known.word) return std::string(known.kind);
  }
  return word;
}

}  // namespace coffer::tools
