#include "tools/verbs/table.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "tools/command/fail.h"
#include "tools/command/nearest_word.h"

namespace coffer::tools {

// clang-format off
// The verbs by section, a section's in the order of `coffer help`. Each names a row, kPutVerb, that
// stands in the verb's own file.
#define COFFER_VERBS(V) \
  V(Init) V(Status) V(Verify) V(SettingsGet) V(SettingsPut) V(Sweep) V(ClockAccept)               \
  V(Put) V(Get) V(Patch) V(List) V(History) V(Delete) V(Undelete) V(Destroy) V(Rollback) V(Move)  \
  V(Copy) V(MetadataGet) V(MetadataPut) V(MetadataPatch) V(MetadataDelete) V(Refs)                \
  V(Certificates)                                                                                 \
  V(Bulk) V(Export) V(Import) V(Migrate)                                                          \
  V(Run) V(Exec) V(Env) V(Inject) V(Watch)                                                        \
  V(ConfigPut) V(ConfigPatch) V(ConfigStage) V(ConfigCommit) V(ConfigAbandon) V(ConfigCopy)       \
  V(ConfigRename) V(ConfigGet) V(ConfigList) V(ConfigDelete) V(ConfigHydrate) V(ConfigCheck)      \
  V(ConfigImport) V(ConfigEndCheck)                                                               \
  V(KeyList) V(KeyAdd) V(KeyRemove) V(KeyRewrap) V(KeyRotate) V(KeyTest) V(AnchorSet)             \
  V(AnchorShow) V(AnchorUpdate) V(AnchorAccept) V(AnchorRemove) V(ReceiptVerify)                  \
  V(PolicyShow) V(PolicyAllow) V(PolicyDeny) V(PolicyRole) V(PolicyWriteOnly) V(PolicyRemove)     \
  V(PolicySet) V(PolicyTest) V(AuditList) V(AuditVerify) V(AuditPrune)                            \
  V(Secrets) V(ResourceApply) V(ResourceCreate) V(ResourceUpdate) V(ResourceGet)                  \
  V(ResourceDelete) V(ResourceLog)                                                                \
  V(Help) V(Version)
// clang-format on

#define COFFER_DECLARE(name) extern const Verb k##name##Verb;
COFFER_VERBS(COFFER_DECLARE)
#undef COFFER_DECLARE

namespace {

#define COFFER_ADDRESS(name) &k##name##Verb,
constexpr std::array kVerbs = {COFFER_VERBS(COFFER_ADDRESS)};
#undef COFFER_ADDRESS

// A word of which more than every third letter is wrong is another word.
std::size_t farthest_for(std::string_view word) {
  return word.size() < 2 ? 0 : word.size() < 6 ? 1 : kFarthestWord;
}

const Verb* nearest_verb(std::string_view name) {
  if (const Verb* meant = find_verb(verb_called(name))) return meant;
  if (name.size() > kLongestWord) return nullptr;
  const Verb* nearest = nullptr;
  std::size_t least = farthest_for(name) + 1;
  for (const Verb* verb : kVerbs) {
    const std::size_t distance = word_distance(name, verb->text.name);
    if (distance < least) {
      least = distance;
      nearest = verb;
    }
  }
  return nearest;
}

// The next word is compared, as in `kv put` or `confg list`, but never shown: it may be a value.
Error unknown_verb(std::string_view name, std::optional<std::string_view> next) {
  const Verb* nearest = nullptr;
  if (next) nearest = nearest_verb(std::string(name) + ' ' + std::string(*next));
  if (nearest == nullptr) nearest = nearest_verb(name);
  if (nearest != nullptr)
    set_hint("did you mean `coffer " + std::string(nearest->text.name) + "`?");
  return Error(ErrorCode::usage, "there is no such verb", "`coffer help` lists the verbs")
      .about(Subject::Kind::name, name.substr(0, kLongestWord));
}

VerbResult dispatch_group(Arguments& arguments, const std::string& group) {
  const std::optional<std::string_view> second = arguments.take_word();
  if (!second && arguments.has("-h", "--help")) {
    COFFER_TRY(write_group(group));
    return 0;
  }
  if (!second) {
    set_hint("one of " + second_words(group) + ": `coffer help " + group + "` tells of them");
    return Error(ErrorCode::usage, "a second word is missing: one of its verbs")
        .about(Subject::Kind::name, group);
  }
  const std::string name = group + ' ' + std::string(*second);
  const Verb* verb = find_verb(name);
  if (verb != nullptr) return verb->run(arguments, verb->text);
  if (nearest_verb(name) == nullptr)
    set_hint("there are " + second_words(group) + ": `coffer help " + group + "` tells of them");
  return unknown_verb(name, {});
}

}  // namespace

std::span<const Verb* const> all_verbs() { return kVerbs; }

const Verb* find_verb(std::string_view name) {
  const auto found = std::find_if(kVerbs.begin(), kVerbs.end(),
                                  [name](const Verb* verb) { return name == verb->text.name; });
  return found == kVerbs.end() ? nullptr : *found;
}

VerbResult dispatch(Arguments& arguments) {
  const std::optional<std::string_view> first = arguments.take_word();
  if (!first) {
    if (arguments.has("-V", "--version")) return kVersionVerb.run(arguments, kVersionVerb.text);
    if (arguments.has("-h", "--help")) {
      COFFER_TRY(write_overview());
      return 0;
    }
    return Error(ErrorCode::usage, "no verb is given", "`coffer help` lists the verbs");
  }
  const std::string name(*first);
  if (is_group(name)) return dispatch_group(arguments, name);
  const Verb* verb = find_verb(name);
  if (verb == nullptr) return unknown_verb(name, arguments.take_word());
  return verb->run(arguments, verb->text);
}

}  // namespace coffer::tools
