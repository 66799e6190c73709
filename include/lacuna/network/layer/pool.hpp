// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/simd/deinterleave.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/network/pass.hpp>

namespace lacuna::inline LACUNA_ABI::network {

namespace detail {
[[nodiscard]] inline extents4 pooled(const conv_window& window, const extents4& in) {
  const extents4 out{in.n, in.c, window.out_h(in.h), window.out_w(in.w)};
  const bool padded_too_far =
      2 * std::max(window.padding.top, window.padding.bottom) > window.kernel_h ||
      2 * std::max(window.padding.left, window.padding.right) > window.kernel_w;
  if (out.h < 1 || out.w < 1 || padded_too_far) {
    throw shape_error("window " + to_string_shape(window.kernel_h, window.kernel_w) +
                      " does not fit input " + to_string(in) +
                      " (padding may be half the window at most)");
  }
  return out;
}

/// Calls f(offset in out, offset in in) for all pixels of a plane under every window, padding left
/// out; windows one after the other.
template <class F>
void for_each_window_pixel(const conv_window& window, const extents4& in, F&& f) {
  const index_t out_h = window.out_h(in.h);
  const index_t out_w = window.out_w(in.w);
  for (index_t y = 0; y < out_h; ++y) {
    for (index_t x = 0; x < out_w; ++x) {
      for (index_t ty = 0; ty < window.kernel_h; ++ty) {
        const index_t in_y = window.in_y(y, ty);
        if (in_y < 0 || in_y >= in.h) continue;
        for (index_t tx = 0; tx < window.kernel_w; ++tx) {
          const index_t in_x = window.in_x(x, tx);
          if (in_x >= 0 && in_x < in.w) f(y * out_w + x, in_y * in.w + in_x);
        }
      }
    }
  }
}

/// What any value is at least.
template <class T>
inline constexpr T least_value = std::numeric_limits<T>::has_infinity
                                     ? -std::numeric_limits<T>::infinity()
                                     : std::numeric_limits<T>::lowest();

/// The larger of two, lane by lane, NaN where either is.
template <class B>
[[nodiscard]] LACUNA_ALWAYS_INLINE B larger(const B& a, const B& b) noexcept {
  if constexpr (std::is_integral_v<typename B::value_type>) {
    return xsimd::max(a, b);
  } else {
    return xsimd::select(xsimd::isnan(a) || (a >= b), a, b);
  }
}

/// max_pool of planes (h, w) of floats, one after the other, under windows of 2 x 2 that tile them,
/// a last odd row or column left out: the larger of two rows, then of each two columns. Rows of 28
/// take 26 ns by `max_of_planes`.
inline void max_of_quads(const extents4& in, index_t planes, const float* x, float* y) {
  using T = float;
  using vector = kernel::simd::batch<T, xsimd::default_arch>;
  constexpr index_t lanes = kernel::simd::lanes<T, xsimd::default_arch>;
  constexpr index_t ahead = kernel::simd::prefetch_bytes_of_images / index_t{sizeof(T)};
  const index_t out_w = in.w / 2;
  for (index_t p = 0; p < planes; ++p, x += in.h * in.w) {
    for (index_t oy = 0; oy < in.h / 2; ++oy, y += out_w) {
      const T* const row = x + 2 * oy * in.w;
      const auto of_both = [&](index_t j) LACUNA_INLINE_LAMBDA {
        const index_t count = std::clamp<index_t>(in.w - j, 0, lanes);
        const auto load = [&](const T* from) LACUNA_INLINE_LAMBDA {
          kernel::simd::prefetch_vectors<1, lanes, 2>(from + ahead + j);
          return kernel::simd::load_first<vector>(from + (count > 0 ? j : 0), count);
        };
        return larger(load(row), load(row + in.w));
      };
      for (index_t j = 0; j < out_w; j += lanes) {
        const vector a = of_both(2 * j);
        const vector b = of_both(2 * j + lanes);
        kernel::simd::store_first(
            larger(kernel::simd::even_lanes(a, b), kernel::simd::odd_lanes(a, b)), y + j,
            std::min(lanes, out_w - j));
      }
    }
  }
}

/// max_pool of planes (h, w) one after the other. A window's rows are copied with their padding and
/// whole vectors behind, so that none is partial; the largest value is taken of its rows, then of
/// its columns at every position, of which the stride leaves some. ResNet-50's takes 5.8 ms pixel
/// by pixel and 0.28 so, of bytes 0.1. VGG-16's first from memory takes 0.98 to 1.09 ms, asked for
/// ahead 0.56 to 0.59 (Zen 5).
template <class T>
void max_of_planes(const conv_window& window, const extents4& in, index_t planes, const T* x,
                   T* y) {
  using vector = kernel::simd::batch<T, xsimd::default_arch>;
  constexpr index_t lanes = kernel::simd::lanes<T, xsimd::default_arch>;
  constexpr index_t line = static_cast<index_t>(cache_line / sizeof(T));
  constexpr index_t ahead = kernel::simd::prefetch_bytes_of_images / index_t{sizeof(T)};
  const index_t out_w = window.out_w(in.w);
  const index_t positions = (out_w - 1) * window.stride.w + 1;
  const index_t padded = window.padding.left + in.w + window.padding.right;
  const index_t width = round_up(padded, lanes) + lanes;
  std::vector<T> memory(static_cast<std::size_t>((window.kernel_h + 2) * width), least_value<T>);
  T* const tallest = memory.data() + window.kernel_h * width;
  T* const largest = tallest + width;
  for (index_t p = 0; p < planes; ++p, x += in.h * in.w) {
    for (index_t oy = 0; oy < window.out_h(in.h); ++oy, y += out_w) {
      for (index_t ty = 0; ty < window.kernel_h; ++ty) {
        T* const row = memory.data() + ty * width + window.padding.left;
        const index_t iy = window.in_y(oy, ty);
        if (iy >= 0 && iy < in.h) {
          const T* const source = x + iy * in.w;
          for (index_t j = 0; j < in.w; j += line) {
            kernel::simd::prefetch_vectors<1, line, 2>(source + ahead + j);
          }
          std::copy_n(source, in.w, row);
        } else {
          std::fill_n(row, in.w, least_value<T>);
        }
      }
      const T* from = memory.data();
      index_t rows = window.kernel_h;
      // Comparisons of floats take four operations, of integers one: less than to store and load.
      if constexpr (!std::is_integral_v<T>) {
        for (index_t j = 0; j < padded; j += lanes) {
          vector most = vector::load_unaligned(from + j);
          for (index_t ty = 1; ty < window.kernel_h; ++ty) {
            most = larger(most, vector::load_unaligned(from + ty * width + j));
          }
          most.store_unaligned(tallest + j);
        }
        from = tallest;
        rows = 1;
      }
      for (index_t j = 0; j < positions; j += lanes) {
        vector most = vector::load_unaligned(from + j);
        for (index_t ty = 0; ty < rows; ++ty) {
          for (index_t tx = ty == 0 ? 1 : 0; tx < window.kernel_w; ++tx) {
            const T* const tap = from + ty * width + tx * window.dilation.w;
            most = larger(most, vector::load_unaligned(tap + j));
          }
        }
        most.store_unaligned(largest + j);
      }
      kernel::copy_strided<xsimd::default_arch>(largest, window.stride.w, out_w, y);
    }
  }
}
}  // namespace detail

/// The largest value under a window; padding never wins. NaN under a window gives NaN.
struct max_pool {
  static constexpr const char* name = "max_pool";
  conv_window window;

