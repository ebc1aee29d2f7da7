#include "tools/products/dataos/usage_record.h"

#include "tools/command/streams/output.h"
#include "tools/exchange/input_document.h"

namespace coffer::tools {

bool is_usage_record(std::string_view path, const Metadata& metadata) {
  return path.starts_with("resource/") && metadata.custom.contains(std::string(kVersionEntry));
}

Result<Value> UsageRecord::value() const {
  JsonText json;
  json.open('{').key("user").string(user).key("secrets").open('[');
  for (const UsedSecret& each : used) {
    json.open('{').key("path").string(each.path).key("version").number(each.version);
    json.key("acl").string(each.acl).key("consumptionType").string(each.consumption);
    json.key("allKeys").boolean(each.all_keys).key("keys").strings(each.keys).close('}');
  }
  json.close(']').close('}');
  return Value::json(json.text());
}

Result<UsageRecord> UsageRecord::parse(const Value& value) {
  UsageRecord record;
  const json::Document document = COFFER_TRY(
      parse_input(SecretBytes::copy_of(value.is_json() ? value.text() : "null"), "the record"));
  const auto take_one = [&record](const Spot& spot) -> Result<void> {
    UsedSecret& each = record.used.emplace_back();
    return spot.members({{"path", into(each.path, &Spot::string), true},
                         {"version", into(each.version, &Spot::number), true},
                         {"acl", into(each.acl, &Spot::string)},
                         {"consumptionType", into(each.consumption, &Spot::string)},
                         {"allKeys", into(each.all_keys, &Spot::boolean)},
                         {"keys", into(each.keys, &Spot::strings)}});
  };
  COFFER_TRY(input_reader(document, "the record")
                 .members({{"user", into(record.user, &Spot::string), true},
                           {"secrets",
                            [&](const Spot& spot) { return spot.each_element(take_one); }, true}}));
  return record;
}

}  // namespace coffer::tools
