#include "api/config_admission.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "configs/config_store.h"
#include "configs/config_view.h"
#include "configs/document/marker.h"
#include "format/names.h"
#include "policy/check.h"

namespace coffer::api {
namespace {

using secrets::View;

// A caller who may neither use nor see a value must not learn it by comparing either.
class Knowledge {
 public:
  static Result<Knowledge> of(const View& view, std::string_view id) {
    Knowledge knowledge(view);
    for (const UseCase use_case : {UseCase::use, UseCase::reveal}) {
      if (COFFER_TRY(policy::allows(view, use_case, policy::config(id))))
        knowledge.allowed_.push_back(use_case);
    }
    return knowledge;
  }

  // The policy is asked once for a secret: one place may be compared with thousands.
  Result<bool> has(std::string_view base) {
    const auto known = known_.find(base);
    if (known != known_.end()) return known->second;
    bool has = false;
    for (const UseCase use_case : allowed_)
      has = has || !COFFER_TRY(policy::denies(*view_, use_case, policy::secret(base)));
    known_.emplace(base, has);
    return has;
  }

 private:
  explicit Knowledge(const View& view) : view_(&view) {}
  const View* view_;
  std::vector<UseCase> allowed_;
  std::map<std::string, bool, std::less<>> known_;
};

class Intake {
 public:
  Intake(const View& view, std::string_view id) : view_(&view), id_(id) {}

  Result<void> check(std::string_view coordinate) {
    const auto parsed = format::parse_coordinate(coordinate);
    if (!parsed) return {};
    const policy::Object secret = policy::secret(parsed->base);
    if (COFFER_TRY(policy::allows(*view_, UseCase::use, secret))) return {};
    const bool denied = COFFER_TRY(policy::denies(*view_, UseCase::use, secret));
    if (!denied && COFFER_TRY(is_of_its_check(coordinate))) return {};
    return policy::refused(UseCase::use, secret);
  }

 private:
  Result<bool> is_of_its_check(std::string_view coordinate) {
    if (!minted_) {
      minted_.emplace();
      if (const auto check = COFFER_TRY(configs::find_check(*view_, id_))) {
        for (const configs::StoredPlace& place : check->places) minted_->insert(place.coordinate);
      }
    }
    return minted_->contains(coordinate);
  }

  const View* view_;
  std::string id_;
  std::optional<std::set<std::string, std::less<>>> minted_;  // Read at the first use.
};

// Others may see the values under the new name. So the caller must be allowed to see them, and must
// not gain a right by the new name.
Result<void> check_new_name(const secrets::View& view, std::string_view from, std::string_view to) {
  COFFER_TRY(policy::check(view, UseCase::reveal, policy::config(from)));
  COFFER_TRY(policy::check(view, UseCase::write, policy::config(to)));
  for (const UseCase use_case : {UseCase::list, UseCase::use}) {
    if (!COFFER_TRY(policy::allows(view, use_case, policy::config(to)))) continue;
    COFFER_TRY(policy::check(view, use_case, policy::config(from)));
  }
  return {};
}

}  // namespace

Result<void> check_copied(const View& view, std::string_view from, std::string_view to) {
  COFFER_TRY(policy::check(view, UseCase::use, policy::config(from)));
  return check_new_name(view, from, to);
}

Result<void> check_renamed(const View& view, std::string_view from, std::string_view to) {
  COFFER_TRY(policy::check(view, UseCase::remove, policy::config(from)));
  return check_new_name(view, from, to);
}

Result<void> check_brought_in(const View& view, std::string_view id,
                              const json::Document& document) {
  if (COFFER_TRY(view.policy()) == nullptr) return {};
  Intake intake(view, id);
  std::vector<json::NodeId> open{0};
  while (!open.empty()) {
    const json::NodeId node = open.back();
    open.pop_back();
    const configs::Marker marker = configs::marker_at(document, node, true);
    if (marker.kind == configs::Marker::Kind::coordinate) COFFER_TRY(intake.check(marker.name));
    if (document.type(node) != json::Type::object && document.type(node) != json::Type::array)
      continue;
    for (json::NodeId child = document.first_child(node); child != json::kNoNode;
         child = document.next_sibling(child))
      open.push_back(child);
  }
  return {};
}

Result<configs::ConfigRights> rights_in(const View& view, std::string_view id) {
  configs::ConfigRights rights;
  if (COFFER_TRY(view.policy()) == nullptr) return rights;
  const auto knowledge = std::make_shared<Knowledge>(COFFER_TRY(Knowledge::of(view, id)));
  rights.may_know = [knowledge](std::string_view base) { return knowledge->has(base); };
  rights.may_list = COFFER_TRY(policy::allows(view, UseCase::list, policy::config(id)));
  const auto intake = std::make_shared<Intake>(view, id);
  rights.bring_in = [intake](std::string_view coordinate) { return intake->check(coordinate); };
  rights.create = [&view](std::string_view base) {
    return policy::check(view, UseCase::write, policy::secret(base));
  };
  return rights;
}

Result<void> check_no_deny(const View& view, UseCase use_case,
                           const configs::ConfigRecord& record) {
  if (COFFER_TRY(view.policy()) == nullptr) return {};
  for (const configs::StoredPlace& place : record.places) {
    const auto coordinate = format::parse_coordinate(place.coordinate);
    if (place.external || !coordinate) continue;
    const policy::Object secret = policy::secret(coordinate->base);
    if (COFFER_TRY(policy::denies(view, use_case, secret)))
      return policy::check_read(view, use_case, secret);
  }
  return {};
}

Result<void> hide_unlisted(const View& view, std::string_view id, const json::Document* given,
                           ConfigPutReport& report) {
  if (COFFER_TRY(policy::allows(view, UseCase::list, policy::config(id)))) return {};
  report.partial = SecretBytes();
  report.destroyed.clear();
  std::erase_if(report.outcomes, [given](const ConfigOutcome& outcome) {
    if (given == nullptr || outcome.kind == ConfigOutcome::Kind::removed) return true;
    const auto pointer = json::parse_pointer(outcome.pointer);
    return !pointer || json::resolve(*given, *pointer) == json::kNoNode;
  });
  return {};
}

configs::Reveal reveal_usable(const View& view) {
  return [&view,
          reveal = configs::reveal_managed(view)](std::string_view text) -> Result<SecretBytes> {
    if (COFFER_TRY(view.policy()) != nullptr) {
      if (const auto coordinate = format::parse_coordinate(text))
        COFFER_TRY(policy::check_read(view, UseCase::use, policy::secret(coordinate->base)));
    }
    return reveal(text);
  };
}

}  // namespace coffer::api
