#include "tests/config_maker/config_maker.h"

#include <algorithm>
#include <array>

#include "text/json.h"

namespace coffer::test {
namespace {

constexpr unsigned kDepthMax = 4;
constexpr unsigned kConfigDepthMax = 7;

// Keys that a path syntax would trip over, among ordinary ones.
const std::vector<std::string> kKeys = {
    "a", "password", "a.b", "a b",  "*",  "[0]", "'",        "",       "é",  "密码",
    "0", "m~n",      "x/y", "$ref", "\"", "@",   "_secrets", "(call)", "\\", "zz"};

std::string quoted(const std::string& text) { return json::quoted(text); }

void each_item(Item& item, const std::function<void(Item&)>& visit) {
  visit(item);
  for (auto& member : item.members) each_item(member.second, visit);
}

bool is_secret(const Item& item) {
  return item.shape != nullptr && item.shape->kind == Shape::Kind::secret;
}

void render_into(std::string& out, const Item& item, json::Pointer& pointer, const Dress& dress) {
  const std::string gap = item.spaces == 0 ? "" : item.spaces == 1 ? " " : "\n\t";
  if (is_secret(item) && dress && item.text != "null") {
    out += dress(json::print_pointer(pointer), item.text);
    return;
  }
  if (!item.text.empty()) {
    out += item.text;
    return;
  }
  out += item.list ? "[" : "{";
  std::size_t index = 0;
  for (const auto& [key, member] : item.members) {
    if (index != 0) out += "," + gap;
    if (!item.list) out += quoted(key) + gap + ":" + gap;
    pointer.push_back(item.list ? std::to_string(index) : key);
    render_into(out, member, pointer, dress);
    pointer.pop_back();
    ++index;
  }
  out += gap + (item.list ? "]" : "}");
}

}  // namespace

ConfigMaker::ConfigMaker(Tape& tape) : tape_(tape) {
  const unsigned definitions = tape_.pick(3);
  for (unsigned i = 0; i < definitions; ++i) {
    // A place first, so that a definition may refer to itself and to one that comes later.
    definitions_.push_back(&shapes_.emplace_back());
    definitions_.back()->kind = Shape::Kind::object;
  }
  for (Shape* each : definitions_) add_fields(*each, 1, 1);
  root_ = &shapes_.emplace_back();
  root_->kind = Shape::Kind::object;
  add_fields(*root_, 0, 1);
  // At least one, or nothing is tested.
  root_->fields.push_back(
      {"certain", leaf(Shape::Kind::secret), Shape::Word::properties, 0, false});

  std::string text = "{\"definitions\":{";
  for (std::size_t i = 0; i < definitions_.size(); ++i)
    text += (i == 0 ? "\"d" : ",\"d") + std::to_string(i) + "\":" + schema(*definitions_[i]);
  spec_ = text + "}," + schema(*root_).substr(1);
}

Shape* ConfigMaker::leaf(Shape::Kind kind) {
  Shape& shape = shapes_.emplace_back();
  shape.kind = kind;
  shape.variant = tape_.pick(16);
  return &shape;
}

Shape* ConfigMaker::make_shape(unsigned depth) {
  static constexpr std::array<Shape::Kind, 12> kKinds = {
      Shape::Kind::secret, Shape::Kind::plain, Shape::Kind::object, Shape::Kind::list,
      Shape::Kind::secret, Shape::Kind::map,   Shape::Kind::list,   Shape::Kind::branches,
      Shape::Kind::tuple,  Shape::Kind::list,  Shape::Kind::object, Shape::Kind::reference};
  Shape::Kind kind = kKinds[tape_.pick(12)];
  if (depth >= kDepthMax || (kind == Shape::Kind::reference && definitions_.empty()))
    kind = tape_.one_in(3) ? Shape::Kind::plain : Shape::Kind::secret;
  Shape* shape = leaf(kind);
  switch (kind) {
    case Shape::Kind::object: add_fields(*shape, depth + 1, 1); break;
    case Shape::Kind::branches: add_fields(*shape, depth + 1, 2 + tape_.pick(2)); break;
    case Shape::Kind::map:
    case Shape::Kind::list: shape->inner.push_back(make_shape(depth + 1)); break;
    case Shape::Kind::tuple:
      for (unsigned i = 0; i < 2; ++i) shape->inner.push_back(make_shape(depth + 1));
      break;
    case Shape::Kind::reference:
      shape->target = tape_.pick(static_cast<unsigned>(definitions_.size()));
      break;
    default: break;
  }
  return shape;
}

void ConfigMaker::add_fields(Shape& shape, unsigned depth, unsigned branches) {
  std::vector<std::string> used = {"on"};
  for (unsigned branch = 0; branch < branches; ++branch) {
    const unsigned count = 1 + tape_.pick(4);
    for (unsigned i = 0; i < count; ++i) {
      Shape::Field field;
      field.key = kKeys[tape_.pick(static_cast<unsigned>(kKeys.size()))];
      if (std::find(used.begin(), used.end(), field.key) != used.end()) continue;
      used.push_back(field.key);
      field.shape = make_shape(depth);
      field.word = static_cast<Shape::Word>(tape_.pick(6));
      // Only a name without anything special in it is written as a pattern.
      if (field.word == Shape::Word::pattern && field.key != "password" && field.key != "zz")
        field.word = Shape::Word::properties;
      if (branches > 1) field.word = Shape::Word::properties;
      field.branch = branch;
      field.optional = tape_.one_in(3);
      shape.fields.push_back(field);
    }
  }
}

std::string ConfigMaker::schema(const Shape& shape) const {
  static constexpr std::array<const char*, 4> kPlain = {
      "{}", R"({"type":"string"})", "true", R"({"type":["null","string","integer"],"title":"t"})"};
  static constexpr std::array<const char*, 4> kSecret = {
      R"({"airbyte_secret":true})", R"({"type":"string","airbyte_secret":true})",
      R"({"title":"s","airbyte_secret":true,"minLength":0})",
      R"({"type":["string","null","object"],"airbyte_secret":true,"examples":["hush"]})"};
  switch (shape.kind) {
    case Shape::Kind::plain: return kPlain[shape.variant % 4];
    case Shape::Kind::secret: return kSecret[shape.variant % 4];
    case Shape::Kind::object: return object_schema(shape);
    case Shape::Kind::branches: return branches_schema(shape);
    case Shape::Kind::map: return R"({"additionalProperties":)" + schema(*shape.inner[0]) + "}";
    case Shape::Kind::list:
      return (shape.variant % 2 == 0 ? R"({"type":"array","items":)" : R"({"items":)") +
             schema(*shape.inner[0]) + "}";
    case Shape::Kind::tuple:
      return (shape.variant % 2 == 0 ? R"({"items":[)" : R"({"prefixItems":[)") +
             schema(*shape.inner[0]) + "," + schema(*shape.inner[1]) + "]}";
    case Shape::Kind::reference:
      return R"({"$ref":"#/definitions/d)" + std::to_string(shape.target) + "\"}";
  }
  return "{}";
}

std::string ConfigMaker::object_schema(const Shape& shape) const {
  std::array<std::string, 6> groups;
  for (const Shape::Field& field : shape.fields) {
    std::string& group = groups[static_cast<std::size_t>(field.word)];
    const bool pattern = field.word == Shape::Word::pattern;
    group += (group.empty() ? "" : ",") + quoted(pattern ? "^" + field.key + "$" : field.key) +
             ":" + schema(*field.shape);
  }
  const auto nested = [&](Shape::Word word, const char* before, const char* after) {
    const std::string& group = groups[static_cast<std::size_t>(word)];
    return group.empty() ? std::string()
                         : "," + (before + (R"({"properties":{)" + group + "}}")) + after;
  };
  std::string out = R"({"type":"object")";
  out += R"(,"properties":{"on":{"type":"boolean"})";
  const std::string& direct = groups[0];
  out += (direct.empty() ? "" : ",") + direct + "}";
  out += nested(Shape::Word::all_of, R"("allOf":[{},)", "]");
  out += nested(Shape::Word::any_of, R"("anyOf":[)", R"(,{"type":"null"}])");
  out += nested(Shape::Word::then, R"("if":{"properties":{"on":{"const":true}}},"then":)", "");
  out += nested(Shape::Word::dependent, R"("dependentSchemas":{"on":)", "}");
  const std::string& pattern = groups[static_cast<std::size_t>(Shape::Word::pattern)];
  if (!pattern.empty()) out += R"(,"patternProperties":{)" + pattern + "}";
  return out + "}";
}

std::string ConfigMaker::branches_schema(const Shape& shape) const {
  unsigned last = 0;
  for (const Shape::Field& field : shape.fields) last = std::max(last, field.branch);
  std::string out = shape.variant % 2 == 0 ? R"({"oneOf":[)" : R"({"anyOf":[)";
  for (unsigned branch = 0; branch <= last; ++branch) {
    out += (branch == 0 ? "" : ",");
    out += R"({"type":"object","required":["on"],"properties":{"on":{"const":"b)" +
           std::to_string(branch) + "\"}";
    for (const Shape::Field& field : shape.fields) {
      if (field.branch == branch) out += "," + quoted(field.key) + ":" + schema(*field.shape);
    }
    out += "}}";
  }
  return out + "]}";
}

