// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: no matching function for call to [^a-z]*as_view
#include <lacuna/core/matrix_view.hpp>

#if defined(CORRECTED)
auto view(const Eigen::MatrixXf& a) { return lacuna::as_view(a); }
#else
auto view(const Eigen::MatrixXf& a) { return lacuna::as_view(a + a); }
#endif
