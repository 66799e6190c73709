// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: as_view
#include <lacuna/core/matrix_view.hpp>

auto view(const Eigen::MatrixXf& a) { return lacuna::as_view(a + a); }
