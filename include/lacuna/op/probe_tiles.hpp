// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
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
/// rows each panel takes; a row is used 18 times (by pairs 72), so that the copy shows little.
template <class Arch, class T, index_t Rows>
[[nodiscard]] rate_curve strip_curve(const machine& m, index_t width, index_t part,
                                     bool in_runs = false) {
  constexpr auto value = static_cast<index_t>(sizeof(T));
  rate_curve out;
  for (const index_t kilobytes : {16, 32, 64, 128, 256, 512, 1024, 2048}) {
    const index_t unit = in_runs ? kernel::run_length : 1;
    const index_t kept = kilobytes * 1024 / (width * value) / (part * unit) * unit;
    const index_t count = 18 * part * (Rows == 1 ? 8 : 1);
    const auto w = probe_panels<Arch, T, Rows>(count, kept * part, kept, in_runs);
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
[[nodiscard]] rate_curve first_use_curve(const machine& m, index_t width, bool in_runs = false) {
  constexpr index_t depth = 64;
  constexpr auto value = static_cast<index_t>(sizeof(T));
  const auto w = probe_panels<Arch, T, Rows>(Rows == 1 ? 2 : 1, depth, depth, in_runs);
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
  tile_probe(machine& m, bool in_runs)
      : m_(m), rates_(m.tiles[layout_name<T, Rows>(in_runs)]), in_runs_(in_runs) {}

  void measure() {
    measure_strips();
    const rate_curve eighth = strip_curve<Arch, T, Rows>(m_, width, 8, in_runs_);
    const rate_curve half = strip_curve<Arch, T, Rows>(m_, width, 2, in_runs_);
    rates_.x_all = strip_curve<Arch, T, Rows>(m_, width, 1, in_runs_);
    rates_.x_half = half;
    rates_.x_eighth = eighth;
    rates_.first_x = first_use_curve<Arch, T, Rows>(m_, width, in_runs_);
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

  [[nodiscard]] auto panels(index_t count, index_t depth, index_t kept) const {
    return probe_panels<Arch, T, Rows>(count, depth, kept, in_runs_);
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
    std::vector<index_t> widths;
    for (index_t cols = 1; cols <= few; ++cols) widths.push_back(cols);
    for (index_t cols = std::max(lanes, few + 1); cols <= width; cols += lanes) {
      widths.push_back(cols);
    }
    if (few > 0) widths.push_back(width + 1);
    std::vector<std::function<void()>> products;
    for (const index_t cols : widths) {
      products.emplace_back(probe_product<Arch, packed>(w_deep, cols));
      products.emplace_back(probe_product<Arch, packed>(w_flat, cols));
    }
    const std::vector<double> seconds = seconds_by_rounds(products, 24);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const double d = seconds[2 * i] / count;
      const double f = seconds[2 * i + 1] / count;
      const double entry = (d - f) / (deep - flat);
      rates_.strips.push_back({widths[i], std::max(0.0, f - flat * entry), entry});
    }
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
  bool in_runs_;
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
      rates->x_all = half;  // dense rows are no pairs
    }
    both_.first_x = first_use_curve<Arch, T, 1>(m_, width);
    both_.vector = vector_curve<Arch, T, 1>();
    alone_.first_x = both_.first_x;
    alone_.vector = both_.vector;
  }

 private:
  static constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
  static constexpr index_t width = kernel::simd::strip_width<T, Arch, 2>;

  /// Dense rows share all entries, rows of a quarter few: 16 a row, as many as blocks of 2:8 and
  /// 1:8 are made for (`depth_block`). Dense ones must be a single block of X: with sums put aside
  /// between two and 8 entries a sparse row, 2:4 and 2:8 were expected to take 1.08 and 1.09 times
  /// what they do, now 1.01 to 1.05 (Zen 4, 14 layers).
  void measure_strips() {
    constexpr index_t rows = 512;
    constexpr index_t sparse_depth = 64;
    constexpr index_t flat = 16;
    const index_t deep =
        std::clamp<index_t>(kernel::simd::fitting_depth<T, Arch>(), 2 * flat, sparse_depth);
    const auto w_deep = probe_panels<Arch, T, 1>(rows, deep, deep);
    const auto w_flat = probe_panels<Arch, T, 1>(rows, flat, flat);
    const auto w_sparse = probe_panels<Arch, T, 1>(rows, sparse_depth, sparse_depth / 4);
    const product_work sparse = matmul_work<Arch>(w_sparse, lanes);
    std::vector<std::function<void()>> products;
    for (index_t cols = lanes; cols <= width; cols += lanes) {
      for (const auto* w : {&w_deep, &w_flat, &w_sparse}) {
        products.emplace_back(probe_product<Arch, kernel::row_pairs<T>>(*w, cols));
      }
    }
    const std::vector<double> seconds = seconds_by_rounds(products, 24);
    for (std::size_t i = 0; i < seconds.size(); i += 3) {
      const index_t cols = lanes * (1 + static_cast<index_t>(i) / 3);
      constexpr double pairs = rows / 2.0;
      const double d = seconds[i] / pairs;
      const double f = seconds[i + 1] / pairs;
      const double entry = (d - f) / static_cast<double>(deep - flat);
      const double panel = std::max(0.0, f - flat * entry);
      const double rest = seconds[i + 2] - sparse.panels * panel - sparse.parts[0].entries * entry;
      both_.strips.push_back({cols, panel, entry});
      alone_.strips.push_back({cols, 0, std::max(0.0, rest) / sparse.parts[1].entries});
    }
  }

  machine& m_;
  tile_rates& both_;
  tile_rates& alone_;
};

}  // namespace lacuna::inline LACUNA_ABI::detail
