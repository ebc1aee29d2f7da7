// A PKCS#11 token in software (SoftHSM 2), made by the test in its own folder. It tests the access
// to a token but protects nothing: its keys are files.
#pragma once

#include <fstream>
#include <iterator>

#include "tests/interop/program.h"

namespace coffer::test {

class SoftwareTokens {
 public:
  static constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
  static constexpr const char* kPin = "98765432";

  SoftwareTokens() {
    must(::mkdir(directory_.in("tokens").c_str(), 0700) == 0, "mkdir");
    write_whole_file(directory_.in("softhsm2.conf"),
                     as_bytes("directories.tokendir = " + directory_.in("tokens") +
                              "\nobjectstore.backend = file\nlog.level = ERROR\n"));
    ::setenv("SOFTHSM2_CONF", directory_.in("softhsm2.conf").c_str(), 1);
    write_whole_file(pin_file(), as_bytes(std::string(kPin) + "\n"));
  }

  std::string pin_file() const { return directory_.in("pin"); }
  const ScratchDirectory& directory() const { return directory_; }

  void add_token(const std::string& label) const {
    run({"softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "12345678",
         "--pin", kPin});
  }
  /// Adds an AES key that cannot be read, or an RSA pair.
  void add_key(const std::string& token, const std::string& label, const std::string& id,
               const std::string& type = "AES:32") const {
    const bool is_pair = type.starts_with("rsa");
    tool(token, {is_pair ? "--keypairgen" : "--keygen", "--key-type", type, "--label", label,
                 "--id", id, "--sensitive", "--private"});
  }
  void delete_key(const std::string& token, const std::string& label) const {
    tool(token, {"--delete-object", "--type", "secrkey", "--label", label});
  }
  std::string tool(const std::string& token, std::vector<std::string> words) const {
    std::vector<std::string> all = {"pkcs11-tool", "--module", kModule, "--token-label",
                                    token,         "--login",  "--pin", kPin};
    all.insert(all.end(), words.begin(), words.end());
    return run(all);
  }

  std::string uri(const std::string& path, const std::string& more = "") const {
    return "pkcs11:" + path + "?module-path=" + kModule + "&pin-source=file:" + pin_file() + more;
  }

 private:
  std::string run(const std::vector<std::string>& words) const {
    const std::string log = directory_.in("tool.log");
    ::unlink(log.c_str());
    const int code = Program(words, log).finish();
    std::ifstream file(log);
    std::string said{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (code != 0) throw std::runtime_error(words[0] + ": " + said);
    return said;
  }

  ScratchDirectory directory_;
};

}  // namespace coffer::test
