#include "keys/tpm2/tpm2_uri.h"

#include <charconv>

#include "keys/secret_source.h"
#include "keys/uri_parameters.h"
#include "text/ascii.h"

namespace coffer::keys {
namespace {

constexpr std::string_view kScheme = "tpm2:";
constexpr std::string_view kAddress[] = {"device", "tcti"};
constexpr std::string_view kSealing[] = {"pcrs", "auth-source", "timeout"};
constexpr std::string_view kIndex[] = {"nv", "auth-source", "timeout"};
constexpr unsigned kPcrMax = 23;

template <typename Number>
bool read_number(std::string_view text, int base, Number& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return failed == std::errc() && end == text.data() + text.size();
}

Error bad_address() {
  return {ErrorCode::usage, "a tpm2: URI names one TPM, on this machine",
          "tpm2:device=/dev/tpmrm0, or tpm2:tcti=swtpm:host=127.0.0.1,port=2321"};
}

bool is_device(std::string_view path) {
  return path.starts_with("/dev/") && path.find("..") == std::string_view::npos &&
         ascii::holds_only(path, "/-_.");
}

// The loader also takes other names; one of them runs a command.
bool is_simulator_here(std::string_view tcti) {
  for (const std::string_view begin :
       {"swtpm:host=127.0.0.1,port=", "swtpm:host=localhost,port="}) {
    std::uint16_t port = 0;
    if (tcti.starts_with(begin))
      return read_number(tcti.substr(begin.size()), 10, port) && port != 0;
  }
  return false;
}

Result<std::string> parse_address(std::string_view text) {
  const UriParameters address = COFFER_TRY(UriParameters::parse(text, ';', kAddress));
  if (address.has("device") == address.has("tcti")) return bad_address();
  if (address.has("device")) {
    if (!is_device(address.get("device"))) return bad_address();
    return "device:" + std::string(address.get("device"));
  }
  if (!is_simulator_here(address.get("tcti"))) return bad_address();
  return std::string(address.get("tcti"));
}

Error bad_pcrs() {
  return Error(ErrorCode::usage, "takes a bank and its registers",
               "as in sha256:7 or sha256:0,2,7; several banks with + between them")
      .about(Subject::Kind::name, "pcrs");
}

Result<PcrBank> parse_bank(std::string_view text) {
  struct Hash {
    std::string_view name;
    std::uint16_t number;
  };
  constexpr Hash kHashes[] = {
      {"sha1:", 0x0004}, {"sha256:", 0x000B}, {"sha384:", 0x000C}, {"sha512:", 0x000D}};
  PcrBank bank;
  for (const Hash& hash : kHashes) {
    if (!text.starts_with(hash.name)) continue;
    bank.hash = hash.number;
    text.remove_prefix(hash.name.size());
    break;
  }
  if (bank.hash == 0) return bad_pcrs();
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    unsigned number = 0;
    if (!read_number(text.substr(0, comma), 10, number) || number > kPcrMax ||
        (bank.selected >> number & 1) != 0)
      return bad_pcrs();
    bank.selected |= 1U << number;
    if (more) text.remove_prefix(comma + 1);
  }
  return bank;
}

Result<std::vector<PcrBank>> parse_pcrs(std::string_view text) {
  std::vector<PcrBank> banks;
  for (bool more = !text.empty(); more;) {
    const std::size_t plus = text.find('+');
    more = plus != std::string_view::npos;
    const PcrBank bank = COFFER_TRY(parse_bank(text.substr(0, plus)));
    for (const PcrBank& other : banks)
      if (other.hash == bank.hash) return bad_pcrs();
    banks.push_back(bank);
    if (more) text.remove_prefix(plus + 1);
  }
  return banks;
}

Result<std::uint32_t> parse_index(std::string_view text) {
  std::uint32_t index = 0;
  if (!text.starts_with("0x") || !read_number(text.substr(2), 16, index) || index < kTpmNvFirst ||
      index > kTpmNvLast)
    return Error(ErrorCode::usage, "takes an NV index, 0x01000000 to 0x01ffffff",
                 "owners' indices are 0x01500000 and above")
        .about(Subject::Kind::name, "nv");
  return index;
}

}  // namespace

Result<Tpm2Uri> parse_tpm2_uri(std::string_view uri, Tpm2Use use) {
  if (!uri.starts_with(kScheme) || !is_uri_text(uri)) return bad_address();
  uri.remove_prefix(kScheme.size());
  const std::size_t question = uri.find('?');
  Tpm2Uri parsed;
  parsed.tcti = COFFER_TRY(parse_address(uri.substr(0, question)));
  const std::string_view query =
      question == std::string_view::npos ? std::string_view() : uri.substr(question + 1);
  const UriParameters parameters = use == Tpm2Use::sealing
                                       ? COFFER_TRY(UriParameters::parse(query, '&', kSealing))
                                       : COFFER_TRY(UriParameters::parse(query, '&', kIndex));
  parsed.pcrs = COFFER_TRY(parse_pcrs(parameters.get("pcrs")));
  parsed.auth_file = COFFER_TRY(parameters.file("auth-source"));
  parsed.patience_ms = COFFER_TRY(parameters.patience_ms());
  // The calls for an index have no environment, which names the directory of credentials.
  if (use == Tpm2Use::nv_index && is_credential(parsed.auth_file))
    return Error(ErrorCode::usage,
                 "takes only file: and an absolute path where an NV index is named")
        .about(Subject::Kind::name, "auth-source");
  if (use == Tpm2Use::nv_index) parsed.nv_index = COFFER_TRY(parse_index(parameters.get("nv")));
  return parsed;
}

}  // namespace coffer::keys
