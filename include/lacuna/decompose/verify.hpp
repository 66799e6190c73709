// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <ostream>
#include <string>
#include <vector>

#include <lacuna/core/matrix_view.hpp>
#include <lacuna/format/series.hpp>

namespace lacuna::inline LACUNA_ABI {

/// What can be wrong with a decomposition.
enum class fault {
  shape,         ///< a term or the residual is not of the matrix's shape
  illegal_term,  ///< a term breaks an invariant of its format: index range, order, padding, counts
  held_twice,    ///< two terms, or a term and the residual, hold a value other than zero there
  lost,          ///< the matrix has a value other than zero that nothing holds
  invented,      ///< something holds a value where the matrix is zero
  changed        ///< what is held differs from the matrix
};

[[nodiscard]] inline const char* to_string(fault f) noexcept {
  switch (f) {
    case fault::shape:
      return "shape";
    case fault::illegal_term:
      return "illegal term";
    case fault::held_twice:
      return "held twice";
    case fault::lost:
      return "lost";
    case fault::invented:
      return "invented";
    case fault::changed:
      return "changed";
  }
  return "?";
}

/// One fault that was found.
struct finding {
  fault what{};
  index_t term{-1};  ///< from 0; the residual is the count of terms, -1 where no one is to blame
  index_t row{-1};   ///< of the matrix; -1 where the fault has no one place
  index_t col{-1};
  std::string detail;
};

/// Everything that `verify` found: nothing, if the decomposition is right.
struct diagnosis {
  std::vector<finding> findings;    ///< the first of them
  std::array<index_t, 6> counts{};  ///< all of them, a kind of fault each

  [[nodiscard]] index_t count(fault what) const noexcept {
    return counts[static_cast<std::size_t>(what)];
  }
  [[nodiscard]] index_t faults() const noexcept {
    return std::accumulate(counts.begin(), counts.end(), index_t{0});
  }
  /// Whether the decomposition is right.
  [[nodiscard]] explicit operator bool() const noexcept { return faults() == 0; }

