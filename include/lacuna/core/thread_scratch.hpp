// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Memory for `count` values that the calling thread keeps for its next task, uninitialised or what
/// the last task left. One use at a time a type and tag. Taking 200 KB from the system for each
/// product, page by page, cost a third of a product's time on 7x7 images.
template <class T, class Tag = void>
[[nodiscard]] T* thread_scratch(index_t count) {
  static thread_local aligned_vector<T> scratch;
  if (scratch.size() < static_cast<std::size_t>(count)) {
    scratch = {};  // nothing to copy
    scratch.resize(static_cast<std::size_t>(count));
  }
  return scratch.data();
}

}  // namespace lacuna::inline LACUNA_ABI
