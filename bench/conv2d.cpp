// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Convolutions of ResNet-50 at batch 1 in every format; beside each what a dense Eigen user does:
// im2col, then Eigen's product, both timed.
#include <benchmark/benchmark.h>

#include <lacuna/kernel/pack/patches.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/prune/prune.hpp>

#include "support/add_product.hpp"
#include "support/machine.hpp"
#include "support/random_operands.hpp"
#include "support/shapes.hpp"

namespace {

using lacuna::conv2d_options, lacuna::dense_matrix, lacuna::index_t, lacuna::keep, lacuna::tensor;
using lacuna::network::layer_shape;

void add_layer(const layer_shape& l) {
  const std::string shape = "resnet50:" + l.name;
  const auto weights = lacuna::to_filter(
      bench::normal_tensor({l.out, l.in, l.window.kernel_h, l.window.kernel_w}, 1));
  const auto x = std::make_shared<tensor<float>>(bench::normal_tensor({1, l.in, l.h, l.w}, 2));
  const auto y = std::make_shared<tensor<float>>(lacuna::extents4{1, l.out, l.out_h(), l.out_w()});
  const conv2d_options options{.stride = l.window.stride, .padding = l.window.padding};
  const index_t pixels = l.out_h() * l.out_w();
  const lacuna::macs work = l.work();

  // Eigen's product of patches, gathered as the operator gathers its strips.
  using arch = xsimd::default_arch;
  constexpr index_t lanes = lacuna::kernel::simd::lanes<float, arch>;
  const auto layout = std::make_shared<lacuna::kernel::plane_layout>(l.window, l.in, l.h, l.w);
  const auto planes = std::make_shared<lacuna::aligned_vector<float>>(
      static_cast<std::size_t>(lanes + layout->size(l.out_h())));
  const auto patches =
      std::make_shared<dense_matrix<float>>(l.gemm().k, lacuna::round_up(pixels, lanes));
  bench::add_product(
      bench::bench_name("conv2d", "eigen", 1, shape), 1, work, [=, w = weights.matrix] {
        Eigen::Map<dense_matrix<float>> out(y->data(), w.rows(), pixels);
        if (l.window.is_pointwise()) {
          out.noalias() = w * Eigen::Map<const dense_matrix<float>>(x->data(), l.in, pixels);
        } else {
          const index_t width = lacuna::round_up(pixels, lanes);
          layout->pack<arch>(x->data(), 0, l.out_h(), planes->data() + lanes);
          lacuna::kernel::pack_patches<arch>(*layout, planes->data() + lanes, 0, l.out_h(), 0,
                                             pixels, width, patches->data());
          out.noalias() = w * patches->leftCols(pixels);
        }
      });
  const auto convolve = [&](const std::string& format, double fraction, const auto& w) {
    using format_type = std::decay_t<decltype(w.matrix)>;
    const auto op = std::make_shared<lacuna::conv2d<format_type>>(w, options);
    bench::add_product(bench::bench_name("conv2d", format, fraction, shape), fraction, work,
                       [=] { (*op)(*x, *y); });
  };
  convolve("dense", 1, weights);
  convolve("block_csr:8x8", 0.5, lacuna::prune_blocks<8, 8>(weights, keep{0.5}));
  convolve("block_csr:8x8", 0.25, lacuna::prune_blocks<8, 8>(weights, keep{0.25}));
  convolve("n_m:2:4x8", 0.5, lacuna::prune_n_m<2, 4, 8>(weights));
  convolve("n_m:2:4", 0.5, lacuna::prune_n_m<2, 4>(weights));
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& l : bench::resnet50_layers()) add_layer(l);
  benchmark::AddCustomContext("cpu", bench::cpu_name());
  benchmark::AddCustomContext("compiler", bench::compiler());
  benchmark::AddCustomContext("fma_peak_gflops", std::to_string(bench::fma_peak() / 1e9));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
