#include "sqlcipher_peer.h"

#include <sqlcipher/sqlite3.h>

#include <cstdio>
#include <cstdlib>

namespace coffer::bench {
namespace {

void run(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return;
  std::fprintf(stderr, "benchmark: %s: %s\n", sql, sqlite3_errmsg(db));
  std::exit(1);
}

}  // namespace

struct SqlcipherStore::State {
  sqlite3* db = nullptr;
  sqlite3_stmt* select = nullptr;
  sqlite3_stmt* upsert = nullptr;
};

SqlcipherStore::SqlcipherStore(std::uint64_t count, std::size_t bytes, bool cache_all)
    : state_(std::make_unique<State>()), bytes_(bytes) {
  State& s = *state_;
  sqlite3_open((scratch_.path() + "/peer.db").c_str(), &s.db);
  // A raw key, so that stretching a passphrase is not measured.
  run(s.db, "PRAGMA key = \"x'2DD29CA851E7B56E4697B0E1F08507293D761A05CE4D1B628663F411A8086D99'\"");
  if (cache_all) run(s.db, "PRAGMA cache_size = -256000");
  run(s.db, "CREATE TABLE secrets (id INTEGER PRIMARY KEY, path TEXT UNIQUE, value BLOB)");
  sqlite3_prepare_v2(s.db, "SELECT value FROM secrets WHERE path = ?", -1, &s.select, nullptr);
  sqlite3_prepare_v2(s.db, "INSERT OR REPLACE INTO secrets (path, value) VALUES (?, ?)", -1,
                     &s.upsert, nullptr);
  run(s.db, "BEGIN");
  for (std::uint64_t i = 0; i < count; ++i) put(i);
  run(s.db, "COMMIT");
}

SqlcipherStore::~SqlcipherStore() {
  sqlite3_finalize(state_->select);
  sqlite3_finalize(state_->upsert);
  sqlite3_close(state_->db);
}

std::uint8_t SqlcipherStore::get(std::uint64_t number) {
  State& s = *state_;
  const std::string& name = secret_name(number);
  sqlite3_bind_text(s.select, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
  if (sqlite3_step(s.select) != SQLITE_ROW) std::exit(1);
  const std::uint8_t first = *static_cast<const std::uint8_t*>(sqlite3_column_blob(s.select, 0));
  sqlite3_reset(s.select);
  return first;
}

void SqlcipherStore::put(std::uint64_t number) {
  State& s = *state_;
  const std::string& name = secret_name(number);
  const std::string value = secret_value(number, bytes_);
  sqlite3_bind_text(s.upsert, 1, name.data(), static_cast<int>(name.size()), SQLITE_STATIC);
  sqlite3_bind_blob(s.upsert, 2, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  if (sqlite3_step(s.upsert) != SQLITE_DONE) std::exit(1);
  sqlite3_reset(s.upsert);
}

}  // namespace coffer::bench
