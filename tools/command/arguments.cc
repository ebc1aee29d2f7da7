#include "tools/command/arguments.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "text/ascii.h"

namespace coffer::tools {
namespace {

// An option's name cannot begin with a control character, so a token is never taken for one.
constexpr char kTokenMark = '\x01';

bool is_option(std::string_view text) { return text.size() > 1 && text.front() == '-'; }

// A negative number looks like an option, and is none.
bool is_value(std::string_view text) { return !is_option(text) || ascii::is_digit(text[1]); }

bool takes_a_value(std::string_view option) {
  return option == "--store" || option == "--key" || option == "--format" || option == "--actor" ||
         option == "--reason" || option == "--receipts" || option == "--anchor";
}

}  // namespace

Arguments::Arguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) rest_.push_back(argv[i]);
}

std::optional<std::string_view> Arguments::take_word() {
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    const std::string_view text = rest_[i];
    if (text == "--") break;
    if (takes_a_value(text)) {
      ++i;
    } else if (!is_option(text)) {
      rest_.erase(rest_.begin() + static_cast<std::ptrdiff_t>(i));
      return text;
    }
  }
  return std::nullopt;
}

bool Arguments::has(std::string_view short_option, std::string_view long_option) const {
  for (const std::string_view text : rest_) {
    if (text == "--") return false;
    if (text == short_option || text == long_option) return true;
  }
  return false;
}

std::vector<NamedWord> Arguments::take_named(std::string_view option) {
  std::vector<NamedWord> taken;
  std::vector<char*> left;
  const auto has_next = [this](std::size_t i) {
    return i + 1 < rest_.size() && is_value(rest_[i + 1]);
  };
  std::size_t i = 0;
  for (; i < rest_.size() && std::strcmp(rest_[i], "--") != 0; ++i) {
    const std::string_view word = rest_[i];
    const bool is_joined =
        word.starts_with(option) && word.size() > option.size() && word[option.size()] == '=';
    if (!is_joined && (word != option || !has_next(i))) {
      left.push_back(rest_[i]);
      continue;
    }
    NamedWord named;
    named.name = is_joined ? word.substr(option.size() + 1) : std::string_view(rest_[++i]);
    if (has_next(i)) {
      char* value = rest_[++i];
      named.value = SecretBytes::copy_of(std::string_view(value));
      std::memset(value, 'x', named.value->size());
    }
    taken.push_back(std::move(named));
  }
  left.insert(left.end(), rest_.begin() + static_cast<std::ptrdiff_t>(i), rest_.end());
  rest_ = std::move(left);
  return taken;
}

void Arguments::words_are_secret() { secret_ = true; }

void Arguments::split_command() {
  takes_command_ = true;
  const auto dashes = std::find_if(rest_.begin(), rest_.end(),
                                   [](const char* text) { return std::strcmp(text, "--") == 0; });
  if (dashes == rest_.end()) return;
  command_words_.assign(dashes + 1, rest_.end());
  command_words_.push_back(nullptr);
  command_ = command_words_.data();
  rest_.erase(dashes, rest_.end());
}

std::string Arguments::make_token(char* text, std::size_t size) {
  Word word;
  if (secret_) {
    word.secret = SecretBytes::copy_of(std::string_view(text, size));
    // The field's name may stay visible: it says what kind of command runs, not what the value is.
    const void* equals = std::memchr(text, '=', size);
    if (equals != nullptr) {
      char* value = text + (static_cast<const char*>(equals) - text) + 1;
      std::memset(value, 'x', static_cast<std::size_t>(text + size - value));
    }
  } else {
    word.plain = std::string_view(text, size);
  }
  words_.push_back(std::move(word));
  return kTokenMark + std::to_string(words_.size() - 1);
}

std::vector<std::string> Arguments::tokens() {
  std::vector<std::string> tokens;
  bool options_end = false;
  for (char* text : rest_) {
    const std::size_t size = std::strlen(text);
    const std::string_view view(text, size);
    if (options_end || !is_option(view)) {
      tokens.push_back(make_token(text, size));
    } else if (view == "--") {
      options_end = true;
      tokens.emplace_back("--");
    } else if (const std::size_t equals = view.find('='); equals != std::string_view::npos) {
      std::string token(view.substr(0, equals + 1));
      const std::size_t begin = equals + 1;
      tokens.push_back(token + make_token(text + begin, size - begin));
      if (secret_) std::memset(text + begin, 'x', size - begin);
    } else {
      tokens.emplace_back(view);
    }
  }
  return tokens;
}

std::string_view Arguments::text(std::string_view token) const {
  // The parser takes negative numbers for values, so they come here as they were typed.
  if (token.empty() || token.front() != kTokenMark) return token;
  std::size_t index = 0;
  for (const char digit : token.substr(1))
    index = index * 10 + static_cast<std::size_t>(digit - '0');
  COFFER_CHECK(index < words_.size());
  const Word& word = words_[index];
  return word.secret.empty() ? word.plain : word.secret.text();
}

SecretBytes Arguments::secret(std::string_view token) const {
  return SecretBytes::copy_of(text(token));
}

Format Arguments::format_asked() const {
  std::string_view asked;
  if (const char* set = std::getenv("COFFER_FORMAT")) asked = set;
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    const std::string_view text = rest_[i];
    constexpr std::string_view kOption = "--format=";
    if (text == "--") break;
    if (text == "--format" && i + 1 < rest_.size()) asked = rest_[i + 1];
    if (text.starts_with(kOption)) asked = text.substr(kOption.size());
  }
  return asked == "json" ? Format::json : Format::table;
}

}  // namespace coffer::tools
