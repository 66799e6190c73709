// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/patches.hpp>
#include <lacuna/kernel/pack/shifted_planes.hpp>
#include <lacuna/kernel/simd/strip.hpp>

// Where an operator's tiles get the columns of X from. A source has
//   images(), cols()    how many images, and columns of X in each
//   zero()              what stands for zero in X
//   is_laid_out()       whether strips are read from a layout of the image that each thread makes
//   scratch(share, lanes, width)
//                       values of scratch memory that a task takes: `share` columns in turn, by
//                       strips of at most `width`
//   reader              made by each task on its scratch memory; read<Arch>(image, col, count,
//                       ahead) is those columns, rows `ldx` apart and readable by whole vectors,
//                       where `ahead` columns from them on are to be read in turn;
//                       read_rows<Arch>(image, col, count, first, last, ahead) is rows first ...
//                       last - 1 of them, copied to vectors' boundaries unless the source is in
//                       place

namespace lacuna::inline LACUNA_ABI::detail {

/// What stands for zero in X: a word of it, and a byte where words are of bytes.
template <class T>
struct x_zero {
  T word{0};
  std::int32_t byte{0};
};

/// Columns of X that tiles can read: row k starts at x + k * ldx, or at x + offsets[k] where there
/// are offsets.
template <class T>
struct readable_columns {
  const T* x{nullptr};
  index_t ldx{0};
  const std::int32_t* offsets{nullptr};
  bool prefetch{false};  ///< the columns that follow are next and not in the caches yet
  const kernel::simd::window_part* parts{nullptr};  ///< of what a window sees, where it masks
  index_t part_count{0};
  kernel::simd::upcoming_rows<T> upcoming{};  ///< behind them, where they come from afar
};

/// The columns of matrices X that lie `image_stride` values apart: read where they lie, or copied
/// strip by strip.
template <class T, class X>
struct matrix_columns {
  matrix_view<const X> x;
  index_t image_count{1};
  index_t image_stride{0};
  bool in_place{false};
  x_zero<T> x_zero_{};

  [[nodiscard]] index_t images() const noexcept { return image_count; }
  [[nodiscard]] const x_zero<T>& zero() const noexcept { return x_zero_; }
  [[nodiscard]] index_t cols() const noexcept { return x.cols; }
  [[nodiscard]] static bool is_laid_out() noexcept { return false; }
  [[nodiscard]] index_t scratch(index_t /*share*/, index_t lanes, index_t width) const noexcept {
    return in_place ? 0 : x.rows * round_up(width, lanes);
  }

  /// Whether X is more than the second-level cache holds beside W and Y.
  [[nodiscard]] bool is_far() const noexcept {
    return x.rows * x.cols * static_cast<index_t>(sizeof(X)) > 512 * 1024;
  }

