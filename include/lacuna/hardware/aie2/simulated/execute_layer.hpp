// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/core/tensor.hpp>
#include <lacuna/hardware/aie2/kernels/run_series.hpp>
#include <lacuna/hardware/aie2/simulated/executed_buffers.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A mapped layer's result, and the cycles of each core's kernels, cores column by column.
struct executed_layer {
  tensor<std::int8_t> y;  ///< (1, out, out_h, out_w)
  std::vector<std::int64_t> core_cycles;
};

namespace detail {

/// A mapped layer on data of its own, iteration by iteration as its cores run it.
class layer_execution {
 public:
  layer_execution(const device& d, const network::layer_shape& s, const mapping& m,
                  series_call weights, const weight_columns& columns, const tensor<std::int8_t>& x,
                  const std::vector<std::int32_t>& bias, const convolution_options& how,
                  srs_control srs)
      : device_(&d),
        m_(m),
        weights_(std::move(weights)),
        columns_(columns),
        x_(&x),
        bias_(bias),
        how_(how),
        srs_(srs),
        f_(facts_of({layer_kind::convolution, s})) {
    f_.layers = static_cast<index_t>(weights_.layers.size());
    bias_.resize(static_cast<std::size_t>(f_.out), 0);
    buffers_ = buffers_of(d, s.window, f_, m, &weights_.rows);
    out_.y = tensor<std::int8_t>({1, s.out, f_.out_h, f_.out_w});
  }

  executed_layer run() && {
    const std::vector<iteration_plan> plan = plan_iterations(m_, true);
    for (index_t c = 0; c < m_.width_parts * m_.channel_parts; ++c) {
      for (index_t r = 0; r < std::min(device_->core_rows, f_.out / 8); ++r) {
        const index_t group = c / m_.width_parts * device_->core_rows + r;
        std::vector<std::uint8_t> partial;
        std::int64_t cycles = 0;
        for (const iteration_plan& i : plan) {
          const core_iteration on = on_core(*device_, f_, m_, i, c % m_.width_parts, group);
          if (on.empty()) continue;
          const core_call call = call_with(i, on);
          call_operands o{tile_input(call.layout, *x_, on.in.first, {on.row, on.col}),
                          std::move(partial)};
          call_result result = run_piece(call, on, o);
          cycles += result.run.cycles();
          if (i.last_reduction) keep(result.results, call.layout, on);
          partial = std::move(result.results);
        }
        out_.core_cycles.push_back(cycles);
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] core_call call_with(const iteration_plan& i, const core_iteration& on) const {
    core_call call = call_of(m_, i, layout_of(f_, buffers_, on));
    call.how.relu = how_.relu;
    call.how.shift = how_.shift;
    return call;
  }
  [[nodiscard]] call_result run_piece(const core_call& call, const core_iteration& on,
                                      const call_operands& o) const {
    const convolution_layout& l = call.layout;
    convolution_rows rows;
    for (index_t r = on.out.first; r < on.out.last; ++r) {
      rows.emplace_back();
      for (const convolution_entry& e : weights_.rows[static_cast<std::size_t>(r)]) {
        if (e.block < on.in.first || e.block >= on.in.last) continue;
        rows.back().push_back({e.tap, e.block - on.in.first, e.values});
      }
    }
    const std::vector<std::int32_t> bias(bias_.begin() + 8 * on.out.first,
                                         bias_.begin() + 8 * on.out.last);
    if (f_.layers == 0) return run_call(*device_, call, to_image(rows, bias, l), o, srs_);
    std::vector<two_four_layer> layers;
    for (const two_four_layer& w : weights_.layers) {
      layers.push_back(slice(w, columns_, 8 * on.out.first, 8 * on.out.size(), 8 * on.in.first,
                             8 * on.in.size()));
    }
    return run_call(*device_, call, to_image(rows, layers, bias, l), o, srs_);
  }
  void keep(const std::vector<std::uint8_t>& results, const convolution_layout& l,
            const core_iteration& on) {
    l.for_each_output([&](index_t at, index_t c, index_t row, index_t col) {
      const index_t channel = 8 * on.out.first + c;
      if (c >= 8 * on.out.size() || channel >= out_.y.extents().c) return;
      out_.y(0, channel, on.row + row, on.col + col) =
          static_cast<std::int8_t>(results[static_cast<std::size_t>(at)]);
    });
  }

  const device* device_;
  mapping m_;
  series_call weights_;
  weight_columns columns_;
  const tensor<std::int8_t>* x_;
  std::vector<std::int32_t> bias_;
  convolution_options how_;
  srs_control srs_;
  layer_facts f_;
  executed_buffers buffers_;
  executed_layer out_;
};

}  // namespace detail

/// Y = relu(srs(bias + (W_1 + W_2 + ...) * X)) of a whole mapped layer, X (1, in, h, w): every
/// iteration of every core in the core simulator on its tile of the image and its piece of the
/// weights, partial sums passed on, in the layouts and buffers that `simulate_layer` times. `m`:
/// what that executed. Bit for bit the sums of the stored values. Of `how` count shift and relu.
/// Cost: that of the core simulator. @throws shape_error where operands are not of the layer's
/// shape; unsupported_error where its pieces don't fit a core (a real mask's rows may be fuller
/// than the simulated one's); what facts_of throws.
template <matrix_format... Terms>
[[nodiscard]] executed_layer execute_layer(const device& d, const network::layer_shape& s,
                                           const mapping& m, const filter<series<Terms...>>& f,
                                           const tensor<std::int8_t>& x,
                                           const std::vector<std::int32_t>& bias = {},
                                           const convolution_options& how = {},
                                           srs_control srs = {}) {
  expect_consistent(f);
  const extents4 e = x.extents();
  const extents4 expected{1, s.in, s.h, s.w};
  if (!(e == expected) || f.in != s.in || f.out() != s.out || f.kernel_h != s.window.kernel_h ||
      f.kernel_w != s.window.kernel_w) {
    throw shape_error(message(s.name, ": an image ", e, " and a filter ", f.extents(),
                              ", expected an image ", expected, ", ", s.out,
                              " outputs and a kernel ", s.window.kernel_h, "x", s.window.kernel_w));
  }
  if (!bias.empty() && static_cast<index_t>(bias.size()) != s.out) {
    throw shape_error(message(s.name, ": ", bias.size(), " biases, ", s.out, " channels"));
  }
  const weight_columns columns{f.in, f.padded_in(), f.taps()};
  return std::move(detail::layer_execution(
                       d, s, m, detail::calls_of(f.matrix, columns, term_order::one_pass)[0],
                       columns, x, bias, how, srs))
      .run();
}

/// The same of 8x8 blocks, by the convolution kernel.
[[nodiscard]] inline executed_layer execute_layer(const device& d, const network::layer_shape& s,
                                                  const mapping& m,
                                                  const filter<block_csr<std::int8_t, 8, 8>>& f,
                                                  const tensor<std::int8_t>& x,
                                                  const std::vector<std::int32_t>& bias = {},
                                                  const convolution_options& how = {},
                                                  srs_control srs = {}) {
  const filter<series<block_csr<std::int8_t, 8, 8>>> terms{series(f.matrix), f.in, f.kernel_h,
                                                           f.kernel_w};
  return execute_layer(d, s, m, terms, x, bias, how, srs);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
