// Names: a folder's hash, then a child's hash, then the sealed component. So a folder is
// one run of the table, and a thief sees how many children some folder has, not which.
#include <algorithm>
#include <cstring>

#include "secrets/engine_state.h"

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

// Where a folder's own name stands.
format::PairKey folder_key(const View::Impl& impl, std::string_view folder) {
  return format::pair_key(impl.cipher().hash(format::Kind::folder, parent_of(folder)),
                          impl.cipher().hash(format::Kind::folder, folder));
}

}  // namespace

Result<void> View::Impl::each_child(const format::PathHash& folder, std::uint64_t expected,
                                    const ChildVisit& visit) const {
  std::uint64_t found = 0;
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(txn, Table::names));
  for (bool more = COFFER_TRY(cursor.seek(folder)); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kPairKeyBytes ||
        std::memcmp(key.data(), folder.data(), folder.size()) != 0)
      break;
    const SecretBytes plain =
        COFFER_TRY(cipher().open_small(format::Domain::name, key, cursor.value()));
    ++found;
    if (!COFFER_TRY(visit(COFFER_TRY(format::decode_name(plain.bytes())), second_hash(key))))
      return {};
  }
  if (found != expected) return lost("a folder or a list lacks names, or has too many");
  return {};
}

std::uint64_t& View::Impl::names_of(DocumentKind kind) const {
  return kind == DocumentKind::config ? root->config_names : root->spec_names;
}

// Where there is no such folder, the nearest one above it is whole: so it was not lost with its
// name.
Result<std::uint64_t> View::Impl::names_in(std::string_view folder) const {
  if (folder.empty()) return root->top_names;
  if (const auto name = COFFER_TRY(name_at(folder_key(*this, folder)))) return name->children;
  const std::string_view parent = parent_of(folder);
  const std::uint64_t siblings = COFFER_TRY(names_in(parent));
  COFFER_TRY(each_child(
      cipher().hash(format::Kind::folder, parent), siblings,
      [](const format::Name&, const format::PathHash&) -> Result<bool> { return true; }));
  return std::uint64_t{0};
}

Result<void> View::each_document(
    DocumentKind kind, const std::function<Result<void>(const std::string& id)>& visit) const {
  const char list_name = static_cast<char>(kind);
  const format::PathHash hash = impl_->cipher().hash(format::Kind::document_list, {&list_name, 1});
  return impl_->each_child(hash, impl_->names_of(kind),
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

Result<std::optional<format::Name>> View::Impl::find_name(std::string_view path) const {
  const format::PathHash folder = cipher().hash(format::Kind::folder, parent_of(path));
  const format::PathHash child = cipher().hash(format::Kind::secret, path);
  const format::PairKey key = format::pair_key(folder, child);
  auto name = COFFER_TRY(name_at(key));
  if (name && (name->folder || name->component != component_of(path)))
    return lost("a name's record belongs to another name");
  return name;
}

Result<std::optional<format::Name>> View::Impl::name_at(const format::PairKey& key) const {
  const auto sealed = COFFER_TRY(txn.get(Table::names, key));
  if (!sealed) return std::optional<format::Name>();
  const SecretBytes plain = COFFER_TRY(cipher().open_small(format::Domain::name, key, *sealed));
  return std::optional<format::Name>(COFFER_TRY(format::decode_name(plain.bytes())));
}

Result<void> View::Impl::put_name(const format::PairKey& key, const format::Name& name) {
  return put_small(Table::names, key, format::Domain::name, format::encode_name(name).bytes());
}

// The secret's own name, then every folder above it that is not there yet; the first one that is
// counts one name more.
Result<void> View::Impl::add_secret_name(std::string_view path, std::int64_t created_at_ms,
                                         std::uint32_t head_revision) {
  format::Name name{false, std::string(component_of(path)),
                    created_at_ms != 0 ? created_at_ms : now_ms(), 0, head_revision};
  format::PathHash child = cipher().hash(format::Kind::secret, path);
  for (std::string_view at = path;;) {
    const std::string_view parent = parent_of(at);
    const format::PathHash folder = cipher().hash(format::Kind::folder, parent);
    const format::PairKey key = format::pair_key(folder, child);
    if (COFFER_TRY(txn.get(Table::names, key))) return lost("a name is there without its secret");
    COFFER_TRY(put_name(key, name));
    if (parent.empty()) {
      ++root->top_names;
      return {};
    }
    if (auto above = COFFER_TRY(name_at(folder_key(*this, parent)))) {
      ++above->children;
      return put_name(folder_key(*this, parent), *above);
    }
    name = {true, std::string(component_of(parent)), 0, 1, 0};
    at = parent;
    child = folder;
  }
}

// The name, then every folder above it that has no other child.
Result<void> View::Impl::remove_secret_name(std::string_view path) {
  format::PathHash child = cipher().hash(format::Kind::secret, path);
  for (std::string_view at = path;;) {
    const std::string_view parent = parent_of(at);
    const format::PathHash folder = cipher().hash(format::Kind::folder, parent);
    if (!COFFER_TRY(remove_small(Table::names, format::pair_key(folder, child))))
      return lost("a secret or a folder has lost its name");
    if (parent.empty()) {
      if (root->top_names == 0) return lost("the store has lost count of its names");
      --root->top_names;
      return {};
    }
    auto above = COFFER_TRY(name_at(folder_key(*this, parent)));
    if (!above) return lost("a folder has lost its name");
    if (--above->children != 0) return put_name(folder_key(*this, parent), *above);
    at = parent;
    child = folder;
  }
}

Result<void> View::Impl::tell_name(std::string_view path, std::uint32_t head_revision) {
  auto name = COFFER_TRY(find_name(path));
  if (!name) return lost("a secret has lost its name");
  name->head_revision = head_revision;
  return put_name(format::pair_key(cipher().hash(format::Kind::folder, parent_of(path)),
                                   cipher().hash(format::Kind::secret, path)),
                  *name);
}

}  // namespace coffer::secrets
