// A program's run, recorded call by call, and the files before it.
#pragma once

#include <coffer/store.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "tests/crash/power_cut/log_record.h"

namespace coffer::test {

/// The files of a directory by inode, since names and contents change independently.
struct Tree {
  using Names = std::map<std::string, std::uint64_t>;
  std::uint64_t root = 0;
  std::map<std::uint64_t, Names> directories;
  std::map<std::uint64_t, Bytes> files;

  static Tree read(const std::string& directory);
  /// Empties the directory first.
  void write(const std::string& directory) const;
  /// Equal if names and contents are equal.
  std::size_t digest() const;
  /// The inode of a path from the root; 0 if there is nothing.
  std::uint64_t find(std::string_view path) const;
};

/// One call that changed something, with its names resolved to inodes.
struct Step {
  Call call = Call::note;
  bool durable = false;  ///< Without a later sync.
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  std::uint64_t directory = 0, other_directory = 0;  ///< Those of the names.
  std::string leaf, other_leaf;
  Bytes data;

  bool is_content() const { return call == Call::write || call == Call::truncate; }
  std::string_view text() const { return as_text(data); }
};

/// The sectors of a write that reached the disk; empty means all.
using Sectors = std::vector<bool>;
inline constexpr std::size_t kSectorBytes = 512;

void apply(Tree& tree, const Step& step, const Sectors& sectors = {});

struct Recording {
  Tree before;
  std::vector<Step> steps;

  /// Runs a program under the recorder.
  struct Run {
    std::vector<std::string> words;  ///< The program and its arguments.
    std::string directory;           ///< Canonical; everything below it is recorded.
    std::string log;
    long kill_at = 0;  ///< 0: never.
  };
  struct Ended {
    int status = 0;  ///< As wait() returns it.
    bool killed() const;
    bool well() const { return status == 0; }
  };
  static Ended run(const Run& run);
  static Recording read(Tree before, const std::string& log);

  std::vector<std::string> notes() const;
};

}  // namespace coffer::test
