// As recode.h, but with the code generated from format/coffer.proto: the oracle.
#pragma once

#include <coffer.pb.h>

#include <optional>
#include <string>
#include <string_view>

namespace coffer::format::test {

template <typename Message>
std::optional<std::string> proto_recode_as(std::string_view bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  return message.SerializeAsString();
}

/// Empty if the generated code refuses the bytes. Frames and leaf keys are not Protobuf messages.
inline std::optional<std::string> proto_recode(std::string_view record, std::string_view bytes) {
  if (record == "version_record") return proto_recode_as<proto::VersionRecord>(bytes);
  if (record == "head") return proto_recode_as<proto::Head>(bytes);
  if (record == "name") return proto_recode_as<proto::Name>(bytes);
  if (record == "reference") return proto_recode_as<proto::Reference>(bytes);
  if (record == "settings") return proto_recode_as<proto::Settings>(bytes);
  if (record == "audit_record") return proto_recode_as<proto::AuditRecord>(bytes);
  if (record == "audit_checkpoint") return proto_recode_as<proto::AuditCheckpoint>(bytes);
  if (record == "anchor_setting") return proto_recode_as<proto::AnchorSetting>(bytes);
  if (record == "anchor_mark") return proto_recode_as<proto::AnchorMark>(bytes);
  if (record == "policy") return proto_recode_as<proto::Policy>(bytes);
  if (record == "root") return proto_recode_as<proto::Root>(bytes);
  if (record == "leaves") return proto_recode_as<proto::Leaves>(bytes);
  if (record == "bucket") return proto_recode_as<proto::BucketRecord>(bytes);
  if (record == "keyring_header") return proto_recode_as<proto::KeyringHeader>(bytes);
  if (record == "epoch") return proto_recode_as<proto::EpochRecord>(bytes);
  if (record == "master") return proto_recode_as<proto::KeyringMaster>(bytes);
  if (record == "config_record") return proto_recode_as<proto::ConfigRecord>(bytes);
  return std::nullopt;
}

}  // namespace coffer::format::test
