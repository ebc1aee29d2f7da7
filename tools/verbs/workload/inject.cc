// coffer inject
#include <unistd.h>

#include <string>

#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/new_file.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/render/template_text.h"
#include "tools/workload/product_hooks.h"
#include "tools/workload/selection.h"

namespace coffer::tools {
namespace {

struct InjectWords {
  std::optional<std::string> input, output, overlay, form;
  bool force = false;
  SourceWords sources;
};

void describe_words(Syntax& syntax, InjectWords& words) {
  syntax.option("-i,--in", words.input, "FILE", "The template; standard input where none is named");
  syntax.option("-o,--out", words.output, "FILE", kOutputFileHelp);
  syntax.flag("-f,--force", words.force, "Replace the output file if it is there");
  syntax.option("--overlay", words.overlay, "REF", kProductOverlay.help);
  syntax.option("--as", words.form, "ini|json|yaml", kProductOverlay.form_help);
  words.sources.describe(syntax);
  syntax.explain(
      std::string(
          "A template is text of any kind, and everything in it stays as it is but these:\n"
          "  {{ coffer://PATH#FIELD }}  a field's value; the blanks may go\n"
          "  ${secrets.PATH#FIELD}      the same\n"
          "  \\{{ coffer://...          these letters themselves, without the \\\n"
          "  $${secrets. ...            these letters themselves, with one $\n"
          "Without #FIELD the value is meant, or the only field of one that has fields; #/a/b/1 "
          "reaches "
          "into a JSON\nvalue. Another store's is written coffer://PATH?store=LABEL#FIELD. A "
          "template "
          "without any reference is\nrefused (4).\n\n"
          "Under a policy it needs `use` of each secret, and `reveal` where the output is a "
          "terminal.\n") +
      kProductOverlay.explanation);
}

Result<SecretBytes> filled(const Sources& stores, const InjectWords& words, SecretBytes text,
                           const std::string& source) {
  if (words.overlay)
    return kProductOverlay.lay(stores, *words.overlay, words.form, std::move(text), source);
  bool refers = false;
  SecretBytes whole = COFFER_TRY(expand(text.text(), source, [&](const std::string& reference) {
    refers = true;
    return resolve_reference(stores, reference);
  }));
  // One whose references are all escaped knows of them, and says what it wants.
  if (refers || whole.size() != text.size()) return whole;
  return Error(ErrorCode::not_found, "refers to no secret",
               "write {{ coffer://PATH#FIELD }} or ${secrets.PATH#FIELD}; a file without any is "
               "copied by cp")
      .about(Subject::Kind::file, source);
}

VerbResult verb_inject(Arguments& arguments, const VerbText& text) {
  InjectWords words;
  Syntax syntax(arguments, text);
  describe_words(syntax, words);
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  leave_standard_output(words.output);
  // What a terminal shows is seen by a person.
  if (words.output || isatty(STDOUT_FILENO) == 0) context.set_purpose(Purpose::use);
  if (words.form && !words.overlay)
    return Error(ErrorCode::usage, "goes with --overlay").about(Subject::Kind::name, "--as");
  const std::string input = words.input.value_or("-");
  SecretBytes given = COFFER_TRY(read_input(input));
  const Sources stores = COFFER_TRY(Sources::open(context, words.sources));
  const SecretBytes whole =
      COFFER_TRY(filled(stores, words, std::move(given), input == "-" ? "standard input" : input));
  if (!words.output) {
    COFFER_TRY(write_stdout(whole.bytes()));
    return 0;
  }
  COFFER_TRY(write_new_file(*words.output, words.force, whole.bytes()));
  return 0;
}

}  // namespace

extern constinit const Verb kInjectVerb{
    {"inject", "Fills a template with the secrets that it refers to.",
     "coffer inject -i app.conf.tpl -o app.conf"},
    Section::programs,
    verb_inject};

}  // namespace coffer::tools
