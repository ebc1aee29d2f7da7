// Secrets and what belongs to them on their way from a document into a store.
//
// What fits into one batch is written in one transaction. Of a longer document all batches are
// tried before the first is written, so that what is refused has changed nothing.
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

/// So much is in memory, and in one transaction, at a time.
struct ImportBatch {
  std::vector<SecretImage> secrets;
  std::vector<ConfigImage> configs;
  std::vector<RestoredReference> references;
  StoreImage store;  ///< The settings count for every batch, the policy for the last.
  std::size_t bytes = 0;
  bool is_last = false;
};
/// Hands over all batches of a document; each time anew.
using ImportBatches =
    std::function<Result<void>(const std::function<Result<void>(const ImportBatch&)>& take)>;

/// The document must outlive it. Errors: usage (a path or id twice), and the document's.
ImportBatches batches_of(const OwnDocument& document);
/// All secrets of another form, as one batch.
ImportBatches batches_of(std::vector<SecretImage> secrets);

/// Errors: conflict (something of the name is there and differs), usage (--cas where the document
/// tells no version), and as the transactions' calls. An error after some batches were written is
/// told with how many secrets are in.
Result<ImportOutcome> run_import(Store& store, const ImportBatches& batches,
                                 const ImportPlan& plan);

}  // namespace coffer::tools
