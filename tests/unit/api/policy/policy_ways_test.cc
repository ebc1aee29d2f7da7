// Ways around a policy that there are not: owners and tags, notes of use, kinds, labels, receipts,
// names told by the way.
#include <catch2/catch.hpp>

#include "tests/unit/api/policy_bench.h"

namespace policy_ways_test {

namespace {

using namespace coffer;
using test::allow;
using test::code_of;
using test::kDenied;
using test::PolicyBench;
using test::text;

using Tags = std::vector<std::string>;

}  // namespace

TEST_CASE("F-214: whoever may write below a path does not own what others put there") {
  PolicyBench bench;
  bench.set({allow("user:mallory", {UseCase::write, UseCase::list}, "team/**"),
             allow("owner", {UseCase::reveal}, "**"), allow("user:svc", {UseCase::write}, "**")});
  Store mallory = bench.who("mallory");
  Store svc = bench.who("svc");
  REQUIRE(mallory.put_metadata("team/new", {.owner = "mallory"}).ok());
  REQUIRE(svc.put("team/new", text("of the service")).ok());
  CHECK(code_of(mallory.get("team/new")) == kDenied);
  CHECK(bench.chief.metadata("team/new")->marks_doubted);
  CHECK(bench.chief.metadata("team/new")->marked_by == "mallory");
  // Said again it is no more his than before; said by who may administer it is.
  REQUIRE(mallory.patch_metadata("team/new", {.owner = "mallory"}).ok());
  CHECK(code_of(mallory.get("team/new")) == kDenied);
  REQUIRE(bench.chief.patch_metadata("team/new", {.owner = "mallory"}).ok());
  CHECK(mallory.get("team/new").ok());
  REQUIRE(svc.put("team/new", text("another")).ok());
  CHECK(mallory.get("team/new").ok());
  // His own value stays his.
  REQUIRE(mallory.put("team/own", text("v"), {.metadata = {.owner = "mallory"}}).ok());
  REQUIRE(mallory.put("team/own", text("w")).ok());
  CHECK(mallory.get("team/own").ok());
  REQUIRE(svc.rollback("team/own", 1).ok());
  CHECK(code_of(mallory.get("team/own")) == kDenied);
  test::require_sound(bench.chief);
}

TEST_CASE("F-214: nor does he choose by tags who reads it, and a tag that denies stays one") {
  PolicyBench bench;
  bench.set({allow("user:mallory", {UseCase::write}, "team/**"),
             {true, {"user:mallory"}, {UseCase::reveal}, {"**"}, {"public"}},
             allow("user:ann", {UseCase::reveal}, "**"),
             {false, {"user:ann"}, {UseCase::reveal}, {"**"}, {"shut"}},
             allow("user:svc", {UseCase::write}, "**")});
  Store mallory = bench.who("mallory");
  REQUIRE(mallory.put("team/a", text("x"), {.metadata = {.tags = Tags{"public"}}}).ok());
  CHECK(mallory.get("team/a").ok());
  REQUIRE(bench.who("svc").put("team/a", text("of the service")).ok());
  CHECK(code_of(mallory.get("team/a")) == kDenied);
  REQUIRE(mallory.put("team/b", text("x"), {.metadata = {.tags = Tags{"shut"}}}).ok());
  REQUIRE(bench.who("svc").put("team/b", text("y")).ok());
  CHECK(code_of(bench.who("ann").get("team/b")) == kDenied);
}

TEST_CASE("F-214: marks that are copied, moved or restored to a place are their carrier's") {
  PolicyBench bench;
  REQUIRE(bench.opened.put("mine/a", text("v"), {.metadata = {.owner = "mallory"}}).ok());
  bench.set({allow("owner", {UseCase::reveal}, "**"),
             allow("user:mallory", {UseCase::write}, "team/**"),
             allow("user:svc", {UseCase::write}, "**")});
  Store mallory = bench.who("mallory");
  REQUIRE(mallory.copy("mine/a", "team/copied").ok());
  REQUIRE(mallory
              .transaction([](Transaction& txn) {
                std::vector<RestoredVersion> versions(1);
                versions[0].info.version = 1;
                versions[0].value = text("v");
                return txn.restore("team/restored", versions, 0, {.owner = "mallory"});
              })
              .ok());
  for (const char* path : {"team/copied", "team/restored"}) {
    CHECK(mallory.get(path).ok());
    REQUIRE(bench.who("svc").put(path, text("w")).ok());
    CHECK(code_of(mallory.get(path)) == kDenied);
  }
  // Who has no name to the policy is answerable for nothing.
  bench.set({allow("*", {UseCase::write}, "**"), allow("owner", {UseCase::reveal}, "**")});
  REQUIRE(bench.who("").put("team/nameless", text("v"), {.metadata = {.owner = "mallory"}}).ok());
  CHECK(code_of(mallory.get("team/nameless")) == kDenied);
}

TEST_CASE("F-214: marks that come with a config's secret are their carrier's as well") {
  PolicyBench bench;
  const auto rights = allow("user:m", {UseCase::write, UseCase::use}, "airbyte_**");
  bench.set({rights, allow("user:m", {UseCase::write}, "config:c"),
             allow("owner", {UseCase::reveal}, "**"),
             allow("user:svc", {UseCase::write}, "config:c")});
  Store mallory = bench.who("m");
  const std::string base =
      "airbyte_workspace_11111111-2222-4333-8444-555555555555_secret_"
      "66666666-7777-4888-9999-aaaaaaaaaaaa";
  RestoredConfig config;
  config.id = "c";
  config.revision = 1;
  config.workspace = "11111111-2222-4333-8444-555555555555";
  config.spec = SecretBytes::copy_of(test::kKeySpec);
  config.partial = SecretBytes::copy_of(R"({"host":"h","key":{"_secret":")" + base + "_v1\"}}");
  REQUIRE(mallory
              .transaction([&](Transaction& txn) -> Result<void> {
                std::vector<RestoredVersion> versions(1);
                versions[0].info.version = 1;
                versions[0].value = test::json("\"mine\"");
                const auto restored = txn.restore_managed(base, versions, 0, {.owner = "m"});
                return restored ? txn.restore_config(config) : restored;
              })
              .ok());
  CHECK(mallory.get(base).ok());
  Store svc = bench.who("svc");
  REQUIRE(svc.configs().put("c", test::kKeySpec, R"({"host":"h","key":"svc-password"})").ok());
  CHECK(code_of(mallory.get(base)) == kDenied);
  CHECK(bench.chief.metadata(base)->marks_doubted);
}

