#include "tools/products/dataos/manifest_files.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "tools/command/streams/input.h"
#include "tools/exchange/input_document.h"
#include "tools/exchange/yaml/yaml.h"
#include "tools/products/dataos/interpolation.h"

namespace coffer::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 10'000;

bool is_manifest(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

Error cannot_list(const std::string& folder, const std::error_code& why) {
  return Error(ErrorCode::io, "cannot be listed")
      .about(Subject::Kind::file, folder)
      .with_errno(why.value());
}

template <typename Iterator>
Result<std::vector<std::string>> manifests_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code why;
  Iterator at(folder, why);
  for (; !why && at != Iterator(); at.increment(why)) {
    if (!is_manifest(at->path()) || at->is_directory()) continue;
    files.push_back(at->path().string());
    if (files.size() > kFilesMax) {
      return Error(ErrorCode::limit, "holds more manifests than one call takes")
          .about(Subject::Kind::file, folder)
          .with_number(kFilesMax);
    }
  }
  if (why) return cannot_list(folder, why);
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    return Error(ErrorCode::usage, "holds no manifest: no .yaml and no .yml file",
                 "-R looks into folders below it")
        .about(Subject::Kind::file, folder);
  }
  return files;
}

Result<std::vector<std::string>> files_of(const ManifestWords& words) {
  std::vector<std::string> files;
  for (const std::string& word : words.files) {
    std::error_code ignored;
    if (word == "-" || !fs::is_directory(word, ignored)) {
      files.push_back(word);
      continue;
    }
    const std::vector<std::string> inside =
        COFFER_TRY(words.recursive ? manifests_in<fs::recursive_directory_iterator>(word)
                                   : manifests_in<fs::directory_iterator>(word));
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

Result<void> read_file(const std::string& file, const ManifestWords& words,
                       std::vector<Resource>& resources) {
  const SecretBytes text = COFFER_TRY(read_input(file));
  const std::string name = file == "-" ? "standard input" : file;
  const std::size_t before = resources.size();
  std::size_t number = 0;
  for (const YamlDocument& document : COFFER_TRY(documents_from_yaml(text.text(), name))) {
    ManifestSource source;
    source.place =
        name + ":" + std::to_string(document.line) + " (document " + std::to_string(++number) + ")";
    source.folder = file == "-" ? std::string() : fs::path(file).parent_path().string();
    source.workspace = words.workspace;
    source.name_only = words.name_only;
    json::Document parsed = COFFER_TRY(parse_input(document.json.clone(), source.place));
    if (!words.as_it_is && !words.name_only) {
      parsed =
          COFFER_TRY(parse_input(COFFER_TRY(interpolated(parsed, source.place)), source.place));
    }
    resources.push_back(COFFER_TRY(read_resource(parsed, source)));
  }
  if (resources.size() != before) return {};
  return Error(ErrorCode::usage, "holds no document").about(Subject::Kind::file, name);
}

}  // namespace

Result<std::vector<Resource>> read_manifests(const ManifestWords& words) {
  if (words.files.empty()) {
    return Error(ErrorCode::usage, "no manifest is named",
                 "name one with -f FILE; `-` is standard "
                 "input");
  }
  std::vector<Resource> resources;
  for (const std::string& file : COFFER_TRY(files_of(words))) {
    COFFER_TRY(read_file(file, words, resources));
  }
  std::map<std::string, const Resource*> seen;
  bool any_workspace = false;
  for (const Resource& resource : resources) {
    any_workspace = any_workspace || !resource.workspace.empty();
    const auto [at, is_new] = seen.emplace(resource.path(), &resource);
    if (is_new) continue;
    return Error(ErrorCode::usage, "the same resource is in two documents",
                 "leave one of the two away")
        .about(Subject::Kind::file, at->second->place + " and " + resource.place);
  }
  if (words.workspace && !any_workspace) {
    return Error(ErrorCode::usage, "none of these resources belongs to a workspace",
                 "leave --workspace away")
        .about(Subject::Kind::name, "--workspace");
  }
  return resources;
}

}  // namespace coffer::tools
