// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: n_m_matrix.hpp:[0-9]+:[0-9]+: error: static.assert.*5L? <= 4
#include <lacuna/format/n_m_matrix.hpp>

#if defined(CORRECTED)
lacuna::n_m_matrix<float, 4, 4> all_of_them;
#else
lacuna::n_m_matrix<float, 5, 4> more_than_there_are;
#endif
