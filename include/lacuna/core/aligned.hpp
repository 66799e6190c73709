// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI {

/// One cache line, and the widest vector register: what every buffer is aligned to.
inline constexpr std::size_t cache_line = 64;

/// What is large: from here on blocks are given huge pages, and start on one.
inline constexpr std::size_t large_block = 4U << 20U;
inline constexpr std::size_t huge_page = 2U << 20U;

/// Asks for huge pages under a large block that is about to be written for the first time: clearing
/// and mapping 4 KB pages one by one took half of the time to decompose a matrix of 64 MB. Does
/// nothing below `large_block` or where the system knows no huge pages.
inline void prefer_huge_pages([[maybe_unused]] void* block,
                              [[maybe_unused]] std::size_t size) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::uintptr_t page = 4096;
  if (size < large_block) return;
  const auto first = (reinterpret_cast<std::uintptr_t>(block) + page - 1) / page * page;
  const auto last = (reinterpret_cast<std::uintptr_t>(block) + size) / page * page;
  madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

/// Standard allocator whose blocks start on a cache line, large ones on huge pages.
template <class T>
struct aligned_allocator {
  using value_type = T;

  aligned_allocator() = default;
  template <class U>
  constexpr aligned_allocator(const aligned_allocator<U>& /*other*/) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    void* block = ::operator new(count * sizeof(T), alignment(count));
    prefer_huge_pages(block, count * sizeof(T));
    return static_cast<T*>(block);
  }
  void deallocate(T* p, std::size_t count) noexcept { ::operator delete(p, alignment(count)); }
  template <class U>
  friend constexpr bool operator==(const aligned_allocator&, const aligned_allocator<U>&) noexcept {
    return true;
  }

 private:
  [[nodiscard]] static constexpr std::align_val_t alignment(std::size_t count) noexcept {
    return std::align_val_t{count * sizeof(T) < large_block ? cache_line : huge_page};
  }
};

template <class T>
using aligned_vector = std::vector<T, aligned_allocator<T>>;

}  // namespace lacuna::inline LACUNA_ABI
