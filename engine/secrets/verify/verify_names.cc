#include "secrets/verify/verify_names.h"

#include <algorithm>
#include <utility>

#include "secrets/rows/name_index.h"

namespace coffer::secrets {
namespace {

using storage::Table;

struct Child {
  format::PathHash hash;
  format::Name name;
};
using Children = std::unordered_map<format::PathHash, std::vector<Child>, HashOfHash>;

class Collector {
 public:
  Collector(const Reading& reading, std::vector<std::string>& problems)
      : reading_(reading), problems_(problems) {}

  Result<Owners> run() {
    COFFER_TRY(read_all());
    walk("", reading_.count(Count::top_names), 0);
    for (const DocumentKind kind : {DocumentKind::config, DocumentKind::spec}) list(kind);
    for (const auto& [hash, children] : children_)
      if (!children.empty()) problem("names", "a name belongs to no folder");
    return std::move(owners_);
  }

 private:
  void problem(std::string_view what, std::string_view text) {
    problems_.push_back(std::string(what) + ": " + std::string(text));
  }

  Result<void> read_all() {
    records::Rows cursor = COFFER_TRY(reading_.rows(Table::names));
    for (bool more = COFFER_TRY(cursor.first()); more; more = COFFER_TRY(cursor.next())) {
      const ByteView key = cursor.key();
      const auto plain =
          key.size() == format::kPairKeyBytes
              ? reading_.cipher().open_small(format::Domain::name, key, cursor.value())
              : Result<SecretBytes>(lost("a name has a key of the wrong size"));
      auto name = plain ? format::decode_name(plain->bytes()) : plain.error();
      if (!name) {
        problem("names", "a name cannot be read");
        continue;
      }
      format::PathHash folder;
      Child child{{}, std::move(*name)};
      std::copy_n(key.begin(), folder.size(), folder.begin());
      std::copy_n(key.begin() + format::kPathHashBytes, child.hash.size(), child.hash.begin());
      children_[folder].push_back(std::move(child));
    }
    return {};
  }

  std::vector<Child> take(const format::PathHash& folder) {
    const auto found = children_.find(folder);
    return found == children_.end() ? std::vector<Child>() : std::exchange(found->second, {});
  }

  void walk(const std::string& folder, std::uint64_t expected, unsigned depth) {
    const auto children = take(reading_.cipher().hash(format::Kind::folder, folder));
    if (children.size() != expected)
      problem(folder.empty() ? "the top" : folder + "/", "lacks names or has too many");
    for (const Child& child : children) {
      std::string path =
          folder.empty() ? child.name.component : folder + "/" + child.name.component;
      if (!child.name.folder) {
        owners_[child.hash] = {format::Kind::secret, std::move(path), child.name.head_revision};
      } else if (depth < format::kPathBytesMax) {
        walk(path, child.name.children, depth + 1);
      }
    }
  }

  void list(DocumentKind kind) {
    const char list_name = static_cast<char>(kind);
    const auto children =
        take(reading_.cipher().hash(format::Kind::document_list, {&list_name, 1}));
    if (children.size() != reading_.count(count_of_names(kind)))
      problem("documents", "a list lacks names or has too many");
    for (const Child& child : children)
      owners_[child.hash] = {static_cast<format::Kind>(kind), child.name.component};
  }

  const Reading& reading_;
  std::vector<std::string>& problems_;
  Children children_;
  Owners owners_;
};

}  // namespace

Result<Owners> collect_owners(const Reading& reading, std::vector<std::string>& problems) {
  return Collector(reading, problems).run();
}

void SecretRows::add_version(const format::VersionHeader& header) {
  const bool is_superseded = (header.flags & format::kFlagSuperseded) != 0;
  if (is_superseded != (rows_ != 0)) newest_is_lost_ = true;
  if (rows_ == 0) newest_ = header;
  ++rows_;
}

std::vector<std::string> SecretRows::problems(std::uint32_t head_revision) const {
  std::vector<std::string> found;
  if (newest_is_lost_) {
    found.emplace_back("has lost its newest version, or has an older one in its place");
    return found;
  }
  if (rows_ == 0 && head_revision == 0) {
    found.emplace_back("has lost its versions");
  } else if (rows_ != 0 && head_revision != 0) {
    found.emplace_back("has a name record that is older than its first version");
  } else if (rows_ != 0 && rows_ != std::uint64_t{1} + newest_.older_versions) {
    found.emplace_back("has lost versions, or has too many");
  }
  const std::uint64_t told = rows_ != 0 ? newest_.head_revision : head_revision;
  if (told != head_) found.emplace_back("its metadata is not its latest");
  return found;
}

}  // namespace coffer::secrets
