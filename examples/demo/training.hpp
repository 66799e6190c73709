// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/train/evaluate.hpp>
#include <lacuna/train/prune.hpp>
#include <lacuna/train/trainer.hpp>

#include <string>

#include "options.hpp"

namespace demo {

using network = lacuna::network::graph<float>;
using images = lacuna::train::labelled_images<float>;

/// Trains with the demo's one recipe, shows progress, and returns the accuracy on the test images.
double train(network& g, const images& training, const images& test, lacuna::train::masks fixed,
             const options& o, const std::string& what);

/// Accuracy on the test images, 0 ... 1.
[[nodiscard]] double accuracy(const network& g, const images& test, const options& o);

}  // namespace demo
