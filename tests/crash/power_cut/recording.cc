#include "tests/crash/power_cut/recording.h"

#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstring>
#include <filesystem>
#include <functional>

#include "tests/scratch.h"

namespace coffer::test {
namespace {

namespace fs = std::filesystem;

std::uint64_t inode_of(const std::string& path) {
  struct stat status {};
  must(::lstat(path.c_str(), &status) == 0, "lstat");
  return status.st_ino;
}

void read_directory(Tree& tree, const std::string& path, std::uint64_t inode) {
  Tree::Names& names = tree.directories[inode];
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string inner = entry.path().string();
    const std::uint64_t number = inode_of(inner);
    names[entry.path().filename().string()] = number;
    if (entry.is_directory()) {
      read_directory(tree, inner, number);
    } else {
      tree.files[number] = read_whole_file(inner);
    }
  }
}

void write_directory(const Tree& tree, const std::string& path, std::uint64_t inode) {
  must(::mkdir(path.c_str(), 0700) == 0, "mkdir");
  for (const auto& [leaf, number] : tree.directories.at(inode)) {
    const std::string inner = path + "/" + leaf;
    if (tree.directories.count(number) != 0) {
      write_directory(tree, inner, number);
    } else {
      write_whole_file(inner, tree.files.at(number));
    }
  }
}

std::size_t digest_of(const Tree& tree, std::uint64_t inode) {
  const std::hash<std::string_view> hash;
  std::size_t out = 17;
  const auto mix = [&](std::size_t more) { out = out * 0x9E3779B97F4A7C15u + (more ^ out >> 29); };
  for (const auto& [leaf, number] : tree.directories.at(inode)) {
    mix(hash(leaf));
    const bool directory = tree.directories.count(number) != 0;
    mix(directory ? digest_of(tree, number) : hash(as_text(tree.files.at(number))));
  }
  return out;
}

// Splits a path below the root into its directory's inode and its last component.
std::pair<std::uint64_t, std::string> resolve(const Tree& tree, std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {tree.root, std::string(path)};
  return {tree.find(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

Step resolved(const Tree& tree, const RecordHeader& header, std::string_view name,
              std::string_view other, std::string_view data) {
  Step step;
  step.call = header.call;
  step.durable = header.durable != 0;
  step.inode = header.inode;
  step.offset = header.offset;
  step.data.assign(data.begin(), data.end());
  // A truncation by open() carries a name that is not needed: the inode is known.
  if (!name.empty() && step.call != Call::truncate)
    std::tie(step.directory, step.leaf) = resolve(tree, name);
  if (!other.empty()) std::tie(step.other_directory, step.other_leaf) = resolve(tree, other);
  if (step.call == Call::rename) step.inode = tree.find(name);
  return step;
}

}  // namespace

Tree Tree::read(const std::string& directory) {
  Tree tree;
  tree.root = inode_of(directory);
  read_directory(tree, directory, tree.root);
  return tree;
}

void Tree::write(const std::string& directory) const {
  fs::remove_all(directory);
  write_directory(*this, directory, root);
}

std::size_t Tree::digest() const { return digest_of(*this, root); }

std::uint64_t Tree::find(std::string_view path) const {
  std::uint64_t at = root;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const auto names = directories.find(at);
    if (names == directories.end()) return 0;
    const auto found = names->second.find(std::string(path.substr(0, slash)));
    if (found == names->second.end()) return 0;
    at = found->second;
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return at;
}

void apply(Tree& tree, const Step& step, const Sectors& sectors) {
  switch (step.call) {
    case Call::create_file:
      tree.files[step.inode].clear();
      tree.directories[step.directory][step.leaf] = step.inode;
      break;
    case Call::create_directory:
      tree.directories[step.inode];
      tree.directories[step.directory][step.leaf] = step.inode;
      break;
    case Call::write: {
      Bytes& bytes = tree.files[step.inode];
      if (bytes.size() < step.offset + step.data.size())
        bytes.resize(step.offset + step.data.size());
      std::uint64_t at = step.offset;
      const std::uint64_t end = at + step.data.size();
      for (std::size_t sector = 0; at < end; ++sector) {
        const std::uint64_t stop = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
        if (sectors.empty() || sectors[sector])
          std::memcpy(bytes.data() + at, step.data.data() + (at - step.offset), stop - at);
        at = stop;
      }
      break;
    }
    case Call::truncate: tree.files[step.inode].resize(step.offset); break;
    case Call::rename:
      tree.directories[step.directory].erase(step.leaf);
      tree.directories[step.other_directory][step.other_leaf] = step.inode;
      break;
    case Call::link:
      tree.files[step.inode];
      tree.directories[step.directory][step.leaf] = step.inode;
      break;
    case Call::unlink: tree.directories[step.directory].erase(step.leaf); break;
    case Call::sync:
    case Call::note: break;
  }
}

bool Recording::Ended::killed() const { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

Recording::Ended Recording::run(const Run& run) {
  std::vector<std::string> environment = {
      "LD_PRELOAD=" COFFER_RECORDER,
      std::string(kRecordDirectory) + "=" + run.directory,
      std::string(kRecordLog) + "=" + run.log,
      std::string(kRecordKillAt) + "=" + std::to_string(run.kill_at),
      // The sanitizer's library insists on being loaded first; this turns the check off.
      "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0",
  };
  for (char** each = environ; *each != nullptr; ++each) {
    if (!std::string_view(*each).starts_with("LD_PRELOAD=")) environment.emplace_back(*each);
  }
  std::vector<std::string> words = run.words;
  std::vector<char*> argv, envp;
  for (std::string& word : words) argv.push_back(word.data());
  for (std::string& each : environment) envp.push_back(each.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  pid_t child = -1;
  must(::posix_spawn(&child, argv[0], nullptr, nullptr, argv.data(), envp.data()) == 0, "spawn");
  Ended ended;
  while (::waitpid(child, &ended.status, 0) < 0) must(errno == EINTR, "waitpid");
  return ended;
}

Recording Recording::read(Tree before, const std::string& log) {
  Recording out;
  Tree tree = before;
  out.before = std::move(before);
  const Bytes bytes = read_whole_file(log);
  std::string_view rest = as_text(bytes);
  const auto take = [&](std::size_t size) {
    must(rest.size() >= size, "the log is whole");
    const std::string_view part = rest.substr(0, size);
    rest.remove_prefix(size);
    return part;
  };
  while (!rest.empty()) {
    RecordHeader header;
    std::memcpy(&header, take(sizeof header).data(), sizeof header);
    const std::string_view name = take(header.name_bytes);
    const std::string_view other = take(header.other_bytes);
    out.steps.push_back(resolved(tree, header, name, other, take(header.data_bytes)));
    apply(tree, out.steps.back());
  }
  return out;
}

std::vector<std::string> Recording::notes() const {
  std::vector<std::string> out;
  for (const Step& step : steps) {
    if (step.call == Call::note) out.emplace_back(step.text());
  }
  return out;
}

}  // namespace coffer::test