  friend std::ostream& operator<<(std::ostream& out, const diagnosis& d) {
    if (d) return out << "a correct decomposition";
    out << d.faults() << " faults";
    for (const finding& f : d.findings) {
      out << "\n  " << to_string(f.what);
      if (f.term >= 0) out << ", term " << f.term;
      if (f.row >= 0) out << ", value (" << f.row << ", " << f.col << ")";
      out << ": " << f.detail;
    }
    if (d.faults() > static_cast<index_t>(d.findings.size())) out << "\n  ...";
    return out;
  }
};

namespace detail {

template <class T>
[[nodiscard]] bool same_bits(const T& a, const T& b) noexcept {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// Compares what is held with a matrix, value by value.
template <class T>
class verifier {
 public:
  verifier(matrix_view<const T> matrix, std::size_t most) : matrix_(matrix), most_(most) {
    held_ = dense_matrix<T>::Constant(matrix.rows, matrix.cols, T(0));
    holder_.assign(static_cast<std::size_t>(matrix.rows * matrix.cols), -1);
  }

  /// Whether a part has the matrix's shape.
  [[nodiscard]] bool fits(index_t term, index_t rows, index_t cols) {
    if (rows == matrix_.rows && cols == matrix_.cols) return true;
    report({fault::shape, term, -1, -1,
            message("is ", to_string_shape(rows, cols), ", the matrix ",
                    to_string_shape(matrix_.rows, matrix_.cols))});
    return false;
  }

  template <matrix_format Term>
  void add_term(index_t number, const Term& term) {
    if (!fits(number, term.rows(), term.cols())) return;
    if constexpr (requires { check(term); }) {
      if (const auto broken = check(term)) {
        report({fault::illegal_term, number, -1, -1, to_string(*broken)});
        return;  // its values can't be told
      }
    }
    for_each_stored(term, [&](index_t i, index_t k, const T& v) { hold(number, i, k, v); });
  }

  void hold(index_t number, index_t i, index_t k, const T& v) {
    if (is_zero(v)) return;
    auto& holder = holder_[static_cast<std::size_t>(i * matrix_.cols + k)];
    if (holder >= 0) {
      report({fault::held_twice, number, i, k, message("also held by term ", index_t{holder})});
      return;
    }
    holder = static_cast<std::int32_t>(number);
    held_(i, k) = v;
  }

  [[nodiscard]] diagnosis compare() && {
    for (index_t i = 0; i < matrix_.rows; ++i) {
      for (index_t k = 0; k < matrix_.cols; ++k) compare(i, k);
    }
    return std::move(out_);
  }

 private:
  void compare(index_t i, index_t k) {
    const T& wanted = matrix_(i, k);
    const T& found = held_(i, k);
    const index_t holder = holder_[static_cast<std::size_t>(i * matrix_.cols + k)];
    const auto number = [](const T& v) { return std::to_string(static_cast<double>(v)); };
    if (holder < 0 && !is_zero(wanted)) {
      report({fault::lost, -1, i, k, "no term and no residual holds " + number(wanted)});
    } else if (holder >= 0 && is_zero(wanted)) {
      report({fault::invented, holder, i, k, "holds " + number(found) + " where there is zero"});
    } else if (holder >= 0 && !same_bits(wanted, found)) {
      report({fault::changed, holder, i, k, "holds " + number(found) + ", not " + number(wanted)});
    }
  }

  void report(finding f) {
    ++out_.counts[static_cast<std::size_t>(f.what)];
    if (out_.findings.size() < most_) out_.findings.push_back(std::move(f));
  }

  matrix_view<const T> matrix_;
  std::size_t most_;
  dense_matrix<T> held_;
  std::vector<std::int32_t> holder_;
  diagnosis out_;
};

}  // namespace detail

/// Whether a series and its residual are a decomposition of `matrix`: every term obeys the
/// invariants of its format (pattern, index range, canonical order, zero padding), every value
/// other than zero is held exactly once, and all of them are the matrix's own, bit for bit. What
/// unit tests of hardware and of other decompositions ask; terms made of raw arrays with
/// `unchecked` are checked here.
///
///   const lacuna::diagnosis d = lacuna::verify(weights, my_series, my_residual);
///   if (!d) std::cerr << d;
///
/// Nothing is thrown for what is wrong with the series; it is reported, the first `most` findings
/// in full. Cost: O(rows * cols) time and memory.
template <class Matrix, matrix_format... Terms, class Residual>
[[nodiscard]] diagnosis verify(const Matrix& matrix, const series<Terms...>& terms,
                               const Residual& residual, std::size_t most = 16) {
  using T = typename series<Terms...>::value_type;
  const matrix_view<const T> whole = as_view(matrix);
  const matrix_view<const T> rest = as_view(residual);
  detail::verifier<T> v(whole, most);
  index_t number = 0;
  std::apply([&](const auto&... term) { (v.add_term(number++, term), ...); }, terms.terms());
  if (v.fits(number, rest.rows, rest.cols)) {
    for (index_t i = 0; i < rest.rows; ++i) {
      for (index_t k = 0; k < rest.cols; ++k) v.hold(number, i, k, rest(i, k));
    }
  }
  return std::move(v).compare();
}

/// The same for a series that leaves nothing.
template <class Matrix, matrix_format... Terms>
[[nodiscard]] diagnosis verify(const Matrix& matrix, const series<Terms...>& terms) {
  using T = typename series<Terms...>::value_type;
  return verify(matrix, terms, dense_matrix<T>::Constant(terms.rows(), terms.cols(), T(0)).eval());
}

/// The same for filters, as `decompose` gives them; rows and columns of findings are those of the
/// filter's matrix with its channels padded for the series.
template <scalar T, matrix_format... Terms>
[[nodiscard]] diagnosis verify(const filter<dense_matrix<T>>& weights,
                               const filter<series<Terms...>>& terms,
                               const filter<dense_matrix<T>>& residual, std::size_t most = 16) {
  constexpr index_t unit = col_unit_v<series<Terms...>>;
  return verify(detail::pad_channels(weights, unit), terms.matrix,
                detail::pad_channels(residual, unit), most);
}

}  // namespace lacuna::inline LACUNA_ABI
