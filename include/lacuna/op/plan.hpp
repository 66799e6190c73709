// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include <lacuna/core/units.hpp>
#include <lacuna/format/permuted.hpp>
#include <lacuna/kernel/simd/spmm_panels.hpp>

namespace lacuna::inline LACUNA_ABI {

/// What an operator will do, for people and reports.
struct plan {
  std::string kernel;    ///< kernel and format
  std::string arch;      ///< instruction set
  index_t tile_rows{0};  ///< rows of the register tile
  index_t tile_cols{0};  ///< columns of the register tile
  macs dense;            ///< a column of X, nothing skipped
  macs kept;             ///< a column of X, as executed

  /// dense / kept: what the zeros that are skipped can give at the very most.
  [[nodiscard]] double limit() const noexcept {
    return kept.count() == 0
               ? 1.0
               : static_cast<double>(dense.count()) / static_cast<double>(kept.count());
  }
  friend std::ostream& operator<<(std::ostream& out, const plan& p) {
    return out << p.kernel << " on " << p.arch << ", tile " << p.tile_rows << "x" << p.tile_cols
               << ", " << p.kept.count() << " of " << p.dense.count()
               << " multiply-adds a column, limit " << p.limit() << "x";
  }
};

namespace detail {
template <matrix_format Format>
struct format_name {
  static std::string text() { return "dense"; }
};
template <scalar T, index_t R, index_t C>
struct format_name<block_csr<T, R, C>> {
  static std::string text() { return "block_csr:" + to_string(pattern{block_pattern{R, C}}); }
};
template <scalar T, index_t N, index_t M, index_t V>
struct format_name<n_m_matrix<T, N, M, V>> {
  static std::string text() { return "n_m:" + to_string(pattern{n_m_pattern{N, M, V}}); }
};
template <matrix_format Matrix>
struct format_name<permuted<Matrix>> {
  static std::string text() { return "permuted:" + format_name<Matrix>::text(); }
};
template <matrix_format First, matrix_format... Rest>
struct format_name<series<First, Rest...>> {
  static std::string text() {
    return (format_name<First>::text() + ... + ("+" + format_name<Rest>::text()));
  }
};

template <matrix_format Format, class Arch, class Panels>
[[nodiscard]] plan plan_of(const std::string& op, const Panels& w) {
  constexpr index_t rows = Panels::rows_per_tile;
  return {message(op, "/", format_name<Format>::text(), "/", scalar_name<value_type_t<Format>>),
          Arch::name(),
          rows,
          kernel::simd::strip_width<accumulator_t<value_type_t<Format>>, Arch, rows>,
          macs{w.rows * w.depth},
          macs{w.values_before(w.count())}};
}
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
