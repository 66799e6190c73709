// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/kernel/epilogue_result.hpp>
#include <lacuna/kernel/position.hpp>
#include <lacuna/kernel/simd/batch.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Base of everything that `|` composes. An epilogue is called with a SIMD batch of results (or
/// one scalar, by reference kernels and matrix-vector products) and their position, and returns
/// what is stored. One template operator serves both, always inlined: where g++ chose to call the
/// load of a residual instead, a tile spilled all its sums around each call, and ResNet-50's
/// 256x64x3136 took 606 us for 418.
struct epilogue_tag {};

template <class E>
concept epilogue = std::derived_from<E, epilogue_tag> || std::same_as<E, no_epilogue>;

namespace detail {
/// A batch of values from memory, `count` of them valid; or one scalar.
template <class B, class T>
[[nodiscard]] LACUNA_ALWAYS_INLINE B load_as(const T* from, index_t count) noexcept {
  if constexpr (std::is_arithmetic_v<B>) {
    return static_cast<B>(*from);
  } else {
    return count == static_cast<index_t>(B::size) ? B::load_unaligned(from)
                                                  : kernel::simd::load_partial<B>(from, count);
  }
}

/// condition ? a : b, lane by lane. `b` must be what NaN is to become, as NaN compares false.
template <class C, class B>
[[nodiscard]] LACUNA_ALWAYS_INLINE B choose(const C& condition, const B& a, const B& b) noexcept {
  if constexpr (std::is_arithmetic_v<B>) {
    return condition ? a : b;
  } else {
    return xsimd::select(condition, a, b);
  }
}

template <class B>
struct scalar_of_batch : std::type_identity<B> {};
template <class T, class Arch>
struct scalar_of_batch<xsimd::batch<T, Arch>> : std::type_identity<T> {};
/// T of a batch of T, or of a T.
template <class B>
using scalar_of = typename scalar_of_batch<B>::type;

/// Batches that have no NaN to keep: one instruction takes the larger. (xsimd 8.1's select of
/// 32-bit integers does not compile with AVX-512 and g++ -O0 either.)
template <class B>
inline constexpr bool is_integral_batch =
    std::is_integral_v<scalar_of<B>> && !std::is_arithmetic_v<B>;
}  // namespace detail

/// y + b[row]: one number an output row or channel. The vector must outlive the operator.
template <class T>
struct bias_epilogue : epilogue_tag {
  const T* values{nullptr};
  index_t size{0};

  static constexpr const char* name = "bias";
  /// How many rows the operator must have.
  [[nodiscard]] index_t expected_rows() const noexcept { return size; }

  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& y, const position& at) const noexcept {
    return y + B(values[at.row]);
  }
};

/// Adds b[row]; `b` is any contiguous vector: Eigen, std::vector, std::span, lacuna's.
template <class Vector>
[[nodiscard]] auto bias(const Vector& b) {
  using T = std::remove_cvref_t<decltype(*b.data())>;
  return bias_epilogue<T>{{}, b.data(), static_cast<index_t>(b.size())};
}

/// max(y, 0); NaN stays NaN.
struct relu_epilogue : epilogue_tag {
  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& y,
                                                  const position& /*at*/) const noexcept {
    const B zero(detail::scalar_of<B>(0));
    if constexpr (detail::is_integral_batch<B>) {
      return xsimd::max(y, zero);
    } else {
      return detail::choose(y < zero, zero, y);
    }
  }
};
[[nodiscard]] inline relu_epilogue relu() noexcept { return {}; }

/// min(max(y, low), high); NaN stays NaN.
template <class T>
struct clamp_epilogue : epilogue_tag {
  T low;
  T high;
  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& y,
                                                  const position& /*at*/) const noexcept {
    const B from(low);
    const B to(high);
    if constexpr (detail::is_integral_batch<B>) {
      return xsimd::min(xsimd::max(y, from), to);
    } else {
      const B raised = detail::choose(y < from, from, y);
      return detail::choose(to < raised, to, raised);
    }
  }
};
/// @throws shape_error unless low <= high.
template <class T>
[[nodiscard]] clamp_epilogue<T> clamp(T low, T high) {
  if (!(low <= high)) {
    throw shape_error(message("clamp takes low <= high, got ", low, " and ", high));
  }
  return {{}, low, high};
}

