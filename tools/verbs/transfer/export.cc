// coffer export
#include <functional>
#include <memory>

#include "text/json.h"
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/new_file.h"
#include "tools/command/streams/output.h"
#include "tools/command/verb.h"
#include "tools/exchange/forms.h"
#include "tools/transfer/carrying.h"
#include "tools/transfer/store_images.h"

namespace coffer::tools {
namespace {

struct Wanted {
  std::string prefix;
  Form form = Form::json;
  Extent extent = Extent::newest;
  bool whole = false;  ///< With configs, settings and policy.
  bool managed = false;
  Dialect dialect = Dialect::common;
};

struct LeftOut {
  std::size_t without_value = 0;
  std::size_t ending = 0;
  std::size_t configs = 0;
};

using Sink = std::function<Result<void>(ByteView)>;

// One piece is held at a time, so that a large store does not have to fit into memory.
class Export {
 public:
  Export(const Snapshot& all, const Wanted& wanted, const Sink& sink)
      : all_(all), wanted_(wanted), sink_(sink) {}

  Result<LeftOut> run() {
    ExportOptions options{.now_ms = all_.taken_at_ms(),
                          .history = wanted_.extent != Extent::newest};
    options.dotenv = {wanted_.dialect, [](const std::string& what) { warn(what); }};
    if (wanted_.whole) options.store = COFFER_TRY(store_image());
    writer_ = make_export_writer(wanted_.form, std::move(options));
    StoreContents contents;
    if (wanted_.form == Form::json) contents = COFFER_TRY(contents_of(all_, wanted_.prefix));
    if (!wanted_.whole) contents.paths = COFFER_TRY(paths_of(all_, wanted_.prefix));
    if (wanted_.form == Form::yaml && wanted_.prefix.empty())
      left_out_.configs = COFFER_TRY(all_.configs()).size();
    writer_->begin(piece_);
    for (const std::string& path : contents.paths) COFFER_TRY(add_secret(path));
    if (wanted_.whole) COFFER_TRY(add_configs(contents));
    for (const RestoredReference& reference : contents.references) {
      COFFER_TRY(writer_->add(piece_, reference));
      COFFER_TRY(flush_if_large());
    }
    writer_->end(piece_);
    COFFER_TRY(sink_(piece_.bytes()));
    return left_out_;
  }

 private:
  Result<StoreImage> store_image() {
    StoreImage image;
    image.settings = COFFER_TRY(all_.settings());
    const Policy policy = COFFER_TRY(all_.policy());
    if (!says_nothing(policy)) image.policy = policy_json(policy);
    return image;
  }

  Result<void> add_secret(const std::string& path) {
    const SecretImage image = COFFER_TRY(about_secret(image_of(all_, path, wanted_.extent), path));
    if (image.managed && !wanted_.managed && !wanted_.whole) return {};
    const bool has_value = !image.versions.empty() && image.versions.front().value;
    if (!has_value && !is_whole(wanted_.form)) ++left_out_.without_value;
    const std::size_t before = piece_.size();
    COFFER_TRY(writer_->add(piece_, image));
    return end_piece(before, path);
  }

  Result<void> add_configs(const StoreContents& contents) {
    left_out_.ending = contents.ending.size();
    for (const std::string& id : contents.configs) {
      const std::size_t before = piece_.size();
      COFFER_TRY(writer_->add(piece_, COFFER_TRY(config_image_of(all_, id))));
      COFFER_TRY(end_piece(before, "config:" + id));
    }
    return {};
  }

  // What import reads as one piece must be one that it takes.
  Result<void> end_piece(std::size_t before, const std::string& name) {
    if (wanted_.form == Form::json && piece_.size() - before > json::kMaxTextBytes) {
      return Error(ErrorCode::limit,
                   "is larger than 64 MiB with its versions, and import would refuse it",
                   "--newest leaves the older versions out; coffer migrate carries any size")
          .about(Subject::Kind::path, name);
    }
    return flush_if_large();
  }

