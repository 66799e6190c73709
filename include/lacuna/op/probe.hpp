// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <lacuna/core/random.hpp>
#include <lacuna/kernel/pack/pack.hpp>
#include <lacuna/kernel/simd/gemv_panels.hpp>
#include <lacuna/op/epilogue.hpp>
#include <lacuna/op/machine.hpp>
#include <lacuna/op/multiply_strips.hpp>

// Measures what `machine` holds, by running the kernels themselves on products in which one cause
// stands out. A figure is the fastest of a few calls: neighbours only ever slow a call down.

namespace lacuna::inline LACUNA_ABI::detail {

template <class F>
[[nodiscard]] double fastest_seconds(const F& f, int calls = 5) {
  using clock = std::chrono::steady_clock;
  f();  // meets cold caches and pages
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < calls; ++i) {
    const auto start = clock::now();
    f();
    best = std::min(best, std::chrono::duration<double>(clock::now() - start).count());
  }
  return best;
}

/// Uses a result, so that it must be computed.
inline void use(float value) noexcept {
  volatile float used = value;
  static_cast<void>(used);
}

template <class Arch, std::size_t... I>
[[nodiscard]] double fma_seconds(int rounds, std::index_sequence<I...>) {
  using batch = kernel::simd::batch<float, Arch>;
  return fastest_seconds([rounds] {
    // Every sum is spelled out: an array that is indexed in a loop lives in memory at -O2.
    // Constants would become memory operands of every instruction.
    batch sum[] = {batch(static_cast<float>(I) * 1e-3F)...};
    volatile float opaque = 0.999F;
    const batch scale(opaque);
    const batch shift(opaque);
    for (int r = 0; r < rounds; ++r) {
      ((sum[I] = kernel::simd::multiply_add(sum[I], scale, shift)), ...);
    }
    use((sum[I] + ...).get(0));
  });
}

/// Multiply-adds of whole vectors a second, from registers: what no kernel can beat.
template <class Arch>
[[nodiscard]] double fma_rate(int rounds = 100'000) {
  constexpr std::size_t sums = kernel::simd::registers<Arch> == 32 ? 24 : 12;
  return static_cast<double>(sums) * rounds /
         fma_seconds<Arch>(rounds, std::make_index_sequence<sums>{});
}

/// Whole vectors loaded a second from the first-level cache.
template <class Arch>
[[nodiscard]] double load_rate() {
  using batch = kernel::simd::batch<float, Arch>;
  constexpr index_t lanes = kernel::simd::lanes<float, Arch>;
  constexpr index_t size = 4096;  // 16 KB
  const aligned_vector<float> memory(size, 1.0F);
  constexpr int rounds = 200;
  const double seconds = fastest_seconds([&] {
    batch a(0.0F), b(0.0F), c(0.0F), d(0.0F);
    for (int r = 0; r < rounds; ++r) {
      for (index_t i = 0; i < size; i += 8 * lanes) {
        const float* const at = memory.data() + i;
        a = (a | batch::load_aligned(at)) | batch::load_aligned(at + 4 * lanes);
        b = (b | batch::load_aligned(at + lanes)) | batch::load_aligned(at + 5 * lanes);
        c = (c | batch::load_aligned(at + 2 * lanes)) | batch::load_aligned(at + 6 * lanes);
        d = (d | batch::load_aligned(at + 3 * lanes)) | batch::load_aligned(at + 7 * lanes);
      }
    }
    use((a + b + c + d).get(0));
  });
  return static_cast<double>(rounds * (size / lanes)) / seconds;
}

/// Panels of Rows rows with `kept` entries each, evenly random over `depth`, packed as operators
/// pack them.
template <class Arch, class T, index_t Rows>
[[nodiscard]] auto probe_panels(index_t count, index_t depth, index_t kept) {
  random_source random(1);
  std::vector<std::int32_t> offsets{0};
  std::vector<std::int32_t> columns;
  for (index_t p = 0; p < count; ++p) {
    for (index_t e = 0; e < kept; ++e) {
      const double at = (static_cast<double>(e) + random.uniform()) * static_cast<double>(depth) /
                        static_cast<double>(kept);
      const auto low = columns.size() > static_cast<std::size_t>(offsets.back())
                           ? columns.back() + 1
                           : std::int32_t{0};
      columns.push_back(std::clamp(static_cast<std::int32_t>(at), low,
                                   static_cast<std::int32_t>(depth - kept + e)));
    }
    offsets.push_back(static_cast<std::int32_t>(columns.size()));
  }
  aligned_vector<T> values(columns.size() * static_cast<std::size_t>(Rows), T(1));
  return kernel::pack<Arch>(
      block_csr<T, Rows, 1>(unchecked, count * Rows, depth, std::move(offsets), std::move(columns),
                            std::move(values)),
      depth, [](index_t k) { return k; });
}

