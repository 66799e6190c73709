// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: pattern.hpp:[0-9]+:[0-9]+: error: static.assert
#include <lacuna/format/pattern.hpp>

#if defined(CORRECTED)
lacuna::block<8, 8> pattern;
#else
lacuna::block<0, 8> pattern;
#endif
