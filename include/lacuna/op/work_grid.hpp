// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/extents.hpp>
#include <lacuna/kernel/simd/spmm_row_pairs.hpp>
#include <lacuna/op/choose_columns.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// The grid of strips by panels, cut into units of about equal work: runs of them, one a thread, or
/// one for all that is cut anywhere. A run has a chunk of the panels of each of the first `shared`
/// strips, and all panels of `whole` strips behind them.
struct work_grid {
  index_t runs{1};
  index_t shared{0};
  index_t whole{0};
  index_t parts{1};  ///< units that a run's panels of a strip are cut into

  /// The panels of one of `chunks` chunks, in one strip.
  struct unit {
    index_t strip;
    index_t chunk;
    index_t chunks;
  };

  [[nodiscard]] index_t units() const noexcept { return runs * (shared + whole) * parts; }
  [[nodiscard]] unit at(index_t u) const noexcept {
    const index_t part = u % parts;
    const index_t strip = u / parts % (shared + whole);
    const index_t run = u / parts / (shared + whole);
    if (strip < shared) return {strip, run * parts + part, runs * parts};
    return {strip + run * whole, part, parts};
  }
};

/// Panels that are multiplied at a time. Row pairs gather X once for as many as may wait: one panel
/// more would be a pass more.
template <class Panels>
[[nodiscard]] index_t panels_of_pass(const Panels& w) noexcept {
  return goes_by_blocks<Panels> ? kernel::simd::waiting_rows / w.rows_per_panel : 1;
}

/// How `threads` share out these panels by the strips of a source's images: all panels of many
/// strips, or a chunk of all of few strips, which would divide unevenly and meet in lines of Y that
/// two threads then write to. On Zen 4, 128 to 196 columns by strips took two threads 0.57 to 0.62
/// of one's time, by chunks 0.50 to 0.53, although each copied every strip then: a copy shared by
/// both comes from the other's cache and took up to 0.66. Where an image is laid out for its
/// strips, twice as much of it costs more than lines that are shared: 256x2304x196 of stride 2 at
/// 1/8 took 0.56 by chunks and 0.53 by strips.
///
/// Row pairs copy blocks by nature: ten strips of 128x1152x784 in 1:8 take 0.52 by strips and 0.64
/// by chunks, eight of it in 2:8 0.51 and 0.58, seven in 2:4 0.59 and 0.53 (Zen 5). Of few strips
/// each thread has as many to itself and a chunk of the rest, unless Y has more than twice the rows
/// of X, which then are lines to share: 256x1024x196 in 1:8 takes 0.54 so for 0.59, 512x256x196
/// 0.53 for 0.56; 1024x256x196 takes 0.51 both ways, or 0.61 for 0.52 while a line takes 400 ns
/// from one processor to the other and back.
///
/// Units are small enough for threads to end together whatever neighbours on the machine take of
/// one of them (two equal halves were seen to take 61 and 78 us at once), and of 2 us on Zen 5
/// where a product has that many: half as much took products of 13 us 2 % longer.
template <class Panels, class Source>
[[nodiscard]] work_grid grid_of(const Panels& w, const Source& source, const strip_cut& cut,
                                index_t threads) noexcept {
  const index_t strips = cut.count * source.images();
  if (w.count() == 0 || strips == 0) return {};
  const index_t enough = source.is_laid_out() ? 2 : goes_by_blocks<Panels> ? 4 : 8;
  const index_t runs = std::min(threads, w.count());
  // The wider strips and as many more as leave each thread equally many.
  const index_t uneven = cut.wider + (strips - cut.wider) % threads;
  work_grid grid{runs, strips};
  if (strips >= (threads == 1 ? 1 : enough * threads)) {
    grid = {1, 0, strips};
  } else if (goes_by_blocks<Panels> && source.images() == 1 && uneven < strips && runs == threads &&
             w.rows <= 2 * w.depth) {
    grid = {runs, uneven, (strips - uneven) / threads};
  }

  constexpr index_t least_of_unit = index_t{1} << 18;
  const index_t multiply_adds = w.values_before(w.count()) * source.cols() * source.images();
  const index_t of_thread = std::clamp<index_t>(multiply_adds / (threads * least_of_unit), 4, 16);
  const index_t wanted = threads == 1 ? 1 : ceil_div(of_thread * threads, grid.units());
  const index_t chunks = grid.shared > 0 ? runs : 1;
  grid.parts = std::clamp<index_t>(w.count() / (chunks * panels_of_pass(w)), 1, wanted);
  return grid;
}

}  // namespace lacuna::inline LACUNA_ABI::detail
