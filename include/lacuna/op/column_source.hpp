// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/patches.hpp>
#include <lacuna/kernel/pack/planes.hpp>
#include <lacuna/kernel/pack/shifted_patches.hpp>

// Where an operator's tiles get the columns of X from. A source has
//   images(), cols()    how many images, and columns of X in each
//   scratch(share, lanes, width)
//                       values of scratch memory that a task takes: `share` columns in turn, by
//                       strips of at most `width`
//   reader              made by each task on its scratch memory; read<Arch>(image, col, count) is
//                       those columns, rows `ldx` apart and readable by whole vectors;
//                       read_rows<Arch>(image, col, count, first, last) is rows first ... last - 1
//                       of them, copied to vectors' boundaries unless the source is in place

namespace lacuna::inline LACUNA_ABI::detail {

/// Columns of X that tiles can read: row k starts at x + k * ldx.
template <class T>
struct readable_columns {
  const T* x{nullptr};
  index_t ldx{0};
  bool prefetch{false};  ///< the columns that follow are next and not in the caches yet
};

/// The columns of matrices X that lie `image_stride` values apart: read where they lie, or copied
/// strip by strip.
template <class T, class X>
struct matrix_columns {
  matrix_view<const X> x;
  index_t image_count{1};
  index_t image_stride{0};
  bool in_place{false};

  [[nodiscard]] index_t images() const noexcept { return image_count; }
  [[nodiscard]] index_t cols() const noexcept { return x.cols; }
  [[nodiscard]] index_t scratch(index_t /*share*/, index_t lanes, index_t width) const noexcept {
    return in_place ? 0 : x.rows * round_up(width, lanes);
  }

  /// Whether X is more than the second-level cache holds beside W and Y.
  [[nodiscard]] bool is_far() const noexcept {
    return x.rows * x.cols * static_cast<index_t>(sizeof(X)) > 512 * 1024;
  }

  class reader {
   public:
    reader(const matrix_columns& source, index_t /*share*/, T* memory) noexcept
        : source_(source), memory_(memory) {}
    template <class Arch>
    [[nodiscard]] readable_columns<T> read(index_t image, index_t col, index_t count) {
      return read_rows<Arch>(image, col, count, 0, source_.x.rows);
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> read_rows(index_t image, index_t col, index_t count,
                                                index_t first, index_t last) {
      matrix_view<const X> of_image = source_.x;
      of_image.data += image * source_.image_stride + first * of_image.row_stride;
      of_image.rows = last - first;
      if constexpr (std::is_same_v<T, X>) {
        if (source_.in_place) return {of_image.data + col, of_image.row_stride, source_.is_far()};
      }
      const index_t width = round_up(count, kernel::simd::lanes<T, Arch>);
      kernel::pack_columns<Arch>(of_image, col, count, width, memory_);
      return {memory_, width, false};
    }

   private:
    const matrix_columns& source_;
    T* memory_;
  };
};

/// The patches under a convolution's window, a column an output pixel. Where the window keeps the
/// width they are the image, shifted; else each task lays out the planes under some output rows and
/// gathers its strips from them.
template <class T, class X>
class patch_columns {
 public:
  patch_columns(const X* x, const extents4& in, const conv_window& window)
      : x_(x),
        in_(in),
        window_(window),
        out_h_(window.out_h(in.h)),
        layout_(window, in.c, in.h, in.w),
        depth_(window.kernel_h * window.kernel_w * in.c) {}

  [[nodiscard]] index_t images() const noexcept { return in_.n; }
  [[nodiscard]] index_t cols() const noexcept { return out_h_ * layout_.out_w(); }
  [[nodiscard]] index_t scratch(index_t share, index_t lanes, index_t width) const noexcept {
    return front + layout_.size(band(share, width)) + front + depth_ * round_up(width, lanes);
  }

