// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/core/executor.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/simd/spmm_dot_panels.hpp>
#include <lacuna/op/dot_source.hpp>
#include <lacuna/op/multiply_strips.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Strips that are packed at once: as many as fill a share of the second-level cache.
template <class T, index_t Rows>
[[nodiscard]] index_t strips_of_block(const kernel::dot_panels<T, Rows>& w, index_t width) {
  constexpr index_t l2_share = 384 * 1024;
  return std::max<index_t>(1, l2_share / (4 * std::max<index_t>(1, w.groups() * width)));
}

/// `multiply_strips` for dot panels: a grid of blocks of strips by chunks of panels. Every strip is
/// packed, as four rows of X have to meet in a word.
template <class Arch, class T, index_t Rows, class Source, class Y, executor Executor,
          class Epilogue>
void multiply_strips(const kernel::dot_panels<T, Rows>& w, const Source& source, Y* y, index_t ldy,
                     index_t image_stride, const Executor& executor, const Epilogue& epilogue) {
  constexpr index_t width = kernel::simd::dot_strip_width<Arch, Rows>;
  const index_t strips = ceil_div(source.cols(), width);
  if (w.rows == 0 || strips == 0 || source.images() == 0) return;

  const index_t wanted_tasks = executor.concurrency() == 1 ? 1 : 2 * executor.concurrency();
  const index_t fair_share = ceil_div(strips * source.images(), wanted_tasks);
  const index_t block = std::min({strips, strips_of_block(w, width), fair_share});
  const index_t blocks = ceil_div(strips, block);
  const index_t columns_of_work = blocks * source.images();
  const index_t chunks =
      columns_of_work >= 4 * wanted_tasks ? 1 : std::min(w.count(), wanted_tasks);
  const std::vector<index_t> bounds = balanced_chunks(w, chunks);
  const index_t units = columns_of_work * chunks;
  const index_t tasks = std::min(wanted_tasks, units);

  const index_t strip_size = w.groups() * width;

  executor.for_each_index(tasks, [&](index_t task) {
    std::int32_t* const packed = thread_scratch<std::int32_t>(block * strip_size);
    index_t packed_columns = -1;
    for (index_t u = units * task / tasks; u < units * (task + 1) / tasks; ++u) {
      const auto chunk = static_cast<std::size_t>(u % chunks);
      const index_t image = u / chunks / blocks;
      const index_t first = u / chunks % blocks * block * width;
      const index_t last = std::min(first + block * width, source.cols());
      const index_t whole = first + (last - first) / width * width;
      const index_t tail_stride = kernel::simd::dot_strip_stride<Arch, Rows>(last - whole);
      if (packed_columns != u / chunks) {
        source.pack(image, first, whole - first, {width, width, strip_size}, packed);
        source.pack(image, whole, last - whole, {tail_stride, tail_stride, strip_size},
                    packed + (whole - first) / width * strip_size);
        packed_columns = u / chunks;
      }
      for (index_t col = first; col < last; col += width) {
        const index_t cols = std::min(width, last - col);
        kernel::simd::spmm_dot_panels<Arch>(
            w, bounds[chunk], bounds[chunk + 1], packed + (col - first) / width * strip_size,
            col < whole ? width : tail_stride, kernel::dot_bytes<typename Source::element>::zero,
            cols, y + image * image_stride + col, ldy, position{0, col, cols, image}, epilogue);
      }
    }
  });
}

}  // namespace lacuna::inline LACUNA_ABI::detail
