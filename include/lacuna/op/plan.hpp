// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <lacuna/core/units.hpp>
#include <lacuna/format/permuted.hpp>
#include <lacuna/kernel/simd/spmm_panels.hpp>
#include <lacuna/op/this_machine.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Times that a plan expects on one thread of a machine, against dense weights of the same shape
/// through this library's own dense kernel.
struct prediction {
  std::string shape;     ///< m x k x n: "64x64x3136"
  std::string blocking;  ///< "66 strips of up to 48 columns, X in place"
  cost own;              ///< of the operator
  cost dense;            ///< of the same operator on dense weights

  [[nodiscard]] double speed_up() const noexcept { return dense.seconds() / own.seconds(); }
  /// Whether dense weights would be multiplied faster.
  [[nodiscard]] bool dense_wins() const noexcept { return speed_up() < 1; }
};

/// What an operator will do, for people and reports.
struct plan {
  std::string kernel;                    ///< kernel and format
  std::string arch;                      ///< instruction set
  index_t tile_rows{0};                  ///< rows of the register tile
  index_t tile_cols{0};                  ///< columns of the register tile
  macs dense;                            ///< a column of X, nothing skipped
  macs kept;                             ///< a column of X, as executed
  std::optional<prediction> expected{};  ///< where the plan was asked for an X

  /// dense / kept: what the zeros that are skipped can give at the very most.
  [[nodiscard]] double limit() const noexcept {
    return kept.count() == 0
               ? 1.0
               : static_cast<double>(dense.count()) / static_cast<double>(kept.count());
  }
  friend std::ostream& operator<<(std::ostream& out, const plan& p) {
    out << p.kernel << " on " << p.arch << ", tile " << p.tile_rows << "x" << p.tile_cols << ", "
        << p.kept.count() << " of " << p.dense.count() << " multiply-adds a column, limit "
        << p.limit() << "x";
    if (!p.expected) return out;
    return out << "; " << p.expected->blocking << "; " << p.expected->own << "; dense "
               << p.expected->dense << "; " << p.reason();
  }

  /// Which is faster and why: "dense: spmm/n_m:2:4/f32 of 64x64x3136 would take 1.10 of dense's
  /// time: bound by loads". Empty where nothing was predicted.
  [[nodiscard]] std::string reason() const {
    if (!expected) return {};
    const long share = static_cast<long>(100 / expected->speed_up() + 0.5);
    return message(expected->dense_wins() ? "dense: " : "sparse: ", kernel, " of ", expected->shape,
                   expected->dense_wins() ? " would take " : " takes ", share / 100, ".",
                   share / 10 % 10, share % 10, " of dense's time: bound by ",
                   expected->own.bound());
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
          kernel::simd::strip_width<typename Panels::value_type, Arch, rows>,
          macs{w.rows * w.depth},
          macs{w.values_before(w.count())}};
}

[[nodiscard]] inline std::string blocking_of(const product_work& w) {
  if (w.is_vector) return "one column";
  index_t count = 0;
  index_t widest = 0;
  for (const auto& [cols, strips] : w.strips) {
    count += strips;
    widest = std::max(widest, cols);
  }
  const char* from = ", gathered";
  if (w.from == product_work::columns_from::place) from = ", X in place";
  if (w.from == product_work::columns_from::copies) from = ", X copied";
  if (w.from == product_work::columns_from::masked_window) from = ", images in place";
  return message(count, count == 1 ? " strip of " : " strips of up to ", widest, " columns", from);
}

/// The plan of an operator with what its work and that of dense weights are expected to take.
[[nodiscard]] inline plan with_prediction(plan p, const product_work& own,
                                          const product_work& dense, const machine& m) {
  p.expected = prediction{message(own.rows, "x", own.depth, "x", own.cols), blocking_of(own),
                          cost_of(own, m), cost_of(dense, m)};
  return p;
}
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
