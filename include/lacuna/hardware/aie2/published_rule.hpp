// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include <lacuna/hardware/aie2/tile_shape.hpp>

// The cost rule behind the published execution-time estimates of weight block sparsity on AIE2
// (D'Alberto et al., arXiv 2407.09453). The compiler is not public: the rule was reconstructed from
// the authors' logs (github paolodalberto/BlockSparsityyTraning, BlockSparse/Experiments). Tile
// shapes and the decisions to split or to evict come from the schedule; times follow from them.
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

enum class layer_kind : std::uint8_t { convolution, pooling, addition };

/// How multiply-adds are counted. The published estimates multiply the tile of *input* pixels by
/// the input channels of the weights: wrong where a layer changes its channels or an input tile
/// has a halo. `exact` counts output pixels x output channels a core x taps x input channels.
enum class mac_estimator : std::uint8_t { published, exact };

/// One layer as the schedule has it. Per core and iteration: `input`, `output`, `weights` (a piece
/// that the core holds at once). Per memory tile: `input_slice`, `output_slice`, `weight_slice`.
struct scheduled_layer {
  std::string name;
  layer_kind kind{layer_kind::convolution};
  tile_shape input, output;
  weight_shape weights;
  tile_shape input_slice, output_slice;
  weight_shape weight_slice;
  double density{1};        ///< share of 8x8 blocks that are kept
  index_t passes{1};        ///< times that the rows stream by, a pass a group of weight pieces
  index_t pieces_sent{1};   ///< weight pieces sent to a core one after another, not overlapped
  index_t weight_loads{1};  ///< times that the memory tile's weights come from DRAM
  double loaded_bytes{0};   ///< activations from DRAM, a memory tile
  double written_bytes{0};  ///< activations to DRAM, a memory tile
};

/// Times in microseconds. `load_features`, `compute` and `write_features` are sums over iterations.
struct instruction_times {
  double load{0};           ///< activations, DRAM to memory tile
  double load_weights{0};   ///< weights, DRAM to memory tile
  double send_weights{0};   ///< weights, memory tile to cores
  double load_features{0};  ///< activations, memory tile to cores
  double compute{0};
  double write_features{0};  ///< activations, cores to memory tile
  double write{0};           ///< activations, memory tile to DRAM
  double total{0};
};

/// The machine that the estimates assume.
struct published_machine {
  double bytes_per_us{4.0 * 1024 * 1024 * 1024 / 1e6};  ///< 4 GiB/s, every link
  double macs_per_cycle{256};                           ///< 4x8x8 int8
  double cycles_per_us{1000};                           ///< 1 GHz
};

namespace detail {
inline constexpr double weight_message = 192;  // bytes that start a transfer of weights
inline constexpr double pooling_message = 96;  // to the core; to the memory tile it is 128
inline constexpr double addition_message = 160;
inline constexpr double pooling_parameters = 128;
inline constexpr double addition_parameters = 192;

/// How the window moves over rows, read off the shapes: schedules don't record it.
struct row_window {
  index_t kernel{1}, stride{1}, top{0}, bottom{0};
};
[[nodiscard]] inline row_window row_window_of(const scheduled_layer& l) noexcept {
  row_window r;
  if (l.kind == layer_kind::addition) return r;
  const auto ratio = static_cast<double>(l.input_slice.h) /
                     static_cast<double>(std::max<index_t>(1, l.output_slice.h));
  r.stride = std::max<index_t>(1, static_cast<index_t>(std::llround(ratio)));
  r.kernel = l.kind == layer_kind::convolution
                 ? l.weights.kernel_h
                 : std::max<index_t>(1, l.input.h - (l.output.h - 1) * r.stride);
  // Where rows are left over at the bottom, padding there is not read, and counts as none.
  const index_t padding =
      std::max<index_t>(0, (l.output_slice.h - 1) * r.stride + r.kernel - l.input_slice.h);
  r.bottom = padding / 2;
  r.top = padding - r.bottom;
  return r;
}

/// Tiles of rows whose window reaches into the padding: each is a program of its own.
[[nodiscard]] inline index_t padded_tiles(const scheduled_layer& l, index_t tiles) noexcept {
  const row_window r = row_window_of(l);
  const index_t above = std::min(l.output_slice.h, ceil_div(r.top, r.stride));
  const index_t below = std::min(l.output_slice.h, ceil_div(r.bottom, r.stride));
  const index_t head = ceil_div(above, l.output.h);
  const index_t first_below = (l.output_slice.h - below) / l.output.h;
  return std::min(tiles, head + (below == 0 ? 0 : tiles - std::max(head, first_below)));
}
}  // namespace detail