Item ConfigMaker::make_config() { return make_item(*root_, 0); }

Item ConfigMaker::make_item(const Shape& shape, unsigned depth) {
  Item item;
  item.shape = &shape;
  if (shape.kind == Shape::Kind::reference) return make_item(*definitions_[shape.target], depth);
  if (shape.kind == Shape::Kind::plain) item.text = plain_text(shape.variant % 4);
  if (shape.kind == Shape::Kind::secret) item.text = secret_text(shape.variant % 4);
  if (item.text.empty()) {
    item.spaces = tape_.pick(4);
    fill_members(item, depth + 1);
  }
  return item;
}

void ConfigMaker::fill_members(Item& item, unsigned depth) {
  const Shape& shape = *item.shape;
  const auto scalar = [](std::string text) {
    Item leaf;
    leaf.text = std::move(text);
    return leaf;
  };
  item.list = shape.kind == Shape::Kind::list || shape.kind == Shape::Kind::tuple;
  if (shape.kind == Shape::Kind::branches && !shape.fields.empty()) {
    item.branch = shape.fields[tape_.pick(static_cast<unsigned>(shape.fields.size()))].branch;
    item.members.emplace_back("on", scalar("\"b" + std::to_string(item.branch) + "\""));
  }
  if (shape.kind == Shape::Kind::object) item.members.emplace_back("on", scalar("true"));
  for (const Shape::Field& field : shape.fields) {
    if (field.branch != item.branch) continue;
    const bool too_deep = depth > kConfigDepthMax && field.shape->kind > Shape::Kind::secret;
    if (too_deep || (field.optional && tape_.one_in(2))) continue;
    item.members.emplace_back(field.key, make_item(*field.shape, depth));
  }
  if (shape.kind == Shape::Kind::tuple) {
    for (const Shape* each : shape.inner) item.members.emplace_back("", make_item(*each, depth));
  }
  if (shape.kind != Shape::Kind::list && shape.kind != Shape::Kind::map) return;
  const unsigned count = tape_.pick(4);
  for (unsigned i = 0; i < count && depth <= kConfigDepthMax; ++i) {
    const std::string key = item.list ? "" : kKeys[i * 3 + 1];
    item.members.emplace_back(key, make_item(*shape.inner[0], depth));
  }
}

