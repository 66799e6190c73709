// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "suite/contender.hpp"

namespace bench {

/// Weights as C libraries take them: blocks of `size` squared, row-major inside, that hold a value
/// other than zero; CSR where size is 1.
template <class Index>
struct compressed_rows {
  std::vector<Index> offsets{0};  ///< rows / size + 1
  std::vector<Index> columns;     ///< of blocks
  std::vector<float> values;      ///< size * size a block
};

template <class Index>
[[nodiscard]] compressed_rows<Index> compress_rows(const lacuna::dense_matrix<float>& w,
                                                   lacuna::index_t size) {
  compressed_rows<Index> out;
  for (lacuna::index_t i = 0; i < w.rows(); i += size) {
    for (lacuna::index_t k = 0; k < w.cols(); k += size) {
      const auto block = w.block(i, k, size, size);
      if ((block.array() == 0).all()) continue;
      out.columns.push_back(static_cast<Index>(k / size));
      for (lacuna::index_t r = 0; r < size; ++r) {
        for (lacuna::index_t c = 0; c < size; ++c) out.values.push_back(block(r, c));
      }
    }
    out.offsets.push_back(static_cast<Index>(out.columns.size()));
  }
  return out;
}

/// Y = W X by a library that works on plain row-major matrices.
struct plain_product {
  explicit plain_product(const problem& p)
      : x(Eigen::Map<const lacuna::dense_matrix<float>>(p.x.data(), p.gemm().k, p.gemm().n)),
        y(p.gemm().m, p.gemm().n) {}
  lacuna::dense_matrix<float> x, y;
};

/// Whether a library that multiplies plain fp32 matrices can do it, with weights of one of the
/// patterns that stand for what such libraries store: blocks, and single values.
[[nodiscard]] inline bool is_sparse_product(const problem& p) {
  return p.type == "f32" && p.is_pointwise() &&
         (p.pattern == "8x8" || p.pattern == "unstructured" || p.pattern == "2:4");
}

}  // namespace bench
