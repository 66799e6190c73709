// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <variant>

#include <lacuna/format/convert.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>

namespace lacuna::inline LACUNA_ABI {

/// An operator on sparse weights, or the same operator on the same weights as dense ones where its
/// plan says that they are multiplied faster. Made by `matmul_or_dense` and `conv2d_or_dense`, and
/// called as what it holds.
///
/// Either gives the same results but for two things: sums run over the zeros too, in rising k, so
/// they may round otherwise where a format stores its values in another order; and a zero that is
/// multiplied makes NaN of an infinity or NaN in X, where one that is not stored takes no part.
/// For finite X of whole numbers that sum exactly, results are equal.
template <class Sparse, class Dense>
class or_dense {
 public:
  or_dense(lacuna::plan p, Sparse op) : plan_(std::move(p)), op_(std::move(op)) {}
  or_dense(lacuna::plan p, Dense op) : plan_(std::move(p)), op_(std::move(op)) {}

  [[nodiscard]] bool is_dense() const noexcept { return std::holds_alternative<Dense>(op_); }
  /// The plan of the sparse operator, by which it was chosen; `plan().reason()` says why.
  [[nodiscard]] const lacuna::plan& plan() const noexcept { return plan_; }

  template <class... Operands>
  decltype(auto) operator()(Operands&&... operands) const {
    return std::visit(
        [&](const auto& op) -> decltype(auto) { return op(std::forward<Operands>(operands)...); },
        op_);
  }

 private:
  lacuna::plan plan_;
  std::variant<Sparse, Dense> op_;
};

/// `matmul(w, epilogue)`, or dense where that is expected to be faster on X of `cols` columns.
///
///   const auto layer = lacuna::matmul_or_dense(half, 3136, lacuna::relu());
///   std::cout << layer.plan().reason();   // "dense: spmm/n_m:2:4/f32 of ... would take 1.10 ..."
///
/// @throws unsupported_error where `m` lacks the rates of this layout or of dense panels.
template <matrix_format Format, class Epilogue = no_epilogue>
[[nodiscard]] auto matmul_or_dense(const Format& w, index_t cols, Epilogue epilogue,
                                   const machine& m) {
  using sparse = matmul<Format, Epilogue>;
  using dense = matmul<dense_matrix<value_type_t<Format>>, Epilogue>;
  sparse op(w, epilogue);
  lacuna::plan p = op.plan(cols, m);
  if (!p.expected->dense_wins()) return or_dense<sparse, dense>(std::move(p), std::move(op));
  return or_dense<sparse, dense>(std::move(p), dense(to_dense(w), std::move(epilogue)));
}
/// On this machine, whose rates are measured when they are first asked for.
template <matrix_format Format, class Epilogue = no_epilogue>
[[nodiscard]] auto matmul_or_dense(const Format& w, index_t cols, Epilogue epilogue = {}) {
  using arch = xsimd::default_arch;
  return matmul_or_dense(w, cols, std::move(epilogue),
                         detail::machine_for<arch, kernel::packed_t<arch, Format>>());
}

/// `conv2d(w, options, epilogue)`, or dense where that is expected to be faster on images of
/// extents `in`.
/// @throws as conv2d does, and unsupported_error where `m` lacks rates.
template <matrix_format Format, class Epilogue = no_epilogue>
[[nodiscard]] auto conv2d_or_dense(const filter<Format>& w, const conv2d_options& options,
                                   const extents4& in, Epilogue epilogue, const machine& m) {
  using sparse = conv2d<Format, Epilogue>;
  using dense = conv2d<dense_matrix<value_type_t<Format>>, Epilogue>;
  sparse op(w, options, epilogue);
  lacuna::plan p = op.plan(in, m);
  if (!p.expected->dense_wins()) return or_dense<sparse, dense>(std::move(p), std::move(op));
  return or_dense<sparse, dense>(std::move(p),
                                 dense(to_filter(to_tensor(w)), options, std::move(epilogue)));
}
template <matrix_format Format, class Epilogue = no_epilogue>
[[nodiscard]] auto conv2d_or_dense(const filter<Format>& w, const conv2d_options& options,
                                   const extents4& in, Epilogue epilogue = {}) {
  using arch = xsimd::default_arch;
  return conv2d_or_dense(w, options, in, std::move(epilogue),
                         detail::machine_for<arch, kernel::packed_t<arch, Format>>());
}

}  // namespace lacuna::inline LACUNA_ABI
