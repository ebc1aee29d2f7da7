// A file as the anchor: an older copy of the store is refused, whatever wrote since, and what a
// crash leaves behind never is.
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>

#include "tests/c_store.h"

namespace coffer::test::anchor_test {
namespace {

namespace fs = std::filesystem;

struct Anchored {
  ScratchStore scratch;
  ScratchDirectory media;

  std::string file() const { return media.in("anchor"); }
  std::string uri() const { return "file://" + file(); }

  Result<Store> open(AnchorDoubt doubt = AnchorDoubt::refuse, std::string named = {}) const {
    OpenOptions options;
    options.clock = &scratch.clock;
    options.anchor = std::move(named);
    options.anchor_doubt = doubt;
    options.actor.actor = "tester";
    return Store::open(scratch.path(), scratch.key(), options);
  }
  void write(const char* path) const {
    auto store = open();
    REQUIRE(store.ok());
    REQUIRE(store->put(path, Value::opaque("v")).ok());
  }
  ErrorCode refusal(std::string named = {}) const {
    const auto store = open(AnchorDoubt::refuse, std::move(named));
    REQUIRE_FALSE(store.ok());
    return store.error().code();
  }
  std::string copy(const std::string& name) const {
    const std::string to = scratch.directory.in(name);
    fs::copy(scratch.path(), to);
    fs::permissions(to, fs::perms::owner_all);
    return to;
  }
  void put_back(const std::string& from) const {
    for (const char* name : {"keyring", "data.mdb"})
      write_whole_file(scratch.file(name), read_whole_file(from + "/" + name));
  }
  void set(AnchorCadence cadence = AnchorCadence::automatic) const {
    auto store = open();
    REQUIRE(store.ok());
    REQUIRE(store->anchor().set(uri(), cadence).ok());
  }
};

std::size_t audited(Store& store, std::string_view action) {
  AuditFilter filter;
  filter.action = action;
  return store.audit().list(filter)->size();
}

}  // namespace

TEST_CASE("a copy of the store from before the last commit is refused") {
  const Anchored a;
  a.set();
  a.write("a");
  const std::string older = a.copy("older");
  a.write("b");
  const std::string newer = a.copy("newer");
  a.put_back(older);
  const auto refused = a.open();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::rolled_back);
  CHECK(refused.error().advice() == Advice::accept_anchor);
  // Nothing was changed by the attempt: the newer one opens as before.
  a.put_back(newer);
  CHECK(a.open()->get("b").ok());
}

TEST_CASE("an older copy is accepted where that is said, which is told of, and the newer refused") {
  const Anchored a;
  a.set();
  const std::string older = a.copy("older");
  a.write("b");
  const std::string newer = a.copy("newer");
  a.put_back(older);
  CHECK(a.refusal() == ErrorCode::rolled_back);
  {
    auto store = a.open(AnchorDoubt::accept);
    REQUIRE(store.ok());
    CHECK(audited(*store, "anchor.accept") == 1);
    CHECK(store->get("b").error().code() == ErrorCode::not_found);
  }
  a.write("c");
  CHECK(a.open()->get("c").ok());
  a.put_back(newer);
  CHECK(a.refusal() == ErrorCode::rolled_back);
  // Where there is no doubt nothing is accepted and nothing told.
  a.put_back(newer);
  CHECK(a.open(AnchorDoubt::accept).ok());
  {
    auto store = a.open(AnchorDoubt::accept);
    REQUIRE(store.ok());
    CHECK(audited(*store, "anchor.accept") == 1);
  }
}

TEST_CASE("two histories from one copy: of equal length the other one is refused") {
  const Anchored a;
  a.set();
  const std::string fork = a.copy("fork");
  const Bytes mark_of_fork = read_whole_file(a.file());
  a.write("a");
  const std::uint64_t sequence = a.open()->status()->sequence;
  const Bytes mark = read_whole_file(a.file());
  a.put_back(fork);
  write_whole_file(a.file(), mark_of_fork);
  a.write("b");
  REQUIRE(a.open()->status()->sequence == sequence);
  write_whole_file(a.file(), mark);
  CHECK(a.refusal() == ErrorCode::rolled_back);
}

