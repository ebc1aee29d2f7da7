// Something that is done to a store and must be done whole or not at all, whatever cuts it.
//
// A scenario is added by a static Registered in any file of this folder's program. The program
// runs itself again as the one who acts, with the recorder in front: see power_cut_test.cc.
#pragma once

#include <coffer/store.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/scratch.h"

namespace coffer::test {

/// Where it happens: work/store below a root that also has the key.
class Place {
 public:
  explicit Place(std::string root) : root_(std::move(root)) {}

  std::string work() const { return root_ + "/work"; }  ///< All below is recorded.
  std::string store_path() const { return work() + "/store"; }
  std::string key_file() const { return root_ + "/master.key"; }
  std::string in(const std::string& name) const { return root_ + "/" + name; }
  KeySource key() const { return KeySource::file(key_file()); }
  void create_store(CreateOptions options = {}) const;
  Result<Store> try_open() const;
  Store open() const;
  const std::string& root() const { return root_; }

  mutable TurnedClock clock;

 private:
  std::string root_;
};

/// Handed to the one who acts.
class Actor {
 public:
  Actor(const Place& where, std::function<std::string(const Place&)> look)
      : place(where), look_(std::move(look)) {}
  /// What was done is durable from here on. Says how the store stands now.
  void acknowledge() const;

  const Place& place;

 private:
  std::function<std::string(const Place&)> look_;
};

/// Opens the store as found, and tells all of it; an error in its place.
std::string look_at_store(const Place& place);

/// For scenarios that destroy: the keyring holds the one epoch key that the data needs.
std::string find_old_epochs(const Place& place);

struct Scenario {
  std::string name;
  /// Makes the store as it is before; nothing of this is recorded.
  std::function<void(const Place&)> prepare;
  /// May acknowledge several times: what lies between two is whole or not at all.
  std::function<void(Actor&)> act;
  /// So much later than what was prepared; all checks are made at that time too.
  std::int64_t later_ms = 0;
  std::function<std::string(const Place&)> look = look_at_store;
  /// What a thief finds who takes the files before anyone opens them again: asked of every
  /// state in which all has been acknowledged. Empty: nothing to complain of.
  std::function<std::string(const Place&)> steal = {};
};

std::vector<Scenario>& scenarios();

struct Registered {
  explicit Registered(Scenario scenario) { scenarios().push_back(std::move(scenario)); }
};

/// The whole of a program that was started to act; returns its exit code.
int act_out(const std::string& scenario, const std::string& root);

inline constexpr char kActWord[] = "--act-out";

}  // namespace coffer::test