/// Operands of products that are timed.
template <class T>
struct probe_memory {
  aligned_vector<T> x;
  aligned_vector<T> y;
  void fit(index_t x_size, index_t y_size) {
    // Past its end X may be read by whole vectors.
    if (std::ssize(x) < x_size + 64) x.assign(static_cast<std::size_t>(x_size + 64), T(1));
    if (std::ssize(y) < y_size) y.assign(static_cast<std::size_t>(y_size), T(0));
  }
};

/// Seconds of W times X (depth, cols) as `matmul` runs it.
template <class Arch, class T, class Packed>
[[nodiscard]] double product_seconds(const Packed& w, index_t cols, probe_memory<T>& memory) {
  memory.fit(w.depth * cols, w.rows * cols);
  const auto x = as_view(std::as_const(memory.x).data(), w.depth, cols);
  return fastest_seconds([&] {
    multiply_strips<Arch>(w, columns_of<Arch, T>(w, x), memory.y.data(), cols, 0, serial{},
                          no_epilogue{});
  });
}

/// Every tile's rates: first what strips of each width take, then what is slower further away.
template <class Arch, class T, index_t Rows>
class tile_probe {
 public:
  [[nodiscard]] tile_rates measure() {
    measure_strips();
    measure_x();
    measure_first_x();
    measure_weights();
    return std::move(rates_);
  }

 private:
  using packed = kernel::packed_t<Arch, block_csr<T, Rows, 1>>;
  static constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
  static constexpr index_t width = kernel::simd::strip_width<T, Arch, Rows>;
  static constexpr index_t few = kernel::simd::few_columns<packed>;
  static constexpr auto value = static_cast<index_t>(sizeof(T));
  static constexpr double lines = static_cast<double>(width * value) / 64;
  // 512 rows of W are 128 KB and more: values come from the second level.
  static constexpr index_t panels = 512 / Rows;

  /// Two depths whose strips fit the first level give the entry and the panel.
  void measure_strips() {
    constexpr index_t deep = 64;
    constexpr index_t flat = 16;
    const auto w_deep = probe_panels<Arch, T, Rows>(panels, deep, deep);
    const auto w_flat = probe_panels<Arch, T, Rows>(panels, flat, flat);
    const auto add = [&](index_t cols) {
      const double d = product_seconds<Arch, T>(w_deep, cols, memory_) / panels;
      const double f = product_seconds<Arch, T>(w_flat, cols, memory_) / panels;
      const double entry = (d - f) / (deep - flat);
      rates_.strips.push_back({cols, std::max(0.0, f - flat * entry), entry});
    };
    for (index_t cols = 1; cols <= few; ++cols) add(cols);
    for (index_t cols = lanes; cols <= width; cols += lanes) add(cols);
    if (few > 0) add(width + 1);
  }

  /// Strips of rising depth, a quarter of the rows in each panel.
  void measure_x() {
    const tile_rates::strip& tile = rates_.of(width);
    for (const index_t kilobytes : {16, 32, 48, 64, 128, 256, 512}) {
      const index_t depth = kilobytes * 1024 / (width * value);
      const index_t kept = depth / 4;
      const index_t count = std::max<index_t>(16, 8192 / kept);
      const auto w = probe_panels<Arch, T, Rows>(count, depth, kept);
      const double entries = static_cast<double>(count * kept);
      const double rest = product_seconds<Arch, T>(w, width, memory_) -
                          static_cast<double>(count) * tile.panel - entries * tile.entry;
      add(rates_.x, static_cast<double>(kilobytes * 1024), rest / (entries * lines));
    }
  }

  /// One panel on a wide X that is read in place.
  void measure_first_x() {
    constexpr index_t depth = 64;
    const auto w = probe_panels<Arch, T, Rows>(1, depth, depth);
    const tile_rates::strip& tile = rates_.of(width);
    for (const index_t kilobytes : {128, 512, 1024, 2048, 8192}) {
      const index_t strips = kilobytes * 1024 / (depth * width * value);
      const double rest =
          product_seconds<Arch, T>(w, strips * width, memory_) / static_cast<double>(strips) -
          tile.panel - depth * tile.entry;
      add(rates_.first_x, static_cast<double>(kilobytes * 1024), rest / (depth * lines));
    }
  }

  /// More and more of W, for a strip and for a single column.
  void measure_weights() {
    constexpr index_t depth = 512;
    const double x = lines * rates_.x.at(static_cast<double>(depth * width * value));
    const tile_rates::strip& tile = rates_.of(width);
    for (const index_t kilobytes : {256, 1024, 2048, 6144}) {
      const index_t entry_bytes = Rows * value + index_t{sizeof(std::int32_t)};
      const index_t count = kilobytes * 1024 / (depth * entry_bytes);
      const auto w = probe_panels<Arch, T, Rows>(count, depth, depth);
      const double entries = static_cast<double>(count * depth);
      const double rest = product_seconds<Arch, T>(w, width, memory_) -
                          static_cast<double>(count) * tile.panel - entries * (tile.entry + x);
      const auto size = static_cast<double>(kilobytes * 1024);
      add(rates_.weights, size, rest / (entries * static_cast<double>(entry_bytes)));
      const double vector = fastest_seconds([&] {
        kernel::simd::gemv_panels<Arch>(w, 0, w.count(), std::as_const(memory_.x).data(),
                                        memory_.y.data(), 1, no_epilogue{});
      });
      add(rates_.vector, size, vector / entries);
    }
  }