// Of the kinds that the schema of that variant admits: see schema().
std::string ConfigMaker::plain_text(unsigned variant) {
  const unsigned kinds = variant == 1 ? 3 : variant == 3 ? 5 : 7;
  switch (tape_.pick(kinds)) {
    case 0: return "\"plain\"";
    case 1: return "\"n" + std::to_string(++counter_) + "\"";
    case 2: return "\"*********\"";
    case 3: return "null";
    case 4: return std::to_string(++counter_);
    case 5: return "1.50";
    default: return "[1, {\"k\":false}]";
  }
}

std::string ConfigMaker::secret_text(unsigned variant) {
  const std::string mark = std::string(kMark) + std::to_string(++counter_) + ".";
  const unsigned kinds = variant == 1 ? 7 : variant == 3 ? 11 : 16;
  switch (tape_.pick(kinds)) {
    case 1: return "\"" + mark + "\\u00e9\\n\"";
    case 2: return "\"\"";
    case 3: return "\"  \"";
    case 4: return "\"same " + std::string(kMark) + "0.\"";  // At several places at once.
    case 7: return "null";
    case 8: return "{\"k\": \"" + mark + "\",\"e\":\"secret_coordinate::x\"}";
    case 9: return "{\"" + mark + "\":null}";
    case 10: return "{}";
    case 11: return "[ \"" + mark + "\",1.0]";
    case 12: return "7000" + std::to_string(counter_) + ".50";
    case 13: return "true";
    default: return "\"" + mark + "\"";
  }
}

void ConfigMaker::change_list(Item& list, unsigned depth) {
  auto& members = list.members;
  const unsigned count = static_cast<unsigned>(members.size());
  switch (tape_.pick(4)) {
    case 0:
      if (count > 1) std::rotate(members.begin(), members.begin() + 1, members.end());
      break;
    case 1:
      if (count > 0) members.erase(members.begin() + tape_.pick(count));
      break;
    case 2:
      if (count > 1) std::swap(members[tape_.pick(count)], members[tape_.pick(count)]);
      break;
    default:
      members.insert(members.begin() + (count == 0 ? 0 : tape_.pick(count)),
                     {"", make_item(*list.shape->inner[0], depth)});
      break;
  }
}

void ConfigMaker::change(Item& config) {
  std::vector<Item*> secret_items, lists, others;
  each_item(config, [&](Item& item) {
    if (is_secret(item)) secret_items.push_back(&item);
    if (item.shape == nullptr) return;
    if (item.shape->kind == Shape::Kind::list) lists.push_back(&item);
    if (&item != &config && item.shape->kind > Shape::Kind::secret) others.push_back(&item);
  });
  const auto one_of = [&](const std::vector<Item*>& items) {
    return items[tape_.pick(static_cast<unsigned>(items.size()))];
  };
  const unsigned what = tape_.pick(5);
  if (what == 4 && !others.empty()) {
    Item* item = one_of(others);
    *item = make_item(*item->shape, 3);
  } else if (what >= 2 && !lists.empty()) {
    change_list(*one_of(lists), 3);
  } else if (!secret_items.empty()) {
    Item* item = one_of(secret_items);
    item->text = secret_text(item->shape->variant % 4);
  }
}

std::string ConfigMaker::render(const Item& config, const Dress& dress) {
  std::string out;
  json::Pointer pointer;
  render_into(out, config, pointer, dress);
  return out;
}

std::vector<std::pair<std::string, std::string>> ConfigMaker::secrets(const Item& config) {
  std::vector<std::pair<std::string, std::string>> out;
  render(config, [&](const std::string& pointer, const std::string& text) {
    out.emplace_back(pointer, text);
    return text;
  });
  return out;
}

}  // namespace coffer::test
