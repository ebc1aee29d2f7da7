// The forms in which secrets are exported and imported.
//
//   json    coffer's own: everything, values with their exact text (own_json.cc)
//   yaml    the same in YAML; also reads a map of paths to fields
//   vault   a map of paths to fields, as Vault's KV tools take it; also reads what
//           `vault kv get -format=json` prints for one secret
//   dotenv  NAME=VALUE lines: the fields of one or more secrets; read into one secret
//   vault-entries, vault-json  the layouts that products keep in Vault (vault_layouts.cc)
//   csv     a table with the columns key and value, as of a database (csv_table.cc)
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <memory>
#include <string_view>
#include <vector>

#include "tools/exchange/dotenv/dotenv.h"
#include "tools/exchange/images.h"

namespace coffer::tools {

enum class Form { json, dotenv, yaml, vault, vault_entries, vault_json, csv };
/// For help and errors.
inline constexpr const char* kFormNames =
    "json, yaml, dotenv, vault, vault-entries, vault-json or csv";

/// Errors: usage, about `--as`.
Result<Form> parse_form(std::string_view text);
/// Whether the form holds version numbers and metadata.
bool is_whole(Form form);

/// Writes one document, secret by secret. Between two calls the output may be written out and
/// cleared.
class ExportWriter {
 public:
  virtual ~ExportWriter() = default;
  virtual void begin(SecretBytes& out) = 0;
  /// Errors: usage (this form cannot hold it), about the secret's path.
  virtual Result<void> add(SecretBytes& out, const SecretImage& secret) = 0;
  /// Configs come after the secrets, references last. Errors: usage (this form cannot hold it).
  virtual Result<void> add(SecretBytes& out, const ConfigImage& config);
  virtual Result<void> add(SecretBytes& out, const RestoredReference& reference);
  virtual void end(SecretBytes& out) = 0;
};

struct ExportOptions {
  std::int64_t now_ms = 0;
  bool history = false;
  StoreImage store = {};      ///< json.
  DotenvOptions dotenv = {};  ///< dotenv.
};
std::unique_ptr<ExportWriter> make_export_writer(Form form, ExportOptions options);

struct ImportNames {
  std::string_view source;  ///< The file's name, for errors.
  std::string_view prefix;  ///< Put before each path, or the path of the only secret. May be empty.
};
/// Returns each path once. Errors: usage, limit, too_new.
Result<std::vector<SecretImage>> read_import(Form form, SecretBytes text, const ImportNames& names);

// One reader for each form.
Result<std::vector<SecretImage>> read_own_json(SecretBytes text, const ImportNames& names);
Result<std::vector<SecretImage>> read_vault(SecretBytes text, const ImportNames& names);
Result<std::vector<SecretImage>> read_vault_entries(SecretBytes text, const ImportNames& names);
Result<std::vector<SecretImage>> read_vault_json(SecretBytes text, const ImportNames& names);
Result<std::vector<SecretImage>> read_table(SecretBytes text, const ImportNames& names);
/// A map of paths to objects of fields. Each object is a secret; other values are refused.
Result<std::vector<SecretImage>> read_field_map(SecretBytes text, const ImportNames& names);

std::unique_ptr<ExportWriter> make_own_writer(std::int64_t now_ms, bool history, StoreImage store);
std::unique_ptr<ExportWriter> make_yaml_writer(std::int64_t now_ms, bool history);
std::unique_ptr<ExportWriter> make_vault_writer();
std::unique_ptr<ExportWriter> make_dotenv_writer(const DotenvOptions& options);
std::unique_ptr<ExportWriter> make_vault_entries_writer();
std::unique_ptr<ExportWriter> make_vault_json_writer();
std::unique_ptr<ExportWriter> make_table_writer();

}  // namespace coffer::tools
