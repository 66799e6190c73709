// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/epilogue_result.hpp>
#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/x86/narrow.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// The first `count` lanes to memory as values of type Y, which holds them: 32-bit sums, or bytes.
template <class Y, class Arch>
LACUNA_ALWAYS_INLINE void store_narrow(const batch<std::int32_t, Arch>& value, Y* to,
                                       index_t count) noexcept {
  constexpr index_t all = lanes<std::int32_t, Arch>;
  static_assert(std::is_same_v<Y, std::int32_t> || sizeof(Y) == 1);
  using stored = std::conditional_t<sizeof(Y) == 1, std::uint8_t, std::int32_t>;
  [[maybe_unused]] auto* const out = reinterpret_cast<stored*>(to);
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  if constexpr (all == 16) return x86::store_some(out, value.data, count);
#endif
  if constexpr (std::is_same_v<Y, std::int32_t>) {
    if (count == all) return value.store_unaligned(to);
    store_partial(value, to, count);
  } else {
#if defined(__SSE2__)
    if constexpr (requires { x86::store_low_bytes(out, value.data, std::int32_t{}); }) {
      if (count == all) return x86::store_low_bytes(out, value.data, std::int32_t{});
    }
#endif
    alignas(64) std::int32_t lane[static_cast<std::size_t>(all)];
    value.store_aligned(lane);
    for (index_t j = 0; j < count; ++j) to[j] = static_cast<Y>(lane[j]);
  }
}

/// The first `count` lanes of results to memory, in the type that they are stored in: 32-bit sums
/// as such or as bytes that they fit in.
template <class T, class Arch, class Y>
LACUNA_ALWAYS_INLINE void store_result(const batch<T, Arch>& value, Y* to, index_t count) noexcept {
  if constexpr (std::is_same_v<T, std::int32_t>) {
    store_narrow(value, to, count);
  } else {
    store_first(value, to, count);
  }
}
/// All lanes, which the compiler then knows.
template <class T, class Arch, class Y>
LACUNA_ALWAYS_INLINE void store_result(
    const batch<T, Arch>& value, Y* to,
    std::integral_constant<index_t, lanes<T, Arch>> all) noexcept {
  if constexpr (std::is_same_v<T, Y>) {
    value.store_unaligned(to);
  } else {
#if defined(__SSE2__)
    auto* const out = reinterpret_cast<std::uint8_t*>(to);
    if constexpr (requires { x86::store_low_bytes(out, value.data, std::int32_t{}); }) {
      return x86::store_low_bytes(out, value.data, std::int32_t{});
    }
#endif
    store_narrow(value, to, all);
  }
}

/// Whether results of Epilogue are stored a row at a time.
template <class Arch, class Y, class Epilogue>
inline constexpr bool narrows_rows =
#if defined(__AVX512BW__) && defined(__AVX512VL__)
    sizeof(Y) == 1 && lanes<std::int32_t, Arch> == 16 &&
    rounds_to_bytes<Epilogue, batch<std::int32_t, Arch>>;
#else
    false;
#endif

/// The results of up to four vectors' sums, a row's next to each other; `cols` of them, from `at`
/// on. sums(i) is vector i's.
template <index_t Vectors, class Y, class Sums, class Epilogue>
LACUNA_ALWAYS_INLINE void store_row_of_bytes([[maybe_unused]] Y* to, [[maybe_unused]] index_t cols,
                                             [[maybe_unused]] const position& at,
                                             [[maybe_unused]] const Sums& sums,
                                             [[maybe_unused]] const Epilogue& epilogue) noexcept {
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  static_assert(1 <= Vectors && Vectors <= 4);
  constexpr index_t lanes = 16;
  const auto integers = [&](index_t i) LACUNA_INLINE_LAMBDA {
    const position here{at.row, at.col + i * lanes, std::clamp<index_t>(cols - i * lanes, 0, lanes),
                        at.image};
    return x86::integers_of_rounded(epilogue.rounded(sums(i), here).data);
  };
  const auto a = integers(0);
  const auto b = Vectors > 1 ? integers(Vectors > 1 ? 1 : 0) : a;
  const auto c = Vectors > 2 ? integers(Vectors > 2 ? 2 : 0) : a;
  const auto d = Vectors > 3 ? integers(Vectors > 3 ? 3 : 0) : c;
  const auto bytes = epilogue.bytes();
  using how = decltype(bytes);
  x86::store_saturated<how::has_zero_point>(to, a, b, c, d, bytes.is_signed, bytes.zero_point,
                                            bytes.least, std::min(cols, Vectors * lanes));
#endif
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
