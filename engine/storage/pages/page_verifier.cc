#include "storage/pages/page_verifier.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <vector>

#include "storage/pages/page_layout.h"
#include "storage/pages/page_set.h"
#include "storage/pages/page_source.h"

namespace coffer::storage {
namespace pages {
namespace {

enum class Role : std::uint8_t { free_list, main, table };

// Keys of a subtree lie in [low, high); a null view is no bound.
struct Bounds {
  ByteView low;
  ByteView high;
};

// A tree during its walk: what its record promises, and what was counted so far.
struct TreeWalk {
  const Tree& tree;
  Role role;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
};

constexpr Literal kTouched("the data file changed while it was being checked");

// The walk. Each check returns false once it has set fault_, and everything stops there.
class Verifier {
 public:
  explicit Verifier(const PageSource& file) : file_(file) {}
  // The newest transaction, which must be `wanted` if that is given.
  Result<PageReport> run(std::optional<std::uint64_t> wanted);
  // Only what LMDB reads before its first transaction.
  Result<void> run_on_headers();

 private:
  bool fail(Literal text, std::uint64_t page) {
    fault_ = Error(ErrorCode::corrupt, text).with_number(page);
    return false;
  }
  // Null once fault_ is set.
  const std::uint8_t* read(std::uint64_t page, std::size_t size, PageSource::Room& room);

  bool read_metas();
  bool read_meta_header(std::uint64_t number);
  bool choose_meta(std::optional<std::uint64_t> wanted);
  bool check_newest(const Meta& meta);
  bool check_record(const Tree& tree, Role role, std::uint64_t page);
  bool walk_tree(const Tree& tree, Role role, std::uint64_t named_by);
  bool walk_page(TreeWalk& walk, std::uint64_t number, unsigned level, Bounds bounds);
  class Level;
  bool open_page(std::uint64_t number, std::uint16_t kind, const Level& level, Page& page);
  bool walk_branch(TreeWalk& walk, const Page& page, unsigned level, Bounds bounds);
  bool walk_leaf(TreeWalk& walk, const Page& page, Bounds bounds);
  bool check_branch_nodes(TreeWalk& walk, const Page& page, Bounds bounds);
  bool read_node(const Page& page, unsigned index, bool leaf, Node& node, std::size_t& used);
  bool check_key(Role role, const Page& page, ByteView key);
  bool check_value(TreeWalk& walk, const Page& page, const Node& node);
  bool open_run(TreeWalk& walk, const Page& page, const Node& node, ByteView& value);
  bool check_free_record(std::uint64_t page, ByteView key, ByteView ids);
  bool check_pages_past_end();

  // The buffer for one page on the way down, free again when the walk comes back up.
  class Level {
   public:
    explicit Level(Verifier& verifier) : verifier_(verifier), depth_(verifier.depth_++) {
      if (verifier.rooms_.size() <= depth_) verifier.rooms_.emplace_back();
    }
    ~Level() { --verifier_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    PageSource::Room& room() const { return verifier_.rooms_[depth_]; }

   private:
    Verifier& verifier_;
    std::size_t depth_;
  };

