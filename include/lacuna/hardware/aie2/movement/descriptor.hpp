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
/// Zeros that a memory tile puts before and after a dimension's accesses, in units of what the
/// dimension steps over: words, rows, planes. M [AM020 ch. 5].
struct dma_padding {
  std::int64_t before{0};
  std::int64_t after{0};
};

/// A buffer descriptor: which words a channel moves, in which order. Dimensions from the innermost
/// outwards; none means `words` in a row. M [AM025 DMA_BD0_*].
struct buffer_descriptor {
  std::int64_t base_word{0};
  std::int64_t words{0};  ///< of memory, padding apart
  std::vector<dma_dimension> dimensions{};
  bool compress{false};           ///< zero-compression on the stream
  dma_dimension iteration{1, 0};  ///< each execution moves the base on, wrap of them back again
  std::vector<dma_padding> padding{};  ///< of dimensions 0, 1, 2; MM2S of a memory tile alone

  [[nodiscard]] dma_padding padding_of(std::size_t dimension) const noexcept {
    return dimension < padding.size() ? padding[dimension] : dma_padding{};
  }
  /// Words that one step of a dimension puts on the stream.
  [[nodiscard]] std::int64_t step_words(std::size_t dimension) const noexcept {
    std::int64_t n = 1;
    for (std::size_t i = 0; i < dimension; ++i) {
      n *= dimensions[i].wrap + padding_of(i).before + padding_of(i).after;
    }
    return n;
  }
  [[nodiscard]] std::int64_t stream_words() const noexcept {
    return dimensions.empty() ? words : step_words(dimensions.size());
  }
};

namespace detail {
inline void require_in_engine(const buffer_descriptor& d, const dma_parameters& p,
                              std::string_view where) {
  const auto most = [&](const char* what, std::int64_t value, std::int64_t least,
                        std::int64_t limit) {
    if (value < least || value > limit) {
      throw unsupported_error(message(where, ": a descriptor of ", value, " ", what,
                                      ", the engine takes ", least, " to ", limit));
    }
  };
  const auto dimensions = static_cast<std::int64_t>(d.dimensions.size());
  most("words", d.words, 1, p.max_words);
  most("dimensions", dimensions, 0, p.dimensions);
  for (std::size_t i = 0; i < d.dimensions.size(); ++i) {
    const dma_dimension& x = d.dimensions[i];
    // The outermost dimension ends with the words, whatever its register could hold.
    most("accesses in a dimension", x.wrap, 1,
         i + 1 < d.dimensions.size() ? p.max_wrap : p.max_words);
    if (x.wrap > 1) most("words a step", x.stride, 1, p.max_step);
  }
  most("iterations", d.iteration.wrap, 1, p.max_iterations);
  if (d.iteration.wrap > 1) most("words an iteration", d.iteration.stride, 1, p.max_step);
  for (std::size_t i = 0; i < d.padding.size(); ++i) {
    const std::int64_t limit = i < p.max_padding.size() ? p.max_padding[i] : 0;
    most("zeros before a dimension", d.padding[i].before, 0, limit);
    most("zeros after a dimension", d.padding[i].after, 0, limit);
  }
}
}  // namespace detail

/// @throws unsupported_error naming descriptor, limit and amount where an engine can't do it;
/// shape_error where the pattern does not cover its words or leaves `memory_bytes`.
inline void require_valid(const buffer_descriptor& d, const dma_parameters& p,
                          std::int64_t memory_bytes, std::string_view where) {
  detail::require_in_engine(d, p, where);
  std::int64_t covered = 1;
  std::int64_t last = d.base_word + (d.dimensions.empty() ? d.words - 1 : 0);
  for (const dma_dimension& x : d.dimensions) {
    covered *= x.wrap;
    last += (x.wrap - 1) * x.stride;
  }
  last += (d.iteration.wrap - 1) * d.iteration.stride;
  if (!d.dimensions.empty() && covered != d.words) {
    throw shape_error(message(where, ": dimensions cover ", covered, " words of ", d.words));
  }
  if (d.padding.size() > d.dimensions.size()) {
    throw shape_error(
        message(where, ": padding of ", d.padding.size(), " dimensions of ", d.dimensions.size()));
  }
  if (d.base_word < 0 || (last + 1) * p.granule_bytes > memory_bytes) {
    throw shape_error(message(where, ": words ", d.base_word, " ... ", last,
                              " leave the memory of ", memory_bytes, " bytes"));
  }
}

/// What `for_each_word` calls a padded zero.
inline constexpr std::int64_t padded_zero = -1;

namespace detail {
template <class F>
void walk_dimension(const buffer_descriptor& d, std::size_t dimension, std::int64_t at, F& f) {
  if (dimension == 0) return f(at);
  const std::size_t i = dimension - 1;
  const auto zeros = [&](std::int64_t steps) {
    for (std::int64_t n = steps * d.step_words(i); n > 0; --n) f(padded_zero);
  };
  zeros(d.padding_of(i).before);
  for (std::int64_t n = 0; n < d.dimensions[i].wrap; ++n) {
    walk_dimension(d, i, at + n * d.dimensions[i].stride, f);
  }
  zeros(d.padding_of(i).after);
}
}  // namespace detail

/// Calls f(word) for each word in the order of the stream, f(padded_zero) for padding; `execution`
/// counts how often the descriptor ran before.
template <class F>
void for_each_word(const buffer_descriptor& d, F&& f, std::int64_t execution = 0) {
  const std::int64_t base = d.base_word + execution % d.iteration.wrap * d.iteration.stride;
  if (!d.dimensions.empty()) return detail::walk_dimension(d, d.dimensions.size(), base, f);
  for (std::int64_t n = 0; n < d.words; ++n) f(base + n);
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