/// y + r, element by element: the residual connection. The residual has the output's shape and
/// must outlive the call. It may be the output itself: each value is read just before its sum is
/// written, by the same thread.
template <class T>
struct add_epilogue : epilogue_tag {
  const T* values{nullptr};
  extents4 extents{};  ///< (images, rows, columns, 1)
  index_t row_stride{0};

  [[nodiscard]] extents4 expected_extents() const noexcept { return extents; }

  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& y, const position& at) const noexcept {
    const T* from = values + (at.image * extents.c + at.row) * row_stride + at.col;
    return y + detail::load_as<B>(from, at.count);
  }
};

/// Adds a matrix with contiguous rows to a product.
/// @throws shape_error when the rows are not contiguous (column-major).
template <class Matrix>
requires requires(const Matrix& m) { as_view(m); }
[[nodiscard]] auto add(const Matrix& residual) {
  const auto view = as_view(residual);
  using T = std::remove_cvref_t<decltype(*view.data)>;
  if (view.col_stride != 1 && view.cols > 1) {
    throw shape_error("add takes a row-major residual, got column stride " +
                      std::to_string(view.col_stride));
  }
  return add_epilogue<T>{{}, view.data, {1, view.rows, view.cols, 1}, view.row_stride};
}

/// Adds a tensor (n, c, h, w) to a convolution.
template <class T>
[[nodiscard]] add_epilogue<T> add(const tensor<T>& residual) {
  const extents4 e = residual.extents();
  return {{}, residual.data(), {e.n, e.c, e.h * e.w, 1}, e.h * e.w};
}

/// A functor of one's own: f(y) or f(y, position), for batches and scalars alike.
template <class F>
struct function_epilogue : epilogue_tag {
  F f;
  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& y, const position& at) const noexcept {
    if constexpr (std::is_invocable_v<const F&, const B&, const position&>) {
      return f(y, at);
    } else {
      return f(y);
    }
  }
};
template <class F>
[[nodiscard]] function_epilogue<F> apply(F f) {
  return {{}, std::move(f)};
}

/// First `a`, then `b`.
template <class A, class B>
struct epilogue_chain : epilogue_tag {
  A first;
  B second;
  template <class V>
  [[nodiscard]] LACUNA_ALWAYS_INLINE V operator()(const V& y, const position& at) const noexcept {
    return second(first(y, at), at);
  }
  template <class V>
  requires kernel::rounds_to_bytes<B, V>
  [[nodiscard]] LACUNA_ALWAYS_INLINE V rounded(const V& y, const position& at) const noexcept {
    return second.rounded(first(y, at), at);
  }
  [[nodiscard]] auto bytes() const noexcept requires requires(const B& b) { b.bytes(); }
  { return second.bytes(); }
};
template <epilogue A, epilogue B>
[[nodiscard]] epilogue_chain<A, B> operator|(A a, B b) {
  static_assert(std::is_same_v<kernel::epilogue_result_t<A, void>, void>,
                "an epilogue that changes the type of results comes last");
  return {{}, std::move(a), std::move(b)};
}

namespace kernel {
template <class A, class B, class T>
struct epilogue_result<epilogue_chain<A, B>, T> : epilogue_result<B, T> {};
}  // namespace kernel

namespace detail {
/// Checks every operand of an epilogue against the output (images, rows, cols).
inline void expect_fits(const no_epilogue& /*e*/, index_t, index_t, index_t) {}
template <class E>
void expect_fits(const E& e, index_t images, index_t rows, index_t cols) {
  if constexpr (requires { e.expected_rows(); }) {
    if (e.expected_rows() != rows) {
      throw shape_error(
          message(E::name, " has ", e.expected_rows(), " values, the output has ", rows, " rows"));
    }
  }
  if constexpr (requires { e.expected_extents(); }) {
    const extents4 wanted{images, rows, cols, 1};
    if (const extents4 got = e.expected_extents(); !(got == wanted)) {
      throw shape_error(
          message("residual has (images, rows, columns) = ", got, ", the output ", wanted));
    }
  }
  if constexpr (requires {
                  e.first;
                  e.second;
                }) {
    expect_fits(e.first, images, rows, cols);
    expect_fits(e.second, images, rows, cols);
  }
}
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
