// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: tests include neither benchmarks nor examples
#include "../bench/support/shapes.hpp"