  [[nodiscard]] extents4 output(std::span<const extents4> in) const {
    return detail::pooled(window, in[0]);
  }

  /// Of `planes` planes (h, w) one after the other; `winners`, where given, get the pixel that won.
  template <class T>
  void evaluate(const T* x, const extents4& in, index_t planes, T* y,
                std::int32_t* winners = nullptr) const {
    if (winners == nullptr) {
      if constexpr (std::is_same_v<T, float>) {
        if (window == conv_window{2, 2, 2, 0}) return detail::max_of_quads(in, planes, x, y);
      }
      return detail::max_of_planes(window, in, planes, x, y);
    }
    const index_t pixels = window.out_h(in.h) * window.out_w(in.w);
    for (index_t p = 0; p < planes; ++p, x += in.h * in.w, y += pixels) {
      std::fill(y, y + pixels, detail::least_value<T>);
      detail::for_each_window_pixel(window, in, [&](index_t o, index_t i) {
        // >= so that a window of minus infinities has a winner too; a NaN stays once it is in.
        if (x[i] >= y[o] || x[i] != x[i]) {
          y[o] = x[i];
          winners[p * pixels + o] = static_cast<std::int32_t>(i);
        }
      });
    }
  }

  /// Keeps which pixel won.
  template <class T>
  void forward(forward_pass<T>& pass) const {
    const extents4& in = pass.in[0]->extents();
    if (pass.training)
      pass.state.indices.resize(static_cast<std::size_t>(pass.out.extents().size()));
    evaluate(pass.in[0]->data(), in, in.c * in.n, pass.out.data(),
             pass.training ? pass.state.indices.data() : nullptr);
  }

