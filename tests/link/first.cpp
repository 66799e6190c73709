// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "everything.hpp"  // every header; made when configured

int second();

int main() {
  const lacuna::dense_matrix<float> w = lacuna::dense_matrix<float>::Identity(8, 8);
  return lacuna::to_block_csr<8, 8>(w).blocks() == second() ? 0 : 1;
}
