// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/prune/mask_of.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Prunes trained weights to R x C blocks and compresses them. `weights` is any Eigen dense matrix,
/// Map or Ref (out, in) in either order; kept blocks keep every value. See `block_mask`.
template <index_t R, index_t C, class Derived, class Score = score>
[[nodiscard]] auto prune_blocks(const Eigen::MatrixBase<Derived>& weights, keep fraction,
                                const Score& how = score::l2) {
  const mask kept = detail::kept_blocks(detail::as_tapped(weights), R, C, fraction, how);
  return to_block_csr_where<R, C>(weights.derived(), kept);
}

/// Prunes filters: a block is R output by C input channels over all taps.
template <index_t R, index_t C, scalar T, class Score = score>
[[nodiscard]] filter<block_csr<T, R, C>> prune_blocks(const filter<dense_matrix<T>>& weights,
                                                      keep fraction, const Score& how = score::l2) {
  const mask kept = detail::kept_blocks(detail::as_tapped(weights), R, C, fraction, how);
  const auto in_every_tap = [&](index_t i, index_t k) { return kept(i, k % kept.cols()); };
  return {to_block_csr_where<R, C>(detail::pad_channels(weights, C), in_every_tap), weights.in,
          weights.kernel_h, weights.kernel_w};
}

/// Prunes trained weights (out, in) to N:M along the rows and compresses them. See `n_m_mask`.
template <index_t N, index_t M, index_t V = 1, class Derived, class Score = score>
[[nodiscard]] auto prune_n_m(const Eigen::MatrixBase<Derived>& weights,
                             const Score& how = score::l2) {
  dense_matrix<typename Derived::Scalar> w = weights;
  apply(n_m_mask(w, N, M, V, how), w);
  return to_n_m<N, M, V>(w);
}

/// Prunes filters to N:M along the input channels.
template <index_t N, index_t M, index_t V = 1, scalar T, class Score = score>
[[nodiscard]] filter<n_m_matrix<T, N, M, V>> prune_n_m(filter<dense_matrix<T>> weights,
                                                       const Score& how = score::l2) {
  apply(n_m_mask(weights, N, M, V, how), weights.matrix);
  return to_n_m<N, M, V>(weights);
}

/// Prunes to the largest magnitudes, compressed sparse rows. See `unstructured_mask`.
template <class Derived>
[[nodiscard]] auto prune_unstructured(const Eigen::MatrixBase<Derived>& weights, keep fraction) {
  return to_block_csr_where<1, 1>(weights.derived(), unstructured_mask(weights, fraction));
}
template <scalar T>
[[nodiscard]] filter<block_csr<T, 1, 1>> prune_unstructured(const filter<dense_matrix<T>>& weights,
                                                            keep fraction) {
  return {to_block_csr_where<1, 1>(weights.matrix, unstructured_mask(weights, fraction)),
          weights.in, weights.kernel_h, weights.kernel_w};
}

}  // namespace lacuna::inline LACUNA_ABI