TEST_CASE("an anchor that a crash left behind is no reason to refuse, and catches up") {
  const Anchored a;
  a.set();
  const Bytes behind = read_whole_file(a.file());
  a.write("a");
  const std::uint64_t sequence = a.open()->status()->sequence;
  const std::string older = a.copy("older");
  a.write("b");
  // As if the power had gone between the commit and its mark.
  write_whole_file(a.file(), behind);
  {
    auto store = a.open();
    REQUIRE(store.ok());
    CHECK(store->anchor().get()->value().anchored_sequence == store->status()->sequence);
    CHECK(store->status()->sequence > sequence);
  }
  a.put_back(older);
  CHECK(a.refusal() == ErrorCode::rolled_back);
}

TEST_CASE("what guards how much: at each commit, at closing, at shredding") {
  const Anchored a;
  const auto anchored = [&](auto&& store) {
    return store.anchor().get()->value().anchored_sequence;
  };
  SECTION("at each commit") {
    a.set(AnchorCadence::commit);
    Store store = a.open().value();
    REQUIRE(store.put("a", Value::opaque("v")).ok());
    CHECK(anchored(store) == store.status()->sequence);
    REQUIRE(store.destroy_all("a").ok());
    CHECK(anchored(store) == store.status()->sequence);
  }
  SECTION("at closing") {
    a.set(AnchorCadence::close);
    std::uint64_t before = 0;
    {
      Store store = a.open().value();
      before = anchored(store);
      REQUIRE(store.put("a", Value::opaque("v")).ok());
      CHECK(anchored(store) == before);
    }
    Store store = a.open().value();
    CHECK(anchored(store) == store.status()->sequence);
    CHECK(anchored(store) > before);
  }
  SECTION("at shredding, and where it is asked for") {
    a.set(AnchorCadence::shred);
    const std::uint64_t before = anchored(*a.open());
    a.write("a");
    Store store = a.open().value();
    CHECK(anchored(store) == before);
    REQUIRE(store.anchor().update().ok());
    CHECK(anchored(store) == store.status()->sequence);
    REQUIRE(store.put("b", Value::opaque("v")).ok());
    CHECK(anchored(store) < store.status()->sequence);
    REQUIRE(store.destroy_all("b").ok());
    CHECK(anchored(store) == store.status()->sequence);
  }
}

TEST_CASE("an anchor that is gone, damaged or another's is no anchor, and can be given up") {
  const Anchored a;
  a.set();
  a.write("a");
  const Bytes mark = read_whole_file(a.file());
  SECTION("gone") {
    fs::remove(a.file());
    CHECK(a.refusal() == ErrorCode::key_unavailable);
  }
  SECTION("damaged anywhere") {
    for (std::size_t at = 0; at < mark.size(); ++at) {
      INFO(at);
      Bytes altered = mark;
      altered[at] ^= 1;
      write_whole_file(a.file(), altered);
      CHECK(a.refusal() == ErrorCode::corrupt);
    }
    write_whole_file(a.file(), ByteView(mark).first(20));
    CHECK(a.refusal() == ErrorCode::corrupt);
    write_whole_file(a.file(), Bytes(5000));
    CHECK(a.refusal() == ErrorCode::corrupt);
  }
  SECTION("another store's") {
    const Anchored other;
    other.set();
    write_whole_file(a.file(), read_whole_file(other.file()));
    CHECK(a.refusal() == ErrorCode::corrupt);
  }
  SECTION("a link to it") {
    fs::rename(a.file(), a.media.in("elsewhere"));
    fs::create_symlink(a.media.in("elsewhere"), a.file());
    CHECK(a.refusal() == ErrorCode::io);
  }
  {
    auto store = a.open(AnchorDoubt::give_up);
    REQUIRE(store.ok());
    CHECK_FALSE(store->anchor().get()->has_value());
    CHECK(audited(*store, "anchor.accept") == 0);
    CHECK(audited(*store, "anchor.remove") == 1);
  }
  CHECK(a.open()->get("a").ok());
}

