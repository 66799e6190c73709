// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <lacuna/core/random.hpp>
#include <lacuna/kernel/pack/pack.hpp>
#include <lacuna/kernel/simd/gemv_panels.hpp>
#include <lacuna/op/epilogue.hpp>
#include <lacuna/op/product_work.hpp>

// Measures what `machine` holds, by running the kernels themselves on products in which one cause
// stands out. A figure is the median of a few calls, each of which finds in the caches what the one
// before left there.

namespace lacuna::inline LACUNA_ABI::detail {

template <class F>
[[nodiscard]] double median_seconds(F&& f, int calls = 7) {
  using clock = std::chrono::steady_clock;
  std::vector<double> seconds(static_cast<std::size_t>(calls));
  f();  // meets cold caches and pages
  for (double& s : seconds) {
    const auto start = clock::now();
    f();
    s = std::chrono::duration<double>(clock::now() - start).count();
  }
  std::nth_element(seconds.begin(), seconds.begin() + calls / 2, seconds.end());
  return seconds[static_cast<std::size_t>(calls / 2)];
}

/// Lower quartile of the seconds of each job, round by round, each after an untimed call of its
/// own: what short calls take whose next neighbours in time all share a burst of somebody's work.
[[nodiscard]] inline std::vector<double> seconds_by_rounds(
    const std::vector<std::function<void()>>& jobs, std::size_t rounds) {
  std::vector<std::vector<double>> seconds(jobs.size());
  for (std::size_t r = 0; r < rounds; ++r) {
    for (std::size_t i = 0; i < jobs.size(); ++i) seconds[i].push_back(median_seconds(jobs[i], 1));
  }
  std::vector<double> out;
  for (auto& of_one : seconds) {
    const auto quarter = of_one.begin() + static_cast<std::ptrdiff_t>(rounds / 4);
    std::nth_element(of_one.begin(), quarter, of_one.end());
    out.push_back(*quarter);
  }
  return out;
}

/// Uses a result, so that it must be computed.
inline void use(float value) noexcept {
  volatile float used = value;
  static_cast<void>(used);
}

template <class Arch, std::size_t... I>
[[nodiscard]] double fma_seconds(int rounds, std::index_sequence<I...>) {
  using batch = kernel::simd::batch<float, Arch>;
  return median_seconds([rounds] {
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
  const double seconds = median_seconds([&] {
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
/// pack them; `in_runs` as tiles take them (`takes_runs`), of which kept and depth are multiples.
template <class Arch, class T, index_t Rows>
[[nodiscard]] auto probe_panels(index_t count, index_t depth, index_t kept, bool in_runs = false) {
  const index_t unit = in_runs ? kernel::run_length : 1;
  const index_t places = depth / unit;
  const index_t taken = kept / unit;
  random_source random(1);
  std::vector<std::int32_t> offsets{0};
  std::vector<std::int32_t> columns;
  for (index_t p = 0; p < count; ++p) {
    index_t next = 0;
    for (index_t e = 0; e < taken; ++e) {
      const double at = (static_cast<double>(e) + random.uniform()) * static_cast<double>(places) /
                        static_cast<double>(taken);
      const index_t place = std::clamp(static_cast<index_t>(at), next, places - taken + e);
      next = place + 1;
      for (index_t i = 0; i < unit; ++i) {
        columns.push_back(static_cast<std::int32_t>(place * unit + i));
      }
    }
    offsets.push_back(static_cast<std::int32_t>(columns.size()));
  }
  aligned_vector<T> values(columns.size() * static_cast<std::size_t>(Rows), T(1));
  auto out =
      kernel::pack<Arch>(block_csr<T, Rows, 1>(unchecked, count * Rows, depth, std::move(offsets),
                                               std::move(columns), std::move(values)),
                         depth, [](index_t k) { return k; });
  if constexpr (Rows > 1) out.in_runs = in_runs;
  return out;
}

/// W times X (depth, cols) as `matmul` runs it, or with strips copied come what may, on memory of
/// its own: how its pages lie is part of what is measured.
template <class Arch, class Packed>
class probe_product {
 public:
  probe_product(const Packed& w, index_t cols, bool copied = false)
      : w_(w),
        cols_(cols),
        copied_(copied),
        x_(static_cast<std::size_t>(w.depth * cols + 64), T(1)),  // read by whole vectors
        y_(static_cast<std::size_t>(w.rows * cols)) {}

  void operator()() {
    auto columns = columns_of<Arch, T>(w_, as_view<const T>(x_.data(), w_.depth, cols_));
    if (copied_) columns.in_place = false;
    multiply_strips<Arch>(w_, columns, y_.data(), cols_, 0, serial{}, no_epilogue{});
  }

 private:
  using T = typename Packed::value_type;
  const Packed& w_;
  index_t cols_;
  bool copied_;
  aligned_vector<T> x_;
  aligned_vector<T> y_;
};

template <class Arch, class Packed>
[[nodiscard]] double product_seconds(const Packed& w, index_t cols, int calls = 7,
                                     bool copied = false) {
  probe_product<Arch, Packed> product(w, cols, copied);
  return median_seconds(product, calls);
}

/// What a machine is known to take for these panels times X so far.
template <class Arch, class Packed>
[[nodiscard]] cost known_cost(const Packed& w, index_t cols, const machine& m) {
  return cost_of(matmul_work<Arch>(w, cols), m);
}

/// A byte of memory read in sequence, again and again.
template <class Arch>
[[nodiscard]] rate_curve stream_curve() {
  using batch = kernel::simd::batch<float, Arch>;
  constexpr index_t lanes = kernel::simd::lanes<float, Arch>;
  constexpr index_t kilobyte = 1024 / index_t{sizeof(float)};
  const aligned_vector<float> memory(static_cast<std::size_t>(96 * 1024 * kilobyte), 1.0F);
  rate_curve out;
  for (const index_t kilobytes : {256, 1024, 2048, 3072, 6144, 24576, 49152, 98304}) {
    const double seconds = median_seconds(
        [&] {
          batch a(0.0F), b(0.0F);
          const float* const end = memory.data() + kilobytes * kilobyte;
          for (const float* at = memory.data(); at != end; at += 2 * lanes) {
            a = a + batch::load_aligned(at);
            b = b + batch::load_aligned(at + lanes);
          }
          use((a + b).get(0));
        },
        kilobytes > 6144 ? 3 : 7);
    const auto size = static_cast<double>(kilobytes * 1024);
    out.points.push_back({size, seconds / size});
  }
  return out;
}

/// Copies of X to strips: rows of 784 values, as 28x28 pixels have, in strips of three vectors.
template <class Arch>
[[nodiscard]] rate_curve copy_curve() {
  constexpr index_t lanes = kernel::simd::lanes<float, Arch>;
  constexpr index_t cols = 784;
  constexpr index_t width = 3 * lanes;
  rate_curve out;
  for (const index_t rows : {64, 256, 1024, 2048}) {
    const aligned_vector<float> x(static_cast<std::size_t>(rows * cols), 1.0F);
    aligned_vector<float> strip(static_cast<std::size_t>(rows * width));
    const double seconds = median_seconds([&] {
      for (index_t col = 0; col + width <= cols; col += width) {
        kernel::pack_columns<Arch>(as_view(x.data(), rows, cols), col, width, width, strip.data());
      }
    });
    out.points.push_back({static_cast<double>(rows * cols) * sizeof(float),
                          seconds / static_cast<double>(rows * 3 * (cols / width))});
  }
  return out;
}

/// A vector of strips that `columns` gathers, one after the other, as wide as tiles of pairs take.
template <class Arch, class Columns>
[[nodiscard]] double gather_seconds(const Columns& columns, index_t depth) {
  constexpr index_t lanes = kernel::simd::lanes<float, Arch>;
  constexpr index_t width = kernel::simd::strip_width<float, Arch, 2>;
  aligned_vector<float> memory(
      static_cast<std::size_t>(columns.scratch(columns.cols(), lanes, width)));
  const double seconds = median_seconds([&] {
    typename Columns::reader reader(columns, memory.data());
    for (index_t col = 0; col < columns.cols(); col += width) {
      const index_t ahead = columns.cols() - col;
      use(reader.template read<Arch>(0, col, std::min(width, ahead), ahead).x[0]);
    }
  });
  return seconds / static_cast<double>(depth * ceil_div(columns.cols(), lanes));
}

/// 64 channels of 7x7 to 56x56 output pixels.
template <class Arch>
[[nodiscard]] machine::gather_rates gather_curves() {
  constexpr index_t channels = 64;
  constexpr index_t lanes = kernel::simd::lanes<float, Arch>;
  using windows = window_columns<float, float>;
  machine::gather_rates out;
  for (const index_t pixels : {7, 14, 28, 56}) {
    const index_t most = 2 * pixels + 2;
    const aligned_vector<float> memory(static_cast<std::size_t>(channels * most * most), 1.0F);
    const auto images = [&](index_t size) {
      return tensor_view<const float>{memory.data(), {1, channels, size, size}};
    };
    const auto add = [&](rate_curve& curve, double seconds) {
      curve.points.push_back({static_cast<double>(pixels), seconds});
    };
    const conv_window same{3, 3, 1, 1};
    add(out.window, gather_seconds<Arch>(windows(images(pixels), same, {}, true), 9 * channels));
    const conv_window valid{3, 3, 1, 0};
    add(out.planes, gather_seconds<Arch>(patch_columns<float, float>(
                                             memory.data(), images(pixels + 2).extents, valid),
                                         9 * channels));
    const auto cut = [&](index_t kernel) {
      const conv_window window{kernel, kernel, 2, (kernel - 1) / 2};
      const windows columns(images(2 * pixels), window, {}, false);
      const double seconds = median_seconds([&] {
        windows::reader reader(columns, nullptr);
        use(reader.template read<Arch>(0, 0, 1, columns.cols()).x[0]);  // cuts all
      });
      const kernel::stride_phases phases(window, channels, 2 * pixels, 2 * pixels);
      return seconds * static_cast<double>(lanes) / static_cast<double>(phases.size());
    };
    add(out.phases, cut(3));
    add(out.sampled, cut(1));
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::detail
