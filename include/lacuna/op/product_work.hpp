// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/op/cost.hpp>
#include <lacuna/op/image_columns.hpp>

// Counts what an operator will do, by asking the functions that decide it when it runs.

namespace lacuna::inline LACUNA_ABI {

/// A packed layout by its name in `machine::tiles`: "f32:8" of rows that share positions by design,
/// "f32:4:runs" of those whose entries tiles take by runs.
template <class T, index_t Rows>
[[nodiscard]] std::string layout_name(bool in_runs = false) {
  return message(scalar_name<T>, ":", Rows, in_runs ? ":runs" : "");
}
/// Entries of paired rows: "f32:both", "f32:alone".
template <class T>
[[nodiscard]] std::string pair_layout_name(bool both) {
  return message(scalar_name<T>, both ? ":both" : ":alone");
}

}  // namespace lacuna::inline LACUNA_ABI

namespace lacuna::inline LACUNA_ABI::detail {

/// Bytes from which a block of memory is asked for on huge pages (`prefer_huge_pages`).
inline constexpr double huge_block = 4U << 20U;

/// Pages of 4 KB that `rows` rows, `stride` bytes apart, lie on.
[[nodiscard]] inline double pages_of(index_t rows, index_t stride) {
  constexpr index_t page = 4096;
  return static_cast<double>(rows * std::min(stride, page)) / page;
}

/// Whether tiles take entries of these panels by runs, where rows of X lie at even distances.
template <class Arch, class Panels>
[[nodiscard]] bool are_taken_by_runs(const Panels& w) {
  if constexpr (kernel::simd::detail::takes_runs<Arch, Panels>) return w.in_runs;
  return false;
}

/// Entries of rows that share positions by design.
template <class T, index_t Rows>
void add_parts(const kernel::panels<T, Rows>& w, bool by_runs, product_work& out) {
  const auto entries = static_cast<double>(w.entries());
  out.parts.push_back(
      {layout_name<T, Rows>(by_runs), Rows, entries,
       entries * static_cast<double>(Rows * index_t{sizeof(T)} + index_t{sizeof(std::int32_t)})});
  out.panels = static_cast<double>(w.count());
  out.density = entries / std::max(1.0, static_cast<double>(w.count() * w.depth));
}
/// Entries of paired rows: those that both rows have, and those of one row alone.
template <class T>
void add_parts(const kernel::row_pairs<T>& w, bool /*by_runs*/, product_work& out) {
  double both = 0;
  double alone = 0;
  for (const auto& pair : w.pairs) {
    both += static_cast<double>(pair.both);
    alone += static_cast<double>(2 * pair.each + pair.rest);
  }
  constexpr double value = sizeof(T);
  constexpr double k = sizeof(std::uint16_t);
  out.parts.push_back({pair_layout_name<T>(true), 2, both, both * (2 * value + k)});
  out.parts.push_back({pair_layout_name<T>(false), 1, alone, alone * (value + k)});
  out.panels = static_cast<double>(w.pairs.size());
  out.density = (2 * both + alone) / std::max(1.0, static_cast<double>(w.rows * w.depth));
}
/// Single rows beside shared ones take what a row alone takes in pairs.
template <class T, index_t Rows>
void add_parts(const kernel::mixed_panels<T, Rows>& w, bool by_runs, product_work& out) {
  add_parts(w.shared, by_runs, out);
  const auto alone = static_cast<double>(w.single.entries());
  constexpr double each = sizeof(T) + sizeof(std::int32_t);
  out.parts.push_back({pair_layout_name<T>(false), 1, alone, alone * each});
}

/// Panels of dense rows as far as counting goes: no values.
template <class Arch, class T>
[[nodiscard]] auto dense_outline(index_t rows, index_t depth) {
  auto out = kernel::panels<T, kernel::simd::tile_rows<Arch>(8)>::empty(rows, depth);
  for (std::size_t p = 0; p < out.offsets.size(); ++p) {
    out.offsets[p] = static_cast<index_t>(p) * depth;
  }
  out.in_runs = rows == 0 || depth % kernel::run_length == 0;
  return out;
}

/// Counts of W times `images` matrices X (depth, cols), whose rows lie at `even` distances or not;
/// where their columns come from is left.
template <class Arch, class Panels>
[[nodiscard]] product_work count_work(const Panels& w, index_t images, index_t cols,
                                      bool even = true) {
  using T = typename Panels::value_type;
  constexpr auto value = static_cast<index_t>(sizeof(T));
  product_work out;
  add_parts(w, even && are_taken_by_runs<Arch>(w), out);
  out.rows = w.rows;
  out.depth = w.depth;
  out.cols = images * cols;
  out.value_bytes = value;
  out.lanes = kernel::simd::lanes<T, Arch>;
  const strip_cut cut = cut_strips<Arch>(w, cols);
  std::map<index_t, index_t> strips;
  for (index_t i = 0; i < cut.count; ++i) {
    ++strips[std::min(cut.first(i + 1), cols) - cut.first(i)];
  }
  for (const auto& [width, count] : strips) {
    out.strips.emplace_back(width, count * images);
  }
  out.x_bytes = static_cast<double>(images * w.depth * cols * value);
  out.y_bytes = static_cast<double>(images * w.rows * cols * value);
  out.lines_of_y = out.y_bytes / static_cast<double>(cache_line);
  return out;
}

/// X in place, rows `stride` values apart, or copied. Large blocks lie on huge pages, which the
/// processor finds at once.
template <class T>
void set_source(product_work& out, bool in_place, index_t stride) {
  constexpr auto value = static_cast<index_t>(sizeof(T));
  out.from = in_place ? product_work::columns_from::place : product_work::columns_from::copies;
  const bool huge = out.x_bytes >= huge_block;
  if (in_place && !huge) out.pages = pages_of(out.depth, stride * value);
}

/// W times X, row-major matrices in the product's type.
template <class Arch, class Panels>
[[nodiscard]] product_work matmul_work(const Panels& w, index_t cols) {
  using T = typename Panels::value_type;
  product_work out = count_work<Arch>(w, 1, cols);
  out.is_vector = cols == 1;
  const bool in_place = columns_of<Arch, T>(w, as_view<const T>(nullptr, w.depth, cols)).in_place;
  set_source<T>(out, in_place, cols);
  return out;
}

/// W convolved with images X of these extents.
template <class Arch, class Panels>
[[nodiscard]] product_work conv2d_work(const Panels& w, const conv_window& window,
                                       const extents4& in) {
  using T = typename Panels::value_type;
  using from = product_work::columns_from;
  const index_t pixels = window.out_h(in.h) * window.out_w(in.w);
  if (window.is_pointwise()) {
    product_work out = count_work<Arch>(w, in.n, pixels);
    const auto x = as_view<const T>(nullptr, w.depth, pixels);
    set_source<T>(out, columns_of<Arch, T>(w, x, in.n).in_place, pixels);
    return out;
  }
  const bool in_planes = !window_columns<T, T>::fits(in, window);
  product_work out = count_work<Arch>(w, in.n, pixels, !in_planes);
  out.x_bytes = static_cast<double>(in.n * in.c * in.h * in.w * index_t{sizeof(T)});
  out.row_pixels = window.out_w(in.w);
  if (in_planes) {
    out.from = from::planes;
    return out;
  }
  const kernel::stride_phases phases(window, in.c, in.h, in.w);
  out.is_sampled = window.kernel_h * window.kernel_w == 1;
  if (window.stride != extents2(1)) {
    out.cut_vectors = static_cast<double>(in.n * phases.size()) / static_cast<double>(out.lanes);
  }
  if (out.is_sampled && !goes_by_blocks<Panels>) {
    set_source<T>(out, true, phases.plane());
  } else if (windows_are_masked<Arch, Panels>) {
    out.from = from::masked_window;
    out.taps = window.kernel_h * window.kernel_w;
    out.reach = (window.kernel_h - 1) * window.dilation.h / window.stride.h * out.row_pixels;
    const rolling_rows rolling = rolling_rows_of<T>(in, window, channel_uses(w, window));
    const index_t plane = rolling.count > 0 ? rolling.plane : phases.plane();
    out.pages = pages_of(in.c, plane * index_t{sizeof(T)});
    if (rolling.count > 0) {
      out.cut_vectors = static_cast<double>(in.n * phases.size()) / static_cast<double>(out.lanes);
    }
  } else {
    out.from = from::gathered_window;
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::detail
