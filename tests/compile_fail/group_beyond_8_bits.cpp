// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: error: static.assert.*positions are stored in 8 bits
#include <lacuna/format/pattern.hpp>

#if defined(CORRECTED)
lacuna::n_m<2, 256> pattern;
#else
lacuna::n_m<2, 257> pattern;
#endif
