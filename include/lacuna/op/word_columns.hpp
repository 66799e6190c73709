// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/kernel/simd/spmm_panels.hpp>
#include <lacuna/op/column_source.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// The columns of narrow matrices X, `image_stride` values apart, as the words that dot panels
/// read: each task interleaves a band of them before it multiplies their strips, and finds it in
/// the second level. X that is interleaved as a whole is written to the third and read back: in
/// 8x8 at 1/8 on Zen 5, in turn with all other libraries, 768x3072x384 is 1.28 times as fast by
/// bands in bfloat16, 128x256x3136 1.19 times, in int8 1.12.
template <class X>
struct word_columns {
  matrix_view<const X> x;
  index_t image_count{1};
  index_t image_stride{0};
  x_zero<float> zero_{};

  [[nodiscard]] index_t images() const noexcept { return image_count; }
  [[nodiscard]] const x_zero<float>& zero() const noexcept { return zero_; }
  [[nodiscard]] index_t cols() const noexcept { return x.cols; }
  [[nodiscard]] static bool is_laid_out() noexcept { return false; }
  [[nodiscard]] index_t groups() const noexcept {
    return ceil_div(x.rows, kernel::detail::group_rows<X>);
  }
  [[nodiscard]] index_t scratch(index_t share, index_t /*lanes*/, index_t width) const noexcept {
    return groups() * stride(share, width) + line;
  }

  /// Whether bands pay: for more words than a second level holds beside W and Y, whose bands it
  /// does hold, and with columns enough for `threads` to share them out by strips. With 16
  /// registers strips are copied, from X as a whole.
  template <class Arch, class Panels>
  [[nodiscard]] bool pay_for(const Panels& /*w*/, index_t threads) const noexcept {
    constexpr index_t width =
        kernel::simd::strip_width<typename Panels::value_type, Arch, Panels::rows_per_panel>;
    const bool far = groups() * x.cols * index_t{sizeof(float)} > 2 * band_bytes;
    const bool many = threads == 1 || x.cols * image_count >= 8 * threads * width;
    return kernel::simd::registers<Arch> > 16 && far && many && groups() <= 2048;
  }

  class reader {
   public:
    reader(const word_columns& source, float* memory) noexcept : source_(source), band_(memory) {}
    template <class Arch>
    [[nodiscard]] readable_columns<float> read(index_t image, index_t col, index_t count,
                                               index_t ahead) {
      if (image != image_ || col < first_ || col + count > last_) {
        image_ = image;
        first_ = col;
        last_ = std::min(col + source_.band(ahead, count), source_.x.cols);
        stride_ = source_.stride(ahead, count);
        matrix_view<const X> of_image = source_.x;
        of_image.data += image * source_.image_stride;
        kernel::pack_dot_columns(of_image, first_, last_ - first_, {last_ - first_, stride_, 0},
                                 band_);
      }
      return {band_ + (col - first_), stride_};
    }

   private:
    const word_columns& source_;
    float* band_;
    index_t image_{-1};
    index_t first_{0};
    index_t last_{0};
    index_t stride_{0};
  };

 private:
  static constexpr index_t band_bytes = 256 * 1024;
  static constexpr auto line = static_cast<index_t>(cache_line / sizeof(float));

  /// Columns of a band, for `share` columns by strips of at most `width`: whole strips of 48 or 49,
  /// and of each row of X a line and a half at least.
  [[nodiscard]] index_t band(index_t share, index_t width) const noexcept {
    constexpr index_t strip = 49;
    const index_t fitting = band_bytes / (std::max<index_t>(1, groups()) * index_t{sizeof(float)});
    const index_t least = round_up(96 / index_t{sizeof(X)}, strip);
    return std::max(width, std::min(share, std::max(least, fitting / strip * strip)));
  }
  /// Words between rows: an odd number of cache lines, for columns to spread over the sets of the
  /// first level.
  [[nodiscard]] index_t stride(index_t share, index_t width) const noexcept {
    const index_t lines = ceil_div(band(share, width), line);
    return (lines + 1 - lines % 2) * line;
  }
};

}  // namespace lacuna::inline LACUNA_ABI::detail
