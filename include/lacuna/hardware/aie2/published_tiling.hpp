// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <lacuna/hardware/aie2/device.hpp>
#include <lacuna/hardware/aie2/published_rule.hpp>
#include <lacuna/hardware/aie2/workload.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// The core memory of the published systems, bytes. Input and output tiles, with one half of each
/// filled or drained while the other is worked on, have 32 KB; a piece of weights 16 KB. How the
/// tiles share their room is read off the schedules' tile shapes.
struct published_buffers {
  struct share {
    index_t input;
    index_t output;
  };
  index_t features{16384};    ///< input and output tile together
  index_t weights{16384};     ///< a piece
  index_t pieces_a_pass{32};  ///< weight pieces that go by in one pass over the rows

  [[nodiscard]] constexpr share share_of(layer_kind kind, index_t stride) const noexcept {
    if (kind == layer_kind::addition) return {features, features};
    if (kind == layer_kind::pooling) return {stride > 1 ? features : features * 3 / 4, features};
    if (stride > 1) return {features * 3 / 4, features / 4};
    return {features / 2, features / 2};
  }
};

namespace detail {
/// Halves `c`, in eights, until `fits` or a single block is left.
template <class Fits>
[[nodiscard]] index_t halve_until(index_t c, Fits&& fits) {
  while (c > 8 && !fits(c)) c = round_up(ceil_div(c, 2), 8);
  return c;
}
}  // namespace detail

