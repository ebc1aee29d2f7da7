// coffer help, and what the first word of several verbs leads to.
#include <algorithm>
#include <array>
#include <string>

#include "tools/command/streams/output.h"
#include "tools/command/streams/wrapped_text.h"
#include "tools/verbs/table.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kSummaryColumn = 18;

// One for each Section.
constexpr std::array kTitles = {"A store",
                                "Secrets",
                                "Many secrets at once",
                                "Secrets for programs",
                                "Configs of connectors",
                                "Keys and proofs",
                                "Who may do what, and who did it",
                                "As other products have it",
                                "About coffer"};
static_assert(kTitles.size() == static_cast<std::size_t>(Section::about) + 1);

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

std::string entry(std::string_view name, std::string_view summary) {
  std::string line = "  " + std::string(name) + " ";
  line.resize(std::max(line.size(), kSummaryColumn), ' ');
  return line + wrapped(summary, line.size(), kSummaryColumn) + "\n";
}

// The first sentence is enough where others stand around it.
std::string_view in_short(std::string_view summary) {
  return summary.substr(0, std::min(summary.find(".\n"), summary.find(". ")));
}

std::string_view without_stop(std::string_view sentence) {
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return sentence;
}

// "The key slots: list, add, remove"
std::string group_entry(std::string_view word) {
  std::string summary;
  for (const Verb* verb : all_verbs()) {
    if (*verb->group != '\0' && first_word(verb->text.name) == word)
      summary = std::string(verb->group) + ": ";
  }
  return entry(word, summary + second_words(word));
}

// A line for each verb, but one for all verbs of a group, where the first of them stands.
std::string sections() {
  std::string text;
  const char* title = nullptr;
  std::string_view shown;
  for (const Verb* verb : all_verbs()) {
    const std::string_view word = first_word(verb->text.name);
    if (word == shown) continue;
    shown = word;
    const char* own_title = kTitles[static_cast<std::size_t>(verb->section)];
    if (own_title != title) text += (title == nullptr ? "" : "\n") + std::string(own_title) + ":\n";
    title = own_title;
    text += is_group(word) ? group_entry(word)
                           : entry(word, without_stop(in_short(verb->text.summary)));
  }
  return text + "\n";
}

std::string options_and_variables() {
  std::string text = "Options of every verb, before it or behind it:\n";
  for (const CommonOption& option : common_options()) {
    std::string help = option.help;
    if (*option.variable != '\0') help += " (or the variable " + std::string(option.variable) + ")";
    text += "  " + std::string(option.name) + " " + option.value + "\n";
    text.append(6, ' ');
    text += wrapped(help, 6, 6) + "\n";
  }
  return text + "\n";
}

}  // namespace

bool is_group(std::string_view word) {
  return std::any_of(all_verbs().begin(), all_verbs().end(), [word](const Verb* verb) {
    const std::string_view name = verb->text.name;
    return name.size() > word.size() && name.starts_with(word) && name[word.size()] == ' ';
  });
}

std::string second_words(std::string_view group) {
  std::string words;
  for (const Verb* verb : all_verbs()) {
    const std::string_view name = verb->text.name;
    if (first_word(name) != group || name == group) continue;
    words += (words.empty() ? "" : ", ") + std::string(name.substr(group.size() + 1));
  }
  return words;
}

Result<void> write_overview() {
  const std::string text =
      "coffer keeps secrets: encrypted, versioned, in one directory.\n\n"
      "Usage: coffer VERB [WORD...] [OPTION...]\n\n" +
      sections() + options_and_variables() +
      reflowed(
          "`coffer VERB --help` tells what a verb takes, with an example; `coffer help GROUP` "
          "the verbs of a group, as `coffer help key`; `coffer help exit-codes` what its exit "
          "codes mean.\nThe store is at ~/.local/share/coffer where nothing names one.");
  return write_stdout(as_bytes(text));
}

Result<void> write_group(std::string_view group) {
  std::string text = "Usage: coffer " + std::string(group) + " VERB [WORD...] [OPTION...]\n\n";
  for (const Verb* verb : all_verbs()) {
    if (first_word(verb->text.name) != group) continue;
    text += entry(verb->text.name, without_stop(in_short(verb->text.summary)));
  }
  text += "\n" + reflowed("`coffer " + std::string(group) +
                          " VERB --help` tells what one takes, with an example.");
  return write_stdout(as_bytes(text));
}

}  // namespace coffer::tools
