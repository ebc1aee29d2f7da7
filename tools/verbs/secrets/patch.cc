// coffer patch
#include "tools/command/opening/context.h"
#include "tools/command/secret/absent_secret.h"
#include "tools/command/secret/fields.h"
#include "tools/command/secret/target.h"
#include "tools/command/secret/write_options.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

struct PatchWords {
  std::string path;
  std::vector<SecretBytes> pairs;
  std::optional<std::string> json;
  WriteWords write;
};

// Text of a JSON Merge Patch.
Result<SecretBytes> patch_of(const PatchWords& words, LineEnds& ends) {
  if (words.pairs.empty() == !words.json) {
    return Error(ErrorCode::usage, "give the change in exactly one way",
                 "as fields, k=TEXT or k:=null to remove one; or by --json FILE");
  }
  if (!words.json) {
    return fields_object(
        words.pairs, "k:=null removes a field; coffer put replaces a value without fields", ends);
  }
  const Value patch = COFFER_TRY(read_json_value(*words.json));
  return SecretBytes::copy_of(patch.text());
}

VerbResult verb_patch(Arguments& arguments, const VerbText& text) {
  arguments.words_are_secret();
  PatchWords words;
  Syntax syntax(arguments, text);
  syntax.word("PATH", words.path, "The secret");
  describe_fields(syntax, words.pairs);
  syntax.option("--json", words.json, "FILE", "A JSON Merge Patch (RFC 7396): null removes");
  describe_write_options(syntax, words.write);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const std::string path = COFFER_TRY(parse_whole(words.path));
  const PutOptions options = COFFER_TRY(parse_write_options(words.write));
  LineEnds ends;
  const SecretBytes patch = COFFER_TRY(patch_of(words, ends));
  Store store = COFFER_TRY(context.open());
  const VersionInfo version =
      COFFER_TRY(about_secret(store, store.patch(path, patch.text(), options), path));
  note_line_ends(ends);
  COFFER_TRY(write_new_version(context, path, version));
  return 0;
}

}  // namespace

extern constinit const Verb kPatchVerb{
    {"patch", "Writes a new version with some fields changed (RFC 7396); k:=null removes one.",
     "coffer patch ingestion/my-job redshift-password=@pw.txt old-field:=null"},
    Section::secrets,
    verb_patch};

}  // namespace coffer::tools
