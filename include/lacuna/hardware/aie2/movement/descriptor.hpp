// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lacuna/hardware/aie2/device.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// One dimension of an address pattern: `wrap` accesses, `stride` words apart.
struct dma_dimension {
  std::int64_t wrap{1};
  std::int64_t stride{1};
};

/// A buffer descriptor: which words a channel moves, in which order. Dimensions from the innermost
/// outwards; none means `words` in a row. M [AM025 DMA_BD0_*].
struct buffer_descriptor {
  std::int64_t base_word{0};
  std::int64_t words{0};
  std::vector<dma_dimension> dimensions;
  bool compress{false};  ///< zero-compression on the stream
};

/// @throws unsupported_error naming descriptor, limit and amount where an engine can't do it;
/// shape_error where the pattern does not cover its words or leaves `memory_bytes`.
inline void require_valid(const buffer_descriptor& d, const dma_parameters& p,
                          std::int64_t memory_bytes, std::string_view where) {
  if (d.words < 1 || d.words > p.max_words) {
    throw unsupported_error(message(where, ": a descriptor of ", d.words,
                                    " words, the engine moves 1 to ", p.max_words));
  }
  if (static_cast<std::int64_t>(d.dimensions.size()) > p.dimensions) {
    throw unsupported_error(message(where, ": a descriptor of ", d.dimensions.size(),
                                    " dimensions, the engine has ", p.dimensions));
  }
  std::int64_t covered = 1;
  std::int64_t last = d.base_word + (d.dimensions.empty() ? d.words - 1 : 0);
  std::int64_t first = d.base_word;
  for (const dma_dimension& x : d.dimensions) {
    if (x.wrap < 1) throw shape_error(message(where, ": a dimension of ", x.wrap, " accesses"));
    covered *= x.wrap;
    (x.stride < 0 ? first : last) += (x.wrap - 1) * x.stride;
  }
  if (!d.dimensions.empty() && covered != d.words) {
    throw shape_error(message(where, ": dimensions cover ", covered, " words of ", d.words));
  }
  if (first < 0 || (last + 1) * p.granule_bytes > memory_bytes) {
    throw shape_error(message(where, ": words ", first, " ... ", last, " leave the memory of ",
                              memory_bytes, " bytes"));
  }
}

/// Calls f(word) for each word in the order of the stream.
template <class F>
void for_each_word(const buffer_descriptor& d, F&& f) {
  std::vector<std::int64_t> at(d.dimensions.size(), 0);
  for (std::int64_t n = 0; n < d.words; ++n) {
    std::int64_t word = d.base_word + (d.dimensions.empty() ? n : 0);
    for (std::size_t i = 0; i < at.size(); ++i) word += at[i] * d.dimensions[i].stride;
    f(word);
    for (std::size_t i = 0; i < at.size() && ++at[i] == d.dimensions[i].wrap; ++i) at[i] = 0;
  }
}

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

/// Cycles that a channel of a tile takes for `bytes` on the stream: 4 a cycle; a bank access every
/// 16 bytes, which waits for the core without holding the stream up (H [xdna-emu]).
[[nodiscard]] constexpr std::int64_t stream_cycles(std::int64_t bytes,
                                                   const transport_parameters& t) noexcept {
  return (bytes + t.stream_bytes_per_cycle - 1) / t.stream_bytes_per_cycle;
}

/// Cycles of one task of a shim channel between DRAM and the array. H [xdna-emu], fitted there to
/// measured transfers of a Phoenix.
[[nodiscard]] inline std::int64_t shim_cycles(std::int64_t words, bool to_array,
                                              const transport_parameters& t) noexcept {
  const double fixed = to_array ? t.shim_mm2s_fixed_cycles : t.shim_s2mm_fixed_cycles;
  const double each = to_array ? t.shim_mm2s_cycles_per_word : t.shim_s2mm_cycles_per_word;
  return static_cast<std::int64_t>(fixed + each * static_cast<double>(words) + 0.5);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
