// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <lacuna/kernel/pack/row_pairs.hpp>
#include <lacuna/kernel/simd/tile.hpp>
#include <lacuna/kernel/x86/permute.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Whether there is `four_weights`.
template <class T, class Arch>
inline constexpr bool has_four_weights = false;

/// Four weights that are loaded once, side by side again and again, and spread by a shuffle each.
template <class Arch>
class four_weights;

#if defined(__AVX2__)
template <class Arch>
inline constexpr bool has_four_weights<float, Arch> =
    std::is_base_of_v<xsimd::avx512f, Arch> || std::is_base_of_v<xsimd::avx2, Arch>;

template <class Arch>
class four_weights {
 public:
  explicit LACUNA_ALWAYS_INLINE four_weights(const float* from) noexcept {
    batch<std::int32_t, Arch> bits;
    x86::repeat_bytes(from, bits.data, x86::bytes<16>{});
    four_ = xsimd::bitwise_cast<batch<float, Arch>>(bits);
  }
  template <index_t I>
  [[nodiscard]] LACUNA_ALWAYS_INLINE batch<float, Arch> get() const noexcept {
    return x86::lane_of_four<I>(four_);
  }

 private:
  batch<float, Arch> four_;
};
#endif

/// Four positions from one load. A turn of a loop loads those that the turn after the next takes:
/// on Zen 5, where a core starts two loads and two multiply-adds of 64 bytes a cycle, loads that
/// wait for a position of their own turn cost about a cycle each, and own entries ran at 70 % of
/// the peak for 86, shared and own ones in turn at 90 for 97.
class four_positions {
 public:
  explicit LACUNA_ALWAYS_INLINE four_positions(const std::uint16_t* from) noexcept {
    std::memcpy(&bits_, from, sizeof bits_);
#if defined(__GNUC__)
    asm volatile("" : "+r"(bits_));  // loaded here and not where it is used
#endif
  }
  template <index_t I>
  [[nodiscard]] LACUNA_ALWAYS_INLINE index_t get() const noexcept {
    constexpr index_t at = std::endian::native == std::endian::little ? I : 3 - I;
    return static_cast<index_t>(bits_ >> (16 * at) & 0xffff);
  }

 private:
  std::uint64_t bits_{0};
};

/// The sums of two rows that are paired (`row_pairs`).
///
/// Weights come to all lanes by a load each or, if `Shuffles`, by a shuffle. On Zen 4 any load
/// takes the time of one of 64 bytes, which is that of a multiply-add of 64 bytes, and shuffles
/// mostly have a unit of their own: in the first-level cache, 22 entries a row, 3 and 4 vectors run
/// at 70 and 81 % of the peak for 66 and 75 %, and 38 products at 1/8, 1/4 and 1/2 take 5, 2 and -1
/// % less time. Where most entries are shared loads are no bottleneck. Intel's shuffles share a
/// unit with multiply-adds.
template <class T, class Arch, index_t Vectors, bool Shuffles>
class pair_tile : public tile<T, Arch, 2, Vectors> {
  using base = tile<T, Arch, 2, Vectors>;
  using base::sums_;
  using typename base::sum_batch;
  using typename base::word_batch;
  static constexpr index_t lanes = base::word_lanes;

