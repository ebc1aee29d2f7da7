// A change to a store that must happen whole or not at all, whatever interrupts it.
//
// A static Registered in any file of this folder's program adds a scenario. The program starts
// itself again as the actor, under the recorder: see power_cut_test.cc.
#pragma once

#include <coffer/store.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/scratch.h"

namespace coffer::test {

/// The place of a scenario: work/store below a root that also has the key.
class Place {
 public:
  explicit Place(std::string root) : root_(std::move(root)) {}

  std::string work() const { return root_ + "/work"; }  ///< Everything below is recorded.
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

/// Given to the function that acts.
class Actor {
 public:
  Actor(const Place& where, std::function<std::string(const Place&)> look)
      : place(where), look_(std::move(look)) {}
  /// Says that the changes so far are durable, with the store's present state.
  void acknowledge() const;

  const Place& place;

 private:
  std::function<std::string(const Place&)> look_;
};

/// Opens the store and describes all of it, or the error instead.
std::string look_at_store(const Place& place);

/// For scenarios that destroy: complains if the keyring holds more than the epoch key that the data
/// needs.
std::string find_old_epochs(const Place& place);

struct Scenario {
  std::string name;
  /// Makes the initial store; not recorded.
  std::function<void(const Place&)> prepare;
  /// May acknowledge several times; the changes between two are whole or absent.
  std::function<void(Actor&)> act;
  /// The time between prepare and act; all checks are made at that time too.
  std::int64_t later_ms = 0;
  std::function<std::string(const Place&)> look = look_at_store;
  /// What a thief finds in files taken before anyone opens them again. Asked of every state in
  /// which everything was acknowledged; empty if he finds nothing.
  std::function<std::string(const Place&)> steal = {};
};

std::vector<Scenario>& scenarios();

struct Registered {
  explicit Registered(Scenario scenario) { scenarios().push_back(std::move(scenario)); }
};

/// The main function of a program that was started to act; returns its exit code.
int act_out(const std::string& scenario, const std::string& root);

inline constexpr char kActWord[] = "--act-out";

}  // namespace coffer::test
