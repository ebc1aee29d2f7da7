// One random sequence of operations, carried out by a store and by the model side by side.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/property/sequence_model.h"
#include "tests/scratch.h"
#include "tests/split_at.h"

namespace coffer::test {

/// Throws std::runtime_error if the two differ; trace() then ends with the difference.
class SequenceRun {
 public:
  explicit SequenceRun(std::uint64_t seed);
  void run(int operations);
  std::string trace() const;

 private:
  using Versions = std::vector<std::uint64_t>;

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }
  std::string any_path();
  Versions any_versions(const std::string& path);
  std::string any_json();
  std::string any_opaque();
  PutOptions any_put_options(const std::string& path);
  MetadataChange any_change(const std::string& path);
  StoreSettings any_settings();

  void step();
  template <typename Target>
  void change(Target& target);
  template <typename Target>
  void change_versions(Target& target, const std::string& path);
  template <typename Target>
  void change_metadata(Target& target, const std::string& path);
  void commit_outside();
  void transaction();
  void read();
  void check_get(const std::string& path, std::uint64_t version);
  void check_history(const std::string& path);
  void check_metadata(const std::string& path);
  void check_list();
  void check_all();
  void sweep();
  void accept_clock();
  void turn_clock(std::int64_t by_ms);
  void reopen();
  void note(const std::string& what) { trace_.push_back(what); }

  std::mt19937_64 random_;
  SplitAt split_;
  ScratchStore scratch_;
  std::optional<Store> store_;
  SequenceModel model_;
  std::vector<std::string> trace_;
};

}  // namespace coffer::test