  const PageSource& file_;
  std::array<PageSource::Room, kMetaPages> meta_rooms_;
  std::array<const std::uint8_t*, kMetaPages> metas_{};
  std::vector<PageSource::Room> rooms_;
  std::size_t depth_ = 0;
  PageSource::Room run_room_;
  std::size_t page_size_ = kMetaBytes;  // Until the first meta page was read.
  std::size_t max_node_ = 0;
  std::uint64_t file_pages_ = 0;  // whole pages that can be read
  std::uint64_t last_page_ = 0;
  PageSet reached_;
  Cover cover_;
  std::vector<std::uint64_t> past_end_;  // free pages beyond the end of the file
  PageReport report_;
  std::optional<Error> fault_;
};

// LMDB's key order: bytewise, and a key sorts before any longer key that begins with it. The
// free list's keys are native numbers.
bool key_below(Role role, ByteView a, ByteView b) {
  if (role == Role::free_list) return load<std::uint64_t>(a.data()) < load<std::uint64_t>(b.data());
  const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
  return order != 0 ? order < 0 : a.size() < b.size();
}

const std::uint8_t* Verifier::read(std::uint64_t page, std::size_t size, PageSource::Room& room) {
  const std::uint8_t* bytes = file_.read(page * page_size_, size, room);
  if (bytes == nullptr) fault_ = Error(ErrorCode::busy, kTouched).with_number(page);
  return bytes;
}

bool Verifier::read_meta_header(std::uint64_t number) {
  const std::uint8_t* page = read(number, kMetaBytes, meta_rooms_[number]);
  if (page == nullptr) return false;
  metas_[number] = page;
  if (load<std::uint16_t>(page + kPageFlagsAt) != kMeta || load<std::uint64_t>(page) != number)
    return fail("not a meta page", number);
  if (load<std::uint32_t>(page + 16) != kMagic) return fail("not an LMDB data file", number);
  const auto version = load<std::uint32_t>(page + 20);
  if (version == 0) return fail("a meta page without a version", number);
  if (version != kDataVersion) {
    fault_ = Error(ErrorCode::too_new, "written by a newer LMDB").with_number(version);
    return false;
  }
  return true;
}

bool Verifier::read_metas() {
  if (file_.size() < kMetaBytes) return fail("the data file is too short", 0);
  if (!read_meta_header(0)) return false;
  page_size_ = load<std::uint32_t>(metas_[0] + 40);
  if (!std::has_single_bit(page_size_) || page_size_ < kMinPageSize || page_size_ > kMaxPageSize)
    return fail("a page size that LMDB cannot use", 0);
  // LMDB moves a larger value to an overflow run: two nodes must always fit into a page, or it
  // could not merge and split pages.
  max_node_ = (((page_size_ - kPageHeader) / 2) & ~std::size_t{1}) - sizeof(std::uint16_t);
  file_pages_ = file_.size() / page_size_;
  if (file_pages_ < kMetaPages) return fail("the data file is too short", 1);
  if (!read_meta_header(1)) return false;

  if (Meta(metas_[1]).free_list.pad != page_size_)
    return fail("the meta pages differ in page size", 1);
  return true;
}

bool Verifier::choose_meta(std::optional<std::uint64_t> wanted) {
  const Meta even(metas_[0]);
  const Meta odd(metas_[1]);
  // LMDB finds the newest meta page by the lowest bit of the transaction's number, so a number
  // on the wrong page would lead it to trees that were not checked. Only a store without any
  // commit has zero on both.
  const bool untouched = even.transaction == 0 && odd.transaction == 0;
  if (even.transaction % 2 != 0) return fail("a transaction on the wrong meta page", 0);
  if (odd.transaction % 2 != 1 && !untouched)
    return fail("a transaction on the wrong meta page", 1);
  const Meta& newest = even.transaction < odd.transaction ? odd : even;
  if (wanted && newest.transaction != *wanted) {
    fault_ = Error(ErrorCode::busy, "the data file is not at the commit that its users see")
                 .with_number(newest.transaction);
    return false;
  }
  return check_newest(newest);
}

bool Verifier::check_newest(const Meta& meta) {
  const std::uint64_t number = meta.transaction % 2;
  report_.transaction_id = meta.transaction;
  last_page_ = meta.last_page;
  if (meta.transaction > kMaxTransaction) return fail("an impossible transaction number", number);
  if (last_page_ < kMetaPages - 1 || last_page_ >= kMaxMap / page_size_)
    return fail("an impossible last page", number);
  if (meta.map_size > kMaxMap || meta.map_size < (last_page_ + 1) * page_size_)
    return fail("an impossible map size", number);
  file_pages_ = std::min(file_pages_, last_page_ + 1);
  if (!reached_.reserve(file_pages_)) {
    fault_ = Error(ErrorCode::limit, "not enough memory to check the data file's pages")
                 .with_number(file_pages_);
    return false;
  }
  report_.pages_in_use = kMetaPages;
  return walk_tree(meta.main, Role::main, number) &&
         walk_tree(meta.free_list, Role::free_list, number) && check_pages_past_end();
}

bool Verifier::check_record(const Tree& tree, Role role, std::uint64_t page) {
  const bool free_list = role == Role::free_list;
  const unsigned flags = free_list ? tree.flags & ~unsigned{kNoSubdir} : tree.flags;
  if (flags != (free_list ? kIntegerKey : 0U))
    return fail("a tree with flags that a store never has", page);
  if (!free_list && tree.pad != 0) return fail("a tree with flags that a store never has", page);
  const std::uint64_t sum =
      tree.branch_pages | tree.leaf_pages | tree.overflow_pages | tree.entries | tree.depth;
  if (tree.root == kNoPage) return sum == 0 || fail("an empty tree with counts above zero", page);
  if (tree.depth < 1 || tree.depth > kMaxDepth) return fail("an impossible depth", page);
  return true;
}

bool Verifier::walk_tree(const Tree& tree, Role role, std::uint64_t named_by) {
  if (!check_record(tree, role, named_by)) return false;
  if (tree.root == kNoPage) return true;
  TreeWalk walk{tree, role};
  if (!walk_page(walk, tree.root, 1, {})) return false;
  if (walk.branch_pages != tree.branch_pages || walk.leaf_pages != tree.leaf_pages ||
      walk.overflow_pages != tree.overflow_pages || walk.entries != tree.entries) {
    return fail("a tree whose counts are wrong", named_by);
  }
  report_.pages_in_use += walk.branch_pages + walk.leaf_pages + walk.overflow_pages;
  return true;
}

// Recurses once per level of the tree, so at most kMaxDepth deep.
bool Verifier::walk_page(TreeWalk& walk, std::uint64_t number, unsigned level, Bounds bounds) {
  const bool leaf = level == walk.tree.depth;
  const Level here(*this);
  Page page{};
  if (!open_page(number, leaf ? kLeaf : kBranch, here, page)) return false;
  return leaf ? walk_leaf(walk, page, bounds) : walk_branch(walk, page, level, bounds);
}

bool Verifier::open_page(std::uint64_t number, std::uint16_t kind, const Level& level, Page& page) {
  if (number < kMetaPages || number >= file_pages_) return fail("a page outside the file", number);
  if (!reached_.insert(number)) return fail("a page that is reached twice", number);
  page.bytes = read(number, page_size_, level.room());
  page.number = number;
  if (page.bytes == nullptr) return false;
  if (load<std::uint64_t>(page.bytes) != number) return fail("a page in the wrong place", number);
  // Exactly one flag: those for duplicates are not used here, and those for dirty pages are never
  // written to a file.
  if (load<std::uint16_t>(page.bytes + kPageFlagsAt) != kind)
    return fail("a page of the wrong kind", number);
  const unsigned lower = load<std::uint16_t>(page.bytes + kLowerAt);
  page.upper = load<std::uint16_t>(page.bytes + kUpperAt);
  if (lower < kPageHeader || lower % 2 != 0 || lower > page.upper || page.upper > page_size_ ||
      page.upper % 2 != 0) {
    return fail("a page with impossible bounds", number);
  }
  page.nodes = (lower - static_cast<unsigned>(kPageHeader)) / 2;
  // LMDB asserts two children in a branch and reads the first node of a leaf without a check.
  if (page.nodes < (kind == kBranch ? 2U : 1U)) return fail("a page with too few nodes", number);
  return true;
}

bool Verifier::read_node(const Page& page, unsigned index, bool leaf, Node& node,
                         std::size_t& used) {
  const std::size_t begin = page.node_at(index);
  if (begin % 2 != 0 || begin < page.upper || begin + kNodeHeader > page_size_)
    return fail("a node outside its page", page.number);
  const std::uint8_t* header = page.bytes + begin;
  node.flags = load<std::uint16_t>(header + 4);
  node.key = {header + kNodeHeader, load<std::uint16_t>(header + 6)};
  std::size_t size = kNodeHeader + node.key.size();
  if (leaf) {
    node.value_size = load<std::uint32_t>(header);
    node.value = header + size;
    size += node.flags == kBigData ? kRunNumber : std::size_t{node.value_size};
    if (size > max_node_) return fail("a node that is too large", page.number);
  }
  size += size % 2;
  if (node.key.size() > kMaxKey) return fail("a key that is too long", page.number);
  if (size > page_size_ - begin) return fail("a node outside its page", page.number);
  if (!cover_.add(begin, begin + size)) return fail("two nodes in one place", page.number);
  used += size;
  return true;
}

bool Verifier::check_key(Role role, const Page& page, ByteView key) {
  if (key.empty()) return fail("an empty key", page.number);
  if (role == Role::free_list && key.size() != sizeof(std::uint64_t))
    return fail("a free-list key that is not a number", page.number);
  return true;
}

bool Verifier::walk_branch(TreeWalk& walk, const Page& page, unsigned level, Bounds bounds) {
  ++walk.branch_pages;
  if (!check_branch_nodes(walk, page, bounds)) return false;
  // All nodes are checked now, so their headers may be read without checks.
  const auto key = [&page](unsigned index) {
    const std::uint8_t* header = page.bytes + page.node_at(index);
    return ByteView(header + kNodeHeader, load<std::uint16_t>(header + 6));
  };
  for (unsigned index = 0; index < page.nodes; ++index) {
    const auto child = load<std::uint64_t>(page.bytes + page.node_at(index)) & kChildMask;
    const Bounds inner{index == 0 ? bounds.low : key(index),
                       index + 1 == page.nodes ? bounds.high : key(index + 1)};
    if (!walk_page(walk, child, level + 1, inner)) return false;
  }
  return true;
}

bool Verifier::check_branch_nodes(TreeWalk& walk, const Page& page, Bounds bounds) {
  cover_.clear(page_size_);
  std::size_t used = 0;
  Node node{};
  ByteView before = bounds.low;
  for (unsigned index = 0; index < page.nodes; ++index) {
    if (!read_node(page, index, false, node, used)) return false;
    if (index == 0) continue;  // LMDB never looks at this key; mostly it is empty
    if (!check_key(walk.role, page, node.key)) return false;
    if (before.data() != nullptr && !key_below(walk.role, before, node.key))
      return fail("keys out of order", page.number);
    before = node.key;
  }
  if (bounds.high.data() != nullptr && !key_below(walk.role, before, bounds.high))
    return fail("keys out of order", page.number);
  return used == page_size_ - page.upper || fail("a page with gaps", page.number);
}

bool Verifier::walk_leaf(TreeWalk& walk, const Page& page, Bounds bounds) {
  ++walk.leaf_pages;
  walk.entries += page.nodes;
  cover_.clear(page_size_);
  std::size_t used = 0;
  Node node{};
  ByteView before;
  for (unsigned index = 0; index < page.nodes; ++index) {
    if (!read_node(page, index, true, node, used) || !check_key(walk.role, page, node.key))
      return false;
    const bool ordered =
        index != 0 ? key_below(walk.role, before, node.key)
                   : bounds.low.data() == nullptr || !key_below(walk.role, node.key, bounds.low);
    if (!ordered) return fail("keys out of order", page.number);
    before = node.key;
  }
  if (bounds.high.data() != nullptr && !key_below(walk.role, before, bounds.high))
    return fail("keys out of order", page.number);
  if (used != page_size_ - page.upper) return fail("a page with gaps", page.number);
  // A second pass: the walk of a table named here uses cover_ for its own pages.
  for (unsigned index = 0; index < page.nodes; ++index) {
    const std::uint8_t* header = page.bytes + page.node_at(index);
    node.flags = load<std::uint16_t>(header + 4);
    if (walk.role == Role::table && node.flags == 0) continue;
    node.value_size = load<std::uint32_t>(header);
    node.key = {header + kNodeHeader, load<std::uint16_t>(header + 6)};
    node.value = header + kNodeHeader + node.key.size();
    if (!check_value(walk, page, node)) return false;
  }
  if (walk.role == Role::table) report_.entry_count += page.nodes;
  return true;
}

bool Verifier::check_value(TreeWalk& walk, const Page& page, const Node& node) {
  if (node.flags == kSubData && walk.role == Role::main) {
    if (node.value_size != kTreeRecord) return fail("a table with a damaged record", page.number);
    return walk_tree(Tree(node.value), Role::table, page.number);
  }
  ByteView value(node.value, node.value_size);
  if (node.flags == kBigData) {
    if (!open_run(walk, page, node, value)) return false;
  } else if (node.flags != 0) {
    return fail("a node with flags that a store never has", page.number);
  }
  if (walk.role == Role::free_list) return check_free_record(page.number, node.key, value);
  if (walk.role == Role::main) ++report_.entry_count;
  return true;
}

bool Verifier::open_run(TreeWalk& walk, const Page& page, const Node& node, ByteView& value) {
  const auto first = load<std::uint64_t>(node.value);
  if (first < kMetaPages || first >= file_pages_)
    return fail("an overflow run outside the file", page.number);
  const std::uint8_t* run = read(first, kPageHeader, run_room_);
  if (run == nullptr) return false;
  const std::uint64_t pages = load<std::uint32_t>(run + kRunLengthAt);
  if (load<std::uint64_t>(run) != first || load<std::uint16_t>(run + kPageFlagsAt) != kOverflow)
    return fail("an overflow run without its header", first);
  // A value overwritten by a shorter one in the same transaction keeps its longer run.
  const std::uint64_t needed = (kPageHeader - 1 + node.value_size) / page_size_ + 1;
  if (pages < needed || pages > file_pages_ - first)
    return fail("an overflow run of a wrong length", first);
  for (std::uint64_t number = first; number < first + pages; ++number) {
    if (!reached_.insert(number)) return fail("a page that is reached twice", number);
  }
  walk.overflow_pages += pages;
  if (walk.role != Role::free_list) return true;  // The content is not checked here.
  run = read(first, kPageHeader + node.value_size, run_room_);
  if (run == nullptr) return false;
  value = {run + kPageHeader, node.value_size};
  return true;
}

// The value is a count and that many page numbers in falling order; reserved but unused room may
// follow. LMDB will write to these pages, so none may be in use and none may be named twice.
bool Verifier::check_free_record(std::uint64_t page, ByteView key, ByteView ids) {
  const auto transaction = load<std::uint64_t>(key.data());
  if (transaction == 0 || transaction > report_.transaction_id)
    return fail("a free-list record of an impossible transaction", page);
  if (ids.size() < 8 || ids.size() % 8 != 0) return fail("a torn free-list record", page);
  const auto count = load<std::uint64_t>(ids.data());
  if (count > ids.size() / 8 - 1) return fail("a free-list record of a wrong length", page);
  std::uint64_t above = last_page_ + 1;
  for (std::uint64_t index = 1; index <= count; ++index) {
    const auto number = load<std::uint64_t>(ids.data() + index * 8);
    if (number < kMetaPages || number >= above) return fail("an impossible free page", page);
    above = number;
    if (number >= file_pages_) {
      past_end_.push_back(number);
    } else if (!reached_.insert(number)) {
      return fail("a page that is free and reached elsewhere", number);
    }
  }
  report_.pages_free += count;
  return true;
}

bool Verifier::check_pages_past_end() {
  std::sort(past_end_.begin(), past_end_.end());
  if (std::adjacent_find(past_end_.begin(), past_end_.end()) != past_end_.end())
    return fail("a page that is free twice", file_pages_);
  if (past_end_.size() != last_page_ + 1 - file_pages_)
    return fail("the data file is cut short", file_pages_);
  return true;
}

Result<PageReport> Verifier::run(std::optional<std::uint64_t> wanted) {
  if (!read_metas() || !choose_meta(wanted)) return *std::move(fault_);
  return report_;
}

Result<void> Verifier::run_on_headers() {
  if (!read_metas()) return *std::move(fault_);
  return {};
}

}  // namespace

Result<PageReport> verify(const PageSource& file, std::optional<std::uint64_t> wanted) {
  return Verifier(file).run(wanted);
}

Result<void> verify_headers(const PageSource& file) { return Verifier(file).run_on_headers(); }

}  // namespace pages

Result<PageReport> verify_pages(ByteView file) { return pages::verify(pages::ImageSource(file)); }

}  // namespace coffer::storage
