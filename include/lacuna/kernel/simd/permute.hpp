// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/x86/permute.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// The unsigned integer as wide as T.
template <class T>
using index_of = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

/// Whether lanes of T move by run-time indices inside a register. Elsewhere `permute` goes through
/// memory, which is right but slower than loads of single values.
template <class T, class Arch>
inline constexpr bool permutes_in_registers =
#if defined(__AVX512F__)
    std::is_base_of_v<xsimd::avx512f, Arch> ||
#endif
#if defined(__AVX2__)
    (std::is_base_of_v<xsimd::avx2, Arch> && sizeof(T) == 4) ||
#endif
    false;

/// The twin of `permute`, through memory: lane j is lane index[j] of a and b laid end to end,
/// indices modulo the count of lanes.
template <class T, class Arch, class... Batch>
[[nodiscard]] batch<T, Arch> permute_in_memory(const batch<index_of<T>, Arch>& index,
                                               const Batch&... from) noexcept {
  constexpr std::size_t size = batch<T, Arch>::size;
  constexpr std::size_t count = size * sizeof...(Batch);
  alignas(64) T lane[count];
  alignas(64) index_of<T> at[size];
  alignas(64) T out[size];
  T* to = lane;
  ((from.store_aligned(to), to += size), ...);
  index.store_aligned(at);
  for (std::size_t j = 0; j < size; ++j) out[j] = lane[at[j] % count];
  return batch<T, Arch>::load_aligned(out);
}

/// Lane j of the result is lane index[j] of the registers `from`, one or two of them, laid end to
/// end; indices count modulo their lanes.
template <class T, class Arch, class... Batch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<T, Arch> permute(const batch<index_of<T>, Arch>& index,
                                                          const batch<T, Arch>& first,
                                                          const Batch&... rest) noexcept {
  static_assert(sizeof...(Batch) <= 1);
  if constexpr (!permutes_in_registers<T, Arch>) {
    return permute_in_memory<T, Arch>(index, first, rest...);
  } else if constexpr (std::is_integral_v<T>) {
    using real = batch<std::conditional_t<sizeof(T) == 8, double, float>, Arch>;
    return xsimd::bitwise_cast<batch<T, Arch>>(
        permute(index, xsimd::bitwise_cast<real>(first), xsimd::bitwise_cast<real>(rest)...));
  } else {
#if defined(__AVX2__)
    return x86::permute(first, rest..., index);
#endif
  }
}

/// The twin of `repeat`, through memory.
template <class B, index_t Period>
[[nodiscard]] B repeat_in_memory(const typename B::value_type* from) noexcept {
  alignas(64) typename B::value_type lane[B::size];
  for (std::size_t j = 0; j < B::size; ++j) lane[j] = from[j % static_cast<std::size_t>(Period)];
  return B::load_aligned(lane);
}

/// Lane j is from[j mod Period]: a load that repeats Period values, a divisor of the lanes.
template <class B, index_t Period>
[[nodiscard]] LACUNA_ALWAYS_INLINE B repeat(const typename B::value_type* from) noexcept {
  using T = typename B::value_type;
  using Arch = typename B::arch_type;
  constexpr auto bytes = static_cast<std::size_t>(Period) * sizeof(T);
  static_assert(B::size % static_cast<std::size_t>(Period) == 0);
  if constexpr (static_cast<std::size_t>(Period) == B::size) {
    return B::load_unaligned(from);
  } else if constexpr (Period == 1) {
    return B(*from);
  } else if constexpr (bytes == sizeof(double)) {
    double pair = 0;
    std::memcpy(&pair, from, sizeof(pair));
    return xsimd::bitwise_cast<B>(batch<double, Arch>(pair));
  } else if constexpr (permutes_in_registers<float, Arch>) {
#if defined(__AVX2__)
    using words = batch<index_of<T>, Arch>;
    typename words::register_type out;
    x86::repeat_bytes(from, out, x86::bytes<bytes>{});
    return xsimd::bitwise_cast<B>(words(out));
#endif
  } else {
    return repeat_in_memory<B, Period>(from);
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