/// Tile shapes for the published rule: width over columns, output channels over the cores of a
/// column, rows streamed, input channels split last. Weight piece: halve the output channels of a
/// core while that leaves whole blocks of 8 and the piece is too large, then split the input
/// channels into the fewest equal parts; this gives every piece of the six schedules at hand. Input
/// and output: leave out the halo of the width, then halve the channels, until one row of results
/// fits; then take as many rows as fit. A memory tile too small for input, output and two pieces
/// evicts to DRAM, in sections of rows; so does the network at its `ends`. Why the compiler repeats
/// the passes of some layers is not known: they are not repeated here.
/// @throws capacity_error where one row of 8 channels does not fit a core; unsupported_error on
/// groups; shape_error on extents that are not positive.
[[nodiscard]] inline scheduled_layer published_tiling(const workload_layer& layer, const device& d,
                                                      const placement_request& ends = {},
                                                      const published_buffers& b = {}) {
  const network::layer_shape& s = layer.shape;
  if (s.groups != 1) {
    throw unsupported_error(message(s.name, ": ", s.groups, " groups; only one is supported"));
  }
  if (std::min({s.in, s.out, s.h, s.w, s.out_h(), s.out_w()}) < 1) {
    throw shape_error(message(s.name, ": expected positive extents, got ", s.in, "x", s.h, "x", s.w,
                              " to ", s.out, "x", s.out_h(), "x", s.out_w()));
  }
  const bool conv = layer.kind == layer_kind::convolution;
  const index_t in = round_up(s.in, 8);
  const index_t out = round_up(s.out, 8);
  const index_t width = ceil_div(s.out_w(), d.cols);
  const index_t in_width = std::min(s.w, (width - 1) * s.window.stride.w + s.window.kernel_w);
  const index_t operands = layer.kind == layer_kind::addition ? 2 : 1;

  scheduled_layer l;
  l.name = s.name;
  l.kind = layer.kind;
  // The rule knows blocks only: a series counts as blocks of as many multiply-adds.
  l.density = layer.series ? std::min(1.0, layer.series->share()) : layer.density;
  l.input_slice = {s.h, ceil_div(s.w, d.cols), in};
  l.output_slice = {s.out_h(), width, out};
  double weight_bytes = 0;
  if (conv) {
    const auto fits = [&](index_t o, index_t i) {
      return piece_bytes({o, s.window.kernel_h, s.window.kernel_w, i}, l.density) <=
             static_cast<double>(b.weights);
    };
    const index_t a_core = round_up(ceil_div(out, d.core_rows), 8);
    // Halves of the output channels while they are whole blocks, then the fewest equal parts of the
    // input channels.
    index_t o = a_core;
    while (!fits(o, in) && o % 16 == 0) o /= 2;
    index_t parts = 1;
    while (parts < in / 8 && (in % (8 * parts) != 0 || !fits(o, in / parts))) ++parts;
    const index_t i = in / parts;
    l.weights = {o, s.window.kernel_h, s.window.kernel_w, i};
    l.weight_slice = {a_core, s.window.kernel_h, s.window.kernel_w, in};
    const index_t pieces = ceil_div(a_core, o) * ceil_div(in, i);
    l.passes = ceil_div(pieces, b.pieces_a_pass);
    l.pieces_sent = l.passes;
    weight_bytes = piece_bytes(l.weight_slice, l.density);
  }
  const auto input_rows = [&](index_t rows) {
    return std::min(s.h, (rows - 1) * s.window.stride.h + s.window.kernel_h);
  };
  const published_buffers::share room = b.share_of(layer.kind, s.window.stride.h);
  const auto padded = [&](index_t w) { return conv ? round_up(w, 8) : w; };
  const auto in_bytes = [&](index_t rows, index_t w, index_t c) {
    return operands * input_rows(rows) * padded(w) * c;
  };
  // The halo of the width goes before channels are split.
  index_t in_w = in_width;
  if (in_bytes(1, in_w, in) > room.input && conv) in_w = std::min(in_w, l.input_slice.w);
  const index_t in_c =
      detail::halve_until(in, [&](index_t c) { return in_bytes(1, in_w, c) <= room.input; });
  const index_t out_c =
      conv ? detail::halve_until(out, [&](index_t c) { return padded(width) * c <= room.output; })
           : in_c;
  const index_t out_row = padded(width) * out_c;
  if (in_bytes(1, in_w, in_c) > room.input || out_row > room.output) {
    throw capacity_error(s.name, "core memory, input and output of one row of 8 channels",
                         static_cast<double>(in_bytes(1, in_w, in_c) + out_row),
                         static_cast<double>(room.input + room.output), message("on ", d.name));
  }
  index_t rows = 1;
  while (rows < s.out_h() && in_bytes(rows + 1, in_w, in_c) <= room.input &&
         (rows + 1) * out_row <= room.output) {
    ++rows;
  }
  l.input = {input_rows(rows), in_w, in_c};
  l.output = {rows, width, out_c};
  if (!conv) l.passes = ceil_div(in, in_c);

  // What the memory tile can't hold passes through it, with the halo of each section again.
  const auto input_bytes = static_cast<double>(l.input_slice.elements() * operands);
  // An addition leaves its result where an operand was.
  const auto output_bytes = operands == 2 ? 0.0 : static_cast<double>(l.output_slice.elements());
  const double tile_room = static_cast<double>(d.memory_tile.bytes * d.mem_rows) -
                           static_cast<double>(ceil_div(layer.live_bytes, d.cols)) -
                           2 * std::min(weight_bytes, static_cast<double>(b.weights));
  if (input_bytes + output_bytes > tile_room) {
    const double sections = std::ceil((input_bytes + output_bytes) / std::max(1.0, tile_room / 2));
    const auto halo = static_cast<double>(
        std::max<index_t>(0, s.window.kernel_h - s.window.stride.h) * l.input_slice.w * in);
    l.loaded_bytes = input_bytes + halo * (sections - 1);
    l.written_bytes = static_cast<double>(l.output_slice.elements());
    if (conv) l.pieces_sent *= static_cast<index_t>(sections);
  }
  if (ends.input_from_dram) l.loaded_bytes = std::max(l.loaded_bytes, input_bytes);
  if (ends.output_to_dram) {
    l.written_bytes = static_cast<double>(l.output_slice.elements());
  }
  return l;
}

/// A network's tile shapes, layer after layer. The first reads the image from DRAM and writes there
/// too, as in all six schedules; after a layer that wrote to DRAM, the next one loads.
/// @throws what published_tiling throws.
[[nodiscard]] inline std::vector<scheduled_layer> published_schedule(const workload& net,
                                                                     const device& d) {
  std::vector<scheduled_layer> out;
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    const bool first = i == 0;
    const bool loads = first || out.back().written_bytes > 0;
    out.push_back(published_tiling(net.layers[i], d, {loads, first || i + 1 == net.layers.size()}));
  }
  return out;
}

/// What the published rule makes of it, in us. @throws what published_rule throws.
[[nodiscard]] inline double published_total(std::span<const scheduled_layer> layers,
                                            mac_estimator e = mac_estimator::published) {
  double us = 0;
  for (const scheduled_layer& l : layers) us += published_rule(l, {}, e).total;
  return us;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
