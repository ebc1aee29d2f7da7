// The words of the command line, kept away from where they could leak.
//
// The option parser never sees what a user typed, only a token per word (and the
// options' names): so no value lies about in its strings and none can turn up in
// its messages. Values of `put` are moved to locked memory at once and overwritten
// in the process's argument area, which any user can read through ps.
#pragma once

#include <coffer/secret_bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

enum class Format { table, json };

/// What stood behind an option that takes a name and, if the user likes, a value.
struct NamedWord {
  std::string name;
  std::optional<SecretBytes> value;
};

class Arguments {
 public:
  Arguments(int argc, char** argv);

  /// The first word that is neither an option nor a global option's value, taken out; the
  /// verb. Nothing where there is none.
  std::optional<std::string_view> take_word();
  /// True where one of these stands before `--`.
  bool has(std::string_view short_option, std::string_view long_option) const;

  /// Takes every `OPTION NAME [VALUE]` out, in their order. VALUE is the next word, unless that
  /// looks like an option; it moves to locked memory.
  std::vector<NamedWord> take_named(std::string_view option);

  /// From here on words may be values: they move to locked memory.
  void words_are_secret();
  /// What follows `--` is a command: it is no longer among the words.
  void split_command();
  /// Null-terminated; nullptr where there was no `--`.
  char** command() const { return command_; }
  /// Whether a command is to follow `--`.
  bool takes_command() const { return takes_command_; }

  /// What the option parser gets: options as they are, a token for every other word.
  std::vector<std::string> tokens();
  /// The word behind a token.
  std::string_view text(std::string_view token) const;
  SecretBytes secret(std::string_view token) const;

  /// The output format asked for, found before the options are parsed, so that an error in
  /// parsing has the right form too. An unknown one counts as table here.
  Format format_asked() const;

 private:
  std::string make_token(char* text, std::size_t size);

  struct Word {
    std::string_view plain;
    SecretBytes secret;
  };
  std::vector<char*> rest_;
  std::vector<Word> words_;
  std::vector<char*> command_words_;
  char** command_ = nullptr;
  bool secret_ = false;
  bool takes_command_ = false;
};

}  // namespace coffer::tools