TEST_CASE("F-214: doubt about marks is carried with them, and vouched away by nobody who carries") {
  PolicyBench bench;
  bench.set({allow("owner", {UseCase::reveal}, "**"), allow("user:svc", {UseCase::write}, "**")});
  const auto restore = [](Store& store, const std::string& path, const MetadataChange& metadata) {
    return store.transaction([&](Transaction& txn) {
      std::vector<RestoredVersion> versions(1);
      versions[0].info.version = 1;
      versions[0].value = text("v");
      return txn.restore(path, versions, 0, metadata);
    });
  };
  const MetadataChange doubted{.owner = "m", .marked_by = "m", .marks_doubted = true};
  const MetadataChange marked{.owner = "m", .marked_by = "m", .marks_doubted = false};
  Store svc = bench.who("svc");
  Store mallory = bench.who("m");
  // By who may administer, as they are told; he may also set them himself.
  REQUIRE(restore(bench.chief, "a", doubted).ok());
  CHECK(code_of(mallory.get("a")) == kDenied);
  REQUIRE(bench.chief.put_metadata("new", doubted).ok());
  CHECK(bench.chief.metadata("new")->marks_doubted);
  REQUIRE(restore(bench.chief, "b", marked).ok());
  CHECK(mallory.get("b").ok());
  REQUIRE(svc.put("b", text("of the service")).ok());
  CHECK(code_of(mallory.get("b")) == kDenied);
  REQUIRE(bench.chief.patch_metadata("b", {.owner = "m"}).ok());
  CHECK(mallory.get("b").ok());
  // Marks without an owner or tags are none.
  REQUIRE(bench.chief.patch_metadata("b", {.marked_by = "m", .marks_doubted = true}).ok());
  CHECK(mallory.get("b").ok());
  // By another with the doubt, and as his own whoever the document says they are of.
  REQUIRE(restore(svc, "c", doubted).ok());
  CHECK(code_of(mallory.get("c")) == kDenied);
  REQUIRE(restore(svc, "d", {.owner = "m", .marked_by = "", .marks_doubted = false}).ok());
  CHECK(bench.chief.metadata("d")->marked_by == "svc");
  CHECK(code_of(bench.chief.put_metadata("e", {.owner = "m", .marked_by = "a\nb"})) ==
        ErrorCode::usage);
  test::require_sound(bench.chief);
}

