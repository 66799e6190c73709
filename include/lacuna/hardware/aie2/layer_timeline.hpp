// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <lacuna/hardware/aie2/mapping_search.hpp>
#include <lacuna/hardware/aie2/network.hpp>
#include <lacuna/hardware/timeline.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {
/// The steps of a layer on its fullest core: which transfers each iteration begins and ends with.
struct iteration_step {
  double input{0}, weights{0}, core{0}, output{0};
  index_t tile{0}, piece{0};
};

[[nodiscard]] inline std::vector<iteration_step> steps_of(const estimator& estimate,
                                                          const layer_facts& f, const mapping& m) {
  const auto s = estimate.stages_of(f, m);
  const index_t width = ceil_div(f.out_w, m.width_parts);
  std::vector<iteration_step> steps;
  const auto step = [&](index_t tile, index_t piece) {
    const index_t row = tile / m.width_tiles;
    const index_t column = tile % m.width_tiles;
    const index_t h = std::min(m.output.h, f.out_h - row * m.output.h);
    const index_t w = std::min(m.output.w, width - column * m.output.w);
    const double share = static_cast<double>(h * w) / static_cast<double>(m.output.h * m.output.w);
    const bool split = m.reduction_tiles > 1;
    const bool weights_stay = m.order == loop_order::weights_stay;
    iteration_step i;
    i.tile = tile;
    i.piece = piece;
    i.core = estimate.iteration_cycles(f, m, h, w);
    if (weights_stay || split || piece == 0) i.input = s.input * share;
    const bool first = weights_stay ? tile == 0 : (m.pieces() > 1 || tile == 0);
    if (first) i.weights = s.weights;
    if ((piece + 1) % m.reduction_tiles == 0) i.output = s.output * share;
    steps.push_back(i);
  };
  if (m.order == loop_order::weights_stay) {
    for (index_t p = 0; p < m.pieces(); ++p) {
      for (index_t t = 0; t < m.pixel_tiles(); ++t) step(t, p);
    }
  } else {
    for (index_t t = 0; t < m.pixel_tiles(); ++t) {
      for (index_t p = 0; p < m.pieces(); ++p) step(t, p);
    }
  }
  return steps;
}
}  // namespace detail

/// A layer's iterations on its fullest core with double buffers, event by event: a transfer starts
/// when its channel is free and the half it fills is; the core when its operands are there and its
/// result's half is free. DRAM is taken to keep up. The closed form of `estimator` is what this
/// tends to; the test holds them together. Events beyond `most` iterations are left out, cycles are
/// not.
/// @return the timeline; `*end`, where given, receives the cycle of the last event.
[[nodiscard]] inline timeline timeline_of(const estimator& estimate, const workload_layer& layer,
                                          const mapping& m, index_t most = 1000,
                                          double* end = nullptr) {
  const layer_facts f = facts_of(layer);
  const std::vector<detail::iteration_step> steps = detail::steps_of(estimate, f, m);
  const double hops = estimate.stages_of(f, m).hops / 2;
  timeline out;
  out.name = layer.shape.name + " on " + estimate.device().name;
  out.clock_hz = estimate.device().clock_hz;
  const index_t in = out.track("input stream");
  const index_t weights = out.track("weight stream");
  const index_t core = out.track("fullest core");
  const index_t result = out.track("output stream");
  index_t shown = 0;
  const auto draw = [&](index_t track, const char* what, const char* category, double until,
                        double cycles, const detail::iteration_step& s) {
    if (cycles <= 0 || shown >= most) return;
    out.events.push_back(
        {track, message(what, " ", s.tile, ".", s.piece), category, until - cycles, cycles});
  };
  // Each buffer has two halves; an input or weights that iterations share is held until the last.
  double in_end = 0, weights_end = 0, core_end = 0, out_end = 0;
  double input_half[2] = {0, 0}, weight_half[2] = {0, 0}, output_half[2] = {0, 0};  // free from
  index_t inputs = 0, pieces = 0, outputs = 0;
  for (const detail::iteration_step& s : steps) {
    if (s.input > 0) {
      in_end = std::max(in_end, input_half[inputs++ % 2]) + s.input;
      draw(in, "in", "stream", in_end, s.input, s);
    }
    if (s.weights > 0) {
      weights_end = std::max(weights_end, weight_half[pieces++ % 2]) + s.weights;
      draw(weights, "weights", "stream", weights_end, s.weights, s);
    }
    double start = std::max({core_end, in_end + hops, weights_end + hops});
    if (s.output > 0) start = std::max(start, output_half[outputs % 2]);
    core_end = start + s.core;
    draw(core, "tile", "compute", core_end, s.core, s);
    if (inputs > 0) input_half[(inputs - 1) % 2] = core_end;
    if (pieces > 0) weight_half[(pieces - 1) % 2] = core_end;
    if (s.output > 0) {
      out_end = std::max(out_end, core_end) + s.output;
      draw(result, "out", "stream", out_end, s.output, s);
      output_half[outputs++ % 2] = out_end;
    }
    ++shown;
  }
  if (end != nullptr) *end = std::max(core_end, out_end) + hops;
  return out;
}

/// A network's layers one after another: the array at work (multiplying, then all that keeps it
/// from that) and DRAM, which overlaps with its layer.
[[nodiscard]] inline timeline timeline_of(const network_estimate& n) {
  timeline out;
  out.name = n.name + " on " + n.device;
  out.clock_hz = n.clock_hz;
  const index_t multiply = out.track("multiplying");
  const index_t other = out.track("other causes");
  const index_t dram = out.track("DRAM");
  double at = 0;
  for (const layer_columns& l : n.layers) {
    const layer_estimate& e = l.mapped.cost;
    const std::string& name = l.layer.shape.name;
    const double working = e[layer_cause::multiply];
    if (working > 0) out.events.push_back({multiply, name, "compute", at, working});
    if (e.dram_cycles > 0) out.events.push_back({dram, name, "DRAM", at, e.dram_cycles});
    double from = at + working;
    for (std::size_t c = 0; c < layer_causes; ++c) {
      const auto cause = static_cast<layer_cause>(c);
      if (cause == layer_cause::multiply || e[cause] <= 0) continue;
      out.events.push_back({other, message(name, ", ", to_string(cause)),
                            std::string(to_string(cause)), from, e[cause]});
      from += e[cause];
    }
    at += e.cycles();
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
