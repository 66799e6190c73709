// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>

#include <lacuna/hardware/aie2/mapping.hpp>

// How streams and cores overlap in a mapped layer, in closed form: DRAM aside.
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A channel between a memory tile and its cores: who shares one takes turns, with packets.
struct shared_stream {
  double turns{1};
  double header{0};  ///< bytes before each packet, where there are several
  double rate{1};    ///< bytes a cycle

  [[nodiscard]] double cycles(double bytes) const noexcept {
    return turns * (bytes + header) / rate;
  }
  [[nodiscard]] double cycles_a_byte() const noexcept { return turns / rate; }
};

/// What one iteration takes, whole tiles. Streams, imbalance, hops and cores are those of a split
/// of width and output channels.
struct iteration_stages {
  double input{0}, weights{0}, output{0};  ///< cycles of one tile's or piece's stream
  shared_stream input_stream, weight_stream, output_stream;
  double imbalance{0};  ///< share that the fullest core has beyond the mean
  double hops{0};       ///< latency of the switches, to the farthest core and back
  double used{1};       ///< share of the cores that have work
  double cores{1};      ///< and their number

  void stream_piece(const layer_facts& f, const weight_shape& piece) noexcept {
    if (f.conv) weights = weight_stream.cycles(f.stored_bytes(piece));
  }
  /// An input is broadcast to the column; two operands of an addition come as one object.
  void stream_tile(const layer_facts& f, const tile_shape& in, const tile_shape& out) noexcept {
    input =
        input_stream.cycles(static_cast<double>(in.elements()) * static_cast<double>(f.operands));
    output = output_stream.cycles(static_cast<double>(out.elements()));
  }
};

/// An axis in tiles: whole ones, and the rest.
struct axis_parts {
  std::array<index_t, 2> size, count;

  axis_parts() = default;
  axis_parts(index_t extent, index_t tile) noexcept
      : size{tile, extent % tile}, count{extent / tile, extent % tile == 0 ? 0 : 1} {}
  [[nodiscard]] index_t tiles() const noexcept { return count[0] + count[1]; }
};

/// A core's pixels in tiles, and the fullest core's cycles on each kind, where there are any.
struct pixel_parts {
  axis_parts rows, columns;
  std::array<std::array<double, 2>, 2> work{};

  pixel_parts(const axis_parts& h, const axis_parts& w) noexcept : rows(h), columns(w) {}

  /// Calls visit(height, width, how many there are, their work).
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::size_t r = 0; r < 2; ++r) {
      for (std::size_t c = 0; c < 2; ++c) {
        const index_t times = rows.count[r] * columns.count[c];
        if (times > 0) {
          visit(rows.size[r], columns.size[c], static_cast<double>(times), work[r][c]);
        }
      }
    }
  }
};

/// Cycles of the array.
struct array_cycles {
  double steady{0};  ///< iterations one after the other, double-buffered
  double fill{0};    ///< the first group of them from end to end, less the stage that is in steady
};

namespace detail {
[[nodiscard]] inline double fill_cycles(const mapping& m, const iteration_stages& s, double work,
                                        double inner_sum) noexcept {
  const double first = std::max(s.input, s.weights);
  if (m.order == loop_order::weights_stay) {
    // Weights that come slower than their tiles are used: the last group's tiles show.
    if (s.weights > inner_sum) return inner_sum + s.output + s.hops;
    return first + work + s.output + s.hops - std::max({work, s.input, s.output});
  }
  const auto reductions = static_cast<double>(m.reduction_tiles);
  const double inner = std::max({work, m.pieces() > 1 ? s.weights : 0.0, s.output / reductions});
  if (m.reduction_tiles > 1) return first + work + s.output + s.hops - std::max(inner, s.input);
  const auto pieces = static_cast<double>(m.pieces());
  const double group = (pieces - 1) * inner + work + s.output;  // of one tile, its input there
  return first + group + s.hops - std::max(pieces * inner, s.input);
}
}  // namespace detail

/// Of a mapping whose tiles' work is known.
///   a tile costs max(core, streams of its input, result and weights), double-buffered;
///   weights that stay: a group of channels costs max(sum of its tiles, its weights' stream);
///   pixels that stay: a tile costs max(pieces x max(core, weights, result), its input's stream).
[[nodiscard]] inline array_cycles cycles_of(const mapping& m, const iteration_stages& s,
                                            pixel_parts& pixels) noexcept {
  const auto whole = static_cast<double>(m.output.h * m.output.w);
  const auto pieces = static_cast<double>(m.pieces());
  double inner_sum = 0;
  double steady = 0;
  pixels.for_each([&](index_t h, index_t w, double times, double work) {
    const double share = static_cast<double>(h * w) / whole;
    const double in = s.input * share;
    const double out = s.output * share;
    if (m.order == loop_order::weights_stay) {
      // Two halves: one is filled and crosses the switches while the other is worked on.
      inner_sum += times * std::max({work, in, out, (work + in + s.hops / 2) / 2});
    } else {
      const bool split = m.reduction_tiles > 1;
      const double streamed = std::max(m.pieces() > 1 ? s.weights : 0.0, split ? in : 0.0);
      const double inner = std::max({work, streamed, out / static_cast<double>(m.reduction_tiles),
                                     streamed > 0 ? (work + streamed + s.hops / 2) / 2 : 0.0});
      steady += times * std::max(pieces * inner, split ? 0.0 : in);
    }
  });
  if (m.order == loop_order::weights_stay) {
    steady = static_cast<double>(m.channel_tiles) * std::max(inner_sum, s.weights);
  }
  return {steady, detail::fill_cycles(m, s, pixels.work[0][0], inner_sum)};
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