/// Bytes of a weight piece: kept int8 weights, an int16 index a block position, an int32 bias.
[[nodiscard]] inline double piece_bytes(const weight_shape& w, double density) noexcept {
  return density * static_cast<double>(w.elements()) +
         2.0 * static_cast<double>((w.out / 8) * (w.in / 8)) + 4.0 * static_cast<double>(w.out);
}

/// Iterations of a pass: ceil(rows of the memory tile's output / rows of an iteration's output).
[[nodiscard]] inline index_t iterations(const scheduled_layer& l) noexcept {
  return ceil_div(l.output_slice.h, l.output.h);
}

/// Multiply-adds of one iteration (an exact count is a mean over them); of pooling and addition,
/// operations.
[[nodiscard]] inline double iteration_macs(const scheduled_layer& l,
                                           mac_estimator e = mac_estimator::published) noexcept {
  if (l.kind != layer_kind::convolution) return static_cast<double>(l.input.elements());
  const double per_pixel = static_cast<double>(l.weights.taps()) * l.density;
  if (e == mac_estimator::published) {
    return static_cast<double>(l.input.elements()) * per_pixel * static_cast<double>(l.weights.in);
  }
  const auto all = static_cast<double>(iterations(l) * l.passes);
  return static_cast<double>(l.output_slice.h * l.output_slice.w) / all * per_pixel *
         static_cast<double>(l.weight_slice.out) * static_cast<double>(l.weight_slice.in);
}

/// @throws shape_error where a shape, the density or a count is out of its range.
inline void require_valid(const scheduled_layer& l) {
  const auto refuse = [&](const std::string& shape) {
    throw shape_error(
        message(l.name, ": ", shape, " has an extent below 1 or is beyond 2^40 values"));
  };
  for (const tile_shape* t : {&l.input, &l.output, &l.input_slice, &l.output_slice}) {
    if (!is_sound(*t)) refuse(to_string(*t));
  }
  if (l.kind == layer_kind::convolution) {
    for (const weight_shape* w : {&l.weights, &l.weight_slice}) {
      if (!is_sound(*w)) refuse(to_string(*w));
    }
  }
  if (!(l.density > 0 && l.density <= 1)) {
    throw shape_error(
        message(l.name, ": expected a density above 0 and at most 1, got ", l.density));
  }
  if (l.passes < 1 || l.pieces_sent < 1 || l.weight_loads < 1) {
    throw shape_error(message(l.name, ": expected at least one pass, piece and load, got ",
                              l.passes, ", ", l.pieces_sent, ", ", l.weight_loads));
  }
}

