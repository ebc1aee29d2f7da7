#include "tests/crash/power_cut/replay.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

namespace coffer::test {
namespace {

// The fate of a step that was not synced.
struct Fate {
  bool applied = true;
  Sectors sectors;
};
using Fates = std::map<std::size_t, Fate>;  // By step; all other steps are applied.

class Replayer {
 public:
  Replayer(const Recording& recording, const ReplayOptions& options,
           const std::function<bool(const CutState&)>& visit)
      : recording_(recording), options_(options), visit_(visit), random_(options.seed) {}

  std::size_t run() {
    for (std::size_t made = 0; made <= recording_.steps.size() && going_; ++made) {
      if (made > 0 && steps()[made - 1].call == Call::note) ++notes_;
      cut_after(made);
    }
    return seen_.size();
  }

 private:
  const std::vector<Step>& steps() const { return recording_.steps; }

  bool syncs(std::size_t at, const Step& step, const Step& sync) const {
    if (sync.call != Call::sync || options_.ignore_syncs || options_.ignored.count(at) != 0)
      return false;
    if (step.is_content()) return sync.inode == step.inode;
    return sync.inode == step.directory;
  }

  // A name that two directories share is durable once both are synced.
  bool is_durable(std::size_t index, std::size_t made) const {
    const Step& step = steps()[index];
    if (step.call == Call::sync || step.call == Call::note) return true;
    if (step.durable && !options_.ignore_syncs && options_.ignored.count(index) == 0) return true;
    bool first = false;
    bool second = step.call != Call::rename || step.other_directory == step.directory;
    for (std::size_t at = index + 1; at < made; ++at) {
      first = first || syncs(at, step, steps()[at]);
      Step other = step;
      if (!second) {
        other.directory = step.other_directory;
        second = syncs(at, other, steps()[at]);
      }
      if (first && second) return true;
    }
    return false;
  }

  void cut_after(std::size_t made) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < made; ++i) {
      if (!is_durable(i, made)) open.push_back(i);
    }
    emit(made, {}, "all that was called");
    if (open.empty()) return;
    emit(made, none_of(open), "only what was synced");
    const std::size_t last = open.back();
    if (last + 1 == made) emit(made, {{last, torn(last)}}, "the last write torn");
    // The set of unsynced steps grows until a sync, so all other parts of it are tried there.
    const bool is_last_chance = made == steps().size() || steps()[made].call == Call::sync ||
                                steps()[made].call == Call::note || steps()[made].durable;
    if (!is_last_chance) return;
    for (const std::size_t each : open) {
      const std::string name = " step " + std::to_string(each);
      emit(made, {{each, {false, {}}}}, "all but" + name);
      Fates only = none_of(open);
      only.erase(each);
      emit(made, only, "of what was not synced only" + name);
      only[each] = torn(each);
      emit(made, only, "of what was not synced only a part of" + name);
      emit(made, {{each, torn(each)}}, "all but a part of" + name);
    }
    for (std::size_t i = 0; i < options_.random_states; ++i) emit(made, by_lot(open), "by lot");
  }

  static Fates none_of(const std::vector<std::size_t>& open) {
    Fates fates;
    for (const std::size_t each : open) fates[each].applied = false;
    return fates;
  }

  Fate torn(std::size_t index) {
    const Step& step = steps()[index];
    Fate fate;
    if (step.call != Call::write) return fate;
    const std::uint64_t first = step.offset / kSectorBytes;
    const std::uint64_t last = (step.offset + step.data.size() - 1) / kSectorBytes;
    fate.sectors.resize(last - first + 1);
    if (random_() % 2 == 0) {  // Keeps the first sectors.
      const std::size_t cut = random_() % (fate.sectors.size() + 1);
      for (std::size_t i = 0; i < cut; ++i) fate.sectors[i] = true;
    } else {
      for (std::size_t i = 0; i < fate.sectors.size(); ++i) fate.sectors[i] = random_() % 2 == 0;
    }
    return fate;
  }

  Fates by_lot(const std::vector<std::size_t>& open) {
    Fates fates;
    for (const std::size_t each : open) {
      switch (random_() % 3) {
        case 0: fates[each].applied = false; break;
        case 1: fates[each] = torn(each); break;
        default: break;
      }
    }
    return fates;
  }

  void emit(std::size_t made, const Fates& fates, const std::string& how) {
    if (!going_) return;
    Tree tree = recording_.before;
    for (std::size_t i = 0; i < made; ++i) {
      const auto fate = fates.find(i);
      if (fate == fates.end()) {
        apply(tree, steps()[i]);
      } else if (fate->second.applied) {
        apply(tree, steps()[i], fate->second.sectors);
      }
    }
    if (!seen_.emplace(tree.digest(), notes_).second) return;
    going_ = visit_({tree, made, notes_, how});
  }

  const Recording& recording_;
  const ReplayOptions& options_;
  const std::function<bool(const CutState&)>& visit_;
  std::mt19937_64 random_;
  std::set<std::pair<std::size_t, std::size_t>> seen_;
  std::size_t notes_ = 0;
  bool going_ = true;
};

}  // namespace

std::size_t replay(const Recording& recording, const ReplayOptions& options,
                   const std::function<bool(const CutState&)>& visit) {
  return Replayer(recording, options, visit).run();
}

}  // namespace coffer::test
