// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: positions are stored in 8 bits
#include <lacuna/format/pattern.hpp>

lacuna::n_m<2, 512> pattern;
