#include "tools/products/vdk/overlay_file.h"

#include "text/json.h"
#include "tools/exchange/input_document.h"
#include "tools/exchange/yaml/yaml.h"

namespace coffer::tools {
namespace {

class JsonSettings : public OverlayFile {
 public:
  JsonSettings(json::Document document, bool as_yaml)
      : document_(std::move(document)), as_yaml_(as_yaml), splice_(document_) {
    for (json::NodeId node = document_.first_child(0); node != json::kNoNode;
         node = document_.next_sibling(node)) {
      if (document_.type(node) == json::Type::object) {
        add_section(node);
      } else {
        add("", node);
      }
    }
  }

  Result<void> set(const Overlaid& value) override {
    splice_.replace(nodes_[value.setting], value.json.clone());
    return {};
  }

  Result<SecretBytes> text() override {
    SecretBytes json = std::move(splice_).text();
    if (!as_yaml_) return json;
    SecretBytes yaml;
    append_yaml(yaml, COFFER_TRY(json::Document::parse(std::move(json))));
    return yaml;
  }

 private:
  void add_section(json::NodeId section) {
    for (json::NodeId node = document_.first_child(section); node != json::kNoNode;
         node = document_.next_sibling(node))
      add(document_.key(section), node);
  }
  void add(std::string_view section, json::NodeId node) {
    settings_.push_back({std::string(section), std::string(document_.key(node))});
    nodes_.push_back(node);
  }

  json::Document document_;
  bool as_yaml_;
  json::Splice splice_;
  std::vector<json::NodeId> nodes_;
};

std::string form_by_ending(const std::string& source) {
  for (const std::string_view ending : {".ini", ".cfg"})
    if (source.ends_with(ending)) return "ini";
  for (const std::string_view ending : {".yaml", ".yml"})
    if (source.ends_with(ending)) return "yaml";
  return source.ends_with(".json") ? "json" : "";
}

}  // namespace

Result<std::unique_ptr<OverlayFile>> read_json_settings(SecretBytes text, const std::string& source,
                                                        bool as_yaml) {
  json::Document document = COFFER_TRY(parse_input(std::move(text), source));
  if (document.type(0) != json::Type::object) {
    return Error(ErrorCode::usage, "is not an object of settings")
        .about(Subject::Kind::file, source);
  }
  return std::unique_ptr<OverlayFile>(std::make_unique<JsonSettings>(std::move(document), as_yaml));
}

Result<std::unique_ptr<OverlayFile>> read_overlay_file(const std::optional<std::string>& form,
                                                       SecretBytes text,
                                                       const std::string& source) {
  const std::string wanted = form.value_or(form_by_ending(source));
  if (wanted == "ini") return read_ini(std::move(text), source);
  if (wanted == "json") return read_json_settings(std::move(text), source, false);
  if (wanted == "yaml")
    return read_json_settings(COFFER_TRY(json_from_yaml(text.text(), source)), source, true);
  if (form) {
    return Error(ErrorCode::usage, "takes ini, json or yaml", "for example --as ini")
        .about(Subject::Kind::name, "--as");
  }
  return Error(ErrorCode::usage, "has a name that does not show the config's form",
               "say it: --as ini, --as json or --as yaml")
      .about(Subject::Kind::file, source);
}

}  // namespace coffer::tools
