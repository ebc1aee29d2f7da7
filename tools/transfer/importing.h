// Imports the content of a document into a store.
// Each batch is one transaction. If a document needs several, all of them are tried before the
// first is written, so that a refused document changes nothing.
#pragma once

#include <coffer/store.h>

#include <functional>
#include <string>
#include <vector>

#include "tools/exchange/forms.h"
#include "tools/exchange/images.h"
#include "tools/exchange/own_document.h"

namespace coffer::tools {

enum class Existing { refuse, compare_and_swap, overwrite, skip };

struct ImportPlan {
  Form form = Form::json;
  Existing existing = Existing::refuse;
  bool dry_run = false;
};

struct ImportOutcome {
  std::vector<std::string> created, updated, unchanged, skipped, expired;
};

/// The part of a document that is in memory, and in one transaction, at a time.
struct ImportBatch {
  std::vector<SecretImage> secrets;
  std::vector<ConfigImage> configs;
  std::vector<RestoredReference> references;
  StoreImage store;  ///< Every batch applies the settings, the last the policy.
  std::size_t bytes = 0;
  bool is_last = false;
};
/// Hands over all batches of a document; can be called more than once.
using ImportBatches =
    std::function<Result<void>(const std::function<Result<void>(const ImportBatch&)>& take)>;

/// The document must outlive the result. Errors: usage (a path or id twice), and the document's.
ImportBatches batches_of(const OwnDocument& document);
/// All secrets of a document in another form, as one batch.
ImportBatches batches_of(std::vector<SecretImage> secrets);

/// Errors: conflict (an object of the same name differs), usage (--cas, but the document has no
/// version numbers), and those of the transactions. If an error comes after some batches were
/// written, a note says how many secrets are in.
Result<ImportOutcome> run_import(Store& store, const ImportBatches& batches,
                                 const ImportPlan& plan);

}  // namespace coffer::tools
