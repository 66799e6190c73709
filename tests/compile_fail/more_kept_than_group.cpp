// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: static.assert
#include <lacuna/format/n_m_matrix.hpp>

lacuna::n_m_matrix<float, 5, 4> more_than_there_are;
