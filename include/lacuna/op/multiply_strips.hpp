// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>

#include <lacuna/core/executor.hpp>
#include <lacuna/core/shared_runs.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/simd/spmm_row_pairs.hpp>
#include <lacuna/kernel/simd/spmm_window.hpp>
#include <lacuna/kernel/x86/vendor.hpp>
#include <lacuna/op/column_source.hpp>

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

/// Whether tiles of these panels go through X in blocks of its rows.
template <class Panels>
inline constexpr bool goes_by_blocks = false;
template <class T>
inline constexpr bool goes_by_blocks<kernel::row_pairs<T>> = true;

/// Whether these panels are sorted by taps for windows.
template <class Panels>
inline constexpr bool takes_windows = requires(const Panels& w) {
  w.sections;
};

/// How often tiles read a row of X, on average.
template <class Panels>
[[nodiscard]] index_t row_uses(const Panels& w) {
  return w.depth == 0 ? 0 : w.values_before(w.count()) / (Panels::rows_per_tile * w.depth);
}

/// How columns are cut into strips: `width` of them each, but the first `wider` one more.
struct strip_cut {
  index_t width{1};
  index_t wider{0};
  index_t count{0};

  /// First column of strip i; of the strip after the last: beyond all columns.
  [[nodiscard]] index_t first(index_t i) const noexcept { return i * width + std::min(i, wider); }
};

/// A few columns that are left over go one each to the full strips, where there are as many.
template <class Arch, class Panels>
[[nodiscard]] strip_cut cut_strips(const Panels& /*w*/, index_t cols) {
  constexpr index_t width =
      kernel::simd::strip_width<typename Panels::value_type, Arch, Panels::rows_per_tile>;
  const index_t full = cols / width;
  const index_t rest = cols % width;
  if (rest > 0 && rest <= full && rest <= kernel::simd::few_columns<Panels>) {
    return {width, rest, full};
  }
  return {width, 0, full + (rest > 0 ? 1 : 0)};
}
/// Strips of about equal width, none wider than a block of X fits the first-level cache at: a
/// narrow last one would cost each entry nearly as much as a wide one.
template <class Arch, class T>
[[nodiscard]] strip_cut cut_strips(const kernel::row_pairs<T>& w, index_t cols) {
  constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
  const index_t strips = ceil_div(cols, kernel::simd::fitting_width<Arch>(w));
  const index_t width = round_up(ceil_div(cols, std::max<index_t>(1, strips)), lanes);
  return {std::max(width, lanes), 0, ceil_div(cols, std::max(width, lanes))};
}

/// Whether copying a strip of X whose rows are used so often saves time; numbers at columns_of.
template <class Arch>
[[nodiscard]] bool strip_copies_pay(index_t uses, index_t bytes) {
  const bool is_beyond_l1 = bytes > 24 * 1024;
  if constexpr (kernel::simd::registers<Arch> == 16) return uses >= (is_beyond_l1 ? 8 : 16);
  const bool pays = kernel::x86::is_zen_5() ? bytes > 512 * 1024 : is_beyond_l1;
  return pays && uses >= 16 && (kernel::x86::is_zen_5() || !kernel::x86::is_amd());
}