TEST_CASE("owner and tags are not told by whether they may be given again") {
  PolicyBench bench;
  REQUIRE(bench.opened.put("t/a", text("v"), {.metadata = {.owner = "carol"}}).ok());
  bench.set({allow("user:w", {UseCase::write}, "t/**")});
  Store writer = bench.who("w");
  CHECK(code_of(writer.put_metadata("t/a", {.owner = "x"})) == kDenied);
  CHECK(code_of(writer.put_metadata("t/a", {.owner = "carol"})) == kDenied);
}

TEST_CASE("F-215: another's note that he uses a secret is ended by force, or an administrator") {
  PolicyBench bench;
  REQUIRE(bench.opened.put("t/a", text("v")).ok());
  bench.set({allow("user:w", {UseCase::use, UseCase::remove}, "t/**"),
             allow("user:job", {UseCase::use}, "t/**"),
             allow("user:f", {UseCase::force, UseCase::remove}, "t/**")});
  REQUIRE(bench.who("job").add_reference("t/a", 0, "prod-job").ok());
  Store writer = bench.who("w");
  CHECK(code_of(writer.destroy_all("t/a")) == ErrorCode::in_use);
  CHECK(code_of(writer.remove_reference("t/a", 0, "prod-job")) == kDenied);
  CHECK(code_of(writer.transaction([](Transaction& txn) {
          return txn.remove_reference("t/a", 0, "prod-job");
        })) == kDenied);
  CHECK(code_of(writer.destroy_all("t/a")) == ErrorCode::in_use);
  CHECK(code_of(writer.remove_reference("t/a", 0, "nobody")) == ErrorCode::not_found);
  // His own, by whatever name he made it, he ends himself.
  REQUIRE(writer.add_reference("t/a", 0, "my-job").ok());
  CHECK(writer.remove_reference("t/a", 0, "my-job").ok());
  REQUIRE(bench.who("job").remove_reference("t/a", 0, "prod-job").ok());
  REQUIRE(bench.who("job").add_reference("t/a", 0, "prod-job").ok());
  CHECK(bench.who("f").remove_reference("t/a", 0, "prod-job").ok());
  CHECK(writer.destroy_all("t/a").ok());
}

TEST_CASE("F-215: a config that is kept outside takes over nobody's note by its name") {
  test::ScratchStore scratch;
  Store store = scratch.open();
  Configs configs = store.configs();
  const auto commit = [&](const std::string& id, const std::string& key, bool outside) {
    const auto staged = configs.stage(id, test::kKeySpec, R"({"key":")" + key + R"("})");
    REQUIRE(staged.ok());
    return configs.commit(id, staged->stage, {.outside = outside});
  };
  const auto first = commit("o1", "s1", true);
  REQUIRE(first.ok());
  const std::string coordinate = first->outcomes[0].coordinate;
  const std::string base = coordinate.substr(0, coordinate.rfind("_v"));
  REQUIRE(store.add_reference(base, 1, "prod-job").ok());
  REQUIRE(store.add_reference(base, 0, "nightly").ok());
  const auto taken = configs.rename("o1", "prod-job");
  REQUIRE(code_of(taken) == ErrorCode::conflict);
  CHECK(taken.error().subject()->text == "prod-job");
  CHECK(code_of(configs.rename("o1", "nightly")) == ErrorCode::conflict);
  REQUIRE(configs.rename("o1", "o2").ok());
  CHECK(commit("o2", "s2", true).ok());
  REQUIRE(configs.remove("o2").ok());
  CHECK(store.get(base, 1).ok());
  // A config that becomes one which is kept outside meets the same.
  const auto inside = commit("c", "s3", false);
  REQUIRE(inside.ok());
  const std::string held = inside->outcomes[0].coordinate;
  const std::string held_base = held.substr(0, held.rfind("_v"));
  REQUIRE(store.add_reference(held_base, 1, "c").ok());
  const auto again = configs.stage("c", test::kKeySpec, R"({"key":{"_secret":")" + held + "\"}}");
  REQUIRE(again.ok());
  CHECK(code_of(configs.commit("c", again->stage, {.outside = true})) == ErrorCode::conflict);
  CHECK(configs.commit("c", again->stage).ok());
}

