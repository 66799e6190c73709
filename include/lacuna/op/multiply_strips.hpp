// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <lacuna/core/executor.hpp>
#include <lacuna/core/shared_runs.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/simd/spmm_row_pairs.hpp>
#include <lacuna/kernel/simd/spmm_window.hpp>
#include <lacuna/op/choose_columns.hpp>
#include <lacuna/op/work_grid.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// First panel of chunk c, where panels are cut into `chunks` runs of about equal stored values: a
/// multiple of `step` where each chunk has that many panels, and all panels for c = chunks. A
/// binary search, O(log panels).
template <class Panels>
[[nodiscard]] index_t chunk_begin(const Panels& w, index_t c, index_t chunks, index_t step = 1) {
  if (c == 0 || c == chunks) return c == 0 ? 0 : w.count();
  const index_t wanted = w.values_before(w.count()) * c / chunks;
  index_t low = 0;
  index_t high = w.count();
  while (low < high) {
    const index_t middle = low + (high - low) / 2;
    const bool is_before = w.values_before(middle) < wanted;
    (is_before ? low : high) = is_before ? middle + 1 : middle;
  }
  if (low > 0 && wanted - w.values_before(low - 1) < w.values_before(low) - wanted) --low;
  return w.count() >= chunks * step ? std::min((low + step / 2) / step * step, w.count()) : low;
}

/// How many chunks of panels threads share out for one column of X: four a thread even out what
/// neighbours on the machine take of one of them.
template <class Panels, executor Executor>
[[nodiscard]] index_t vector_chunks(const Panels& w, const Executor& executor) {
  const index_t threads = executor.concurrency();
  return std::clamp<index_t>(threads == 1 ? 1 : 4 * threads, 1, std::max<index_t>(1, w.count()));
}

/// Whether these panels are sorted by taps for windows.
template <class Panels>
inline constexpr bool takes_windows = requires(const Panels& w) {
  w.sections;
};

/// Y = epilogue(W X) over every image and column of `source`. Y of image i starts at
/// y + i * image_stride, its row r at + r * ldy, columns contiguous.
///
/// Threads have runs of units of a grid of panels by strips (register-tile wide), `work_grid`, and
/// end together: who is done takes what others have left.
template <class Arch, class Panels, class Y, class Source, executor Executor, class Epilogue>
void multiply_strips(const Panels& w, const Source& source, Y* y, index_t ldy, index_t image_stride,
                     const Executor& executor, const Epilogue& epilogue) {
  using T = kernel::simd::word_t<typename Panels::value_type>;
  constexpr index_t vector = kernel::simd::lanes<T, Arch>;
  const index_t threads = executor.concurrency();
  const strip_cut cut = cut_strips<Arch>(w, source.cols(), threads);
  const index_t strips = cut.count * source.images();
  if (w.count() == 0 || strips == 0) return;

  const work_grid grid = grid_of(w, source, cut, threads);
  const index_t step = panels_of_pass(w);
  const index_t units = grid.units();
  const index_t tasks = std::min(threads, units);

  const index_t widest = std::min(source.cols(), cut.widest());
  // What a thread prepares at once: half its columns where others may take the rest.
  const index_t share = (grid.whole == strips ? ceil_div(strips, threads == 1 ? 1 : 2 * threads)
                         : grid.whole > 0     ? 1
                                              : strips) *
                        widest;
  constexpr bool by_offset = kernel::simd::detail::reads_by_offset<Panels>;
  constexpr auto line = static_cast<index_t>(cache_line);
  const index_t table_bytes =
      by_offset ? round_up((w.word_rows() + 1) * index_t{sizeof(std::int32_t)}, line) : 0;
  const index_t strip_bytes =
      round_up(source.scratch(share, vector, widest) * index_t{sizeof(T)}, line);
  index_t aside_bytes = 0;
  if constexpr (goes_by_blocks<Panels>) {
    if (w.blocks() > 1) {
      aside_bytes = kernel::simd::waiting_rows * round_up(widest, vector) * index_t{sizeof(T)};
    }
  }

  shared_runs work(units, tasks);
  executor.for_each_index(tasks, [=, &w, &source, &epilogue, &work](index_t task) {
    own_copy<Source> own_source = source;
    own_copy<Epilogue> own_epilogue = epilogue;
    shared_runs::worker worker(work, task);
    std::optional<index_t> unit = worker.take();
    if (!unit) return;
    std::byte* const memory = thread_scratch<std::byte>(table_bytes + strip_bytes + aside_bytes);
    auto* const table = reinterpret_cast<std::int32_t*>(memory);
    auto* const aside = reinterpret_cast<T*>(memory + table_bytes + strip_bytes);
    typename Source::reader reader(own_source, reinterpret_cast<T*>(memory + table_bytes));
    index_t table_ldx = -1;
    index_t read = -1;
    readable_columns<T> x;
    for (; unit; unit = worker.take()) {
      const auto [s, chunk, all_chunks] = grid.at(*unit);
      const index_t image = s / cut.count;
      const index_t col = cut.first(s % cut.count);
      const index_t cols = std::min(cut.first(s % cut.count + 1), own_source.cols()) - col;
      const index_t ahead = worker.helps() ? cols : share;
      kernel::simd::strip<T, Y> strip{nullptr,
                                      0,
                                      table,
                                      cols,
                                      false,
                                      y + image * image_stride + col,
                                      ldy,
                                      col,
                                      image,
                                      aside,
                                      own_source.zero().byte};
      index_t first = chunk_begin(w, chunk, all_chunks, step);
      const index_t last = chunk_begin(w, chunk + 1, all_chunks, step);
      if constexpr (goes_by_blocks<Panels>) {
        for (const index_t begin = first; first < last; first += step) {
          for (index_t b = 0; b < w.blocks(); ++b) {
            const index_t row = b * w.block;
            x = reader.template read_rows<Arch>(image, col, cols, row,
                                                std::min(row + w.block, w.depth), ahead);
            strip.x = x.x;
            strip.ldx = x.ldx;
            // Behind the last block is the next strip, which comes after the last pass; other
            // blocks are near after the first.
            const bool is_next = b + 1 == w.blocks() ? first + step >= last : first == begin;
            strip.upcoming = is_next ? x.upcoming : kernel::simd::upcoming_rows<T>{};
            kernel::simd::spmm_block<Arch>(w, b, first, std::min(first + step, last), strip,
                                           own_epilogue);
          }
        }
      } else {
        if (read != s) x = reader.template read<Arch>(image, col, cols, ahead);
        read = s;
        if (by_offset && x.offsets == nullptr && table_ldx != x.ldx) {
          for (index_t k = 0; k < w.word_rows(); ++k)
            table[k] = static_cast<std::int32_t>(k * x.ldx);
          table_ldx = x.ldx;
        }
        strip.x = x.x;
        strip.ldx = x.ldx;
        strip.offsets = x.offsets != nullptr ? x.offsets : table;
        strip.prefetch = x.prefetch;
        if constexpr (takes_windows<Panels> && kernel::simd::has_lane_masks<T, Arch>) {
          if (x.parts != nullptr) {
            strip.parts = x.parts;
            strip.part_count = x.part_count;
            strip.upcoming = x.upcoming;
            strip.padding = own_source.zero().word;
            kernel::simd::spmm_window<Arch>(w, first, last, strip, own_epilogue);
            continue;
          }
        }
        kernel::simd::spmm_panels<Arch>(w, first, last, strip, own_epilogue);
      }
    }
  });
}

}  // namespace lacuna::inline LACUNA_ABI::detail
