// A TPM in software (swtpm), started and stopped by the test; its state is in a folder.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

#include "tests/interop/program.h"

namespace coffer::test {

class SoftwareTpm {
 public:
  SoftwareTpm() { start(); }

  /// Resets its registers, as a reboot does; keys and indices stay.
  void restart() {
    stop();
    start();
  }
  void stop() { program_->stop(SIGTERM); }

  std::string tcti() const { return "swtpm:host=127.0.0.1,port=" + std::to_string(port_); }
  std::string uri(const std::string& query = "") const { return "tpm2:tcti=" + tcti() + query; }

  /// Runs one of tpm2-tools on it and returns the output.
  std::string tool(const std::vector<std::string>& words) const {
    const std::string log = directory_.in("tool.log");
    ::unlink(log.c_str());
    Program program(words, log, {"TPM2TOOLS_TCTI=" + tcti()});
    const int code = program.finish();
    std::ifstream file(log);
    std::string said{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (code != 0) throw std::runtime_error(words[0] + ": " + said);
    return said;
  }
  /// Plays a machine that boots other software.
  void extend(int pcr) const {
    tool({"tpm2_pcrextend", std::to_string(pcr) + ":sha256=" + std::string(64, 'a')});
  }

 private:
  // Another program may take the ports first; then it tries two others.
  void start() {
    for (int attempt = 0; attempt < 20; ++attempt) {
      port_ = two_free_ports();
      const auto at = [](int port) {
        return "type=tcp,bindaddr=127.0.0.1,port=" + std::to_string(port);
      };
      program_ = std::make_unique<Program>(
          std::vector<std::string>{"swtpm", "socket", "--tpm2", "--tpmstate",
                                   "dir=" + directory_.path(), "--server", at(port_), "--ctrl",
                                   at(port_ + 1), "--flags", "not-need-init,startup-clear"},
          directory_.in("swtpm.log"));
      for (int wait = 0; wait < 500 && !program_->is_over(); ++wait) {
        if (can_connect(port_ + 1)) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    throw std::runtime_error("swtpm does not start");
  }

  ScratchDirectory directory_;
  int port_ = 0;
  std::unique_ptr<Program> program_;
};

}  // namespace coffer::test