TEST_CASE("F-165: the change feed tells no name that a tag or an owner hid while it stood") {
  PolicyBench bench;
  bench.set({allow("user:w", {UseCase::list}, "**"),
             {false, {"user:w"}, {UseCase::list}, {"t/**"}, {"shut"}},
             {true, {"user:t"}, {UseCase::list}, {"**"}, {"open"}}});
  REQUIRE(bench.chief.put("t/merger", text("v"), {.metadata = {.tags = Tags{"shut"}}}).ok());
  REQUIRE(bench.chief.put("u/plain", text("v")).ok());
  REQUIRE(bench.chief.put("u/open", text("v"), {.metadata = {.tags = Tags{"open"}}}).ok());
  REQUIRE(bench.chief.put("u/kept", text("v")).ok());
  REQUIRE(bench.chief.move("t/merger", "t/done").ok());
  for (const char* path : {"t/done", "u/plain", "u/open"}) REQUIRE(bench.chief.erase(path).ok());
  const auto told = [&](const char* user) {
    std::string names;
    const auto changes = bench.who(user).audit().changes(0);
    for (const Change& change : changes->changes)
      if (!change.path.empty() && names.find(change.path) == std::string::npos)
        names += change.path + " ";
    return names;
  };
  CHECK(told("w") == "u/plain u/open u/kept ");
  CHECK(told("t").empty());
  CHECK(told("chief").find("t/merger") != std::string::npos);
  bench.set({allow("user:o", {UseCase::list}, "**"), test::deny("owner", {UseCase::list}, "**")});
  CHECK(told("o") == "u/kept ");
}

TEST_CASE("F-216: a kind is not tried on a value that the caller may neither use nor see") {
  PolicyBench bench;
  REQUIRE(bench.opened.put("t/a", test::json(R"({"pass word":"x y","q":1})")).ok());
  bench.set({allow("user:w", {UseCase::write}, "t/**"),
             allow("user:u", {UseCase::write, UseCase::use}, "t/**"),
             allow("user:r", {UseCase::write, UseCase::reveal}, "t/**")});
  for (const char* kind : {"token", "password", "key-value", "key-value-properties"}) {
    CHECK(code_of(bench.who("w").put_metadata("t/a", {.kind = kind})) == kDenied);
    CHECK(code_of(bench.who("w").patch("t/a", "{}", {.metadata = {.kind = kind}})) == kDenied);
    CHECK(code_of(bench.who("w").rollback("t/a", 1, {.metadata = {.kind = kind}})) == kDenied);
  }
  CHECK(bench.who("w").put_metadata("t/new", {.kind = "token"}).ok());
  const auto used = bench.who("u").put_metadata("t/a", {.kind = "key-value"});
  REQUIRE(code_of(used) == ErrorCode::usage);
  CHECK(used.error().subject()->text == "t/a");
  const auto seen = bench.who("r").put_metadata("t/a", {.kind = "key-value"});
  CHECK(seen.error().subject()->text == "pass word");
}

