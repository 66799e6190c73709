// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <numeric>
#include <tuple>
#include <type_traits>
#include <utility>

#include <lacuna/core/message.hpp>
#include <lacuna/format/convert.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/format/storage.hpp>
#include <lacuna/format/transpose.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A sum of matrices of one shape, each in a format of its own: A = A_1 + A_2 + ... (a TASD series,
/// arXiv 2403.07953). A format itself: operators multiply it in one pass, Y = (A_1 + A_2) X.
template <matrix_format First, matrix_format... Rest>
class series {
 public:
  using value_type = value_type_t<First>;
  static_assert((std::is_same_v<value_type, value_type_t<Rest>> && ...),
                "the terms of a series hold one type of values");
  static constexpr std::size_t size = 1 + sizeof...(Rest);

  /// Every term 0 x 0.
  series() = default;

  /// @throws shape_error where terms differ in shape.
  explicit series(First first, Rest... rest) : terms_(std::move(first), std::move(rest)...) {
    std::apply([this](const auto&... term) { (this->expect_same_shape(term), ...); }, terms_);
  }

  [[nodiscard]] index_t rows() const noexcept { return std::get<0>(terms_).rows(); }
  [[nodiscard]] index_t cols() const noexcept { return std::get<0>(terms_).cols(); }
  [[nodiscard]] const std::tuple<First, Rest...>& terms() const noexcept { return terms_; }
  /// The t-th term, from 0.
  template <std::size_t Index>
  [[nodiscard]] const auto& term() const noexcept {
    return std::get<Index>(terms_);
  }

  friend bool operator==(const series&, const series&) = default;

 private:
  template <class Term>
  void expect_same_shape(const Term& term) const {
    if (term.rows() != rows() || term.cols() != cols()) {
      throw shape_error(message("series: the first term is ", to_string_shape(rows(), cols()),
                                ", another ", to_string_shape(term.rows(), term.cols())));
    }
  }

  std::tuple<First, Rest...> terms_;
};

namespace detail {
template <matrix_format... Terms>
struct format_traits<series<Terms...>> : std::true_type {
  using value_type = typename series<Terms...>::value_type;
  // Rows share positions only where they do in every term; channels are padded for all terms.
  static constexpr index_t row_unit = [] {
    index_t unit = 0;
    ((unit = std::gcd(unit, row_unit_v<Terms>)), ...);
    return unit;
  }();
  static constexpr index_t col_unit = [] {
    index_t unit = 1;
    ((unit = std::lcm(unit, col_unit_v<Terms>)), ...);
    return unit;
  }();
};

/// sum += v that leaves the bits of a lone non-zero as they are.
template <class T>
void add_term(T& sum, const T& v) {
  if (!is_zero(v)) sum = is_zero(sum) ? v : static_cast<T>(sum + v);
}
}  // namespace detail

/// Calls f(row, column, value) for every stored element of every term, term by term.
template <matrix_format... Terms, class F>
void for_each_stored(const series<Terms...>& a, F&& f) {
  std::apply([&](const auto&... term) { (for_each_stored(term, f), ...); }, a.terms());
}

/// The sum; exact, bit for bit, where at most one term is other than zero, as in every
/// decomposition.
template <matrix_format... Terms>
[[nodiscard]] auto to_dense(const series<Terms...>& a) {
  using T = typename series<Terms...>::value_type;
  dense_matrix<T> out = dense_matrix<T>::Constant(a.rows(), a.cols(), T(0));
  for_each_stored(a, [&](index_t i, index_t k, const T& v) { detail::add_term(out(i, k), v); });
  return out;
}

/// The same of filters, (out, in, h, w).
template <matrix_format... Terms>
[[nodiscard]] auto to_tensor(const filter<series<Terms...>>& f) {
  using T = typename series<Terms...>::value_type;
  tensor<T> out(f.extents());
  for_each_stored(f, [&](index_t o, index_t tap, index_t c, const T& v) {
    detail::add_term(out(o, c, tap / f.kernel_w, tap % f.kernel_w), v);
  });
  return out;
}

/// The terms' bits.
template <matrix_format... Terms>
[[nodiscard]] storage storage_of(const series<Terms...>& a) {
  storage total;
  const auto add = [&](const storage& s) {
    total = {total.values + s.values, total.metadata + s.metadata};
  };
  std::apply([&](const auto&... term) { (add(storage_of(term)), ...); }, a.terms());
  return total;
}

/// The series of the terms' transposes.
template <matrix_format... Terms>
[[nodiscard]] auto transpose(const series<Terms...>& a) {
  return std::apply([](const auto&... term) { return series(transpose(term)...); }, a.terms());
}

}  // namespace lacuna::inline LACUNA_ABI
