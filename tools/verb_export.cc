// coffer export
#include <functional>

#include "tools/context.h"
#include "tools/exchange/forms.h"
#include "tools/fail.h"
#include "tools/new_file.h"
#include "tools/output.h"
#include "tools/store_images.h"
#include "tools/target.h"
#include "tools/verbs.h"

namespace coffer::tools {
namespace {

struct Wanted {
  std::string prefix;
  Form form = Form::json;
  Extent extent = Extent::newest;
  bool managed = false;
};

using Sink = std::function<Result<void>(ByteView)>;

// One piece is held at a time, so that a large store does not have to fit into memory.
Result<std::size_t> export_all(const Snapshot& all, const Wanted& wanted, const Sink& sink) {
  constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
  const auto writer =
      make_export_writer(wanted.form, all.taken_at_ms(), wanted.extent == Extent::history);
  std::size_t left_out = 0;
  SecretBytes piece;
  writer->begin(piece);
  for (const std::string& path : COFFER_TRY(paths_of(all, wanted.prefix))) {
    const SecretImage image = COFFER_TRY(about_secret(image_of(all, path, wanted.extent), path));
    if (image.managed && !wanted.managed) continue;
    const bool has_value = !image.versions.empty() && image.versions.front().value;
    if (!has_value && !is_whole(wanted.form)) ++left_out;
    COFFER_TRY(writer->add(piece, image));
    if (piece.size() < kPieceBytes) continue;
    COFFER_TRY(sink(piece.bytes()));
    piece.clear();
  }
  writer->end(piece);
  COFFER_TRY(sink(piece.bytes()));
  return left_out;
}

}  // namespace

VerbResult verb_export(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> prefix;
  std::optional<std::string> form;
  std::optional<std::string> file;
  bool force = false;
  bool history = false;
  Wanted wanted;
  Syntax syntax(arguments, text);
  syntax.optional_word("PREFIX", prefix, "A secret or folder; everything where none is named");
  syntax.option("--as", form, "FORM", kFormNames);
  syntax.flag("--history", history,
              "Every version, in json and yaml; of a deleted one not its value");
  syntax.flag("--managed", wanted.managed, "Secrets that belong to configs too");
  syntax.option("-o,--output", file, "FILE", "A new file, closed to others; not standard output");
  syntax.flag("--force", force, "Replace the file");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!form) {
    return Error(
        ErrorCode::usage, "say in which form",
        "--as json --history keeps all but deleted values; the others are for other tools");
  }
  wanted.form = COFFER_TRY(parse_form(*form));
  wanted.prefix = prefix.value_or("");
  if (wanted.prefix.ends_with('/')) wanted.prefix.pop_back();
  if (history) wanted.extent = Extent::history;
  if (history && !is_whole(wanted.form)) {
    return Error(ErrorCode::usage, "this form has no place for history", "--as json has")
        .about(Subject::Kind::name, "--history");
  }
  if (force && !file) {
    return Error(ErrorCode::usage, "--force replaces a file, and none is named", "name it by -o");
  }
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(check_clock(store, context.directory()));
  // One instant for all of it, and nobody waits for us meanwhile.
  const Snapshot all = COFFER_TRY(store.snapshot());
  std::size_t left_out = 0;
  if (file) {
    NewFile out = COFFER_TRY(NewFile::create(*file, force));
    left_out =
        COFFER_TRY(export_all(all, wanted, [&](ByteView bytes) { return out.write(bytes); }));
    COFFER_TRY(out.finish());
  } else {
    left_out = COFFER_TRY(export_all(all, wanted, write_stdout));
  }
  if (left_out > 0) {
    note("left out, for this form tells values only: secrets without a live value: " +
         std::to_string(left_out));
  }
  return 0;
}

}  // namespace coffer::tools
