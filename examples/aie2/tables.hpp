// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <ostream>
#include <span>
#include <string>

#include <lacuna/core/extents.hpp>

// The sections of docs/hardware/aie2_networks.md that are generated, as markdown.

/// Execution times in ms, dense and half of the 8x8 blocks; 0 where the compiler failed. Table II
/// of arXiv 2407.09453 (VGG-16 dense on 3x3: later version of the paper).
struct published_row {
  const char* network;
  lacuna::index_t mesh;
  double dense, sparse;
  bool predicted{false};  ///< where our tile shapes are held to 5 %
};
[[nodiscard]] std::span<const published_row> published_rows();

/// Published totals, the rule on our tiles, our mapping, simulated. True where the configurations
/// that the heuristic of the tiles predicts are within 5 %.
bool network_table(std::ostream& out);
/// Why the published rule and our mapping differ, by cause.
void difference_table(std::ostream& out);
/// Where our cycles go, and what pruning half of the blocks gains.
void cause_table(std::ostream& out);
/// Speed-ups of single layers.
void layer_table(std::ostream& out);
/// Cycles of a network simulated on a mesh, all or half of the blocks (a random mask).
double simulated_cycles(const std::string& network, lacuna::index_t mesh, bool sparse);
/// Simulated against analytic by cause, random and even masks.
void simulated_table(std::ostream& out);
/// Simulated gains of half of the blocks, and what imbalance costs.
void simulated_gain_table(std::ostream& out);
/// ResNet-50 layer by layer.
void simulated_layer_table(std::ostream& out);
/// ResNet-50 with weights as series, layer by layer.
void simulated_series_table(std::ostream& out);
/// VGG-16 with slow DRAM: depth-wise tiling.
void depth_table(std::ostream& out);
/// Time of each network over meshes, simulated and published, as a picture; its markdown on `out`.
void mesh_plot(std::ostream& out, const std::string& svg);
/// Layers estimated a second, of each network on three meshes.
void speed_table(std::ostream& out);
