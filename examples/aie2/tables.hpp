// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <ostream>
#include <string>

#include <lacuna/core/extents.hpp>

// The sections of docs/hardware/aie2_networks.md that are generated, as markdown.

/// Published totals, the rule on our tiles, our mapping, simulated. True where the configurations
/// that the heuristic of the tiles predicts are within 5 %.
bool network_table(std::ostream& out);
/// Why the published rule and our mapping differ, by cause.
void difference_table(std::ostream& out);
/// Where our cycles go, and what pruning half of the blocks gains.
void cause_table(std::ostream& out);
/// Speed-ups of single layers.
void layer_table(std::ostream& out);
/// Cycles of a network simulated on a mesh, all or half of the blocks; 0 where the mesh is not.
double simulated_cycles(const std::string& network, lacuna::index_t mesh, bool sparse);
/// Simulated against analytic by cause, random and even masks.
void simulated_table(std::ostream& out);
/// Simulated gains of half of the blocks, and what imbalance costs.
void simulated_gain_table(std::ostream& out);
/// ResNet-50 layer by layer.
void simulated_layer_table(std::ostream& out);
/// VGG-16 with slow DRAM: depth-wise tiling.
void depth_table(std::ostream& out);
/// Layers a second.
void speed_table(std::ostream& out);
