// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include <lacuna/op/probe.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Lines of X that entries read, all strips together.
[[nodiscard]] inline double line_uses(const product_work& w) {
  double entries = 0;
  for (const product_work::part& p : w.parts) entries += p.entries;
  double lines = 0;
  for (const auto& [cols, count] : w.strips) {
    lines += static_cast<double>(cols * w.value_bytes * count) / double{cache_line};
  }
  return entries * lines;
}

/// What a line of X takes more than is known in strips of rising depth, copied, a `part` of whose
/// rows each panel takes; a row is used 18 times, so that the copy shows little.
template <class Arch, class T, index_t Rows>
[[nodiscard]] rate_curve strip_curve(const machine& m, index_t width, index_t part) {
  constexpr auto value = static_cast<index_t>(sizeof(T));
  rate_curve out;
  for (const index_t kilobytes : {16, 32, 64, 128, 256, 512, 1024, 1536, 2048}) {
    const index_t kept = kilobytes * 1024 / (width * value) / part;
    const index_t count = 18 * part * 8 / Rows;
    const auto w = probe_panels<Arch, T, Rows>(count, kept * part, kept);
    product_work work = matmul_work<Arch>(w, width);
    work.from = product_work::columns_from::copies;
    work.pages = 0;
    const double rest = product_seconds<Arch>(w, width, 7, true) - cost_of(work, m).seconds();
    out.points.push_back(
        {static_cast<double>(kept * part * width * value), std::max(0.0, rest) / line_uses(work)});
  }
  return out;
}

/// What the first use of a line of X takes more, by one panel on a wide X that is read in place.
template <class Arch, class T, index_t Rows>
[[nodiscard]] rate_curve first_use_curve(const machine& m, index_t width) {
  constexpr index_t depth = 64;
  constexpr auto value = static_cast<index_t>(sizeof(T));
  const auto w = probe_panels<Arch, T, Rows>(Rows == 1 ? 2 : 1, depth, depth);
  rate_curve out;
  for (const index_t kilobytes : {128, 512, 1024, 2048, 8192}) {
    const index_t cols = kilobytes * 1024 / (depth * width * value) * width;
    const double rest = product_seconds<Arch>(w, cols, kilobytes > 1024 ? 15 : 7) -
                        known_cost<Arch>(w, cols, m).seconds();
    out.points.push_back({static_cast<double>(kilobytes * 1024),
                          std::max(0.0, rest) / line_uses(matmul_work<Arch>(w, cols))});
  }
  return out;
}

/// An entry times a single column, with more and more of W.
template <class Arch, class T, index_t Rows>
[[nodiscard]] rate_curve vector_curve() {
  constexpr index_t depth = 1024;
  constexpr index_t kept = Rows == 1 ? depth / 2 : depth;
  rate_curve out;
  for (const index_t kilobytes : {256, 1024, 2048, 6144}) {
    const index_t entry_bytes = Rows * index_t{sizeof(T)} + index_t{sizeof(std::int32_t)};
    const auto w =
        probe_panels<Arch, T, Rows>(kilobytes * 1024 / (kept * entry_bytes), depth, kept);
    const product_work work = matmul_work<Arch>(w, 1);
    double entries = 0;
    double size = 0;
    for (const product_work::part& p : work.parts) {
      entries += p.entries;
      size += p.bytes;
    }
    const aligned_vector<T> x(static_cast<std::size_t>(depth), T(1));
    aligned_vector<T> y(static_cast<std::size_t>(w.rows));
    const double seconds = median_seconds([&] {
      kernel::simd::gemv_panels<Arch>(w, 0, w.count(), x.data(), y.data(), 1, no_epilogue{});
    });
    out.points.push_back({size, seconds / entries});
  }
  return out;
}

/// Measures the tiles of one layout into a machine: first what strips of each width take with
/// everything near, then, cause by cause, what a product further away takes more than is known.
template <class Arch, class T, index_t Rows>
class tile_probe {
 public:
  explicit tile_probe(machine& m) : m_(m), rates_(m.tiles[layout_name<T, Rows>()]) {}

  void measure() {
    measure_strips();
    const rate_curve eighth = strip_curve<Arch, T, Rows>(m_, width, 8);
    rates_.x_half = strip_curve<Arch, T, Rows>(m_, width, 2);
    rates_.x_eighth = eighth;
    rates_.first_x = first_use_curve<Arch, T, Rows>(m_, width);
    if (m_.y.points.empty()) measure_y();
    measure_rows_apart();
    rates_.vector = vector_curve<Arch, T, Rows>();
  }

 private:
  using packed = kernel::packed_t<Arch, block_csr<T, Rows, 1>>;
  static constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
  static constexpr index_t width = kernel::simd::strip_width<T, Arch, Rows>;
  static constexpr index_t few = kernel::simd::few_columns<packed>;
  static constexpr auto value = static_cast<index_t>(sizeof(T));