  static void add(rate_curve& curve, double size, double seconds) {
    curve.points.push_back({size, std::max(0.0, seconds)});
  }

  probe_memory<T> memory_;
  tile_rates rates_;
};

/// Copies of X to strips: rows of 784 values, as 28x28 pixels have, in strips of three vectors.
template <class Arch>
[[nodiscard]] rate_curve copy_curve(probe_memory<float>& memory) {
  constexpr index_t lanes = kernel::simd::lanes<float, Arch>;
  constexpr index_t cols = 784;
  constexpr index_t width = 3 * lanes;
  rate_curve out;
  for (const index_t rows : {64, 256, 1024, 2048}) {
    memory.fit(rows * cols, rows * width);
    const auto x = as_view(std::as_const(memory.x).data(), rows, cols);
    const double seconds = fastest_seconds([&] {
      for (index_t col = 0; col + width <= cols; col += width) {
        kernel::pack_columns<Arch>(x, col, width, width, memory.y.data());
      }
    });
    out.points.push_back({static_cast<double>(rows * cols) * sizeof(float),
                          seconds / static_cast<double>(rows * 3 * (cols / width))});
  }
  return out;
}

/// Products of eight rows of X by more and more rows of W: nearly all of it is stores to Y.
template <class Arch, index_t Rows>
[[nodiscard]] rate_curve y_curve(const tile_rates& rates, probe_memory<float>& memory) {
  constexpr index_t width = kernel::simd::strip_width<float, Arch, Rows>;
  constexpr index_t depth = 8;
  const tile_rates::strip& tile = rates.of(width);
  rate_curve out;
  for (const auto& [cols, count] :
       {std::pair<index_t, index_t>{784, 8}, {784, 40}, {784, 80}, {3136, 40}, {3136, 80}}) {
    const index_t columns = cols / width * width;
    const auto w = probe_panels<Arch, float, Rows>(count, depth, depth);
    const double strips = static_cast<double>(columns / width * count);
    const double rest = product_seconds<Arch, float>(w, columns, memory) -
                        strips * (tile.panel + depth * tile.entry);
    const double bytes = static_cast<double>(count * Rows * columns) * sizeof(float);
    out.points.push_back({bytes, std::max(0.0, rest) / (bytes / 64)});
  }
  return out;
}

/// A convolution of `channels` planes by one dense panel, but for the panel: gathering.
template <class Arch, index_t Rows>
[[nodiscard]] double gather_seconds(const tile_rates& rates, const conv_window& window,
                                    index_t channels, index_t size, probe_memory<float>& memory) {
  constexpr index_t lanes = kernel::simd::lanes<float, Arch>;
  const index_t depth = window.kernel_h * window.kernel_w * channels;
  const auto w = probe_panels<Arch, float, Rows>(1, depth, depth);
  const index_t pixels = window.out_h(size) * window.out_w(size);
  memory.fit(channels * size * size, Rows * pixels);
  const patch_columns<float, float> columns(memory.x.data(), {1, channels, size, size}, window);
  const double all = fastest_seconds([&] {
    multiply_strips<Arch>(w, columns, memory.y.data(), pixels, 0, serial{}, no_epilogue{});
  });
  const strip_cut cut = cut_strips<Arch>(w, pixels);
  double products = 0;
  double vectors = 0;
  for (index_t i = 0; i < cut.count; ++i) {
    const index_t cols = std::min(cut.first(i + 1), pixels) - cut.first(i);
    const tile_rates::strip& tile = rates.of(cols);
    products += tile.panel + static_cast<double>(depth) * tile.entry;
    vectors += static_cast<double>(depth * ceil_div(cols, lanes));
  }
  return std::max(0.0, all - products) / vectors;
}

template <class Arch, index_t Rows>
[[nodiscard]] machine::gather_rates gather_curves(const tile_rates& rates,
                                                  probe_memory<float>& memory) {
  machine::gather_rates out;
  for (const index_t pixels : {7, 14, 28, 56}) {
    const auto measure = [&](rate_curve& curve, index_t kernel, index_t stride, index_t channels) {
      const conv_window window{kernel, kernel, stride, (kernel - 1) / 2};
      curve.points.push_back(
          {static_cast<double>(pixels),
           gather_seconds<Arch, Rows>(rates, window, channels, pixels * stride, memory)});
    };
    measure(out.same, 3, 1, 64);
    measure(out.strided, 3, 2, 64);
    measure(out.sampled, 1, 2, 128);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::detail
