#include "secrets/engine.h"

namespace coffer::secrets {

Result<std::unique_ptr<Engine>> Engine::open(const std::string& directory,
                                             const std::vector<KeySource>& keys,
                                             const OpenOptions& options, AcceptGuard guard) {
  auto vault =
      COFFER_TRY(Vault::open(directory, keys, options, [guard](const records::Reading& reading) {
        return guard(View(reading));
      }));
  return std::unique_ptr<Engine>(new Engine(std::move(vault)));
}

Result<std::unique_ptr<Engine>> Engine::as(const Actor& actor) const {
  return std::unique_ptr<Engine>(new Engine(COFFER_TRY(Vault::as(actor))));
}

// Needs no std::function: a get takes only microseconds.
Result<Secret> Engine::get(std::string_view path, std::uint64_t version, ReadGuard guard) {
  return read([&](const View& view) -> Result<Secret> {
    if (COFFER_TRY(view.policy()) != nullptr) COFFER_TRY(guard(view, path));
    return view.get(path, version);
  });
}

Result<WriteReport> Engine::write(const std::function<Result<void>(Transaction&)>& body,
                                  Intent* intent) {
  return Vault::write(
      [&](records::Writing& writing) -> Result<void> {
        Transaction transaction(writing);
        return body(transaction);
      },
      intent);
}

Result<void> deny_read(const View&, std::string_view path) {
  return Error(ErrorCode::denied, "the store has a policy, which is not asked here")
      .about(Subject::Kind::path, path);
}

Result<void> deny_accept(const View& view) {
  if (COFFER_TRY(view.policy()) == nullptr) return {};
  return Error(ErrorCode::denied, "the store has a policy, which is not asked here");
}

}  // namespace coffer::secrets
