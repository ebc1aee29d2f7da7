// A run of a program, written down call by call, and the files as they were before it.
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

/// The files of a directory, by inode: names come and go, and contents apart from them.
struct Tree {
  using Names = std::map<std::string, std::uint64_t>;
  std::uint64_t root = 0;
  std::map<std::uint64_t, Names> directories;
  std::map<std::uint64_t, Bytes> files;

  static Tree read(const std::string& directory);
  /// Into a directory that is emptied first.
  void write(const std::string& directory) const;
  /// Equal for equal names and contents.
  std::size_t digest() const;
  /// The inode of a path from the root; 0 where nothing is.
  std::uint64_t find(std::string_view path) const;
};

/// One call that changed something, its names resolved to inodes.
struct Step {
  Call call = Call::note;
  bool durable = false;  ///< By itself, without a later sync.
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  std::uint64_t directory = 0, other_directory = 0;  ///< Of names.
  std::string leaf, other_leaf;
  Bytes data;

  bool is_content() const { return call == Call::write || call == Call::truncate; }
  std::string_view text() const { return as_text(data); }
};

/// Which sectors of a write reached the disk; empty: all of them.
using Sectors = std::vector<bool>;
inline constexpr std::size_t kSectorBytes = 512;

void apply(Tree& tree, const Step& step, const Sectors& sectors = {});

struct Recording {
  Tree before;
  std::vector<Step> steps;

  /// Runs a program with the recorder in front and reads what it wrote down.
  struct Run {
    std::vector<std::string> words;  ///< The program and its arguments.
    std::string directory;           ///< Canonical; all below it is recorded.
    std::string log;
    long kill_at = 0;  ///< 0: never.
  };
  struct Ended {
    int status = 0;  ///< As wait gives it.
    bool killed() const;
    bool well() const { return status == 0; }
  };
  static Ended run(const Run& run);
  static Recording read(Tree before, const std::string& log);

  std::vector<std::string> notes() const;
};

}  // namespace coffer::test
