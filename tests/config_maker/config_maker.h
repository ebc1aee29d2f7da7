// Specs, configs valid under them, and changes to such configs, made from a tape of choices:
// the same tape makes the same. A short tape makes something simple, so that a failing one can
// be shrunk, by rapidcheck as by a fuzzer.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::test {

class Tape {
 public:
  explicit Tape(std::vector<std::uint8_t> choices) : choices_(std::move(choices)) {}
  /// Below `count`; 0 when the tape has run out.
  unsigned pick(unsigned count) {
    if (at_ >= choices_.size()) return 0;
    return choices_[at_++] % count;
  }
  bool one_in(unsigned count) { return pick(count) + 1 == count; }
  bool done() const { return at_ >= choices_.size(); }

 private:
  std::vector<std::uint8_t> choices_;
  std::size_t at_ = 0;
};

/// What may stand at a place, and how a spec says so.
struct Shape {
  enum class Kind : std::uint8_t { plain, secret, object, map, list, tuple, branches, reference };
  /// By which word of the spec a member is declared; the config looks the same.
  enum class Word : std::uint8_t { properties, all_of, any_of, then, dependent, pattern };
  struct Field {
    std::string key;
    Shape* shape = nullptr;
    Word word = Word::properties;
    unsigned branch = 0;
    bool optional = false;
  };
  Kind kind = Kind::plain;
  unsigned variant = 0;
  std::vector<Field> fields;  ///< Of an object, of branches (each in its branch).
  std::vector<Shape*> inner;  ///< Of a map or a list one; of a tuple several.
  unsigned target = 0;        ///< Of a reference: which definition.
};

struct Member;

/// A value that stands at a place.
struct Item {
  const Shape* shape = nullptr;
  std::string text;  ///< Of a leaf, as JSON.
  bool list = false;
  unsigned branch = 0;
  unsigned spaces = 0;
  std::vector<Member> members;
};

struct Member {
  Member(std::string key, Item item) : first(std::move(key)), second(std::move(item)) {}
  std::string first;  ///< Its key; of a list's empty.
  Item second;
};

/// What a document shows in the place of a secret.
using Dress = std::function<std::string(const std::string& pointer, const std::string& text)>;

class ConfigMaker {
 public:
  explicit ConfigMaker(Tape& tape);

  const std::string& spec() const { return spec_; }
  Item make_config();
  /// Changes a secret, a list, or whatever stands somewhere.
  void change(Item& config);
  /// The document; `dress`, if given, says what stands for each secret that is not null.
  static std::string render(const Item& config, const Dress& dress = {});
  /// Secrets that are not null: pointer and exact text.
  static std::vector<std::pair<std::string, std::string>> secrets(const Item& config);

  /// In every secret that can be told from other texts, and in nothing else.
  static constexpr std::string_view kMark = "hush-";

 private:
  Shape* make_shape(unsigned depth);
  Shape* leaf(Shape::Kind kind);
  void add_fields(Shape& shape, unsigned depth, unsigned branches);
  std::string schema(const Shape& shape) const;
  std::string object_schema(const Shape& shape) const;
  std::string branches_schema(const Shape& shape) const;
  Item make_item(const Shape& shape, unsigned depth);
  void fill_members(Item& item, unsigned depth);
  std::string plain_text(unsigned variant);
  std::string secret_text(unsigned variant);
  void change_list(Item& list, unsigned depth);

  Tape& tape_;
  std::deque<Shape> shapes_;
  std::vector<Shape*> definitions_;
  Shape* root_ = nullptr;
  std::string spec_;
  unsigned counter_ = 0;
};

}  // namespace coffer::test
