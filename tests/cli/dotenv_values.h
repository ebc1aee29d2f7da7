// Values that dotenv readers are known to read differently, and the warning of `env` for each.
#pragma once

#include <string>
#include <vector>

#include "tests/cli/command.h"

namespace cli {

inline std::vector<std::string> dotenv_values() {
  return {
      "",
      "plain",
      "a b",
      " a ",
      "a#b",
      "a #b",
      "#a",
      "it's",
      "say \"hi\"",
      "it's \"both\"",
      "$HOME",
      "${HOME}",
      "it's $5",
      "`id`",
      "it's `id`",
      "a\\b",
      "a\\\\b",
      "C:\\dir\\",
      "a\\nb",
      "it's a\\nb",
      "a\nb",
      "a\n\nb\n",
      "it's\ntwo",
      "a\r\nb",
      "tab\there",
      "{\"d\":\"it's\"}",
      "{\"a\":[1,2]}",
      "a=b=c",
      "key: value",
      "postgres://u:p%40ss@h:5432/d?x=1&y=2",
      "gr\xC3\xBC\xC3\x9F",
      "!x;|&<>()*?~",
      "'",
      "\"",
      "x\n\"y\"",
      "x\n'y'",
      "-----BEGIN KEY-----\nMIIB/+==\n-----END KEY-----\n",
      "export A=1",
      "a\\'b",
      "%s%n",
  };
}

/// The output of `env --as dotenv` for one value V, with a line before and after it.
struct DotenvFile {
  std::string path;
  std::string warned;  ///< The readers that V's warning names.
};

inline DotenvFile write_dotenv(const Sandbox& box, const std::string& value) {
  box.expect(0, {"put", "v", "--value", "-"}, value);
  const Outcome outcome = box.expect(0, {"env", "--as", "dotenv", "--map", "A=coffer://edge#k",
                                         "--map", "V=v", "--map", "Z=coffer://edge#k"});
  const std::string mark = "V: this line is read differently by ";
  const auto at = outcome.err.find(mark);
  DotenvFile file{box.write("v.env", outcome.out), {}};
  if (at != std::string::npos)
    file.warned =
        outcome.err.substr(at + mark.size(), outcome.err.find('\n', at) - at - mark.size());
  return file;
}

}  // namespace cli
