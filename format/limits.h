// Every limit of the format, with its unit. SPEC.md section 8 lists the same numbers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coffer::format {

inline constexpr std::uint32_t kFormatVersion = 1;

inline constexpr std::size_t kPathBytesMax = 1024;
inline constexpr std::size_t kValueBytesCeiling = std::size_t{16} << 20;
inline constexpr std::size_t kDocumentBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kCustomEntriesMax = 64;
inline constexpr std::size_t kCustomKeyBytesMax = 128;
inline constexpr std::size_t kCustomValueBytesMax = 512;
inline constexpr std::size_t kDescriptionBytesMax = 1024;
inline constexpr std::size_t kOwnerBytesMax = 128;
inline constexpr std::size_t kTagsMax = 64;
inline constexpr std::size_t kTagBytesMax = 128;
inline constexpr std::size_t kScopesMax = 64;
inline constexpr std::size_t kPolicyRolesMax = 64;
inline constexpr std::size_t kPolicyRulesMax = 256;
inline constexpr std::size_t kPolicyListMax = 64;  // Subjects, objects or tags of one rule.
inline constexpr std::size_t kPolicySubjectBytesMax = 262;
inline constexpr std::size_t kPolicyObjectBytesMax = kPathBytesMax + 7;
inline constexpr std::size_t kPolicyBytesMax = std::size_t{256} << 10;

inline constexpr std::size_t kStoreIdBytes = 16;
inline constexpr std::size_t kPathHashBytes = 16;
inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kNonceBytes = 24;
inline constexpr std::size_t kWrapOverhead = kNonceBytes + kTagBytes;
inline constexpr std::size_t kWrappedKeyBytes = kKeyBytes + kWrapOverhead;
/// A longer ciphertext is kept in the table of values: with it a record would not fit its page.
inline constexpr std::size_t kCiphertextBytesInline = 1792;
inline constexpr std::size_t kBucketCount = 256;
inline constexpr std::size_t kLeafCount = 256;  // Leaves of a bucket that was split.
inline constexpr std::size_t kLeafKeysBytes = kLeafCount * (8 + kKeyBytes);
inline constexpr std::size_t kPendingLeavesMax = 512;

inline constexpr std::size_t kAuditLinkBytes = 32;
inline constexpr std::size_t kAuditProgramBytesMax = 64;
inline constexpr std::size_t kAuditActorBytesMax = 256;
inline constexpr std::size_t kAuditReasonBytesMax = 1024;
inline constexpr std::size_t kAuditCorrelationBytesMax = 256;
inline constexpr std::size_t kAuditItemsMax = 256;
inline constexpr std::size_t kAuditItemsBytesMax = std::size_t{64} << 10;

inline constexpr std::size_t kKeySlotsMax = 8;
inline constexpr std::size_t kSlotUriBytesMax = 1024;
inline constexpr std::size_t kSlotBlobBytesMax = 2048;
inline constexpr std::size_t kSlotAnnotationBytesMax = 4096;

}  // namespace coffer::format