TEST_CASE("F-219: a store is taken as it is, or its anchor given up, by whom its policy lets") {
  const Anchored a;
  const auto open_as = [&](const std::string& user, AnchorDoubt doubt, std::string named = {}) {
    OpenOptions options;
    options.clock = &a.scratch.clock;
    options.anchor = std::move(named);
    options.anchor_doubt = doubt;
    options.actor.user = user;
    return Store::open(a.scratch.path(), a.scratch.key(), options);
  };
  {
    Store store = a.open().value();
    REQUIRE(
        store.policies()
            .put({0,
                  {{true, {"user:boss"}, {UseCase::admin, UseCase::audit, UseCase::write}, {"**"}},
                   {true, {"*"}, {UseCase::list}, {"**"}}}})
            .ok());
    REQUIRE(store.as({.user = "boss"})->anchor().set(a.uri()).ok());
  }
  const std::string older = a.copy("older");
  REQUIRE(open_as("boss", AnchorDoubt::refuse)->put("a", Value::opaque("v")).ok());
  const std::string newer = a.copy("newer");
  const Bytes mark = read_whole_file(a.file());
  a.put_back(older);
  for (const AnchorDoubt doubt : {AnchorDoubt::accept, AnchorDoubt::give_up}) {
    for (const std::string& named : {std::string(), a.uri(), "file://" + a.media.in("none")}) {
      const auto refused = open_as("eve", doubt, named);
      REQUIRE_FALSE(refused.ok());
      CHECK(refused.error().code() == ErrorCode::denied);
      CHECK(read_whole_file(a.file()) == mark);
      CHECK(a.refusal() == ErrorCode::rolled_back);
    }
  }
  CHECK_FALSE(fs::exists(a.media.in("none")));
  // Neither is the newer store shut out by it, nor does another's place stand for its own.
  a.put_back(newer);
  REQUIRE(a.open().ok());
  const auto elsewhere = open_as("boss", AnchorDoubt::give_up, "file://" + a.media.in("none"));
  REQUIRE_FALSE(elsewhere.ok());
  CHECK(elsewhere.error().code() == ErrorCode::key_unavailable);
  CHECK(a.open()->status()->anchor == "file:");
  a.put_back(older);
  Store accepted = open_as("boss", AnchorDoubt::accept).value();
  // However often it was refused, the older copy has not come nearer to its anchor by it.
  CHECK(audited(accepted, "anchor.accept") == 1);
  CHECK(audited(accepted, "anchor.remove") == 0);
}

TEST_CASE("what is not this store's anchor is neither written over nor removed, whoever accepts") {
  const Anchored a;
  const Anchored other;
  other.set();
  const Bytes foreign = read_whole_file(other.file());
  const auto put_foreign = [&] { write_whole_file(a.file(), foreign); };
  const auto is_untouched = [&] { return read_whole_file(a.file()) == foreign; };
  SECTION("where the store is accepted") {
    a.set();
    put_foreign();
    const Bytes data = read_whole_file(a.scratch.file("data.mdb"));
    const auto refused = a.open(AnchorDoubt::accept);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::corrupt);
    CHECK(refused.error().advice() == Advice::bring_right_medium);
    CHECK(read_whole_file(a.scratch.file("data.mdb")) == data);
  }
  SECTION("where the other's is named") {
    a.set();
    REQUIRE(other.file() != a.file());
    const auto refused = a.open(AnchorDoubt::accept, other.uri());
    REQUIRE_FALSE(refused.ok());
    CHECK(read_whole_file(other.file()) == foreign);
    CHECK(a.open().ok());
    put_foreign();
  }
  SECTION("where a commit is to be told") {
    a.set();
    std::vector<std::string> warned;
    OpenOptions options;
    options.clock = &a.scratch.clock;
    options.log = [&](std::string_view level, std::string_view text, std::string_view) {
      if (level == "warn") warned.emplace_back(text);
    };
    Store store = Store::open(a.scratch.path(), a.scratch.key(), options).value();
    put_foreign();
    REQUIRE(store.put("a", Value::opaque("v")).ok());
    CHECK(warned.size() == 1);
    CHECK(store.anchor().update().error().code() == ErrorCode::corrupt);
  }
  SECTION("where the anchor is moved") {
    a.set();
    Store store = a.open().value();
    put_foreign();
    REQUIRE(store.anchor().set("file://" + a.media.in("second")).ok());
  }
  SECTION("where it is removed") {
    a.set();
    Store store = a.open().value();
    put_foreign();
    REQUIRE(store.anchor().remove().ok());
  }
  SECTION("where it is given up") {
    a.set();
    put_foreign();
    REQUIRE(a.open(AnchorDoubt::give_up).ok());
  }
  CHECK(is_untouched());
  CHECK(other.open().ok());
}

