// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <lacuna/format/series_pattern.hpp>

namespace tasder {

/// Searches ResNet-50 and BERT-base, shapes with random weights, by what series drop: a table of
/// cost for budgets, and the time it took. Returns the exit code.
int search_shapes(const std::vector<lacuna::series_pattern>& menu);

}  // namespace tasder
