// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <lacuna/core/tensor.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace bench {

/// One product or convolution to be computed by whoever can: Y (out, pixels) = W * X; of "i8" with
/// relu and requantising to bytes, as every layer but a network's last has.
struct problem {
  lacuna::network::layer_shape layer;
  std::string type{"f32"};       ///< "f32", "bf16" or "i8"; X of "i8" is unsigned, 0 ... 127
  std::string pattern{"dense"};  ///< which the zeros of `weights` obey, as `to_string(pattern)`
  int threads{1};
  /// Values that the type holds exactly.
  lacuna::filter<lacuna::dense_matrix<float>> weights;
  lacuna::tensor<float> x;  ///< (1, in, h, w); a matrix (in, n) where h is 1
  float to_byte{1};         ///< what sums of "i8" are multiplied by before they are rounded

  /// Whether it is a matrix product and not an image: tokens, or a fully connected layer.
  [[nodiscard]] bool is_product() const { return layer.h == 1; }
  /// Whether Y = W X with X (in, pixels) as it lies in memory.
  [[nodiscard]] bool is_pointwise() const { return layer.window.is_pointwise(); }
  [[nodiscard]] lacuna::network::gemm_extents gemm() const { return layer.gemm(); }
};

/// A problem made ready by somebody: weights packed, memory allocated. Refers to the problem.
struct contender {
  std::string library;  ///< "oneDNN 3.13.2", "Lacuna"
  std::string method;   ///< "convolution_direct brgconv:avx512_core", "block_csr:8x8"
  std::function<void()> run;
  /// Y (out, pixels) of the last run.
  std::function<lacuna::dense_matrix<float>()> result;
  double predicted{0};  ///< seconds that its own plan expects; 0 where it has none
};

/// A library that solves problems. Each lives in a module of its own, as libraries are built
/// against threading run-times and symbol versions that one link can't hold.
class peer {
 public:
  peer() = default;
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  virtual ~peer() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  /// Whether it skips zeros; dense libraries are given dense weights only.
  [[nodiscard]] virtual bool is_sparse() const = 0;
  /// Every way it has to solve the problem; none where it can't.
  [[nodiscard]] virtual std::vector<contender> prepare(const problem& p) const = 0;
};

}  // namespace bench

/// What a module exports.
using bench_peer_function = bench::peer*();
