// Real interpreters and parsers read what `env` writes: each value arrives byte for byte, however
// hostile.
#include "tests/cli/command.h"

namespace env_interpreters_test {

using cli::Sandbox;
using cli::Words;

namespace {

struct Language {
  std::string form;
  Words program;           ///< Runs the script that is appended.
  std::string script_end;  ///< Code after the snippet; writes V to the file OUT.
  bool any_bytes;
  std::string out_name = "V";
};

const std::vector<Language> kLanguages = {
    {"shell", {"/bin/sh"}, "printf %s \"$V\" >OUT\n", true},
    {"bash", {"/bin/bash"}, "printf %s \"$V\" >OUT\n", true},
    {"python", {"/usr/bin/python3"}, "open('OUT', 'wb').write(os.environb[b'V'])\n", true},
    {"r", {"/usr/bin/Rscript"}, "writeBin(charToRaw(Sys.getenv('V')), 'OUT')\n", true},
    {"javascript", {"/usr/bin/node"}, "require('fs').writeFileSync('OUT', process.env.V)\n", false},
    {"scala",
     {"/usr/bin/scala", "-nc"},
     "java.nio.file.Files.write(java.nio.file.Paths.get(\"OUT\"), "
     "System.getProperty(\"V\").getBytes(\"UTF-8\"))\n",
     false},
};

struct Parser {
  std::string form;
  std::string script;  ///< Python: reads IN, writes the value to OUT.
  std::string name = "V";
};

const std::vector<Parser> kParsers = {
    {"json", "import json\nv = json.load(open('IN'))['V'].encode()\n"},
    {"properties",
     "import javaproperties\nv = javaproperties.load(open('IN', 'rb'))['V'].encode()\n"},
    {"spark",
     "import javaproperties\n"
     "v = javaproperties.load(open('IN', 'rb'))['spark.hadoop.v'].encode()\n",
     "spark.hadoop.v"},
    {"kubernetes",
     "import yaml, base64\nv = base64.b64decode(yaml.safe_load(open('IN'))['data']['V'])\n"},
};

std::string all_bytes_but_nul() {
  std::string bytes;
  for (int byte = 1; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes + bytes;
}

// Text that is special in one or another of the languages.
const std::vector<std::string> kTexts = {
    "plain",
    "",
    "it's \"quoted\" `cmd` $HOME ${HOME} $(id) #{x} %d %%",
    "line one\nline two\r\nthree\ttab\n",
    R"(back\slash \n \u0041 \x41 \\u0022 trailing\)",
    "'''\"\"\" */ // # -- ; & | < > ! = : ,",
    "\x01\x02\x1b[31m\x7f",
    "\xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x94\x91 \xc2\x85",
    "0",
    "null",
    "-1e999",
    "=leading",
    "!x",
    "#x",
    ":x",
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string large_text() {
  std::string text;
  while (text.size() < (std::size_t{1} << 20) - 8) text += "a\"'\\$\xc3\xa9\n ";
  return text + std::string((std::size_t{1} << 20) - text.size() - 1, 'x') + "y";
}

std::string joined_texts() {
  std::string joined;
  for (const std::string& text : kTexts) joined += text + "|";
  return joined;
}

void put(const Sandbox& box, const std::string& bytes) {
  box.expect(0, {"put", "v", "--value", "-"}, bytes);
}

void check_language(const Sandbox& box, const Language& language, const std::string& bytes) {
  put(box, bytes);
  const std::string snippet = box.expect(0, {"env", "--as", language.form, "--map", "V=v"}).out;
  const std::string out = box.path("value-out");
  std::filesystem::remove(out);
  Words words = language.program;
  words.push_back(box.write("script", snippet + replaced(language.script_end, "OUT", out)));
  const cli::Outcome outcome = box.run_program(words);
  INFO(language.form << ": " << outcome.err.substr(0, 500));
  REQUIRE(outcome.exit_code == 0);
  CHECK(cli::read_file(out) == bytes);
}

}  // namespace

TEST_CASE("every language sets the very bytes") {
  const Sandbox box;
  box.init();
  for (const Language& language : kLanguages) {
    // A slow interpreter gets all texts at once, joined.
    if (!language.program.front().ends_with("sh")) {
      check_language(box, language, joined_texts());
    } else {
      for (const std::string& text : kTexts) check_language(box, language, text);
    }
    check_language(box, language, large_text());
    if (language.any_bytes) check_language(box, language, all_bytes_but_nul());
  }
}

TEST_CASE("every parser reads the very text") {
  const Sandbox box;
  box.init();
  for (const Parser& parser : kParsers) {
    for (const std::string& text : {joined_texts(), large_text()}) {
      put(box, text);
      const std::string in = box.write(
          "rendered",
          box.expect(0, {"env", "--as", parser.form, "--name", "n", "--map", parser.name + "=v"})
              .out);
      const std::string out = box.path("value-out");
      std::string script = parser.script + "open('OUT', 'wb').write(v)\n";
      script = replaced(replaced(script, "IN", in), "OUT", out);
      const cli::Outcome outcome =
          box.run_program({"/usr/bin/python3", box.write("script", script)});
      INFO(parser.form << ": " << outcome.err.substr(0, 500));
      REQUIRE(outcome.exit_code == 0);
      CHECK(cli::read_file(out) == text);
    }
  }
}

TEST_CASE("a Python kernel keeps nothing of the snippet in its history") {
  const Sandbox box;
  box.init();
  put(box, "history-canary-4711");
  const std::string snippet = box.expect(0, {"env", "--as", "python", "--map", "V=v"}).out;
  const std::string code = box.write("snippet.py", snippet);
  const std::string driver = box.write(
      "driver.py",
      "import sys\n"
      "from IPython.core.interactiveshell import InteractiveShell\n"
      "shell = InteractiveShell.instance()\n"
      "shell.run_cell('before = 1', store_history=True)\n"
      "shell.run_cell(open('" +
          code +
          "').read(), store_history=True)\n"
          "shell.run_cell('import os; assert os.environ[\"V\"] == \"history-canary-4711\"', "
          "store_history=False)\n"
          "shell.run_cell('after = before', store_history=True)\n"
          "manager = shell.history_manager\n"
          "manager.writeout_cache()\n"
          "kept = repr(list(manager.get_range(raw=True))) + repr(list(manager.get_tail(50))) + "
          "repr({k: v for k, v in shell.user_ns.items()})\n"
          "assert 'before = 1' in kept and 'after = before' in kept, kept\n"
          "sys.exit(9 if 'history-canary' in kept.replace(repr(os.environ) if 'os' in globals() "
          "else "
          "'', '') else 0)\n");
  const cli::Outcome outcome = box.run_program({"/usr/bin/python3", driver});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 0);
  for (const auto& file : std::filesystem::recursive_directory_iterator(box.path(".ipython")))
    if (file.is_regular_file())
      CHECK(cli::read_file(file.path()).find("history-canary") == std::string::npos);
}

}  // namespace env_interpreters_test
