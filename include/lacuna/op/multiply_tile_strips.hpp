// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/core/executor.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/pack/tiled_panels.hpp>
#include <lacuna/op/multiply_dot_strips.hpp>
#include <lacuna/op/tile_source.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

#if LACUNA_AMX
/// `multiply_strips` by tile instructions: a grid of blocks of strips by chunks of panels.
template <class Arch, class T, class Source, class Y, executor Executor, class Epilogue>
void multiply_tiles(const kernel::tile_panels<T>& w, const Source& source, Y* y, index_t ldy,
                    index_t image_stride, const Executor& executor, const Epilogue& epilogue,
                    index_t wanted_tasks) {
  const index_t columns_of_work = source.blocks() * source.images();
  const index_t chunks =
      columns_of_work >= 4 * wanted_tasks ? 1 : std::min(w.count(), wanted_tasks);
  const std::vector<index_t> bounds = balanced_chunks(w, chunks);
  const index_t units = columns_of_work * chunks;
  const index_t tasks = std::min(wanted_tasks, units);

  executor.for_each_index(tasks, [&](index_t task) {
    const kernel::x86::tiles_in_use tiles;
    std::int32_t* const words = thread_scratch<std::int32_t>(source.words());
    index_t packed = -1;
    for (index_t u = units * task / tasks; u < units * (task + 1) / tasks; ++u) {
      const auto chunk = static_cast<std::size_t>(u % chunks);
      const index_t image = u / chunks / source.blocks();
      const index_t block = u / chunks % source.blocks();
      if (packed != u / chunks) source.pack(image, block, words);
      packed = u / chunks;
      kernel::simd::tile_strip<Y> strip;
      strip.offsets = source.offsets.data();
      strip.x_zero = kernel::dot_bytes<typename Source::element>::zero;
      strip.y = y + image * image_stride;
      strip.ldy = ldy;
      strip.image = image;
      for (index_t s = 0; s < source.strips(block); ++s) {
        source.set(strip, block, s, words);
        kernel::simd::spmm_tile_panels<Arch>(w, bounds[chunk], bounds[chunk + 1], strip, epilogue);
      }
    }
  });
}
#endif

/// `multiply_strips` for what tile instructions multiply where the process may use them, and for
/// more columns than `dot_columns` takes.
template <class Arch, class T, class Source, class Y, executor Executor, class Epilogue>
void multiply_strips(const kernel::tiled_panels<T>& w, const Source& source, Y* y, index_t ldy,
                     index_t image_stride, const Executor& executor, const Epilogue& epilogue) {
#if LACUNA_AMX
  if (w.uses_tiles() && source.cols() > kernel::simd::dot_columns_limit<w.rows_per_panel>) {
    if (source.images() == 0 || w.rows == 0) return;
    const index_t tasks = executor.concurrency() == 1 ? 1 : 2 * executor.concurrency();
    const index_t wanted = ceil_div(tasks, source.images());
    const auto multiply = [&](const auto& columns) {
      multiply_tiles<Arch>(w.tiles, columns, y, ldy, image_stride, executor, epilogue, tasks);
    };
    if constexpr (requires { source.window; }) {
      if (!source.window.is_pointwise()) {
        return multiply(tile_planes<typename Source::element>(source, wanted));
      }
      const auto columns = source.columns();
      return multiply(tile_matrix_columns(columns, w.tiles.groups(), wanted));
    } else {
      return multiply(tile_matrix_columns(source, w.tiles.groups(), wanted));
    }
  }
#endif
  multiply_strips<Arch>(w.dots, source, y, ldy, image_stride, executor, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::detail
