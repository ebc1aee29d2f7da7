// The words of the command line, kept out of every place where they could leak.
// The option parser sees the options' names and one token for each other word, never the word
// itself. So its strings and its messages cannot hold a value. The values of `put` are moved to
// locked memory at once and overwritten in the process's argument area, which any user can read
// through ps.
#pragma once

#include <coffer/secret_bytes.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

enum class Format { table, json };

/// The name that follows an option, and the value after it, if any.
struct NamedWord {
  std::string name;
  std::optional<SecretBytes> value;
};

class Arguments {
 public:
  Arguments(int argc, char** argv);

  /// Takes out the first word that is neither an option nor the value of a global option: the verb.
  /// nullopt: there is no such word.
  std::optional<std::string_view> take_word();
  /// True if one of these options appears before `--`.
  bool has(std::string_view short_option, std::string_view long_option) const;

  /// Takes out every `OPTION NAME [VALUE]`, in order. VALUE is the next word, unless the word looks
  /// like an option; it moves to locked memory.
  std::vector<NamedWord> take_named(std::string_view option);

  /// From now on every word may be a value and moves to locked memory.
  void words_are_secret();
  /// Takes the words after `--` out: they are a command to run.
  void split_command();
  /// The words after `--`, null-terminated; nullptr without `--`.
  char** command() const { return command_; }
  /// Whether this verb runs a command that follows `--`.
  bool takes_command() const { return takes_command_; }

  /// The input of the option parser: options unchanged, a token for every other word.
  std::vector<std::string> tokens();
  /// The word that a token stands for.
  std::string_view text(std::string_view token) const;
  SecretBytes secret(std::string_view token) const;

  /// The output format asked for. It is found before the options are parsed, so that a parsing
  /// error is printed in the right format too. An unknown format counts as table here.
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
