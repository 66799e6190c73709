// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "suite/contender.hpp"

namespace bench {

/// The modules `peer_*.so` beside this program, Lacuna's own kernels first. Those that can't be
/// loaded are named on standard error.
[[nodiscard]] std::vector<const peer*> load_modules();

}  // namespace bench