  Result<void> flush_if_large() {
    constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
    if (piece_.size() < kPieceBytes) return {};
    COFFER_TRY(sink_(piece_.bytes()));
    piece_.clear();
    return {};
  }

  const Snapshot& all_;
  const Wanted& wanted_;
  const Sink& sink_;
  std::unique_ptr<ExportWriter> writer_;
  SecretBytes piece_;
  LeftOut left_out_;
};

void tell(const LeftOut& left_out) {
  if (left_out.without_value > 0) {
    note("left out, for this form tells values only: secrets without a live value: " +
         std::to_string(left_out.without_value));
  }
  if (left_out.configs > 0)
    note("left out, for --as json alone holds them: configs: " + std::to_string(left_out.configs));
  if (left_out.ending > 0) {
    note("left out, for they end by themselves: secrets of checks, stages and replaced versions: " +
         std::to_string(left_out.ending));
  }
}

VerbResult verb_export(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> prefix, form, file, dialect;
  bool force = false, history = false, newest = false;
  Wanted wanted;
  Syntax syntax(arguments, text);
  syntax.optional_word("PREFIX", prefix, "A secret or folder; everything where none is named");
  syntax.option("--as", form, "FORM", kFormNames);
  syntax.flag("--history", history,
              "Every version, in json and yaml, and of a deleted one its value too");
  syntax.flag("--newest", newest,
              "json without a PREFIX: the newest versions alone, and not the whole store with "
              "histories, configs, settings and policy");
  syntax.flag("--managed", wanted.managed, "Secrets that belong to configs too");
  syntax.option("--dialect", dialect, "DIALECT", kDialectHelp);
  syntax.option("-o,--output", file, "FILE", kOutputFileHelp);
  syntax.flag("--force", force, "Replace the file");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!form) {
    return Error(ErrorCode::usage, "the form is missing",
                 "--as json is what import takes back whole; the others are for other tools");
  }
  wanted.form = COFFER_TRY(parse_form(*form));
  if (dialect) wanted.dialect = COFFER_TRY(parse_dialect(*dialect));
  if (dialect && wanted.form != Form::dotenv)
    return Error(ErrorCode::usage, "is for --as dotenv").about(Subject::Kind::name, "--dialect");
  if (prefix) COFFER_TRY(check_names_folder(*prefix, kFolderOrEverything));
  wanted.prefix = prefix.value_or("");
  if (wanted.prefix.ends_with('/')) wanted.prefix.pop_back();
  if (history && newest)
    return Error(ErrorCode::usage, "--history and --newest exclude each other", "choose one");
  wanted.whole = wanted.form == Form::json && wanted.prefix.empty() && !newest;
  if (history || wanted.whole) wanted.extent = Extent::all;
  if (history && !is_whole(wanted.form)) {
    return Error(ErrorCode::usage, "this form cannot hold a history", "--as json has")
        .about(Subject::Kind::name, "--history");
  }
  leave_standard_output(file);
  if (force && !file)
    return Error(ErrorCode::usage, "--force replaces a file, and none is named", "name it by -o");
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(check_clock(store, context.directory()));
  // One instant for all of it, and nobody waits for us meanwhile.
  const Snapshot all = COFFER_TRY(store.snapshot());
  LeftOut left_out;
  if (file) {
    NewFile out = COFFER_TRY(NewFile::create(*file, force));
    const Sink sink = [&](ByteView bytes) { return out.write(bytes); };
    left_out = COFFER_TRY(Export(all, wanted, sink).run());
    COFFER_TRY(out.finish());
  } else {
    const Sink sink = write_stdout;
    left_out = COFFER_TRY(Export(all, wanted, sink).run());
  }
  tell(left_out);
  return 0;
}

}  // namespace

extern constinit const Verb kExportVerb{
    {"export",
     "Writes secrets with their values.\n--as json without a PREFIX writes the whole store in the "
     "form that import reads: histories, references,\nconfigs, settings and policy.",
     "coffer export ingestion --as json --history -o ingestion.json"},
    Section::bulk,
    verb_export};

}  // namespace coffer::tools