/// The times of a layer. With B the link's bandwidth and w8 a width rounded up to 8:
///   LOADFM   h w8 c / B an iteration (an addition reads two operands; only convolutions round)
///   COMP     ceil(multiply-adds / 256) cycles an iteration
///   LOADWM   (pieces_sent align16(piece) + 192) / B
///   LOADW    (weight_loads align128(piece pieces) + 192) / B
///   total    max(LOAD, LOADW) + LOADWM + rows + WRITE, where a tile that reaches into the padding
///            costs LOADFM + COMP + WRITEFM, and any other the largest of the three.
/// A layer that is a single tile as large as the memory tile's slice streams through: its LOAD does
/// not show (one layer of the logs, VGG-16's last pooling; within 0.002 us).
/// With `exact`, only COMP changes: the schedule stays. @throws shape_error
[[nodiscard]] inline instruction_times published_rule(const scheduled_layer& l,
                                                      const published_machine& m = {},
                                                      mac_estimator e = mac_estimator::published) {
  require_valid(l);
  const bool conv = l.kind == layer_kind::convolution;
  const auto features = [&](const tile_shape& t) {
    return static_cast<double>(t.h * (conv ? round_up(t.w, 8) : t.w) * t.c) / m.bytes_per_us;
  };
  const double in = features(l.input) * (l.kind == layer_kind::addition ? 2 : 1);
  const double out = features(l.output);
  const double compute =
      std::ceil(iteration_macs(l, e) / m.macs_per_cycle - 1e-9) / m.cycles_per_us;

  instruction_times t;
  const index_t tiles = iterations(l);
  const auto all = static_cast<double>(tiles * l.passes);
  t.load_features = in * all;
  t.compute = compute * all;
  t.write_features = out * all;
  t.load = l.loaded_bytes / m.bytes_per_us;
  t.write = l.written_bytes / m.bytes_per_us;
  if (conv) {
    const auto align = [](double bytes, double to) { return std::ceil(bytes / to) * to; };
    const double piece = piece_bytes(l.weights, l.density);
    const auto pieces = static_cast<double>(ceil_div(l.weight_slice.out, l.weights.out) *
                                            ceil_div(l.weight_slice.in, l.weights.in));
    t.send_weights =
        (static_cast<double>(l.pieces_sent) * align(piece, 16) + detail::weight_message) /
        m.bytes_per_us;
    t.load_weights = (static_cast<double>(l.weight_loads) * align(piece * pieces, 128) +
                      detail::weight_message) /
                     m.bytes_per_us;
  } else {
    const bool add = l.kind == layer_kind::addition;
    t.send_weights = (add ? detail::addition_message : detail::pooling_message) / m.bytes_per_us;
    t.load_weights =
        (add ? detail::addition_parameters : detail::pooling_parameters) / m.bytes_per_us;
  }
  const auto padded = static_cast<double>(detail::padded_tiles(l, tiles) * l.passes);
  const double rows = padded * (in + compute + out) + (all - padded) * std::max({in, compute, out});
  const bool through = !conv && l.passes == 1 && l.input == l.input_slice && padded == 0;
  t.total = (through ? t.load_weights : std::max(t.load, t.load_weights)) + t.send_weights + rows +
            t.write;
  return t;
}

/// Reads the decisions that shapes don't tell back from a schedule's published times: passes from
/// LOADFM, pieces from LOADWM, loads from LOADW, bytes to and from DRAM from LOAD and WRITE. COMP,
/// WRITEFM and the total stay predictions, as do the times of the three within their whole numbers.
[[nodiscard]] inline scheduled_layer with_decisions_of(scheduled_layer l,
                                                       const instruction_times& t,
                                                       const published_machine& m = {}) {
  l.passes = l.pieces_sent = l.weight_loads = 1;
  const instruction_times once = published_rule(l, m);
  const auto times = [&](double published, double one, double fixed_bytes) {
    const double fixed = fixed_bytes / m.bytes_per_us;
    const double ratio = (published - fixed) / std::max(1e-12, one - fixed);
    return std::isfinite(ratio) ? std::max<index_t>(1, std::llround(std::clamp(ratio, 1.0, 1e9)))
                                : 1;
  };
  l.passes = times(t.load_features, once.load_features, 0);
  if (l.kind == layer_kind::convolution) {
    l.pieces_sent = times(t.send_weights, once.send_weights, detail::weight_message);
    l.weight_loads = times(t.load_weights, once.load_weights, detail::weight_message);
  }
  l.loaded_bytes = t.load * m.bytes_per_us;
  l.written_bytes = t.write * m.bytes_per_us;
  return l;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
