// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A 4-D tensor that owns its values: images (n, c, h, w) or filters (out, in, h, w), the last
/// index fastest.
template <class T>
class tensor {
 public:
  tensor() = default;

  /// All zero. @throws shape_error when an extent is negative.
  explicit tensor(extents4 extents) : extents_(checked(extents)) {
    values_.resize(static_cast<std::size_t>(extents_.size()));
  }

  /// @throws shape_error when the count of values is not the product of the extents.
  tensor(extents4 extents, aligned_vector<T> values)
      : extents_(checked(extents)), values_(std::move(values)) {
    if (static_cast<index_t>(values_.size()) != extents_.size()) {
      throw shape_error(message("tensor ", extents_, " takes ", extents_.size(), " values, got ",
                                values_.size()));
    }
  }

  [[nodiscard]] const extents4& extents() const noexcept { return extents_; }
  [[nodiscard]] index_t size() const noexcept { return extents_.size(); }
  [[nodiscard]] T* data() noexcept { return values_.data(); }
  [[nodiscard]] const T* data() const noexcept { return values_.data(); }
  [[nodiscard]] auto begin() noexcept { return values_.begin(); }
  [[nodiscard]] auto end() noexcept { return values_.end(); }
  [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
  [[nodiscard]] auto end() const noexcept { return values_.end(); }

  [[nodiscard]] T& operator()(index_t n, index_t c, index_t h, index_t w) noexcept {
    return values_[offset(n, c, h, w)];
  }
  [[nodiscard]] const T& operator()(index_t n, index_t c, index_t h, index_t w) const noexcept {
    return values_[offset(n, c, h, w)];
  }

 private:
  static extents4 checked(extents4 e) {
    if (e.n < 0 || e.c < 0 || e.h < 0 || e.w < 0) {
      throw shape_error(message("tensor extents ", e, " must not be negative"));
    }
    return e;
  }
  [[nodiscard]] std::size_t offset(index_t n, index_t c, index_t h, index_t w) const noexcept {
    return static_cast<std::size_t>(((n * extents_.c + c) * extents_.h + h) * extents_.w + w);
  }

  extents4 extents_{};
  aligned_vector<T> values_;
};

/// A 4-D tensor whose values are somebody else's, contiguous.
template <class T>
struct tensor_view {
  T* data{nullptr};
  extents4 extents;

  [[nodiscard]] constexpr operator tensor_view<const T>() const noexcept
      requires(!std::is_const_v<T>) {
    return {data, extents};
  }
};

template <class T>
[[nodiscard]] tensor_view<T> as_view(tensor<T>& x) noexcept {
  return {x.data(), x.extents()};
}
template <class T>
[[nodiscard]] tensor_view<const T> as_view(const tensor<T>& x) noexcept {
  return {x.data(), x.extents()};
}

}  // namespace lacuna::inline LACUNA_ABI