/// The columns of `image_count` matrices X, `image_stride` values apart, for these panels: in place
/// where tiles can read them so (in the product's type, whole vectors or single columns at the end,
/// near enough for 32-bit offsets; `rows_are_padded` to whole vectors where they say so) unless
/// copying a strip pays, as rows of X far apart cost cache and TLB misses in every panel.
///
/// With 32 registers it does on Intel's processors from 16 uses of a row on where the strip is
/// beyond the first-level cache: on Emerald Rapids, nine products, dense ones on 49 and 196 columns
/// gain 4 to 6 % by copying, others are within 3 % since tiles look ahead; at 4 uses and fewer up
/// to half was lost. Zen 4 loses what copies cost, up to 6 % of such layers, and 4 to 12 % where
/// two threads each copy all of few strips; rows a power of two apart are no exception. Zen 5 gains
/// where a strip leaves half a second level: 768x3072x128 at 1/2 takes 1200 us for 1577.
///
/// With 16 registers a row of X serves half as many multiply-adds and half of its last line belongs
/// to the next strip. On Zen 3 (AVX2, 8x8, 18 products, 2026-11-29) copying makes 768x3072x128 1.4
/// to 1.7 times as fast, others up to 1.5 from 8 uses on; at 4 uses it loses up to a fifth.
///
/// Tiles of row pairs go through blocks of X, which have no such misses, but load X for nearly
/// every multiply-add, and a load across two lines counts twice: they read in place whatever lies
/// on vectors' boundaries with rows that spread over the sets of the first-level cache or are few
/// enough for its ways (64x32x12544 takes 7 to 15 % less time). With 16 registers that too pays
/// below 16 uses only: copying takes 128x512x784 in 2:4 1.22 times as fast, 256x512x784 1.29.
template <class Arch, class T, class Panels, class X>
[[nodiscard]] matrix_columns<T, X> columns_of(const Panels& w, matrix_view<const X> x,
                                              index_t image_count = 1, index_t image_stride = 0,
                                              const x_zero<T>& zero = {},
                                              bool rows_are_padded = false) {
  matrix_columns<T, X> columns{x, image_count, image_stride, false, zero};
  if constexpr (std::is_same_v<T, X>) {
    const index_t width = cut_strips<Arch>(w, x.cols).width;
    const index_t rest = x.cols % width;
    const bool whole = rows_are_padded || rest % kernel::simd::lanes<T, Arch> == 0;
    const bool few = rest <= kernel::simd::few_columns<Panels>;
    const bool near = x.rows * x.row_stride <= std::numeric_limits<std::int32_t>::max();
    const bool copying_pays =
        x.cols > kernel::simd::few_columns<Panels> &&
        strip_copies_pay<Arch>(row_uses(w), w.word_rows() * width * index_t{sizeof(T)});
    columns.in_place = x.col_stride == 1 && (whole || few) && near && !copying_pays;
    if constexpr (goes_by_blocks<Panels>) {
      constexpr index_t vector = kernel::simd::lanes<T, Arch> * index_t{sizeof(T)};
      constexpr auto line = static_cast<index_t>(cache_line);
      constexpr index_t sets = 64;
      constexpr index_t ways = 8;
      const index_t apart = x.row_stride * index_t{sizeof(T)};
      const index_t strip = width * index_t{sizeof(T)};
      const bool is_aligned = apart % vector == 0 &&
                              image_stride * index_t{sizeof(T)} % vector == 0 &&
                              reinterpret_cast<std::uintptr_t>(x.data) % vector == 0;
      const index_t nearest = std::gcd(apart, sets * line);
      const bool spreads =
          nearest <= strip || std::min(w.block, w.depth) * nearest <= ways * sets * line;
      const bool copies_pay = kernel::simd::registers<Arch> == 16 && row_uses(w) >= 16;
      columns.in_place = x.col_stride == 1 && whole && is_aligned && spreads && !copies_pay;
    }
  }
  return columns;
}

/// The patches of images `x` for these panels: read from planes by offsets where panels can and use
/// a row too seldom to pay for gathering it. Rows in planes lie far apart and cross cache lines,
/// which costs an entry 1 to 2 cycles, gathering a row 15 to 20; under a stride planes are laid out
/// in any case. Measured on Emerald Rapids, 8x8 on ResNet-50's 3x3 layers: by offset 64x576x3136 at
/// 1, 2 and 4 uses takes 0.82, 0.95 and 1.05 of the time, 256x2304x196 of stride 2 at 4, 8 and 16
/// uses 0.89, 0.98 and 1.07.
template <class T, class Panels, class X>
[[nodiscard]] patch_columns<T, X> patches_of(const Panels& w, tensor_view<const X> x,
                                             const conv_window& window,
                                             const x_zero<T>& zero = {}) {
  const index_t limit = window.stride == extents2(1) ? 3 : 8;
  const bool by_offset = kernel::simd::detail::reads_by_offset<Panels> && row_uses(w) < limit;
  return {x.data, x.extents, window, by_offset, zero};
}

