#include "tools/command/syntax.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <functional>

#include "tools/command/fail.h"
#include "tools/command/nearest_word.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/wrapped_text.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kHelpColumn = 26;
constexpr const char* kCommonGroup = "Options of every verb";

enum CommonIndex : std::size_t {
  store,
  key,
  format,
  actor,
  reason,
  correlation,
  anchor,
  receipts,
  verbose
};
constexpr CommonOption kCommonOptions[] = {
    {"--store", "DIR", "COFFER_STORE", "The store's directory"},
    {"--key", "URI", "COFFER_KEY", "A key that opens the store"},
    {"--format", "table|json", "COFFER_FORMAT", "Output format"},
    {"--actor", "NAME", "COFFER_ACTOR", "Your name for the audit log"},
    {"--reason", "TEXT", "COFFER_REASON", "The reason for the audit log"},
    {"--correlation", "ID", "COFFER_CORRELATION",
     "An identifier to relate audit records to each other"},
    {"--anchor", "URI", "COFFER_ANCHOR",
     "Refuse a copy that is older than this anchor or unknown to it"},
    {"--receipts", "FILE", "COFFER_RECEIPTS",
     "Append a receipt for everything that is erased for good"},
    {"-v,--verbose", "", "", "Log on stderr what is done, never a value"},
};

// An option's name may be shown, but not a mistyped value that looks like one.
bool is_plain_option(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (text.size() == 2) return text[0] == '-' && (is_letter(text[1] | 0x20));
  return text.size() <= 32 && text.starts_with("--") &&
         std::all_of(text.begin() + 2, text.end(),
                     [&](char c) { return is_letter(c) || c == '-'; });
}

// "the 2nd word after `coffer get`"
std::string nth_word_after(std::size_t number, const std::string& command) {
  const std::size_t last = number % 10;
  const bool teen = number / 10 % 10 == 1;
  const char* end = teen ? "th" : last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
  return "the " + std::to_string(number) + end + " word after `" + command + "`";
}

// Turns the parser's message, which is not for users, into an error of ours.
Error mismatch_of(std::string_view message) {
  if (message.ends_with(" missing")) return {ErrorCode::usage, "needs a value"};
  return {ErrorCode::usage, "is given twice, or with too many values"};
}

std::string help_entry(const std::string& name, const std::string& help) {
  std::string line = "  " + name;
  if (line.size() + 2 > kHelpColumn) line += "\n" + std::string(kHelpColumn, ' ');
  if (line.size() < kHelpColumn) line.resize(kHelpColumn, ' ');
  return line + wrapped(help, kHelpColumn, kHelpColumn) + "\n";
}

std::string shown_name(const CLI::Option& option) {
  std::string name = option.get_name(false, true);
  const std::string type = option.get_type_name();
  if (!type.empty()) name += (type.front() == '[' ? "" : " ") + type;
  return name;
}

}  // namespace

struct Syntax::Impl {
  Arguments& arguments;
  const VerbText& verb;
  CLI::App app;
  std::string explanation;
  std::vector<std::function<void()>> fill;
  std::deque<std::vector<std::string>> switch_results;  // Filled by the parser and not used.

  Impl(Arguments& all, const VerbText& text) : arguments(all), verb(text) {}
  CLI::Option* add(const char* name, const char* help) {
    // The callback does nothing: results are read after the parse.
    return app.add_option(
        name, [](const CLI::results_t&) { return true; }, help);
  }
  void fill_one(CLI::Option* option, std::optional<std::string>& into) {
    fill.push_back([this, option, &into] {
      if (!option->results().empty()) into = std::string(arguments.text(option->results().front()));
    });
  }
  void fill_each(CLI::Option* option, std::vector<std::string>& into) {
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    fill.push_back([this, option, &into] {
      for (const std::string& token : option->results()) into.emplace_back(arguments.text(token));
    });
  }
  CLI::Option* add_common(const CommonOption& common) {
    const std::string help = std::string(common.help) + " (" + common.variable + ")";
    return add(common.name, help.c_str())
        ->type_name(common.value)
        ->allow_extra_args(false)
        ->group(kCommonGroup);
  }
  std::vector<const CLI::Option*> words() const {
    const CLI::App& described = app;
    return described.get_options([](const CLI::Option* each) { return each->get_positional(); });
  }
  std::string usage() const {
    std::string text = std::string("coffer ") + verb.name + " [OPTIONS]";
    for (const CLI::Option* word : words()) {
      std::string name = word->get_name(true);
      if (word->get_items_expected_max() > 1) name += "...";
      text += word->get_required() ? " " + name : " [" + name + "]";
    }
    return arguments.takes_command() ? text + " -- COMMAND [ARGUMENT...]" : text;
  }
  std::string help() const;
  void hint_at_use() const;
  std::string nearest_option(std::string_view given) const;
  Error extra_error() const;
  Error mismatch_error(const CLI::ParseError& error) const;
};

