// The floors look down only: reads every include of the tree, and tries the reader on made-up files
// that break each rule.
#include <catch2/catch.hpp>

#include "tests/house/include_rules.h"
#include "tests/house/source_files.h"

namespace include_graph_test {

namespace {

std::vector<std::string> check(std::string_view path, std::string_view text) {
  return house::check_includes(path, text);
}

std::vector<house::SourceFile> sources() {
  return house::source_files({"engine", "format", "tools"}, {".h", ".cc", ".c", ".hpp", ".inc"});
}

}  // namespace

TEST_CASE("no file includes what stands above it or belongs to another folder") {
  const auto files = sources();
  REQUIRE(files.size() > 10);  // An empty walk would pass every check.
  for (const auto& file : files) {
    for (const std::string& finding : house::check_includes(file.path, file.text))
      FAIL_CHECK(finding);
  }
}

TEST_CASE("every include of our own names a file that exists") {
  namespace fs = std::filesystem;
  const fs::path root = COFFER_SOURCE_DIR;
  for (const auto& file : sources()) {
    for (const std::string_view line : house::lines_of(file.text)) {
      if (!line.starts_with("#include \"") || line.find(".pb.h\"") != std::string_view::npos)
        continue;
      const std::string name(line.substr(10, line.find('"', 10) - 10));
      const bool found = fs::exists(root / name) || fs::exists(root / "engine" / name) ||
                         fs::exists(root / fs::path(file.path).parent_path() / name);
      INFO(file.path << ": " << name);
      CHECK(found);
    }
  }
}

TEST_CASE("the reader reports a look upward") {
  CHECK(check("engine/storage/a.cc", "#include \"secrets/engine.h\"\n").size() == 1);
  CHECK(check("engine/records/a.cc", "#include \"secrets/engine.h\"\n").size() == 1);
  CHECK(check("engine/secrets/a.cc", "#include \"records/vault/vault.h\"\n").empty());
  CHECK(check("engine/secrets/a.cc", "#include \"records/vault/core.h\"\n").size() == 1);
  CHECK(check("engine/keys/a.h", "#include \"configs/walker.h\"\n").size() == 1);
  CHECK(check("engine/base/a.h", "  #  include \"text/json.h\"\n").size() == 1);
  CHECK(check("format/a.cc", "#include \"keys/keyring/keyring.h\"\n").size() == 1);
  CHECK(check("engine/api/a.cc", "#include \"tools/command/streams/output.h\"\n").size() == 1);
}

TEST_CASE("the reader reports neighbours that look at each other") {
  CHECK(check("format/a.cc", "#include \"crypto/aead.h\"\n").size() == 1);
  CHECK(check("engine/crypto/a.cc", "#include \"format/limits.h\"\n").size() == 1);
  CHECK(check("engine/storage/a.cc", "#include \"crypto/aead.h\"\n").size() == 1);
  CHECK(check("engine/storage/a.cc", "#include \"format/limits.h\"\n").size() == 1);
}

TEST_CASE("the reader reports a third-party header outside its folder") {
  CHECK(check("engine/keys/a.cc", "#include <sodium.h>\n").size() == 1);
  CHECK(check("engine/secrets/a.cc", "#include <lmdb.h>\n").size() == 1);
  CHECK(check("engine/api/a.cc", "#include <spdlog/spdlog.h>\n").size() == 1);
  CHECK(check("engine/configs/a.cc", "#include <nlohmann/json.hpp>\n").size() == 1);
  CHECK(check("engine/secrets/a.cc", "#include <google/protobuf/message_lite.h>\n").size() == 1);
  CHECK(check("engine/secrets/a.cc", "#include \"format/version.pb.h\"\n").empty());
  CHECK(check("engine/secrets/a.cc", "#include \"version.pb.h\"\n").size() == 1);
  CHECK(check("engine/crypto/a.cc", "#include <openssl/evp.h>\n").size() == 1);
  CHECK(check("engine/keys/a.cc", "#include <openssl/x509.h>\n").size() == 1);
  CHECK(check("tools/a.cc", "#include <openssl/evp.h>\n").size() == 1);
  CHECK(check("engine/crypto/a.cc", "#include <gcrypt.h>\n").size() == 1);
}

TEST_CASE("the reader reports what a public header may not show") {
  CHECK(check("engine/include/coffer/a.h", "#include \"base/bytes.h\"\n").size() == 1);
  CHECK(check("engine/include/coffer/a.h", "#include <lmdb.h>\n").size() == 1);
  CHECK(check("engine/include/coffer/a.h", "#include <sys/types.h>\n").size() == 1);
}

TEST_CASE("the reader reports the command looking behind the API, and what it cannot read") {
  CHECK(check("tools/a.cc", "#include \"secrets/engine.h\"\n").size() == 1);
  CHECK(check("engine/base/a.cc", "#include HEADER\n").size() == 1);
  CHECK(check("engine/base/a.cc", "#include \"nowhere/a.h\"\n").size() == 1);
  CHECK(check("engine/elsewhere/a.cc", "").size() == 1);
  CHECK(check("engine/configs/a.cc", "#include <coffer/store.h>\n").size() == 1);
  CHECK(check("engine/policy/a.cc", "#include <coffer/snapshot.h>\n").size() == 1);
}

TEST_CASE("the reader reports a look into the products from outside") {
  constexpr std::string_view kInclude = "#include \"tools/products/vdk/overlay.h\"\n";
  CHECK(check("tools/workload/a.cc", kInclude).size() == 1);
  CHECK(check("tools/verbs/workload/run.cc", kInclude).size() == 1);
  CHECK(check("tools/verbs/table.cc", kInclude).size() == 1);
  CHECK(check("tools/products/vdk/a.cc", kInclude).empty());
  CHECK(check("tools/products/vdk/a.cc", "#include \"tools/workload/sources.h\"\n").empty());
}

TEST_CASE("the reader lets pass what is allowed") {
  CHECK(check("engine/api/a.cc", "#include <coffer/transaction.h>\n").empty());
  CHECK(check("engine/secrets/a.cc", "#include <coffer/options.h>\n").empty());
  CHECK(check("engine/crypto/a.cc", "#include <sodium.h>\n#include \"base/bytes.h\"\n").empty());
  CHECK(check("engine/storage/a.cc", "#include <lmdb.h>\n#include <sys/mman.h>\n").empty());
  CHECK(
      check(
          "engine/secrets/a.cc",
          "#include \"secrets/engine.h\"\n#include <vector>\n#include \"keys/keyring/keyring.h\"\n")
          .empty());
  CHECK(
      check("engine/include/coffer/a.h", "#include <coffer/result.h>\n#include <span>\n").empty());
  CHECK(check("tools/a.cc",
              "#include <coffer/store.h>\n#include \"text/json.h\"\n#include <CLI/CLI.hpp>\n")
            .empty());
  CHECK(check("engine/base/a.cc", "// prose about #include \"tools/x.h\"\n").empty());
}

}  // namespace include_graph_test
