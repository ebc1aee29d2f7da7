// Names: the key is a folder's hash and a child's hash, the value is the sealed component. So the
// rows of a folder are adjacent, and a thief learns how many children a folder has, but no name.
#include "secrets/rows/name_index.h"

#include <algorithm>
#include <cstring>

namespace coffer::secrets {
namespace {

using storage::Table;

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}
std::string_view component_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

format::PathHash second_hash(ByteView pair) {
  format::PathHash hash;
  std::memcpy(hash.data(), pair.data() + hash.size(), hash.size());
  return hash;
}

// The key of a folder's own name.
format::PairKey folder_key(const Reading& reading, std::string_view folder) {
  return format::pair_key(reading.cipher().hash(format::Kind::folder, parent_of(folder)),
                          reading.cipher().hash(format::Kind::folder, folder));
}

Result<std::optional<format::Name>> name_at(const Reading& reading, const format::PairKey& key) {
  const auto sealed = COFFER_TRY(reading.get(Table::names, key));
  if (!sealed) return std::optional<format::Name>();
  const SecretBytes plain =
      COFFER_TRY(reading.cipher().open_small(format::Domain::name, key, *sealed));
  return std::optional<format::Name>(COFFER_TRY(format::decode_name(plain.bytes())));
}

}  // namespace

Count count_of_names(DocumentKind kind) {
  return kind == DocumentKind::config ? Count::config_names : Count::spec_names;
}

Result<void> each_child(const Reading& reading, const format::PathHash& folder,
                        std::uint64_t expected, const ChildVisit& visit) {
  std::uint64_t found = 0;
  records::Rows cursor = COFFER_TRY(reading.rows(Table::names));
  for (bool more = COFFER_TRY(cursor.seek(folder)); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kPairKeyBytes ||
        std::memcmp(key.data(), folder.data(), folder.size()) != 0)
      break;
    const SecretBytes plain =
        COFFER_TRY(reading.cipher().open_small(format::Domain::name, key, cursor.value()));
    ++found;
    if (!COFFER_TRY(visit(COFFER_TRY(format::decode_name(plain.bytes())), second_hash(key))))
      return {};
  }
  if (found != expected)
    return lost("names in a folder or list are missing, or there are too many");
  return {};
}

// If the folder does not exist, checks that no name is missing in the nearest folder above: so the
// folder was not lost.
Result<std::uint64_t> names_in(const Reading& reading, std::string_view folder) {
  if (folder.empty()) return reading.count(Count::top_names);
  if (const auto name = COFFER_TRY(name_at(reading, folder_key(reading, folder))))
    return name->children;
  const std::string_view parent = parent_of(folder);
  const std::uint64_t siblings = COFFER_TRY(names_in(reading, parent));
  COFFER_TRY(each_child(
      reading, reading.cipher().hash(format::Kind::folder, parent), siblings,
      [](const format::Name&, const format::PathHash&) -> Result<bool> { return true; }));
  return std::uint64_t{0};
}

Result<void> View::each_document(
    DocumentKind kind, const std::function<Result<void>(const std::string& id)>& visit) const {
  const char list_name = static_cast<char>(kind);
  const format::PathHash hash =
      reading_->cipher().hash(format::Kind::document_list, {&list_name, 1});
  return each_child(*reading_, hash, reading_->count(count_of_names(kind)),
                    [&](const format::Name& name, const format::PathHash&) -> Result<bool> {
                      COFFER_TRY(visit(name.component));
                      return true;
                    });
}

Result<std::vector<std::string>> View::list_documents(DocumentKind kind) const {
  std::vector<std::string> ids;
  COFFER_TRY(each_document(kind, [&](const std::string& id) -> Result<void> {
    ids.push_back(id);
    return {};
  }));
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<std::optional<format::Name>> find_name(const Reading& reading, std::string_view path) {
  const format::PathHash folder = reading.cipher().hash(format::Kind::folder, parent_of(path));
  const format::PathHash child = reading.cipher().hash(format::Kind::secret, path);
  const format::PairKey key = format::pair_key(folder, child);
  auto name = COFFER_TRY(name_at(reading, key));
  if (name && (name->folder || name->component != component_of(path)))
    return lost("a name's record belongs to another name");
  return name;
}

Result<void> put_name(Writing& writing, const format::PairKey& key, const format::Name& name) {
  return writing.put_small(Table::names, key, format::Domain::name,
                           format::encode_name(name).bytes());
}

// Adds the secret's own name, then the name of every missing folder above it; the first existing
// folder counts one more child.
Result<void> add_secret_name(Writing& writing, std::string_view path, std::int64_t created_at_ms,
                             std::uint32_t head_revision) {
  format::Name name{false, std::string(component_of(path)),
                    created_at_ms != 0 ? created_at_ms : writing.now_ms(), 0, head_revision};
  format::PathHash child = writing.cipher().hash(format::Kind::secret, path);
  for (std::string_view at = path;;) {
    const std::string_view parent = parent_of(at);
    const format::PathHash folder = writing.cipher().hash(format::Kind::folder, parent);
    const format::PairKey key = format::pair_key(folder, child);
    if (COFFER_TRY(writing.get(Table::names, key))) return lost("a name exists without its secret");
    COFFER_TRY(put_name(writing, key, name));
    if (parent.empty()) {
      writing.increase(Count::top_names);
      return {};
    }
    if (auto above = COFFER_TRY(name_at(writing, folder_key(writing, parent)))) {
      ++above->children;
      return put_name(writing, folder_key(writing, parent), *above);
    }
    name = {true, std::string(component_of(parent)), 0, 1, 0};
    at = parent;
    child = folder;
  }
}

// Removes the name, then every folder above it that has no other child.
Result<void> remove_secret_name(Writing& writing, std::string_view path) {
  format::PathHash child = writing.cipher().hash(format::Kind::secret, path);
  for (std::string_view at = path;;) {
    const std::string_view parent = parent_of(at);
    const format::PathHash folder = writing.cipher().hash(format::Kind::folder, parent);
    if (!COFFER_TRY(writing.remove_small(Table::names, format::pair_key(folder, child))))
      return lost("the name of a secret or a folder is missing");
    if (parent.empty()) return writing.decrease(Count::top_names);
    auto above = COFFER_TRY(name_at(writing, folder_key(writing, parent)));
    if (!above) return lost("a folder's name is missing");
    if (--above->children != 0) return put_name(writing, folder_key(writing, parent), *above);
    at = parent;
    child = folder;
  }
}

Result<void> tell_name(Writing& writing, std::string_view path, std::uint32_t head_revision) {
  auto name = COFFER_TRY(find_name(writing, path));
  if (!name) return lost("a secret's name is missing");
  name->head_revision = head_revision;
  return put_name(writing,
                  format::pair_key(writing.cipher().hash(format::Kind::folder, parent_of(path)),
                                   writing.cipher().hash(format::Kind::secret, path)),
                  *name);
}

}  // namespace coffer::secrets
