// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/executor.hpp>
#include <lacuna/kernel/simd/spmm_panels.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Cuts panels into `chunks` runs of about equal stored values: chunk c is panels
/// [bounds[c], bounds[c + 1]). A binary search a bound: O(chunks log panels), every product's cost.
template <class Panels>
[[nodiscard]] std::vector<index_t> balanced_chunks(const Panels& w, index_t chunks) {
  std::vector<index_t> bounds{0};
  const index_t all = w.values_before(w.count());
  for (index_t c = 1; c < chunks; ++c) {
    const index_t wanted = all * c / chunks;
    index_t low = bounds.back();
    index_t high = w.count();
    while (low < high) {
      const index_t middle = low + (high - low) / 2;
      const bool is_before = w.values_before(middle) < wanted;
      (is_before ? low : high) = is_before ? middle + 1 : middle;
    }
    bounds.push_back(low);
  }
  bounds.push_back(w.count());
  return bounds;
}

/// Columns of a strip. A tile of one row reads a strip once for each row, so a strip that fits the
/// first-level cache is worth a narrower tile, down to half of the widest: 2:4+2:8 of 512x128x784
/// takes 559 us for 858. Tiles of more rows read it often enough from the second level.
template <class Arch, class Panels>
[[nodiscard]] index_t strip_columns(index_t depth) {
  using T = typename Panels::value_type;
  constexpr index_t widest = kernel::simd::strip_width<T, Arch, Panels::rows_per_panel>;
  constexpr index_t vector = kernel::simd::lanes<T, Arch>;
  constexpr index_t l1 = 40 * 1024;
  if (Panels::rows_per_panel > 1) return widest;
  const index_t fitting = l1 / (std::max<index_t>(1, depth) * static_cast<index_t>(sizeof(T)));
  return 2 * fitting < widest ? widest : std::min(widest, fitting / vector * vector);
}

/// Y = epilogue(W X) over every image and column of `source`. Y of image i starts at
/// y + i * image_stride, its row r at + r * ldy, columns contiguous.
///
/// The work is a grid of strips (register-tile wide) by chunks of panels; each task takes a run of
/// it and packs a strip once for the chunks it has of it. Strips are packed when their columns do
/// not lie contiguous in whole vectors, or when packing pays: rows of X a whole image apart cost
/// cache and TLB misses in every panel once a strip is beyond L1. Measured at 8 panels on Emerald
/// Rapids: K = 576 gains 7 % from packing, K = 64 loses 15 %.
template <class Arch, class Panels, class T, class Source, executor Executor, class Epilogue>
void multiply_strips(const Panels& w, const Source& source, T* y, index_t ldy, index_t image_stride,
                     const Executor& executor, const Epilogue& epilogue) {
  constexpr index_t vector = kernel::simd::lanes<T, Arch>;
  const index_t width = strip_columns<Arch, Panels>(w.depth);
  const index_t strips = ceil_div(source.cols(), width);
  if (w.rows == 0 || strips == 0 || source.images() == 0) return;

  // Two tasks a thread even out what the split by stored values can't foresee.
  const index_t wanted_tasks = executor.concurrency() == 1 ? 1 : 2 * executor.concurrency();
  const index_t columns_of_work = strips * source.images();
  const index_t chunks =
      columns_of_work >= 4 * wanted_tasks ? 1 : std::min(w.count(), wanted_tasks);
  const std::vector<index_t> bounds = balanced_chunks(w, chunks);
  const index_t units = columns_of_work * chunks;
  const index_t tasks = std::min(wanted_tasks, units);

  constexpr index_t l1_share = 24 * 1024;
  const bool packing_pays =
      w.count() >= 8 && w.depth * width * static_cast<index_t>(sizeof(T)) > l1_share;
  const auto in_place = [&](index_t image, index_t col, index_t cols) -> const T* {
    return !packing_pays && cols % vector == 0 ? source.direct(image, col) : nullptr;
  };
  const bool packs = in_place(0, 0, source.cols()) == nullptr;
  const index_t scratch_size = packs ? w.depth * width : 0;
  aligned_vector<T> scratch(static_cast<std::size_t>(tasks * scratch_size));

  executor.for_each_index(tasks, [&](index_t task) {
    T* const strip = scratch.data() + task * scratch_size;
    index_t packed = -1;
    for (index_t u = units * task / tasks; u < units * (task + 1) / tasks; ++u) {
      const index_t chunk = u % chunks;
      const index_t image = u / chunks / strips;
      const index_t col = u / chunks % strips * width;
      const index_t cols = std::min(width, source.cols() - col);

      const T* x = in_place(image, col, cols);
      index_t ldx = source.row_stride();
      if (x == nullptr) {
        ldx = round_up(cols, vector);
        if (packed != u / chunks) source.template pack<Arch>(image, col, cols, ldx, strip);
        packed = u / chunks;
        x = strip;
      }
      kernel::simd::spmm_panels<Arch>(w, bounds[static_cast<std::size_t>(chunk)],
                                      bounds[static_cast<std::size_t>(chunk) + 1], x, ldx, cols,
                                      y + image * image_stride + col, ldy,
                                      position{0, col, cols, image}, epilogue);
    }
  });
}

}  // namespace lacuna::inline LACUNA_ABI::detail