// The verb's own options come first; users soon know the common ones.
std::string Syntax::Impl::help() const {
  std::string text = reflowed(verb.summary);
  text += "\nUsage: " + wrapped(usage(), 7, 7) + "\n";
  for (const CLI::Option* word : words())
    text += help_entry(word->get_name(true), word->get_description());
  const CLI::App& described = app;
  for (const std::string& group : app.get_groups()) {
    text += "\n" + group + ":\n";
    for (const CLI::Option* option : described.get_options())
      if (option->get_group() == group && option->nonpositional())
        text += help_entry(shown_name(*option), option->get_description());
  }
  std::string_view more = explanation;
  while (more.ends_with('\n')) more.remove_suffix(1);
  if (!more.empty()) text += "\n" + reflowed(more);
  return text + "\nExample:\n  " + wrapped_command(verb.example) + "\n";
}

void Syntax::Impl::hint_at_use() const {
  set_hint(arguments.takes_command() ? std::string("write the command after `--`: ") + verb.example
                                     : usage() + "; for example: " + verb.example);
}

// Empty if no option is near enough.
std::string Syntax::Impl::nearest_option(std::string_view given) const {
  const std::string_view name = given.substr(std::min(given.find_first_not_of('-'), given.size()));
  if (name == "json" || name == "table") return "--format " + std::string(name);
  if (name.size() < 2 || name.size() > kLongestWord) return {};
  std::string nearest;
  std::size_t least = (name.size() < 4 ? 1 : kFarthestWord) + 1;
  const CLI::App& described = app;
  for (const CLI::Option* option : described.get_options()) {
    for (const std::string& known : option->get_lnames()) {
      const std::size_t distance = word_distance(name, known);
      const bool begins = name.size() >= 3 && known.starts_with(name);
      if (distance >= least && !(begins && nearest.empty())) continue;
      least = std::min(least, distance);
      nearest = "--" + known;
    }
  }
  return nearest;
}

Error Syntax::Impl::extra_error() const {
  for (const std::string& word : app.remaining()) {
    if (word.size() < 2 || word.front() != '-' || word == "--") continue;
    const std::string_view name = std::string_view(word).substr(0, word.find('='));
    const std::string nearest = nearest_option(name);
    if (arguments.takes_command() && nearest.empty()) {
      hint_at_use();
    } else {
      set_hint(nearest.empty()
                   ? std::string("`coffer ") + verb.name + " --help` explains its words and options"
                   : "did you mean " + nearest + "?");
    }
    return Error(ErrorCode::usage, "this verb has no such option")
        .about(Subject::Kind::name, is_plain_option(name) ? name : "an option");
  }
  // Says which word it is, but never repeats the word, because it may be a value.
  hint_at_use();
  return Error(ErrorCode::usage, "this word is one too many")
      .about(Subject::Kind::name,
             nth_word_after(words().size() + 1, std::string("coffer ") + verb.name));
}