TEST_CASE("a damaged anchor is given up, its file taken away, and it is set anew") {
  const Anchored a;
  a.set();
  write_whole_file(a.file(), Bytes(40));
  CHECK(a.open(AnchorDoubt::accept).error().code() == ErrorCode::corrupt);
  Store store = a.open(AnchorDoubt::give_up).value();
  CHECK(store.anchor().set(a.uri()).error().code() == ErrorCode::conflict);
  fs::remove(a.file());
  REQUIRE(store.anchor().set(a.uri()).ok());
  CHECK(a.open(AnchorDoubt::refuse, a.uri()).ok());
}

TEST_CASE("whoever names the anchor also refuses a copy from before it was set") {
  const Anchored a;
  const std::string before = a.copy("before");
  CHECK(a.refusal(a.uri()) == ErrorCode::rolled_back);
  a.set();
  CHECK(a.open(AnchorDoubt::refuse, a.uri()).ok());
  // Its medium may be found elsewhere by now.
  const std::string moved = a.media.in("moved");
  fs::rename(a.file(), moved);
  CHECK(a.refusal() == ErrorCode::key_unavailable);
  CHECK(a.open(AnchorDoubt::refuse, "file://" + moved).ok());
  a.put_back(before);
  CHECK(a.open().ok());
  CHECK(a.refusal("file://" + moved) == ErrorCode::rolled_back);
  // It stands there: to set it anew is no way out, and not told as one.
  const auto advice = [&](const std::string& named) {
    return a.open(AnchorDoubt::refuse, named).error().advice();
  };
  CHECK(advice("file://" + moved) == Advice::none);
  CHECK(advice(a.uri()) == Advice::set_anchor_or_copy);
}

TEST_CASE("an anchor is set where nothing else is harmed, moved and removed") {
  const Anchored a;
  Store store = a.open().value();
  const auto refused = [&](const std::string& uri) {
    const std::uint64_t sequence = store.status()->sequence;
    const auto set = store.anchor().set(uri);
    REQUIRE_FALSE(set.ok());
    CHECK_FALSE(store.anchor().get()->has_value());
    CHECK(store.status()->sequence - sequence <= 1);  // The refusal's own record.
    return set.error().code();
  };
  CHECK(refused("file:///") == ErrorCode::usage);
  CHECK(refused("file://relative") == ErrorCode::usage);
  CHECK(refused("http://a/b") == ErrorCode::usage);
  CHECK(refused("file://" + a.scratch.path() + "/anchor") == ErrorCode::usage);
  CHECK(refused("file://" + a.media.in("no/such/folder")) == ErrorCode::io);
  CHECK(refused("tpm2:device=/dev/tpmrm0") == ErrorCode::usage);
  write_whole_file(a.media.in("letter"), as_bytes("dear all"));
  CHECK(refused("file://" + a.media.in("letter")) == ErrorCode::conflict);
  CHECK(store.anchor().update().error().code() == ErrorCode::not_found);
  CHECK(store.anchor().remove().error().code() == ErrorCode::not_found);

  REQUIRE(store.anchor().set(a.uri()).ok());
  REQUIRE(store.anchor().set(a.uri(), AnchorCadence::shred).ok());
  CHECK(store.anchor().get()->value().cadence == AnchorCadence::shred);
  CHECK(store.status()->anchor == a.uri());
  const std::string second = a.media.in("second");
  REQUIRE(store.anchor().set("file://" + second).ok());
  CHECK_FALSE(fs::exists(a.file()));
  CHECK(fs::exists(second));
  CHECK(std::distance(fs::directory_iterator(a.media.path()), {}) == 2);  // And the letter.
  REQUIRE(store.anchor().remove().ok());
  CHECK_FALSE(fs::exists(second));
  CHECK(store.status()->anchor.empty());
  CHECK(audited(store, "anchor.set") >= 3);
  CHECK(audited(store, "anchor.remove") >= 1);
}

