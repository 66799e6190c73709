// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Bytes on the stream of one word of 32 bytes with `non_zero` of them: a mask of 4 bytes and the
/// non-zero bytes, padded to 4. M [AM020 ch. 1]; break-even at 28 non-zeros.
[[nodiscard]] constexpr std::int64_t compressed_bytes(std::int64_t non_zero) noexcept {
  return 4 + (non_zero + 3) / 4 * 4;
}

/// Zero-compression of DMA streams: for each 32 bytes (the last padded with zeros) a mask, bit i
/// for byte i, then the non-zero bytes, padded to 4.
[[nodiscard]] inline std::vector<std::uint8_t> zero_compress(
    const std::vector<std::uint8_t>& bytes) {
  std::vector<std::uint8_t> out;
  for (std::size_t word = 0; word < bytes.size(); word += 32) {
    std::uint32_t mask = 0;
    std::vector<std::uint8_t> kept;
    for (std::size_t i = 0; i < 32 && word + i < bytes.size(); ++i) {
      if (bytes[word + i] == 0) continue;
      mask |= std::uint32_t{1} << i;
      kept.push_back(bytes[word + i]);
    }
    kept.resize((kept.size() + 3) / 4 * 4, 0);
    for (int b = 0; b < 4; ++b) out.push_back(static_cast<std::uint8_t>(mask >> (8 * b)));
    out.insert(out.end(), kept.begin(), kept.end());
  }
  return out;
}

/// The way back to `size` bytes. @throws format_error where the stream ends early or is too long.
[[nodiscard]] inline std::vector<std::uint8_t> zero_decompress(
    const std::vector<std::uint8_t>& stream, std::size_t size) {
  std::vector<std::uint8_t> out;
  std::size_t at = 0;
  const auto need = [&](std::size_t bytes) {
    if (at + bytes > stream.size()) {
      throw format_error(
          message("zero-compressed stream: ends at byte ", stream.size(), ", wants ", at + bytes));
    }
  };
  while (out.size() < size) {
    need(4);
    std::uint32_t mask = 0;
    for (int b = 0; b < 4; ++b) mask |= static_cast<std::uint32_t>(stream[at++]) << (8 * b);
    const std::size_t start = at;
    for (int i = 0; i < 32; ++i) {
      const bool kept = ((mask >> i) & 1U) != 0;
      if (kept) need(1);
      const std::uint8_t value = kept ? stream[at++] : std::uint8_t{0};
      if (out.size() < size) out.push_back(value);
    }
    at = start + (at - start + 3) / 4 * 4;
  }
  if (at != stream.size()) {
    throw format_error(
        message("zero-compressed stream: ", stream.size(), " bytes, ", at, " make ", size));
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
