// The kinds of key, one row each: how a kind's URIs are written, read and followed, and how its
// key is obtained. A new kind is a file that ends in its row, and a name in kinds.cc.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "crypto/key.h"
#include "keys/file_io.h"
#include "keys/provider.h"

namespace coffer::keys {

/// What a source yields before it is known which slot it opens: read, or asked for, once.
struct SourceMaterial {
  const KeySource* source = nullptr;
  crypto::Key key;                     ///< Unless one of the next two is there.
  SecretBytes passphrase;              ///< Not empty: stretched with each slot's own salt.
  std::shared_ptr<Provider> provider;  ///< Set: asked for each slot.
  std::string key_id;                  ///< A new key's own name; most have none.
};

/// What a key is obtained for.
struct Purpose {
  bool is_new = false;  ///< For a new slot: a passphrase is typed twice, a printed key is made.
  NamedBy named_by = NamedBy::caller;
};

struct Kind {
  /// One way to write a URI of the kind, for help texts.
  struct Form {
    std::string_view text;
    std::string_view what;
  };
  KeyScheme scheme;
  std::string_view name;    ///< As `key list` shows it.
  std::string_view prefix;  ///< How its URIs begin.
  Form form;
  Form other_form = {};
  const bool* is_built = &kAlways;  ///< Whether this build has what the kind needs.
  std::string_view asks_for = {};   ///< What a person is asked for where no location is given.
  /// Reads a URI that begins with `prefix`, to its last parameter; asks nobody and loads nothing.
  /// Answers its location (KeySource::location()). Never repeats a part of the URI that may be a
  /// secret. Errors: usage.
  Result<std::string> (*parse)(std::string_view uri);
  /// Whether a URI that a slot holds may be followed though the caller did not name it. The slot
  /// table is not authenticated until a slot has opened: an attacker who can write the file could
  /// otherwise have a library loaded, or credentials sent to a host of his choice.
  bool (*may_follow_unasked)(const KeySource& source);
  /// Errors: those of the kind; key_unavailable where this build lacks the kind.
  Result<SourceMaterial> (*obtain)(const KeySource& source, const Purpose& purpose);

  static constexpr bool kAlways = true;
};

/// Every kind, in the order in which help shows them.
std::span<const Kind* const> kinds();
const Kind& kind_of(KeyScheme scheme);
/// nullptr: no kind's.
const Kind* kind_of_uri(std::string_view uri);
/// A text that is no key URI may be a key that somebody pasted: it is not repeated.
Error no_key_uri();

/// `parse` of a kind whose provider reads its URI by `read`.
template <auto read>
Result<std::string> checked_by(std::string_view uri) {
  COFFER_TRY(read(uri));
  return std::string();
}

/// `obtain` of a kind whose provider is made by `connect`, which asks nobody yet.
template <auto connect>
Result<SourceMaterial> provided_by(const KeySource& source, const Purpose&) {
  SourceMaterial material;
  material.provider = COFFER_TRY(connect(source));
  return material;
}

}  // namespace coffer::keys
