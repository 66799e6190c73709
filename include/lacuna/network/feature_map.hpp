// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/tensor.hpp>
#include <lacuna/format/dense.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Activations of a batch with channels outermost: values in the order (c, n, h, w), extents said
/// as usual, (n, c, h, w).
///
/// One row a channel makes a whole batch one matrix (c, n * h * w): a convolution is one product
/// for all images, its result is already in this order, and statistics of a channel read
/// contiguous memory.
template <class T>
class feature_map {
 public:
  feature_map() = default;
  explicit feature_map(const extents4& extents) { resize(extents); }

  /// Keeps memory that is large enough; values are unspecified afterwards.
  void resize(const extents4& extents) {
    extents_ = extents;
    if (static_cast<index_t>(values_.size()) < extents.size()) {
      values_.resize(static_cast<std::size_t>(extents.size()));
    }
  }

  [[nodiscard]] const extents4& extents() const noexcept { return extents_; }
  [[nodiscard]] index_t pixels() const noexcept { return extents_.h * extents_.w; }
  [[nodiscard]] T* data() noexcept { return values_.data(); }
  [[nodiscard]] const T* data() const noexcept { return values_.data(); }

  /// Channel c of image n, (h, w).
  [[nodiscard]] T* plane(index_t c, index_t n) noexcept {
    return data() + (c * extents_.n + n) * pixels();
  }
  [[nodiscard]] const T* plane(index_t c, index_t n) const noexcept {
    return data() + (c * extents_.n + n) * pixels();
  }

  using map = Eigen::Map<dense_matrix<T>>;
  using const_map = Eigen::Map<const dense_matrix<T>>;
  /// (c, n * h * w)
  [[nodiscard]] map matrix() noexcept { return {data(), extents_.c, extents_.n * pixels()}; }
  [[nodiscard]] const_map matrix() const noexcept {
    return {data(), extents_.c, extents_.n * pixels()};
  }
  /// All values in a row.
  [[nodiscard]] auto array() noexcept {
    return Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>(data(), extents_.size());
  }
  [[nodiscard]] auto array() const noexcept {
    return Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>(data(), extents_.size());
  }

 private:
  extents4 extents_{};
  aligned_vector<T> values_;
};

/// From images (n, c, h, w).
template <class T>
void copy_from_nchw(const T* images, const extents4& extents, feature_map<T>& out) {
  out.resize(extents);
  const index_t pixels = out.pixels();
  for (index_t n = 0; n < extents.n; ++n) {
    for (index_t c = 0; c < extents.c; ++c, images += pixels) {
      std::copy(images, images + pixels, out.plane(c, n));
    }
  }
}

/// To images (n, c, h, w).
template <class T>
void copy_to_nchw(const feature_map<T>& map, T* images) {
  for (index_t n = 0; n < map.extents().n; ++n) {
    for (index_t c = 0; c < map.extents().c; ++c, images += map.pixels()) {
      std::copy(map.plane(c, n), map.plane(c, n) + map.pixels(), images);
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::network
