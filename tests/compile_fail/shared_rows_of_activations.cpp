// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: error: static.assert.*columns share no positions
#include <lacuna/op/decompose_activations.hpp>

void take(lacuna::dense_matrix<float>& x) {
#if defined(CORRECTED)
  lacuna::approximate_activations<lacuna::n_m<2, 4>>(x, x);
#else
  lacuna::approximate_activations<lacuna::n_m<2, 4, 8>>(x, x);
#endif
}