  class reader {
   public:
    reader(const patch_columns& source, index_t share, T* memory) noexcept
        : source_(source), share_(share), planes_(memory + front) {}
    template <class Arch>
    [[nodiscard]] readable_columns<T> read(index_t image, index_t col, index_t count) {
      if (source_.is_shifted()) return read_rows<Arch>(image, col, count, 0, source_.depth_);
      lay_out<Arch>(image, col, count);
      // Under a window of one tap the planes are the columns.
      if (source_.has_one_tap()) return {column(col), source_.layout_.channel(rows_), false};
      return gather<Arch>(col, count);
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> read_rows(index_t image, index_t col, index_t count,
                                                index_t first, index_t last) {
      const index_t width = round_up(count, kernel::simd::lanes<T, Arch>);
      if constexpr (can_shift) {
        if (source_.is_shifted()) {
          const extents4& in = source_.in_;
          kernel::pack_shifted_patches<Arch>(source_.x_ + image * in.c * in.h * in.w, in.c, in.h,
                                             in.w, source_.window_, col, count, width, first, last,
                                             planes_);
          return {planes_, width, false};
        }
      }
      if (source_.has_one_tap()) {
        lay_out<Arch>(image, col, count);
        const index_t channel = source_.layout_.channel(rows_);
        T* const strip = after_planes();
        kernel::pack_columns<Arch>(
            matrix_view<const T>{column(col) + first * channel, last - first, count, channel, 1}, 0,
            count, width, strip);
        return {strip, width, false};
      }
      if (image != gathered_image_ || col != gathered_col_) {
        lay_out<Arch>(image, col, count);
        static_cast<void>(gather<Arch>(col, count));
        gathered_image_ = image;
        gathered_col_ = col;
      }
      return {after_planes() + first * width, width, false};
    }

   private:
    using plane_layout = kernel::plane_layout;

    /// Sees to it that the planes under these columns are laid out.
    template <class Arch>
    void lay_out(index_t image, index_t col, index_t count) {
      const plane_layout& layout = source_.layout_;
      const extents4& in = source_.in_;
      const index_t first = col / layout.out_w();
      const index_t last = (col + count - 1) / layout.out_w();
      if (image == image_ && first >= first_ && last < first_ + rows_) return;
      image_ = image;
      first_ = first;
      rows_ = std::min(source_.band(share_, count), source_.out_h_ - first);
      layout.template pack<Arch>(source_.x_ + image * in.c * in.h * in.w, first_, rows_, planes_);
    }
    [[nodiscard]] const T* column(index_t col) const noexcept {
      return planes_ + (col - first_ * source_.layout_.out_w());
    }
    [[nodiscard]] T* after_planes() const noexcept {
      constexpr auto line = static_cast<index_t>(cache_line / sizeof(T));
      return planes_ + round_up(source_.layout_.size(rows_), line);
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> gather(index_t col, index_t count) {
      const index_t width = round_up(count, kernel::simd::lanes<T, Arch>);
      kernel::pack_patches<Arch>(source_.layout_, planes_, first_, rows_, col, count, width,
                                 after_planes());
      return {after_planes(), width, false};
    }

    const patch_columns& source_;
    index_t share_;
    T* planes_;
    index_t image_{-1};
    index_t first_{0};
    index_t rows_{0};
    index_t gathered_image_{-1};
    index_t gathered_col_{-1};
  };

 private:
  /// Values before the planes: a vector may start that much before what it takes from them.
  static constexpr index_t front = 64 / static_cast<index_t>(sizeof(T));

  static constexpr bool can_shift = std::is_same_v<T, X> && std::is_floating_point_v<T>;

  [[nodiscard]] bool has_one_tap() const noexcept { return depth_ == in_.c; }

  /// Whether output rows are as long as input rows and the window moves by one pixel: a tap's row
  /// is then the plane itself, shifted, and needs no laying out: the demo's 8x8 network, of 28x28
  /// pixels and fewer, takes 14.7 ms, and 18.1 with it.
  [[nodiscard]] bool is_shifted() const noexcept {
    return can_shift && window_.stride == extents2(1) && layout_.out_w() == in_.w;
  }

  /// Output rows that are laid out at a time, for `share` columns by strips of at most `width`:
  /// what stays in the second-level cache with the strip, no more than asked for, and enough for a
  /// strip.
  [[nodiscard]] index_t band(index_t share, index_t width) const noexcept {
    constexpr index_t fitting = 384 * 1024 / static_cast<index_t>(sizeof(T));
    const index_t more = std::max<index_t>(1, layout_.size(2) - layout_.size(1));
    const index_t rows = (fitting - layout_.size(1)) / more + 1;
    const index_t least = (width + layout_.out_w() - 2) / layout_.out_w() + 1;
    const index_t useful = (share + layout_.out_w() - 2) / layout_.out_w() + 1;
    return std::min(out_h_, std::max(least, std::min(rows, useful)));
  }

  const X* x_;
  extents4 in_;
  conv_window window_;
  index_t out_h_;
  kernel::plane_layout layout_;
  index_t depth_;
};

}  // namespace lacuna::inline LACUNA_ABI::detail