  [[nodiscard]] static auto panels(index_t count, index_t depth, index_t kept) {
    return probe_panels<Arch, T, Rows>(count, depth, kept);
  }
  /// What W times X takes more than is known, a unit of `units`, goes to `curve`.
  void add(rate_curve& curve, index_t size, const packed& w, index_t cols, double units,
           int calls = 7) {
    const double seconds = product_seconds<Arch>(w, cols, calls);
    const double more = std::max(0.0, seconds - known_cost<Arch>(w, cols, m_).seconds());
    curve.points.push_back({static_cast<double>(size), more / units});
  }

  /// Two depths whose strips fit the first level give the entry and the panel. 512 rows of W are
  /// 128 KB and more: values come from the second level.
  void measure_strips() {
    constexpr index_t count = 512 / Rows;
    constexpr index_t deep = 64;
    constexpr index_t flat = 16;
    const auto w_deep = panels(count, deep, deep);
    const auto w_flat = panels(count, flat, flat);
    const auto add_strip = [&](index_t cols) {
      const double d = product_seconds<Arch>(w_deep, cols) / count;
      const double f = product_seconds<Arch>(w_flat, cols) / count;
      const double entry = (d - f) / (deep - flat);
      rates_.strips.push_back({cols, std::max(0.0, f - flat * entry), entry});
    };
    for (index_t cols = 1; cols <= few; ++cols) add_strip(cols);
    for (index_t cols = std::max(lanes, few + 1); cols <= width; cols += lanes) add_strip(cols);
    if (few > 0) add_strip(width + 1);
  }

  /// Eight rows of X by more and more rows of W: nearly all of it is stores to Y. Where that is
  /// more than the second level, calls are seen to take half as long again after the tenth.
  void measure_y() {
    constexpr index_t depth = 8;
    rate_curve measured;
    for (const auto& [strips, rows] : {std::pair<index_t, index_t>{784 / width, 64},
                                       {784 / width, 320},
                                       {784 / width, 640},
                                       {3136 / width, 320},
                                       {3136 / width, 640}}) {
      const index_t cols = strips * width;
      const auto w = panels(rows / Rows, depth, depth);
      const index_t size = rows * cols * value;
      add(measured, size, w, cols, static_cast<double>(size) / cache_line, 31);
    }
    m_.y = measured;
  }

  /// X in place, rows more than a page apart, a quarter of them in each panel.
  void measure_rows_apart() {
    constexpr index_t cols = round_up(index_t{1100}, width);
    rate_curve measured;
    for (const index_t depth : {32, 64, 128, 256, 512}) {
      const auto w = panels(32, depth, depth / 4);
      add(measured, depth, w, cols, static_cast<double>(w.entries() * (cols / width)));
    }
    rates_.rows_apart = measured;
  }

  machine& m_;
  tile_rates& rates_;
};

/// The same for rows in pairs: entries that both rows have are one layout, those of one row alone
/// another, whose rates beyond the first level are the first's.
template <class Arch, class T>
class pair_probe {
 public:
  explicit pair_probe(machine& m)
      : m_(m),
        both_(m.tiles[pair_layout_name<T>(true)]),
        alone_(m.tiles[pair_layout_name<T>(false)]) {}

  void measure() {
    measure_strips();
    const rate_curve eighth = strip_curve<Arch, T, 1>(m_, width, 8);
    const rate_curve half = strip_curve<Arch, T, 1>(m_, width, 2);
    for (tile_rates* rates : {&both_, &alone_}) {
      rates->x_eighth = eighth;
      rates->x_half = half;
    }
    both_.first_x = first_use_curve<Arch, T, 1>(m_, width);
    both_.vector = vector_curve<Arch, T, 1>();
    alone_.first_x = both_.first_x;
    alone_.vector = both_.vector;
  }

 private:
  static constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
  static constexpr index_t width = kernel::simd::strip_width<T, Arch, 2>;

  /// Dense rows share all entries; rows of an eighth, few.
  void measure_strips() {
    constexpr index_t rows = 512;
    constexpr index_t deep = 64;
    constexpr index_t flat = 16;
    const auto w_deep = probe_panels<Arch, T, 1>(rows, deep, deep);
    const auto w_flat = probe_panels<Arch, T, 1>(rows, flat, flat);
    const auto w_sparse = probe_panels<Arch, T, 1>(rows, deep, deep / 8);
    const product_work sparse = matmul_work<Arch>(w_sparse, lanes);
    for (index_t cols = lanes; cols <= width; cols += lanes) {
      constexpr double pairs = rows / 2.0;
      const double d = product_seconds<Arch>(w_deep, cols) / pairs;
      const double f = product_seconds<Arch>(w_flat, cols) / pairs;
      const double entry = (d - f) / (deep - flat);
      const double panel = std::max(0.0, f - flat * entry);
      const double rest = product_seconds<Arch>(w_sparse, cols) - sparse.panels * panel -
                          sparse.parts[0].entries * entry;
      both_.strips.push_back({cols, panel, entry});
      alone_.strips.push_back({cols, 0, std::max(0.0, rest) / sparse.parts[1].entries});
    }
  }

  machine& m_;
  tile_rates& both_;
  tile_rates& alone_;
};

}  // namespace lacuna::inline LACUNA_ABI::detail