TEST_CASE("an anchor that cannot be told keeps no write from being done, and is told of") {
  const Anchored a;
  a.set();
  std::vector<std::string> warned;
  OpenOptions options;
  options.clock = &a.scratch.clock;
  options.log = [&](std::string_view level, std::string_view text, std::string_view) {
    if (level == "warn") warned.emplace_back(text);
  };
  Store store = Store::open(a.scratch.path(), a.scratch.key(), options).value();
  fs::rename(a.media.path(), a.media.path() + "-away");
  REQUIRE(store.put("a", Value::opaque("v")).ok());
  CHECK(warned.size() == 1);
  CHECK(store.anchor().get().error().code() == ErrorCode::key_unavailable);
  fs::rename(a.media.path() + "-away", a.media.path());
  REQUIRE(store.put("a", Value::opaque("v")).ok());
  CHECK(store.anchor().get()->value().anchored_sequence == store.status()->sequence);
}

TEST_CASE("a sequence that the caller remembers serves as well") {
  const Anchored a;
  const std::uint64_t sequence = a.open()->status()->sequence;
  OpenOptions options;
  options.min_sequence = sequence;
  CHECK(Store::open(a.scratch.path(), a.scratch.key(), options).ok());
  options.min_sequence = sequence + 1;
  CHECK(Store::open(a.scratch.path(), a.scratch.key(), options).error().code() ==
        ErrorCode::rolled_back);
}

TEST_CASE("C: an anchor is set, told, checked and given up") {
  const Anchored a;
  const std::string key = "file://" + a.scratch.key_file();
  const std::string path = a.scratch.path();
  coffer_store* store = nullptr;
  coffer_error error;
  REQUIRE(c_open(path, key, &store) == COFFER_OK);
  CHECK(coffer_anchor_update(store, &error) == COFFER_NOT_FOUND);
  REQUIRE(coffer_anchor_set(store, a.uri().c_str(), COFFER_ANCHOR_SHRED, &error) == COFFER_OK);
  coffer_store_status status = COFFER_STORE_STATUS_INIT;
  REQUIRE(coffer_status(store, &status, &error) == COFFER_OK);
  CHECK(status.anchor == a.uri());
  coffer_close(store);
  const std::string older = a.copy("older");
  const std::string uri = a.uri();
  coffer_open_options options = COFFER_OPEN_OPTIONS_INIT;
  options.anchor_uri = uri.c_str();
  REQUIRE(c_open(path, key, &store, options) == COFFER_OK);
  REQUIRE(c_put(store, "a", "v") == COFFER_OK);
  REQUIRE(coffer_anchor_update(store, &error) == COFFER_OK);
  coffer_close(store);
  a.put_back(older);
  CHECK(c_open(path, key, &store) == COFFER_ROLLED_BACK);
  options = COFFER_OPEN_OPTIONS_INIT;
  options.anchor_doubt = COFFER_ANCHOR_ACCEPT;
  REQUIRE(c_open(path, key, &store, options) == COFFER_OK);
  REQUIRE(coffer_anchor_remove(store, &error) == COFFER_OK);
  coffer_close(store);
  REQUIRE(c_open(path, key, &store) == COFFER_OK);
  coffer_close(store);
}

}  // namespace coffer::test::anchor_test
