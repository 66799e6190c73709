// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <mkl.h>

namespace bench {

/// TBB's threads, which oneDNN of PyPI uses too: two run-times would keep each other's threads
/// busy.
inline void set_mkl_threads(int threads) {
  static const int layer =
      mkl_set_threading_layer(threads == 1 ? MKL_THREADING_SEQUENTIAL : MKL_THREADING_TBB);
  static_cast<void>(layer);
  mkl_set_num_threads(threads);
}

inline std::string mkl_name() {
  MKLVersion v;
  mkl_get_version(&v);
  return "MKL " + std::to_string(v.MajorVersion) + "." + std::to_string(v.UpdateVersion);
}

}  // namespace bench