 public:
  /// Puts the sums of row R aside, `width` values from a vector's boundary on, and takes them back.
  template <index_t R>
  LACUNA_ALWAYS_INLINE void put_aside(T* to) const noexcept {
    unroll<Vectors>(
        [&](auto j) LACUNA_INLINE_LAMBDA { sums_[R * Vectors + j].store_aligned(to + j * lanes); });
  }
  template <index_t R>
  LACUNA_ALWAYS_INLINE void take_back(const T* from) noexcept {
    unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
      sums_[R * Vectors + j] = sum_batch::load_aligned(from + j * lanes);
    });
  }

  /// sums += the pair's entries times a block of X, of which row_of(k) is row k. `k` and `values`
  /// are the pair's first, and then the next one's.
  template <class RowOf>
  LACUNA_ALWAYS_INLINE void accumulate_pair(const typename row_pairs<T>::pair& p,
                                            const std::uint16_t*& k, const T*& values,
                                            const RowOf& row_of) noexcept {
    const index_t in_turn = std::min(p.both, p.each);
    accumulate_in_turn(values, k, in_turn, row_of);
    k += 3 * in_turn;
    values += 4 * in_turn;
    if (const index_t both = p.both - in_turn; both > 0) {
      accumulate_both(values, k, both, row_of);
      k += both;
      values += 2 * both;
    } else {
      const index_t each = p.each - in_turn;
      accumulate_each(values, k, each, row_of);
      k += 2 * each;
      values += 2 * each;
    }
    if (p.rest > 0) [[unlikely]] {
      if (p.longer == 0) {
        this->template accumulate_row<0>(values, k, p.rest, row_of);
      } else {
        this->template accumulate_row<1>(values, k, p.rest, row_of);
      }
      k += p.rest;
      values += p.rest;
    }
  }

 private:
  /// sums(r) += values[4 e + r] * X[k[3 e]] + values[4 e + 2 + r] * X[k[3 e + 1 + r]]
  template <class RowOf>
  LACUNA_ALWAYS_INLINE void accumulate_in_turn(const T* values, const std::uint16_t* k,
                                               index_t entries, const RowOf& row_of) noexcept {
    four_positions at(k);
    four_positions next(k + 3);
    for (; entries > 0; --entries, values += 4, k += 3) {
      const four_positions later(k + 6);
      word_batch weights[4];
      if constexpr (Shuffles) {
        const four_weights<Arch> four(values);
        unroll<4>([&](auto i) LACUNA_INLINE_LAMBDA { weights[i] = four.template get<i>(); });
      } else {
        unroll<4>([&](auto i) LACUNA_INLINE_LAMBDA { weights[i] = word_batch(values[i]); });
      }
      add_to_both(weights[0], weights[1], row_of(at.template get<0>()));
      unroll<2>([&](auto r) LACUNA_INLINE_LAMBDA {
        this->template add_to_row<r>(weights[2 + r], row_of(at.template get<1 + r>()));
      });
      at = next;
      next = later;
    }
  }

  /// sums(r) += values[2 e + r] * X[k[e]]
  template <class RowOf>
  LACUNA_ALWAYS_INLINE void accumulate_both(const T* values, const std::uint16_t* k,
                                            index_t entries, const RowOf& row_of) noexcept {
    if constexpr (Shuffles) {
      for (; entries >= 2; entries -= 2, values += 4, k += 2) {
        const four_weights<Arch> weights(values);
        add_to_both(weights.template get<0>(), weights.template get<1>(), row_of(k[0]));
        add_to_both(weights.template get<2>(), weights.template get<3>(), row_of(k[1]));
      }
    }
    this->accumulate(values, k, entries, row_of);
  }
  LACUNA_ALWAYS_INLINE void add_to_both(const word_batch& first, const word_batch& second,
                                        const T* row) noexcept {
    word_batch v[static_cast<std::size_t>(Vectors)];
    unroll<Vectors>(
        [&](auto j) LACUNA_INLINE_LAMBDA { v[j] = word_batch::load_unaligned(row + j * lanes); });
    unroll<Vectors>([&](auto j)
                        LACUNA_INLINE_LAMBDA { sums_[j] = multiply_add(first, v[j], sums_[j]); });
    unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
      sum_batch& to = sums_[Vectors + j];
      to = multiply_add(second, v[j], to);
    });
  }

  /// sums(r) += values[2 e + r] * X[k[2 e + r]]
  template <class RowOf>
  LACUNA_ALWAYS_INLINE void accumulate_each(const T* values, const std::uint16_t* k,
                                            index_t entries, const RowOf& row_of) noexcept {
    four_positions at(k);
    four_positions next(k + 4);
    for (; entries >= 2; entries -= 2, values += 4, k += 4) {
      const four_positions later(k + 8);
      const auto add = [&](const auto& weight) LACUNA_INLINE_LAMBDA {
        unroll<4>([&](auto i) LACUNA_INLINE_LAMBDA {
          this->template add_to_row<i % 2>(weight(i), row_of(at.template get<i>()));
        });
      };
      if constexpr (Shuffles) {
        const four_weights<Arch> four(values);
        add([&](auto i) LACUNA_INLINE_LAMBDA { return four.template get<i>(); });
      } else {
        add([&](auto i) LACUNA_INLINE_LAMBDA { return word_batch(values[i]); });
      }
      at = next;
      next = later;
    }
    if (entries > 0) {
      unroll<2>([&](auto r) LACUNA_INLINE_LAMBDA {
        this->template add_to_row<r>(word_batch(values[r]), row_of(at.template get<r>()));
      });
    }
  }
};

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
