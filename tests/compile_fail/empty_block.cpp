// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: static.assert
#include <lacuna/format/pattern.hpp>

lacuna::block<0, 8> pattern;
