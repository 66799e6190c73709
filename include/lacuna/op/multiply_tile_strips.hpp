// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/executor.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/pack/narrow_panels.hpp>
#include <lacuna/kernel/simd/few_columns.hpp>
#include <lacuna/kernel/simd/is_finite.hpp>
#include <lacuna/op/multiply_strips.hpp>
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
  const index_t units = columns_of_work * chunks;
  const index_t tasks = std::min(wanted_tasks, units);

  executor.for_each_index(tasks, [&](index_t task) {
    const kernel::x86::tiles_in_use tiles;
    std::int32_t* const words = thread_scratch<std::int32_t>(source.words());
    index_t packed = -1;
    for (index_t u = units * task / tasks; u < units * (task + 1) / tasks; ++u) {
      const index_t chunk = u % chunks;
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
        kernel::simd::spmm_tile_panels<Arch>(w, chunk_begin(w, chunk, chunks),
                                             chunk_begin(w, chunk + 1, chunks), strip, epilogue);
      }
    }
  });
}

#endif

/// Y = epilogue(W X) by tile instructions, X the columns of a matrix or patches of images. Returns
/// false, with nothing done, where W is not laid out for them, for `few_columns`, for X of bfloat16
/// that is not finite, and for patches of odd channels of it.
template <class Arch, class Panels, class Source, class Y, executor Executor, class Epilogue>
[[nodiscard]] bool multiply_by_tiles([[maybe_unused]] const Panels& w,
                                     [[maybe_unused]] const Source& source, [[maybe_unused]] Y* y,
                                     [[maybe_unused]] index_t ldy,
                                     [[maybe_unused]] index_t image_stride,
                                     [[maybe_unused]] const Executor& executor,
                                     [[maybe_unused]] const Epilogue& epilogue) {
#if LACUNA_AMX
  if constexpr (kernel::has_layouts_for<Panels, typename Source::element>) {
    constexpr index_t few = Panels::rows_per_panel / 2;
    if (w.tiles.count() == 0 || source.cols() <= few || source.images() == 0) return false;
    if (!kernel::simd::is_finite<Arch>(source.values())) return false;
    const index_t tasks = executor.concurrency() == 1 ? 1 : 2 * executor.concurrency();
    const index_t wanted = ceil_div(tasks, source.images());
    const auto multiply = [&](const auto& columns) {
      multiply_tiles<Arch>(w.tiles, columns, y, ldy, image_stride, executor, epilogue, tasks);
    };
    if constexpr (requires { source.window; }) {
      if (source.window.is_pointwise()) {
        multiply(tile_matrix_columns(source, w.tiles.groups(), wanted));
      } else {
        const tile_planes planes(source, wanted);
        // An odd number of channels of bfloat16: pairs of rows of X would be of two taps.
        if (planes.groups() != w.tiles.groups()) return false;
        multiply(planes);
      }
    } else {
      multiply(tile_matrix_columns(source, w.tiles.groups(), wanted));
    }
    return true;
  }
#endif
  return false;
}

}  // namespace lacuna::inline LACUNA_ABI::detail
