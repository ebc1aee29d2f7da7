// Key URIs, key files in each spelling, passphrases.
#include <coffer/key_source.h>

#include <catch2/catch.hpp>

#include "keys/local/key_file.h"
#include "tests/unit/keys/keyring_file.h"

namespace coffer::test::key_source_test {
namespace {

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

// 32 bytes whose base64 has both letters in which the two alphabets differ.
Bytes sample_key() {
  Bytes key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(0xFB + i * 0x3F);
  return key;
}
constexpr std::string_view kHex =
    "fb3a79b8f73675b4f33271b0ef2e6daceb2a69a8e72665a4e32261a0df1e5d9c";
constexpr std::string_view kBase64 = "+zp5uPc2dbTzMnGw7y5trOsqaajnJmWk4yJhoN8eXZw=";
constexpr std::string_view kUrlBase64 = "-zp5uPc2dbTzMnGw7y5trOsqaajnJmWk4yJhoN8eXZw";

}  // namespace

TEST_CASE("key URIs are taken as they are written, or refused") {
  struct Case {
    const char* uri;
    bool taken;
    const char* location;
  };
  for (const Case& each : {Case{"file:///etc/app/master.key", true, "/etc/app/master.key"},
                           Case{"file:///a b/ü", true, "/a b/ü"},
                           Case{"passphrase:", true, ""},
                           Case{"passphrase:?source=file:/run/pass", true, "file:/run/pass"},
                           Case{"passphrase:?source=fd:3", true, "fd:3"},
                           Case{"", false, ""},
                           Case{"/etc/app/master.key", false, ""},
                           Case{"file:", false, ""},
                           Case{"file://", false, ""},
                           Case{"file://etc/app", false, ""},
                           Case{"file://host/etc/app", false, ""},
                           Case{"file:relative", false, ""},
                           Case{"file:///key?mode=1", false, ""},
                           Case{"file:///key#x", false, ""},
                           Case{"file:///key\n", false, ""},
                           Case{"FILE:///key", false, ""},
                           Case{"passphrase", false, ""},
                           Case{"passphrase:hunter2", false, ""},
                           Case{"passphrase:?source=hunter2", false, ""},
                           Case{"passphrase:?source=file:relative", false, ""},
                           Case{"passphrase:?source=fd:", false, ""},
                           Case{"passphrase:?source=fd:-1", false, ""},
                           Case{"passphrase:?source=fd:3x", false, ""},
                           Case{"passphrase:?source=fd:9999999", false, ""},
                           Case{"passphrase:?source=fd:3&x=1", false, ""},
                           Case{"passphrase:?other=1", false, ""},
                           Case{"pkcs11:token=x", false, ""}}) {
    INFO(each.uri);
    const auto source = KeySource::parse(each.uri);
    REQUIRE(source.ok() == each.taken);
    if (!source.ok()) {
      CHECK(source.error().code() == ErrorCode::usage);
      continue;
    }
    CHECK(source->uri() == each.uri);
    CHECK(source->location() == each.location);
  }
  CHECK(code_of(KeySource::parse("file:///" + std::string(2000, 'x'))) == ErrorCode::limit);
}

TEST_CASE("an error about a key URI does not repeat what may be a secret") {
  for (const char* uri : {"hunter2", "passphrase:hunter2", "passphrase:?source=hunter2",
                          "hashivault://token:hunter2@x"}) {
    const auto source = KeySource::parse(uri);
    REQUIRE_FALSE(source.ok());
    CHECK(describe(source.error()).find("hunter2") == std::string::npos);
    CHECK(source.error().hint().find("hunter2") == std::string_view::npos);
  }
}

TEST_CASE("a key file is read raw, as hex and as base64 of either alphabet") {
  ScratchDirectory directory;
  const std::string path = directory.in("key");
  const Bytes key = sample_key();
  std::string upper(kHex);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const std::string raw(as_text(key));
  const std::string padded_url = std::string(kUrlBase64) + "=";
  const std::string unpadded(kBase64.substr(0, kBase64.size() - 1));
  for (const std::string& content :
       {raw, std::string(kHex), upper, std::string(kBase64), unpadded, std::string(kUrlBase64),
        padded_url, std::string(kHex) + "\n", std::string(kBase64) + "\r\n",
        std::string(kBase64) + " \n\n"}) {
    INFO(content);
    write_whole_file(path, as_bytes(content));
    const auto read = keys::read_key_file(path);
    REQUIRE(read.ok());
    CHECK(equal_in_constant_time(read->view(), key));
  }
}

TEST_CASE("a file that is no key is refused, and so is one that others may read") {
  ScratchDirectory directory;
  const std::string path = directory.in("key");
  const std::string hex(kHex);
  for (const std::string& content :
       {std::string(), std::string("\n"), std::string(31, 'x'), std::string(33, 'x'), hex.substr(1),
        hex + "0", hex.substr(0, 63) + "g", std::string(kBase64.substr(1)),
        std::string(kBase64) + "=", " " + hex, hex + "\n" + hex, std::string(256, 'a')}) {
    INFO(content);
    write_whole_file(path, as_bytes(content));
    CHECK(code_of(keys::read_key_file(path)) == ErrorCode::wrong_key);
  }
  write_whole_file(path, as_bytes(std::string(257, 'a')));
  CHECK(code_of(keys::read_key_file(path)) == ErrorCode::limit);
  write_whole_file(path, sample_key());
  for (const mode_t mode : {0640, 0604, 0620, 0666}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK(code_of(keys::read_key_file(path)) == ErrorCode::key_unavailable);
  }
  CHECK(code_of(keys::read_key_file(directory.in("none"))) == ErrorCode::key_unavailable);
  CHECK_FALSE(keys::read_key_file(directory.path()).ok());
}

TEST_CASE("a new key file is private, of 32 bytes, and never put over another") {
  ScratchDirectory directory;
  const std::string path = directory.in("key");
  REQUIRE(create_key_file(path).ok());
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  const Bytes content = read_whole_file(path);
  CHECK(content.size() == 32);
  CHECK(code_of(create_key_file(path)) == ErrorCode::conflict);
  CHECK(read_whole_file(path) == content);
  REQUIRE(::symlink("nowhere", directory.in("link").c_str()) == 0);
  CHECK(code_of(create_key_file(directory.in("link"))) == ErrorCode::conflict);
  CHECK(code_of(create_key_file(directory.in("no/such/key"))) == ErrorCode::io);
}

// One of the few that stretch: each opening costs about half a second.
TEST_CASE("a passphrase opens its slot, without its line end, and another does not") {
  ScratchDirectory directory;
  const std::string file = directory.in("pass");
  write_whole_file(file, as_bytes("correct horse\n"));
  const KeySource from_file = KeySource::parse("passphrase:?source=file:" + file).value();
  const std::vector<KeySource> sources = {from_file};
  REQUIRE(Keyring::create(directory.in("keyring"), sources, 7).ok());
  const auto open_with = [&](std::string_view passphrase) {
    const std::vector<KeySource> prompt = {KeySource::passphrase(SecretBytes::copy_of(passphrase))};
    return Keyring::open(directory.in("keyring"), prompt, {});
  };
  CHECK(open_with("correct horse").ok());
  CHECK(code_of(open_with("correct horse\n")) == ErrorCode::wrong_key);
  CHECK(code_of(open_with("")) == ErrorCode::usage);
  write_whole_file(file, as_bytes("\n"));
  CHECK(code_of(Keyring::open(directory.in("keyring"), sources, {})) == ErrorCode::usage);
  write_whole_file(file, as_bytes(std::string(5000, 'x')));
  CHECK(code_of(Keyring::open(directory.in("keyring"), sources, {})) == ErrorCode::limit);
  REQUIRE(::unlink(file.c_str()) == 0);
  CHECK(code_of(Keyring::open(directory.in("keyring"), sources, {})) == ErrorCode::key_unavailable);
}

}  // namespace coffer::test::key_source_test
