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

}  // namespace

Result<void> View::Impl::each_child(
    const format::PathHash& folder,
    const std::function<Result<bool>(const format::Name&, const format::PathHash&)>& visit) const {
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(txn, Table::names));
  for (bool more = COFFER_TRY(cursor.seek(folder)); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kPairKeyBytes ||
        std::memcmp(key.data(), folder.data(), folder.size()) != 0)
      break;
    const SecretBytes plain =
        COFFER_TRY(cipher().open_small(format::Domain::name, key, cursor.value()));
    if (!COFFER_TRY(visit(COFFER_TRY(format::decode_name(plain.bytes())), second_hash(key)))) break;
  }
  return {};
}

Result<void> View::each_document(
    DocumentKind kind, const std::function<Result<void>(const std::string& id)>& visit) const {
  const char list_name = static_cast<char>(kind);
  const format::PathHash hash = impl_->cipher().hash(format::Kind::document_list, {&list_name, 1});
  return impl_->each_child(hash,
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
  const auto sealed = COFFER_TRY(txn.get(Table::names, key));
  if (!sealed) return std::optional<format::Name>();
  const SecretBytes plain = COFFER_TRY(cipher().open_small(format::Domain::name, key, *sealed));
  auto name = COFFER_TRY(format::decode_name(plain.bytes()));
  if (name.folder || name.component != component_of(path))
    return Error{ErrorCode::corrupt, "a name's record belongs to another name"};
  return std::optional<format::Name>(std::move(name));
}

// The secret's own name, then every folder above it that is not there yet.
Result<void> View::Impl::add_secret_name(std::string_view path, std::int64_t created_at_ms) {
  const std::int64_t created = created_at_ms != 0 ? created_at_ms : now_ms();
  format::PathHash child = cipher().hash(format::Kind::secret, path);
  bool is_folder = false;
  for (std::string_view at = path;;) {
    const std::string_view parent = parent_of(at);
    const format::PairKey key =
        format::pair_key(cipher().hash(format::Kind::folder, parent), child);
    if (COFFER_TRY(txn.get(Table::names, key))) return {};
    const SecretBytes name =
        format::encode_name({is_folder, std::string(component_of(at)), is_folder ? 0 : created});
    COFFER_TRY(put_small(Table::names, key, format::Domain::name, name.bytes()));
    if (parent.empty()) return {};
    at = parent;
    child = cipher().hash(format::Kind::folder, at);
    is_folder = true;
  }
}

// The name, then every folder above it that has no other child.
Result<void> View::Impl::remove_secret_name(std::string_view path) {
  format::PathHash child = cipher().hash(format::Kind::secret, path);
  for (std::string_view at = path;;) {
    const std::string_view parent = parent_of(at);
    const format::PathHash folder = cipher().hash(format::Kind::folder, parent);
    COFFER_TRY(remove_small(Table::names, format::pair_key(folder, child)));
    if (parent.empty()) return {};
    storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(txn, Table::names));
    const bool more = COFFER_TRY(cursor.seek(folder));
    if (more && cursor.key().size() == format::kPairKeyBytes &&
        std::memcmp(cursor.key().data(), folder.data(), folder.size()) == 0)
      return {};
    at = parent;
    child = folder;
  }
}

}  // namespace coffer::secrets