TEST_CASE("a label is nobody to a policy") {
  PolicyBench bench;
  REQUIRE(bench.opened.put("t/a", text("v")).ok());
  bench.set({});
  CHECK(code_of(bench.who("bob").as({.actor = "chief"})->get("t/a")) == kDenied);
  CHECK(code_of(bench.opened.as({.actor = "chief"})->get("t/a")) == kDenied);
  OpenOptions options;
  options.actor.actor = "chief";
  options.clock = &bench.scratch.clock;
  Store labelled = Store::open(bench.scratch.path(), bench.scratch.key(), options).value();
  CHECK(code_of(labelled.get("t/a")) == kDenied);
}

TEST_CASE("F-217: while a policy is in force a record names the user beside the label") {
  PolicyBench bench;
  REQUIRE(bench.opened.as({.actor = "before", .user = "w"})->put("t/a", text("v")).ok());
  bench.set({allow("user:w", {UseCase::write}, "t/**")});
  REQUIRE(bench.opened.as({.actor = "chief", .user = "w"})->put("t/a", text("v")).ok());
  CHECK(code_of(bench.opened.as({.actor = "chief", .user = "w"})->get("t/a")) == kDenied);
  const auto records = bench.chief.audit().list().value();
  CHECK((records.front().actor == "before" && records.front().user.empty()));
  const auto& refused = records.back();
  CHECK((refused.actor == "chief" && refused.user == "w" && !refused.allowed));
  const auto& done = records.at(records.size() - 2);
  CHECK((done.actor == "chief" && done.user == "w" && done.allowed));
  CHECK(bench.chief.audit().list({.user = "w"})->size() == 2);
  CHECK(bench.chief.audit().list({.actor = "chief"})->size() == 2);
  CHECK(bench.chief.audit().list({.user = "chief"})->size() == 1);
}

TEST_CASE("a receipt is told to the Store that erased, and to no other user's") {
  PolicyBench bench;
  std::string heard, chief_heard, of_alice;
  REQUIRE(bench.opened.put("alice/bank-of-x", text("v")).ok());
  bench.set({allow("user:alice", {UseCase::remove}, "alice/**")});
  Store bob = bench.who("bob");
  Store alice = bench.who("alice");
  bench.chief.audit().on_receipt([&](const ShredReceipt& receipt) { chief_heard += receipt.text; });
  bob.audit().on_receipt([&](const ShredReceipt& receipt) { heard += receipt.text; });
  alice.audit().on_receipt([&](const ShredReceipt& receipt) { of_alice += receipt.text; });
  REQUIRE(alice.destroy("alice/bank-of-x", {1}).ok());
  CHECK((heard.empty() && chief_heard.empty()));
  CHECK(of_alice.find("alice/bank-of-x") != std::string::npos);
  // One that is made of another tells the same.
  REQUIRE(bench.chief.put("a", text("v")).ok());
  Store made = bench.chief.as({.actor = "made", .user = "chief"}).value();
  REQUIRE(made.destroy("a", {1}).ok());
  CHECK(chief_heard.find("\"a\"") != std::string::npos);
}

TEST_CASE("what is free or listed by the way names nothing that may not be listed") {
  PolicyBench bench;
  const auto put =
      bench.opened.configs().put("hidden", test::kKeySpec, R"({"host":"h","key":"x"})");
  const std::string coordinate = put->outcomes[0].coordinate;
  const std::string base = coordinate.substr(0, coordinate.rfind("_v"));
  StoreSettings settings = bench.opened.settings().value();
  settings.scopes.push_back({"acme-merger", 4096, {}});
  REQUIRE(bench.opened.put_settings(settings).ok());
  REQUIRE(bench.opened.anchor().set("file://" + bench.scratch.directory.in("anchor")).ok());
  bench.set({allow("user:w", {UseCase::list}, "airbyte_**")});
  Store someone = bench.who("w");
  const auto references = someone.references_to(base);
  REQUIRE(references->size() == 1);
  CHECK((references->front().user_kind == "config" && references->front().user.empty()));
  CHECK(someone.settings()->scopes.empty());
  CHECK(someone.status()->anchor == "file:");
  CHECK(bench.chief.references_to(base)->front().user == "hidden");
  CHECK(bench.chief.settings()->scopes.size() == 1);
  CHECK(bench.chief.status()->anchor.size() > 5);
}

}  // namespace policy_ways_test
