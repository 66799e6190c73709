// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lacuna/hardware/aie2/core/data_memory.hpp>
#include <lacuna/hardware/aie2/movement/descriptor.hpp>
#include <lacuna/hardware/aie2/movement/zero_compression.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What a DMA transfer moved and took.
struct dma_run {
  std::int64_t words{0};         ///< of the descriptor
  std::int64_t stream_bytes{0};  ///< on the stream, after compression
  std::int64_t cycles{0};        ///< of a channel, stalls of banks excepted
};

/// MM2S: what a descriptor puts on a stream, in bytes, at its execution-th run (its iteration
/// dimension). @throws what `require_valid` does.
[[nodiscard]] inline std::vector<std::uint8_t> to_stream(const buffer_descriptor& d,
                                                         const data_memory& memory,
                                                         const dma_parameters& p,
                                                         std::string_view where,
                                                         std::int64_t execution = 0) {
  require_valid(d, p, memory.size(), where);
  std::vector<std::uint8_t> out;
  out.reserve(static_cast<std::size_t>(d.stream_words() * p.granule_bytes));
  const auto put = [&](std::int64_t word) {
    if (word == padded_zero) {
      out.insert(out.end(), static_cast<std::size_t>(p.granule_bytes), std::uint8_t{0});
    } else {
      const std::uint8_t* from = memory.data() + word * p.granule_bytes;
      out.insert(out.end(), from, from + p.granule_bytes);
    }
  };
  for_each_word(d, put, execution);
  return d.compress ? zero_compress(out) : out;
}

/// S2MM: puts a stream where a descriptor says. @throws what `require_valid` does; shape_error
/// where the stream has another length, format_error where it does not decompress,
/// unsupported_error for padding, which only a sender makes.
inline void from_stream(const buffer_descriptor& d, const std::vector<std::uint8_t>& stream,
                        data_memory& memory, const dma_parameters& p, std::string_view where,
                        std::int64_t execution = 0) {
  require_valid(d, p, memory.size(), where);
  if (!d.padding.empty()) {
    throw unsupported_error(message(where, ": a receiving descriptor with padding"));
  }
  const auto bytes = static_cast<std::size_t>(d.words * p.granule_bytes);
  const std::vector<std::uint8_t> plain = d.compress ? zero_decompress(stream, bytes) : stream;
  if (plain.size() != bytes) {
    throw shape_error(
        message(where, ": a stream of ", plain.size(), " bytes for a descriptor of ", bytes));
  }
  std::int64_t at = 0;
  const auto take = [&](std::int64_t word) {
    memory.write(word * p.granule_bytes, plain.data() + at, p.granule_bytes);
    at += p.granule_bytes;
  };
  for_each_word(d, take, execution);
}

/// One transfer between two memories: both ends must agree on compression, and on words.
inline dma_run transfer_words(const buffer_descriptor& from, const data_memory& source,
                              const dma_parameters& source_dma, const buffer_descriptor& to,
                              data_memory& target, const dma_parameters& target_dma,
                              const transport_parameters& t, std::int64_t execution = 0) {
  if (from.compress != to.compress || from.stream_words() != to.words) {
    throw shape_error(message("DMA transfer: ", from.stream_words(),
                              from.compress ? " compressed" : " plain", " words into ", to.words,
                              to.compress ? " compressed" : " plain"));
  }
  const std::vector<std::uint8_t> stream = to_stream(from, source, source_dma, "sender", execution);
  from_stream(to, stream, target, target_dma, "receiver", execution);
  const auto bytes = static_cast<std::int64_t>(stream.size());
  return {from.words, bytes, stream_cycles(bytes, t)};
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
