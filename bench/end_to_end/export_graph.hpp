// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <lacuna/network/graph.hpp>

#include "end_to_end/activation_scales.hpp"

namespace bench {

/// Writes the graph as DIR/graph.json and its weights as DIR/weights.f32, little-endian floats one
/// after the other, for engines.py to make an ONNX model of: batch norms folded, filters as
/// (out, in, h, w). Scales, where given, are one a node of the folded graph and go with the nodes.
/// @throws std::runtime_error where a file can't be written.
void export_graph(const lacuna::network::graph<float>& g, const std::string& folder,
                  const std::vector<activation_scale>& scales = {});

}  // namespace bench
