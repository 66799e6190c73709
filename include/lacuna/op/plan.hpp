// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include <lacuna/core/units.hpp>
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
[[nodiscard]] std::string format_name() {
  using T = value_type_t<Format>;
  if constexpr (requires { Format::block_size_v; }) {
    return message(
        "block_csr:", to_string(pattern{block_pattern{Format::block_rows_v, Format::block_cols_v}}),
        "/", scalar_name<T>);
  } else if constexpr (requires { Format::shared_rows_v; }) {
    return message(
        "n_m:", to_string(pattern{n_m_pattern{Format::n_v, Format::m_v, Format::shared_rows_v}}),
        "/", scalar_name<T>);
  } else {
    return message("dense/", scalar_name<T>);
  }
}

template <matrix_format Format, class Arch, class T, index_t Rows>
[[nodiscard]] plan plan_of(const std::string& op, const kernel::panels<T, Rows>& w) {
  return {
      message(op, "/", format_name<Format>()),  Arch::name(),           Rows,
      kernel::simd::strip_width<T, Arch, Rows>, macs{w.rows * w.depth}, macs{w.entries() * Rows}};
}
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
