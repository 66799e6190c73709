// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include "report/measurements.hpp"

namespace bench {

/// Whether some operator's plan said what it would take.
[[nodiscard]] bool has_predictions(const run& r);

/// Predicted over measured seconds: how many are within 20 %, by format, by kind of shape, and the
/// worst.
void write_plan_accuracy(std::ostream& out, const run& r);

}  // namespace bench