  class reader {
   public:
    reader(const matrix_columns& source, T* memory) noexcept : source_(source), memory_(memory) {}
    template <class Arch>
    [[nodiscard]] readable_columns<T> read(index_t image, index_t col, index_t count,
                                           index_t ahead) {
      return read_rows<Arch>(image, col, count, 0, source_.x.rows, ahead);
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> read_rows(index_t image, index_t col, index_t count,
                                                index_t first, index_t last, index_t /*ahead*/) {
      matrix_view<const X> of_image = source_.x;
      of_image.data += image * source_.image_stride + first * of_image.row_stride;
      of_image.rows = last - first;
      kernel::simd::upcoming_rows<T> upcoming;
      if constexpr (std::is_same_v<T, X>) {
        upcoming = behind(of_image, col, count, first);
        if (source_.in_place) {
          return {of_image.data + col,
                  of_image.row_stride,
                  nullptr,
                  source_.is_far(),
                  nullptr,
                  0,
                  upcoming};
        }
      }
      const index_t width = round_up(count, kernel::simd::lanes<T, Arch>);
      kernel::pack_columns<Arch>(of_image, col, count, width, memory_);
      return {memory_, width, nullptr, false, nullptr, 0, upcoming};
    }

   private:
    /// The rows behind these, from row `first` on, of the same columns; behind the last, as many
    /// of the columns that follow. None where X is near.
    [[nodiscard]] kernel::simd::upcoming_rows<T> behind(const matrix_view<const X>& rows,
                                                        index_t col, index_t count,
                                                        index_t first) const noexcept {
      if (!source_.is_far() || rows.col_stride != 1) return {};
      const index_t apart = rows.row_stride;
      const index_t left = source_.x.rows - first - rows.rows;
      if (left == 0) return {rows.data - first * apart + col + count, apart, rows.rows};
      return {rows.data + rows.rows * apart + col, apart, std::min(rows.rows, left)};
    }

    const matrix_columns& source_;
    T* memory_;
  };
};

/// The patches under any convolution's window, a column an output pixel; `window_columns` is for
/// those that keep rows' lengths. Each task lays out planes under some output rows
/// (kernel/pack/shifted_planes.hpp), and tiles read them where they lie, by offsets; or strips are
/// gathered from the planes.
template <class T, class X>
class alignas(cache_line) patch_columns {  // threads read it while its owner writes beside it
 public:
  /// `by_offset`: read planes where they lie.
  patch_columns(const X* x, const extents4& in, const conv_window& window, bool by_offset = false,
                const x_zero<T>& zero = {})
      : x_(x),
        zero_(zero),
        in_(in),
        window_(window),
        out_h_(window.out_h(in.h)),
        layout_(window, in.c, in.h, in.w),
        depth_(window.kernel_h * window.kernel_w * in.c),
        by_offset_(by_offset && layout_.size(out_h_) <= std::numeric_limits<std::int32_t>::max()) {}

  [[nodiscard]] index_t images() const noexcept { return in_.n; }
  [[nodiscard]] const x_zero<T>& zero() const noexcept { return zero_; }
  [[nodiscard]] index_t cols() const noexcept { return out_h_ * layout_.out_w(); }
  [[nodiscard]] static bool is_laid_out() noexcept { return true; }
  [[nodiscard]] index_t scratch(index_t share, index_t lanes, index_t width) const noexcept {
    const index_t strip = by_offset_ ? 0 : depth_ * round_up(width, lanes);
    return planes(band(share, width), lanes) + strip;
  }

