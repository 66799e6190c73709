// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <lacuna/core/contract.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// An epilogue as kernels hold it: a copy where that is but bytes. Stores to Y could change what
/// lies elsewhere, and each vector would fetch its constants again; a copy's are fetched once a
/// tile.
template <class Epilogue, bool Copies = std::is_trivially_copyable_v<Epilogue>>
class held_epilogue {
 public:
  LACUNA_ALWAYS_INLINE explicit held_epilogue(const Epilogue& e) noexcept : copy_(e) {}
  /// For one tile's results. The compiler may not carry constants from tile to tile in registers,
  /// which the sums need.
  LACUNA_ALWAYS_INLINE const Epilogue& operator()() noexcept {
#if defined(__GNUC__)
    if constexpr (!std::is_empty_v<Epilogue>) asm volatile("" : "+m"(copy_));
#endif
    return copy_;
  }

 private:
  Epilogue copy_;
};
template <class Epilogue>
class held_epilogue<Epilogue, false> {
 public:
  LACUNA_ALWAYS_INLINE explicit held_epilogue(const Epilogue& e) noexcept : original_(e) {}
  LACUNA_ALWAYS_INLINE const Epilogue& operator()() const noexcept { return original_; }

 private:
  const Epilogue& original_;
};

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
