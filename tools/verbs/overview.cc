// coffer help, and what the first word of several verbs leads to.
#include <algorithm>
#include <string>
#include <vector>

#include "tools/command/streams/output.h"
#include "tools/command/streams/wrapped_text.h"
#include "tools/verbs/table.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kSummaryColumn = 18;

/// Verbs by their first words. What stands in none of them comes at the end.
struct Section {
  std::string_view title;
  std::string_view words;
};

constexpr Section kSections[] = {
    {"A store", "init status verify settings sweep clock"},
    {"Secrets",
     "put get patch list history delete undelete destroy rollback move copy metadata refs "
     "certificates"},
    {"Many secrets at once", "bulk export import migrate"},
    {"Secrets for programs", "run exec env inject watch"},
    {"Configs of connectors", "config"},
    {"Keys and proofs", "key anchor receipt"},
    {"Who may do what, and who did it", "policy audit"},
    {"As other products have it", "secrets resource"},
    {"About coffer", "help version"},
};

struct Group {
  std::string_view word;
  std::string_view summary;
};

constexpr Group kGroups[] = {
    {"metadata", "A secret's settings and metadata"},
    {"settings", "The store's settings"},
    {"clock", "The store's time"},
    {"config", "Configs whose secrets become versions of their own"},
    {"key", "The key slots, any of which opens the store"},
    {"anchor", "What outside the store knows how far it has come"},
    {"receipt", "Proofs of what was erased"},
    {"policy", "The rules of who may do what"},
    {"audit", "The log of what was done, and what was refused"},
    {"resource", "Secrets as DataOS' manifests tell of them"},
};

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

std::string group_entry(std::string_view word) {
  const auto* group = std::find_if(std::begin(kGroups), std::end(kGroups),
                                   [word](const Group& each) { return each.word == word; });
  const std::string summary = group == std::end(kGroups) ? "" : std::string(group->summary) + ": ";
  return entry(word, summary + second_words(word));
}

std::string word_entry(std::string_view word) {
  if (is_group(word)) return group_entry(word);
  const Verb* verb = find_verb(word);
  return verb == nullptr ? "" : entry(word, without_stop(in_short(verb->text.summary)));
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    words.push_back(first_word(text));
    text.remove_prefix(std::min(text.size(), words.back().size() + 1));
  }
  return words;
}

std::string sections() {
  std::string text;
  std::vector<std::string_view> shown;
  for (const Section& section : kSections) {
    text += std::string(section.title) + ":\n";
    for (const std::string_view word : words_of(section.words)) {
      text += word_entry(word);
      shown.push_back(word);
    }
    text += '\n';
  }
  std::string rest;
  for (const Verb& verb : all_verbs()) {
    const std::string_view word = first_word(verb.text.name);
    if (std::find(shown.begin(), shown.end(), word) != shown.end()) continue;
    rest += word_entry(word);
    shown.push_back(word);
  }
  return rest.empty() ? text : text + "More:\n" + rest + "\n";
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
  return std::any_of(all_verbs().begin(), all_verbs().end(), [word](const Verb& verb) {
    const std::string_view name = verb.text.name;
    return name.size() > word.size() && name.starts_with(word) && name[word.size()] == ' ';
  });
}

std::string second_words(std::string_view group) {
  std::string words;
  for (const Verb& verb : all_verbs()) {
    const std::string_view name = verb.text.name;
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
  for (const Verb& verb : all_verbs()) {
    if (first_word(verb.text.name) != group) continue;
    text += entry(verb.text.name, without_stop(in_short(verb.text.summary)));
  }
  text += "\n" + reflowed("`coffer " + std::string(group) +
                          " VERB --help` tells what one takes, with an example.");
  return write_stdout(as_bytes(text));
}

}  // namespace coffer::tools