/// Y = epilogue(W X) over every image and column of `source`. Y of image i starts at
/// y + i * image_stride, its row r at + r * ldy, columns contiguous.
///
/// The work is a grid of chunks of panels by strips (register-tile wide), of which each thread has
/// a run: all panels of many strips, or a chunk of all of few strips, which would divide unevenly
/// and meet in lines of Y that two threads then write to. On Zen 4, 128 to 196 columns by strips
/// took two threads 0.57 to 0.62 of one's time, by chunks 0.50 to 0.53, although each copied every
/// strip then: a copy shared by both comes from the other's cache and took up to 0.66. Where an
/// image is laid out for its strips, twice as much of it costs more than lines that are shared:
/// 256x2304x196 of stride 2 at 1/8 took 0.56 by chunks and 0.53 by strips.
///
/// Units of the grid are small enough for threads to end together whatever neighbours on the
/// machine take of one of them: two equal halves were seen to take 61 and 78 us at once.
template <class Arch, class Panels, class Y, class Source, executor Executor, class Epilogue>
void multiply_strips(const Panels& w, const Source& source, Y* y, index_t ldy, index_t image_stride,
                     const Executor& executor, const Epilogue& epilogue) {
  using T = kernel::simd::word_t<typename Panels::value_type>;
  constexpr index_t vector = kernel::simd::lanes<T, Arch>;
  const strip_cut cut = cut_strips<Arch>(w, source.cols());
  const index_t strips = cut.count * source.images();
  if (w.count() == 0 || strips == 0) return;

  constexpr index_t units_of_thread = 16;
  const index_t threads = executor.concurrency();
  const bool by_strips = strips >= (threads == 1 ? 1 : source.is_laid_out() ? 2 : 8) * threads;
  const index_t runs = by_strips ? 1 : std::min(threads, w.count());
  // Row pairs gather X once for as many panels as may wait: one panel more would be a pass more.
  const index_t step = goes_by_blocks<Panels> ? kernel::simd::waiting_rows / w.rows_per_panel : 1;
  const index_t wanted = threads == 1 ? 1 : ceil_div(units_of_thread * threads, strips * runs);
  const index_t parts = std::clamp<index_t>(w.count() / (runs * step), 1, wanted);
  const index_t units = runs * strips * parts;
  const index_t tasks = std::min(threads, units);

  const index_t widest = std::min(source.cols(), cut.width + (cut.wider > 0 ? 1 : 0));
  // What a thread prepares at once: half its columns where others may take the rest.
  const index_t share =
      (by_strips ? ceil_div(strips, threads == 1 ? 1 : 2 * threads) : strips) * widest;
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
  executor.for_each_index(tasks, [&](index_t task) {
    shared_runs::worker worker(work, task);
    std::optional<index_t> unit = worker.take();
    if (!unit) return;
    std::byte* const memory = thread_scratch<std::byte>(table_bytes + strip_bytes + aside_bytes);
    auto* const table = reinterpret_cast<std::int32_t*>(memory);
    auto* const aside = reinterpret_cast<T*>(memory + table_bytes + strip_bytes);
    typename Source::reader reader(source, reinterpret_cast<T*>(memory + table_bytes));
    index_t table_ldx = -1;
    index_t read = -1;
    readable_columns<T> x;
    for (; unit; unit = worker.take()) {
      const index_t s = *unit / parts % strips;
      const index_t chunk = *unit / (parts * strips) * parts + *unit % parts;
      const index_t image = s / cut.count;
      const index_t col = cut.first(s % cut.count);
      const index_t cols = std::min(cut.first(s % cut.count + 1), source.cols()) - col;
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
                                      source.zero().byte};
      index_t first = chunk_begin(w, chunk, runs * parts, step);
      const index_t last = chunk_begin(w, chunk + 1, runs * parts, step);
      if constexpr (goes_by_blocks<Panels>) {
        for (; first < last; first += step) {
          for (index_t b = 0; b < w.blocks(); ++b) {
            const index_t row = b * w.block;
            x = reader.template read_rows<Arch>(image, col, cols, row,
                                                std::min(row + w.block, w.depth), ahead);
            strip.x = x.x;
            strip.ldx = x.ldx;
            kernel::simd::spmm_block<Arch>(w, b, first, std::min(first + step, last), strip,
                                           epilogue);
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
            strip.padding = source.zero().word;
            kernel::simd::spmm_window<Arch>(w, first, last, strip, epilogue);
            continue;
          }
        }
        kernel::simd::spmm_panels<Arch>(w, first, last, strip, epilogue);
      }
    }
  });
}

}  // namespace lacuna::inline LACUNA_ABI::detail