  class reader {
   public:
    reader(const patch_columns& source, T* memory) : source_(source), planes_(memory) {}
    template <class Arch>
    [[nodiscard]] readable_columns<T> read(index_t image, index_t col, index_t count,
                                           index_t ahead) {
      lay_out<Arch>(image, col, count, ahead);
      if (source_.by_offset_) return {column(col), 0, offsets_.data()};
      // Under a window of one tap the planes are the columns.
      if (source_.has_one_tap()) return {column(col), source_.layout_.channel(rows_)};
      return gather<Arch>(col, count);
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> read_rows(index_t image, index_t col, index_t count,
                                                index_t first, index_t last, index_t ahead) {
      const index_t width = round_up(count, kernel::simd::lanes<T, Arch>);
      if (source_.has_one_tap()) {
        lay_out<Arch>(image, col, count, ahead);
        const index_t channel = source_.layout_.channel(rows_);
        T* const strip = after_planes<Arch>();
        kernel::pack_columns<Arch>(
            matrix_view<const T>{column(col) + first * channel, last - first, count, channel, 1}, 0,
            count, width, strip);
        return {strip, width};
      }
      if (image != gathered_image_ || col != gathered_col_) {
        lay_out<Arch>(image, col, count, ahead);
        static_cast<void>(gather<Arch>(col, count));
        gathered_image_ = image;
        gathered_col_ = col;
      }
      return {after_planes<Arch>() + first * width, width};
    }

   private:
    /// Whether the planes hold these columns.
    [[nodiscard]] bool holds(index_t image, index_t col, index_t count) const noexcept {
      const index_t out_w = source_.layout_.out_w();
      return image == image_ && col >= first_ * out_w && col + count <= (first_ + count_) * out_w;
    }
    void lay_out_rows(index_t rows) {
      rows_ = rows;
      offsets_.clear();
      if (!source_.by_offset_) return;
      const kernel::shifted_planes& layout = source_.layout_;
      offsets_.reserve(static_cast<std::size_t>(source_.depth_));
      for (index_t ty = 0; ty < source_.window_.kernel_h; ++ty) {
        for (index_t tx = 0; tx < source_.window_.kernel_w; ++tx) {
          for (index_t c = 0; c < source_.in_.c; ++c) {
            offsets_.push_back(static_cast<std::int32_t>(c * layout.channel(rows) +
                                                         layout.tap_offset(ty, tx, rows)));
          }
        }
      }
    }

    /// Sees to it that the planes under these columns are laid out.
    template <class Arch>
    void lay_out(index_t image, index_t col, index_t count, index_t ahead) {
      if (holds(image, col, count)) return;
      const kernel::shifted_planes& layout = source_.layout_;
      const extents4& in = source_.in_;
      const index_t rows = source_.band(ahead, count);
      if (rows > rows_) lay_out_rows(rows);
      image_ = image;
      first_ = col / layout.out_w();
      count_ = std::min(rows, source_.out_h_ - first_);
      layout.template pack<Arch>(source_.x_ + image * in.c * in.h * in.w, first_, count_, rows_,
                                 source_.zero_.word, planes_);
    }
    [[nodiscard]] const T* column(index_t col) const noexcept {
      return planes_ + (col - first_ * source_.layout_.out_w());
    }
    template <class Arch>
    [[nodiscard]] T* after_planes() const noexcept {
      return planes_ + source_.planes(rows_, kernel::simd::lanes<T, Arch>);
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> gather(index_t col, index_t count) {
      const index_t width = round_up(count, kernel::simd::lanes<T, Arch>);
      kernel::pack_patches<Arch>(source_.layout_, source_.window_, planes_, rows_,
                                 col - first_ * source_.layout_.out_w(), width,
                                 after_planes<Arch>());
      return {after_planes<Arch>(), width};
    }

    const patch_columns& source_;
    T* planes_;
    index_t image_{-1};
    index_t rows_{0};   ///< output rows that planes reach over
    index_t first_{0};  ///< output rows that are laid out
    index_t count_{0};
    std::vector<std::int32_t> offsets_;
    index_t gathered_image_{-1};
    index_t gathered_col_{-1};
  };

 private:
  /// Values that planes over `rows` output rows take: vectors reach behind them.
  [[nodiscard]] index_t planes(index_t rows, index_t lanes) const noexcept {
    return round_up(layout_.size(rows) + lanes, lanes);
  }

  [[nodiscard]] bool has_one_tap() const noexcept { return depth_ == in_.c; }

  /// Output rows that are laid out at a time, for `share` columns by strips of at most `width`:
  /// what stays in the second-level cache, no more than asked for, and enough for a strip. Bands of
  /// windows of several rows overlap, so they are higher.
  [[nodiscard]] index_t band(index_t share, index_t width) const noexcept {
    const index_t budget = depth_ == in_.c ? 384 * 1024 : 768 * 1024;
    const index_t fitting = budget / static_cast<index_t>(sizeof(T));
    const index_t more = std::max<index_t>(1, layout_.size(2) - layout_.size(1));
    const index_t rows = (fitting - layout_.size(1)) / more + 1;
    const index_t least = (width + layout_.out_w() - 2) / layout_.out_w() + 1;
    const index_t useful = (share + layout_.out_w() - 2) / layout_.out_w() + 1;
    return std::min(out_h_, std::max(least, std::min(rows, useful)));
  }

  const X* x_;
  x_zero<T> zero_;
  extents4 in_;
  conv_window window_;
  index_t out_h_;
  kernel::shifted_planes layout_;
  index_t depth_;
  bool by_offset_;
};

}  // namespace lacuna::inline LACUNA_ABI::detail
