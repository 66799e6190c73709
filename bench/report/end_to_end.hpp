// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include <nlohmann/json.hpp>

namespace bench {

/// Whether a file is what engines.py writes.
[[nodiscard]] bool is_end_to_end(const nlohmann::json& j);

/// Whether such a file is of a network in 8 bits, not in fp32.
[[nodiscard]] bool is_int8(const nlohmann::json& end_to_end);

/// Totals of every engine, then Lacuna and oneDNN layer by layer.
void write_end_to_end(std::ostream& out, const nlohmann::json& j);

}  // namespace bench
