// Secrets as rows of a table with the columns key and value (RFC 4180), as a database's
// `secret_store` is dumped by \copy (SELECT key, value FROM secret_store) TO 'F' CSV HEADER
#include <csv.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "text/utf8.h"
#include "tools/exchange/flat_entries.h"
#include "tools/exchange/forms.h"

namespace coffer::tools {
namespace {

// Wipes the parser's buffer, because values pass through it.
void free_wiped(void* memory) {
  if (memory == nullptr) return;
  wipe(memory, malloc_usable_size(memory));
  std::free(memory);
}

// The parser asks for 128 bytes more at a time; doubling keeps a large value linear.
void* grow_wiped(void* memory, std::size_t size) {
  const std::size_t present = memory == nullptr ? 0 : malloc_usable_size(memory);
  if (memory != nullptr && size <= present) return memory;
  void* grown = std::malloc(std::max(size, 2 * present));
  if (grown == nullptr || memory == nullptr) return grown;
  std::memcpy(grown, memory, present);
  free_wiped(memory);
  return grown;
}

int nothing_is_space(unsigned char) { return 0; }

Error no_header() {
  return {ErrorCode::usage, "must name exactly the columns key and value",
          "dump these two columns: \\copy (SELECT key, value FROM secret_store) TO 'F' CSV HEADER"};
}

class TableReader {
 public:
  explicit TableReader(const ImportNames& names) : names_(names) {
    constexpr unsigned char kOptions =
        CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL | CSV_REPALL_NL;
    csv_init(&parser_, kOptions);
    csv_set_realloc_func(&parser_, grow_wiped);
    csv_set_free_func(&parser_, free_wiped);
    csv_set_space_func(&parser_, nothing_is_space);  // Blanks belong to the value.
  }
  ~TableReader() { csv_free(&parser_); }
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

  Result<std::vector<SecretImage>> read(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) {
      return about_row({ErrorCode::usage, "begins with a byte order mark",
                        "save the file as UTF-8 without one"});
    }
    const std::size_t taken =
        csv_parse(&parser_, text.data(), text.size(), take_field, take_row, this);
    const bool whole = taken == text.size() && csv_fini(&parser_, take_field, take_row, this) == 0;
    if (error_) return about_row(std::move(*error_));
    if (!whole) {
      return about_row({ErrorCode::usage, "is not CSV: a quote is missing or in the wrong place",
                        "a field with quotes, commas or line ends needs quotes, and each quote in "
                        "it is doubled"});
    }
    if (row_ == 0) return about_row(no_header());
    return std::move(secrets_);
  }

 private:
  Error about_row(Error error) const {
    return std::move(error).about(Subject::Kind::file,
                                  std::string(names_.source) + ", row " + std::to_string(row_ + 1));
  }
  static void take_field(void* text, std::size_t size, void* self) {
    auto& reader = *static_cast<TableReader*>(self);
    const std::size_t column = reader.column_++;
    if (column > 1) return;
    reader.cells_[column].reset();
    if (text != nullptr)
      reader.cells_[column] =
          SecretBytes::copy_of(std::string_view(static_cast<const char*>(text), size));
  }
  // A CR ends the row; the LF after it arrives as an empty row.
  static void take_row(int, void* self) {
    auto& reader = *static_cast<TableReader*>(self);
    const bool is_blank = reader.column_ == 0;
    if (!reader.error_ && !is_blank) {
      if (Result<void> row = reader.row_ == 0 ? reader.header() : reader.add_row(); !row)
        reader.error_ = row.error();
      else
        ++reader.row_;
    }
    reader.column_ = 0;
  }

  Result<void> header() {
    if (column_ != 2 || !cells_[0] || !cells_[1]) return no_header();
    key_ = cells_[0]->text() == "key" ? 0 : 1;
    if (cells_[key_]->text() != "key" || cells_[1 - key_]->text() != "value") return no_header();
    return {};
  }
  Result<void> add_row() {
    if (column_ != 2)
      return Error(ErrorCode::usage, "does not have two columns", "a row is KEY,VALUE");
    const std::optional<SecretBytes>& key = cells_[key_];
    const std::optional<SecretBytes>& value = cells_[1 - key_];
    if (!key || !value) {
      return Error(ErrorCode::usage, "has NULL for a key or value",
                   "an empty value is written as two quotes");
    }
    if (!utf8::is_valid(key->text()) || !utf8::is_valid(value->text()))
      return Error(ErrorCode::usage, "contains invalid UTF-8", "dump the table in UTF-8");
    secrets_.push_back(image_of_entry(names_.prefix, key->text(), value->text()));
    return {};
  }

  const ImportNames& names_;
  csv_parser parser_{};
  std::optional<SecretBytes> cells_[2];
  std::size_t column_ = 0;
  std::size_t key_ = 0;
  std::size_t row_ = 0;
  std::vector<SecretImage> secrets_;
  std::optional<Error> error_;
};

// libcsv takes the pointer of an empty view for NULL and writes nothing, but an empty text must
// become two quotes.
void append_cell(SecretBytes& out, std::string_view text) {
  if (text.empty()) {
    out.append("\"\"");
    return;
  }
  const std::size_t before = out.size();
  const std::size_t size = csv_write(nullptr, 0, text.data(), text.size());
  out.resize(before + size);
  csv_write(out.data() + before, size, text.data(), text.size());
}

class TableWriter : public ExportWriter {
 public:
  using ExportWriter::add;
  void begin(SecretBytes& out) override { out.append("key,value\r\n"); }
  Result<void> add(SecretBytes& out, const SecretImage& secret) override {
    return each_flat_entry(secret, [&](const std::string& key, std::string_view text) {
      append_cell(out, key);
      out.push_back(',');
      append_cell(out, text);
      out.append("\r\n");
      return Result<void>();
    });
  }
  void end(SecretBytes&) override {}
};

}  // namespace

std::unique_ptr<ExportWriter> make_table_writer() { return std::make_unique<TableWriter>(); }

Result<std::vector<SecretImage>> read_table(SecretBytes text, const ImportNames& names) {
  return TableReader(names).read(text.text());
}

}  // namespace coffer::tools