  template <class T>
  void backward(backward_pass<T>& pass) const {
    if (pass.in_gradient[0].map == nullptr) return;
    pass.in_gradient[0].prepare();
    feature_map<T>& dx = *pass.in_gradient[0].map;
    const auto* winner = pass.state.indices.data();
    const T* dy = pass.out_gradient.data();
    for (index_t c = 0; c < dx.extents().c; ++c) {
      for (index_t n = 0; n < dx.extents().n; ++n) {
        T* to = dx.plane(c, n);
        for (index_t p = 0; p < pass.out.pixels(); ++p) to[*winner++] += *dy++;
      }
    }
  }
};

/// The mean under a window; padding counts as zeros.
struct average_pool {
  static constexpr const char* name = "average_pool";
  conv_window window;

  [[nodiscard]] extents4 output(std::span<const extents4> in) const {
    return detail::pooled(window, in[0]);
  }

  /// Of `planes` planes (h, w) one after the other.
  template <class T>
  void evaluate(const T* x, const extents4& in, index_t planes, T* y) const {
    const index_t pixels = window.out_h(in.h) * window.out_w(in.w);
    for (index_t p = 0; p < planes; ++p, x += in.h * in.w, y += pixels) {
      std::fill(y, y + pixels, T(0));
      detail::for_each_window_pixel(window, in, [&](index_t o, index_t i) { y[o] += x[i]; });
      for (index_t o = 0; o < pixels; ++o) y[o] *= weight<T>();
    }
  }

  template <class T>
  void forward(forward_pass<T>& pass) const {
    const extents4& in = pass.in[0]->extents();
    evaluate(pass.in[0]->data(), in, in.c * in.n, pass.out.data());
  }

  template <class T>
  void backward(backward_pass<T>& pass) const {
    if (pass.in_gradient[0].map == nullptr) return;
    pass.in_gradient[0].prepare();
    feature_map<T>& dx = *pass.in_gradient[0].map;
    for (index_t c = 0; c < dx.extents().c; ++c) {
      for (index_t n = 0; n < dx.extents().n; ++n) {
        const T* dy = pass.out_gradient.plane(c, n);
        T* to = dx.plane(c, n);
        detail::for_each_window_pixel(window, dx.extents(),
                                      [&](index_t o, index_t i) { to[i] += dy[o] * weight<T>(); });
      }
    }
  }

 private:
  template <class T>
  [[nodiscard]] T weight() const noexcept {
    return T(1) / static_cast<T>(window.kernel_h * window.kernel_w);
  }
};

/// The mean of each channel of an image: (n, c, h, w) to (n, c, 1, 1).
struct global_average_pool {
  static constexpr const char* name = "global_average_pool";

  [[nodiscard]] extents4 output(std::span<const extents4> in) const {
    return {in[0].n, in[0].c, 1, 1};
  }

  /// Of `planes` planes (h, w) one after the other.
  template <class T>
  void evaluate(const T* x, const extents4& in, index_t planes, T* y) const {
    Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>(y, planes) =
        Eigen::Map<const dense_matrix<T>>(x, planes, in.h * in.w).rowwise().mean();
  }

  template <class T>
  void forward(forward_pass<T>& pass) const {
    const extents4& in = pass.in[0]->extents();
    evaluate(pass.in[0]->data(), in, in.c * in.n, pass.out.data());
  }
  template <class T>
  void backward(backward_pass<T>& pass) const {
    if (pass.in_gradient[0].map == nullptr) return;
    feature_map<T>& dx = *pass.in_gradient[0].map;
    pass.in_gradient[0].prepare();
    Eigen::Map<dense_matrix<T>> to(dx.data(), dx.extents().size() / dx.pixels(), dx.pixels());
    to.colwise() += (pass.out_gradient.array() / static_cast<T>(dx.pixels())).matrix();
  }
};

}  // namespace lacuna::inline LACUNA_ABI::network
