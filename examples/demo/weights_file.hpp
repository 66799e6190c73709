// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/network/graph.hpp>

#include <string>

namespace demo {

/// Writes all parameters and running statistics, named and shaped as PyTorch has them, pruned
/// weights as zeros. @throws io_error.
void save_weights(const lacuna::network::graph<float>& g, const std::string& path);

/// The inverse. @throws io_error when the file is broken or holds NaN or infinity, shape_error when
/// its tensors are not the network's.
void load_weights(lacuna::network::graph<float>& g, const std::string& path);

/// "model.safetensors" and "2:4" to "model.2-4.safetensors": colons trouble some file systems.
[[nodiscard]] std::string beside(const std::string& path, std::string pattern);

}  // namespace demo
