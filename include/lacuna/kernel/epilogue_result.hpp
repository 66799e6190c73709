// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/position.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// The type in which results are stored that `Epilogue` makes of sums of type T: the `result_type`
/// that it names, else T. Results are handed over as batches of T whose values fit in it.
template <class Epilogue, class T>
struct epilogue_result : std::type_identity<T> {};
template <class Epilogue, class T>
requires requires { typename Epilogue::result_type; }
struct epilogue_result<Epilogue, T> : std::type_identity<typename Epilogue::result_type> {};

template <class Epilogue, class T>
using epilogue_result_t = typename epilogue_result<std::remove_cvref_t<Epilogue>, T>::type;

/// A float whose last bit counts ones: what is added to it is rounded to an integer, to the
/// nearest, ties to even.
inline constexpr float rounding_shift = 0x1.8p23F;

/// How an epilogue makes 8-bit results, signed ones or not, of integers:
/// max(saturate(integer + zero_point), least), where least is 0 for unsigned ones without a zero
/// point.
template <bool HasZeroPoint>
struct byte_results {
  static constexpr bool has_zero_point = HasZeroPoint;
  bool is_signed{false};
  std::int32_t zero_point{0};
  std::int32_t least{0};
};

/// Whether `Epilogue` makes 8-bit results of integers that it can hand over before: `rounded` are
/// bits of floats rounding_shift + integer, and `bytes` says how they go on. A row of them is
/// narrowed at once for fewer operations.
template <class Epilogue, class B>
concept rounds_to_bytes = requires(const Epilogue& e, const B& sums, const position& at) {
  e.rounded(sums, at);
  e.bytes();
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