// The parser's messages begin with the name of the option or word that they are about.
Error Syntax::Impl::mismatch_error(const CLI::ParseError& error) const {
  const std::string_view message = error.what();
  const std::string_view name = message.substr(0, message.find_first_of(": "));
  if (message.ends_with(" disallowed flag override")) {
    set_hint(std::string("`coffer ") + verb.name + " --help` explains its words and options");
    // The parser leaves the dashes out.
    return Error(ErrorCode::usage, "takes no value")
        .about(Subject::Kind::name, (name.size() == 1 ? "-" : "--") + std::string(name));
  }
  hint_at_use();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    return Error(ErrorCode::usage, "is missing").about(Subject::Kind::name, name);
  if (name.starts_with('-')) {
    set_hint(std::string("`coffer ") + verb.name + " --help` explains its words and options");
    return mismatch_of(message).about(Subject::Kind::name, name);
  }
  return {ErrorCode::usage, "these words and options cannot be combined"};
}

std::span<const CommonOption> common_options() { return kCommonOptions; }

Syntax::Syntax(Arguments& arguments, const VerbText& verb)
    : impl_(std::make_unique<Impl>(arguments, verb)) {
  impl_->app.name(std::string("coffer ") + verb.name);
  set_verb(verb.name);
  const auto common = [this](CommonIndex index, std::optional<std::string>& into) {
    impl_->fill_one(impl_->add_common(kCommonOptions[index]), into);
  };
  common(store, globals_.store);
  impl_->fill_each(impl_->add_common(kCommonOptions[key]), globals_.keys);
  common(format, globals_.format);
  common(actor, globals_.actor);
  common(reason, globals_.reason);
  common(correlation, globals_.correlation);
  common(anchor, globals_.anchor);
  common(receipts, globals_.receipts);
  flag(kCommonOptions[verbose].name, globals_.verbose, kCommonOptions[verbose].help);
  impl_->app.get_option("--verbose")->group(kCommonGroup);
}

Syntax::~Syntax() = default;

void Syntax::word(const char* name, std::string& into, const char* help) {
  CLI::Option* option = impl_->add(name, help)->required()->allow_extra_args(false);
  impl_->fill.push_back([this, option, &into] {
    into = std::string(impl_->arguments.text(option->results().front()));
  });
}

void Syntax::optional_word(const char* name, std::optional<std::string>& into, const char* help) {
  impl_->fill_one(impl_->add(name, help)->allow_extra_args(false), into);
}

void Syntax::secret_words(const char* name, std::vector<SecretBytes>& into, const char* help) {
  CLI::Option* option = impl_->add(name, help)->expected(1, 1 << 20)->allow_extra_args();
  impl_->fill.push_back([this, option, &into] {
    for (const std::string& token : option->results())
      into.push_back(impl_->arguments.secret(token));
  });
}

void Syntax::option(const char* name, std::optional<std::string>& into, const char* value,
                    const char* help) {
  impl_->fill_one(impl_->add(name, help)->type_name(value)->allow_extra_args(false), into);
}

void Syntax::repeated(const char* name, std::vector<std::string>& into, const char* value,
                      const char* help) {
  impl_->fill_each(impl_->add(name, help)->type_name(value)->allow_extra_args(false), into);
}

void Syntax::flag(const char* name, bool& into, const char* help) {
  CLI::Option* option = impl_->app.add_flag_function(
      name, [](std::int64_t) {}, help);
  option->disable_flag_override();
  impl_->fill.push_back([option, &into] { into = option->count() > 0; });
}

void Syntax::explain(const std::string& text) {
  impl_->explanation = text + "\n" + impl_->explanation;
}

void Syntax::switch_flag(const char* name, std::optional<std::string>& into, const char* help) {
  CLI::Option* option = impl_->app.add_flag(name, impl_->switch_results.emplace_back(), help);
  option->type_name("[=true|false]");
  impl_->fill_one(option, into);
}

Result<bool> Syntax::parse() {
  std::vector<std::string> tokens = impl_->arguments.tokens();
  std::reverse(tokens.begin(), tokens.end());
  try {
    impl_->app.parse(std::move(tokens));
  } catch (const CLI::CallForHelp&) {
    COFFER_TRY(write_stdout(as_bytes(impl_->help())));
    return false;
  } catch (const CLI::ExtrasError&) {
    return impl_->extra_error();
  } catch (const CLI::ParseError& error) {
    return impl_->mismatch_error(error);
  }
  for (const auto& step : impl_->fill) step();
  return true;
}

}  // namespace coffer::tools
