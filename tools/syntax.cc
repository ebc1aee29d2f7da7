#include "tools/syntax.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <functional>

#include "tools/output.h"

namespace coffer::tools {
namespace {

// An option's name may be told, but not a mistyped value that only looks like one.
bool is_plain_option(std::string_view text) {
  return text.size() <= 32 && text.starts_with("--") &&
         std::all_of(text.begin() + 2, text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

Error extra_error(const std::vector<std::string>& remaining) {
  for (const std::string& word : remaining) {
    if (word.size() < 2 || word.front() != '-' || word == "--") continue;
    const std::string_view name = std::string_view(word).substr(0, word.find('='));
    return Error(ErrorCode::usage, "this verb has no such option")
        .about(Subject::Kind::name, is_plain_option(name) ? name : "an option");
  }
  return {ErrorCode::usage, "there is a word too many"};
}

// Messages of the parser begin with the name of the option or word they are about.
Error mismatch_error(const CLI::ParseError& error) {
  const std::string_view message = error.what();
  const std::string_view name = message.substr(0, message.find_first_of(": "));
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return Error(ErrorCode::usage, "is missing").about(Subject::Kind::name, name);
  }
  if (name.starts_with('-')) {
    return Error(ErrorCode::usage, "is given twice, or with a value too many or too few")
        .about(Subject::Kind::name, name);
  }
  return {ErrorCode::usage, "these words do not fit together"};
}

// The usage line: FIELD... where the parser would write FIELD(1x).
class UsageFormatter : public CLI::Formatter {
 public:
  std::string make_option_usage(const CLI::Option* option) const override {
    std::string name = option->get_name(true);
    if (option->get_items_expected_max() > 1) name += "...";
    return option->get_required() ? name : "[" + name + "]";
  }
};

}  // namespace

struct Syntax::Impl {
  Arguments& arguments;
  CLI::App app;
  std::vector<std::function<void()>> fill;
  std::deque<std::vector<std::string>> switch_results;  // Where the parser leaves its own copies.

  explicit Impl(Arguments& all) : arguments(all) {}
  CLI::Option* add(const char* name, const char* help) {
    // The callback has nothing to do: results are read when the parse is over.
    return app.add_option(
        name, [](const CLI::results_t&) { return true; }, help);
  }
  void fill_one(CLI::Option* option, std::optional<std::string>& into) {
    fill.push_back([this, option, &into] {
      if (!option->results().empty()) into = std::string(arguments.text(option->results().front()));
    });
  }
};

Syntax::Syntax(Arguments& arguments, const VerbText& verb)
    : impl_(std::make_unique<Impl>(arguments)) {
  impl_->app.formatter(std::make_shared<UsageFormatter>());
  impl_->app.name(std::string("coffer ") + verb.name);
  impl_->app.description(verb.summary);
  impl_->app.footer(std::string("Example:\n  ") + verb.example);
  option("--store", globals_.store, "DIR", "The store's directory (environment: COFFER_STORE)");
  repeated("--key", globals_.keys, "URI", "A key that opens it (environment: COFFER_KEY)");
  option("--format", globals_.format, "table|json",
         "Form of the output (environment: COFFER_FORMAT)");
  option("--actor", globals_.actor, "NAME",
         "Who does it, for the audit log (environment: COFFER_ACTOR)");
  option("--reason", globals_.reason, "TEXT",
         "Why, for the audit log (environment: COFFER_REASON)");
  option("--correlation", globals_.correlation, "ID",
         "What else belongs to it, for the audit log (environment: COFFER_CORRELATION)");
  option("--anchor", globals_.anchor, "URI",
         "Refuse a copy that its anchor there is ahead of, or does not know (environment: "
         "COFFER_ANCHOR)");
  option("--receipts", globals_.receipts, "FILE",
         "Add a receipt to it for all that is erased for good (environment: COFFER_RECEIPTS)");
  flag("-v,--verbose", globals_.verbose, "Tell on stderr what is done");
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
    for (const std::string& token : option->results()) {
      into.push_back(impl_->arguments.secret(token));
    }
  });
}

void Syntax::option(const char* name, std::optional<std::string>& into, const char* value,
                    const char* help) {
  impl_->fill_one(impl_->add(name, help)->type_name(value)->allow_extra_args(false), into);
}

void Syntax::repeated(const char* name, std::vector<std::string>& into, const char* value,
                      const char* help) {
  CLI::Option* option = impl_->add(name, help)->type_name(value)->allow_extra_args(false);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  impl_->fill.push_back([this, option, &into] {
    for (const std::string& token : option->results()) {
      into.emplace_back(impl_->arguments.text(token));
    }
  });
}

void Syntax::flag(const char* name, bool& into, const char* help) {
  CLI::Option* option = impl_->app.add_flag_function(
      name, [](std::int64_t) {}, help);
  option->disable_flag_override();
  impl_->fill.push_back([option, &into] { into = option->count() > 0; });
}

void Syntax::explain(const std::string& text) {
  impl_->app.footer(text + "\n" + impl_->app.get_footer());
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
    COFFER_TRY(write_stdout(as_bytes(impl_->app.help())));
    return false;
  } catch (const CLI::ExtrasError&) {
    return extra_error(impl_->app.remaining());
  } catch (const CLI::ParseError& error) {
    return mismatch_error(error);
  }
  for (const auto& step : impl_->fill) step();
  return true;
}

}  // namespace coffer::tools
