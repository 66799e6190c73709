// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/format/pattern.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Nothing is zero: the counterpart of `dense_pattern` as a type.
struct dense {};

template <class... Patterns>
struct pattern_list {};

/// The patterns that networks may be compiled for at run time. Each costs compile time in a program
/// that uses `visit_pattern`; operators of any other pattern are made from its types directly.
using run_time_patterns =
    pattern_list<dense, unstructured, block<8, 8>, block<16, 4>, block<1, 16>, block<4, 1>,
                 n_m<2, 4>, n_m<1, 4>, n_m<2, 8>, n_m<4, 8>, n_m<1, 8>, n_m<4, 16>, n_m<2, 4, 8>>;

[[nodiscard]] constexpr dense_pattern as_pattern(dense /*p*/) noexcept { return {}; }

/// Calls f(P{}) with the pattern's type: the one place where a pattern chosen at run time becomes
/// code. @throws unsupported_error, listing those of `run_time_patterns`, on any other.
template <class F, class... Patterns>
void visit_pattern(const pattern& wanted, F&& f, pattern_list<Patterns...> /*known*/) {
  const bool found = ((pattern{as_pattern(Patterns{})} == wanted && (f(Patterns{}), true)) || ...);
  if (found) return;
  std::string known;
  ((known += (known.empty() ? "" : ", ") + to_string(as_pattern(Patterns{}))), ...);
  throw unsupported_error("pattern " + to_string(wanted) + " is not compiled in; there are " +
                          known);
}
template <class F>
void visit_pattern(const pattern& wanted, F&& f) {
  visit_pattern(wanted, f, run_time_patterns{});
}

// Filters in the format of a pattern type, exactly.
// @throws format_error when values disobey an N:M pattern.
template <scalar T>
[[nodiscard]] filter<dense_matrix<T>> to_format(dense /*p*/, const filter<dense_matrix<T>>& f) {
  return f;
}
template <scalar T>
[[nodiscard]] auto to_format(unstructured /*p*/, const filter<dense_matrix<T>>& f) {
  return to_block_csr<1, 1>(f);
}
template <index_t R, index_t C, scalar T>
[[nodiscard]] auto to_format(block<R, C> /*p*/, const filter<dense_matrix<T>>& f) {
  return to_block_csr<R, C>(f);
}
template <index_t N, index_t M, index_t V, scalar T>
[[nodiscard]] auto to_format(n_m<N, M, V> /*p*/, const filter<dense_matrix<T>>& f) {
  return to_n_m<N, M, V>(f);
}

// Matrices, the same; of the columns that there are, where filters are padded to whole blocks.
template <scalar T>
[[nodiscard]] const dense_matrix<T>& to_format(dense /*p*/, const dense_matrix<T>& m) {
  return m;
}
template <scalar T>
[[nodiscard]] auto to_format(unstructured /*p*/, const dense_matrix<T>& m) {
  return to_block_csr<1, 1>(m);
}
template <index_t R, index_t C, scalar T>
[[nodiscard]] auto to_format(block<R, C> /*p*/, const dense_matrix<T>& m) {
  return to_block_csr<R, C>(m);
}
template <index_t N, index_t M, index_t V, scalar T>
[[nodiscard]] auto to_format(n_m<N, M, V> /*p*/, const dense_matrix<T>& m) {
  return to_n_m<N, M, V>(m);
}

/// The format of a pattern with values of type T.
template <class Pattern, scalar T = float>
using format_t = decltype(to_format(Pattern{}, std::declval<filter<dense_matrix<T>>>()).matrix);

}  // namespace lacuna::inline LACUNA_ABI::network
