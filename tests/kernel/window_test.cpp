// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors what reads images in place:
// kernel/pack/{stride_phases,cut_phases,tap_sections,window_parts, window_rows}.hpp,
// kernel/simd/spmm_window.hpp, and load_lanes of kernel/simd/batch.hpp.
#include <lacuna/kernel/pack/cut_phases.hpp>
#include <lacuna/kernel/pack/pack.hpp>
#include <lacuna/kernel/pack/stride_phases.hpp>
#include <lacuna/kernel/pack/window_parts.hpp>
#include <lacuna/kernel/pack/window_rows.hpp>
#include <lacuna/kernel/simd/spmm_window.hpp>

#include <vector>

#include "support/architectures.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace window_test {

using lacuna::conv_window, lacuna::dense_matrix, lacuna::index_t;
namespace kernel = lacuna::kernel;

namespace {
constexpr float padding = 5.0F;
constexpr float untouched = -77.0F;

/// What tap (ty, tx) sees of channel c under output pixel (y, x), `beside` an image.
float seen(const lacuna::tensor<float>& image, const conv_window& window, index_t c, index_t y,
           index_t x, index_t ty, index_t tx, float beside) {
  const index_t in_y = window.in_y(y, ty);
  const index_t in_x = window.in_x(x, tx);
  const auto& e = image.extents();
  const bool inside = in_y >= 0 && in_y < e.h && in_x >= 0 && in_x < e.w;
  return inside ? image(0, c, in_y, in_x) : beside;
}

/// The rows of X as a window sees them: row (ty kw + tx) c + channel, a column an output pixel.
dense_matrix<float> patches(const lacuna::tensor<float>& image, const conv_window& window,
                            float beside = padding) {
  const auto& e = image.extents();
  const index_t out_w = window.out_w(e.w);
  dense_matrix<float> out(window.kernel_h * window.kernel_w * e.c, window.out_h(e.h) * out_w);
  for (index_t k = 0; k < out.rows(); ++k) {
    for (index_t p = 0; p < out.cols(); ++p) {
      const index_t tap = k / e.c;
      out(k, p) = seen(image, window, k % e.c, p / out_w, p % out_w, tap / window.kernel_w,
                       tap % window.kernel_w, beside);
    }
  }
  return out;
}

struct windowed {
  conv_window window;
  lacuna::extents2 size;
};
/// Windows that keep the length of rows of phases.
std::vector<windowed> windows() {
  using lacuna::padding2;
  return {{{3, 3, 1, 1, 1}, {7, 7}},
          {{3, 3, 1, 1, 1}, {3, 40}},
          {{3, 3, 1, 1, 1}, {1, 1}},
          {{1, 5, 1, padding2(0, 2, 0, 2), 1}, {4, 17}},
          {{5, 1, 1, padding2(2, 0, 2, 0), 1}, {9, 5}},
          {{3, 3, 1, 2, 2}, {6, 11}},
          {{3, 3, 2, 1, 1}, {14, 14}},
          {{3, 3, 2, 1, 1}, {9, 7}},
          {{7, 7, 2, 3, 1}, {20, 22}},
          {{1, 1, 2, 0, 1}, {5, 9}},
          {{2, 2, 2, 0, 1}, {6, 8}},
          {{3, 3, 3, 0, 1}, {9, 12}},
          {{3, 2, {1, 2}, padding2(4, 0, 1, 0), 1}, {5, 8}}};
}

/// The phases of an image, and where rows of X start in them.
struct cut_image {
  kernel::stride_phases phases;
  std::vector<float> values;
  std::vector<std::int32_t> offsets;

  template <class Arch>
  static cut_image make(const lacuna::tensor<float>& image, const conv_window& window) {
    const auto& e = image.extents();
    cut_image out{{window, e.c, e.h, e.w}, {}, {}};
    out.values.assign(static_cast<std::size_t>(out.phases.size()), untouched);
    kernel::cut_phases<Arch>(out.phases, 0, e.c, 0, out.phases.plane_h(), image.data(),
                             out.values.data());
    for (index_t ty = 0; ty < window.kernel_h; ++ty) {
      for (index_t tx = 0; tx < window.kernel_w; ++tx) {
        for (index_t c = 0; c < e.c; ++c) {
          out.offsets.push_back(
              static_cast<std::int32_t>(out.phases.offset(ty, tx) + c * out.phases.plane()));
        }
      }
    }
    return out;
  }
};
}  // namespace

TEMPLATE_LIST_TEST_CASE("phases hold under each tap what it sees of the image", "[kernel][pack]",
                        test::architectures) {
  for (const auto& [window, size] : windows()) {
    CAPTURE(window.kernel_h, window.kernel_w, window.stride.h, window.stride.w, size.h, size.w);
    const auto image = test::random_tensor<float>({1, 3, size.h, size.w});
    const auto cut = cut_image::make<TestType>(image, window);
    const index_t out_w = window.out_w(size.w);
    REQUIRE(out_w == cut.phases.plane_w());
    const dense_matrix<float> expected = patches(image, window);
    for (index_t k = 0; k < expected.rows(); ++k) {
      for (index_t p = 0; p < expected.cols(); ++p) {
        if (expected(k, p) == padding) continue;
        const auto at = static_cast<std::size_t>(cut.offsets[static_cast<std::size_t>(k)] + p);
        REQUIRE(at < cut.values.size());
        REQUIRE(cut.values[at] == expected(k, p));
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("rows under a window are gathered with its padding", "[kernel][pack]",
                        test::architectures) {
  constexpr index_t lanes = kernel::simd::lanes<float, TestType>;
  for (const auto& [window, size] : windows()) {
    const auto image = test::random_tensor<float>({1, 3, size.h, size.w});
    const auto cut = cut_image::make<TestType>(image, window);
    const dense_matrix<float> expected = patches(image, window);
    kernel::window_parts parts(window, size.h, size.w);
    std::vector<kernel::simd::window_part> found;
    for (index_t first = 0; first < expected.cols(); first += 7) {
      const index_t cols = std::min<index_t>(8 * lanes, expected.cols() - first);
      CAPTURE(window.kernel_h, window.stride.w, size.h, size.w, first, cols);
      parts.find(first, cols, lanes, found);
      const index_t vectors = lacuna::ceil_div(cols, lanes);
      index_t section = 0;
      for (const auto& part : found) {
        REQUIRE(part.first == section);
        for (; section < part.last; ++section) {
          const index_t tap =
              section % window.kernel_h * window.kernel_w + section / window.kernel_h;
          lacuna::aligned_vector<float> strip(static_cast<std::size_t>(3 * vectors * lanes));
          kernel::pack_window_rows<TestType>(cut.values.data() + first,
                                             cut.offsets.data() + 3 * tap, 3, vectors, padding,
                                             part, strip.data());
          for (index_t c = 0; c < 3; ++c) {
            for (index_t j = 0; j < vectors * lanes; ++j) {
              const float value = j < cols ? expected(3 * tap + c, first + j) : padding;
              REQUIRE(strip[static_cast<std::size_t>(c * vectors * lanes + j)] == value);
            }
          }
        }
      }
      REQUIRE(section == window.kernel_h * window.kernel_w);
    }
  }
}

TEST_CASE("amid an image there is a part a column of taps", "[kernel][pack]") {
  kernel::window_parts parts({3, 3, 1, 1, 1}, 5, 16);
  std::vector<kernel::simd::window_part> found;
  parts.find(32, 16, 16, found);
  CHECK(found.size() == 3);
  parts.find(0, 16, 16, found);  // the uppermost row: its upper taps see nothing
  CHECK(found.size() == 6);
}

TEMPLATE_LIST_TEST_CASE(
    "products of images in place are those of their patches, and nothing else "
    "is written",
    "[kernel][simd]", test::architectures) {
  constexpr index_t rows = kernel::simd::tile_rows<TestType>(8);
  constexpr index_t width = kernel::simd::strip_width<float, TestType, rows>;
  constexpr index_t lanes = kernel::simd::lanes<float, TestType>;
  constexpr index_t few = kernel::simd::few_columns<kernel::panels<float, rows>>;
  const auto by_runs = GENERATE(false, true);
  for (const auto& [window, size] : windows()) {
    if (window.kernel_h * window.kernel_w == 1) continue;
    const auto image = test::random_tensor<float>({1, 8, size.h, size.w});
    const auto cut = cut_image::make<TestType>(image, window);
    const dense_matrix<float> x = patches(image, window, 0);
    const auto w = test::random_blocks<float>(21, x.rows(), 8, 8, 0.5);
    auto panels = kernel::pack_panels<rows>(lacuna::to_block_csr<8, 8>(w), x.rows(),
                                            [](index_t k) { return k; });
    kernel::sort_by_taps(panels, {window.kernel_h, window.kernel_w});
    if (by_runs) kernel::find_runs(panels);
    REQUIRE(panels.in_runs == by_runs);
    kernel::end_positions(panels);
    const dense_matrix<float> expected = w * x;
    kernel::window_parts parts(window, size.h, size.w);
    std::vector<kernel::simd::window_part> found;
    for (index_t cols = 1; cols <= std::min(width + (few > 0 ? 1 : 0), x.cols()); ++cols) {
      const index_t first = (x.cols() - cols) * (cols % 3) / 2;
      CAPTURE(window.kernel_h, window.stride.w, size.h, size.w, first, cols, TestType::name());
      parts.find(first, cols, lanes, found);
      const index_t from = cols % 2;
      dense_matrix<float> y = dense_matrix<float>::Constant(24, x.cols() + 1, untouched);
      kernel::simd::strip<float> strip;
      strip.x = cut.values.data() + first;
      strip.offsets = cut.offsets.data();
      strip.cols = cols;
      strip.y = y.data() + first;
      strip.ldy = y.cols();
      strip.parts = found.data();
      strip.part_count = static_cast<index_t>(found.size());
      strip.ldx = cut.phases.plane();
      kernel::simd::spmm_window<TestType>(panels, from, panels.count(), strip,
                                          lacuna::no_epilogue{});
      dense_matrix<float> wanted = dense_matrix<float>::Constant(24, x.cols() + 1, untouched);
      const index_t row = from * rows;
      wanted.block(row, first, 21 - row, cols) = expected.block(row, first, 21 - row, cols);
      REQUIRE(y == wanted);
    }
  }
}

TEST_CASE("sorting by taps keeps every entry and finds each tap's", "[kernel][pack]") {
  const lacuna::extents2 taps(2, 3);
  const index_t channels = 5;
  const auto w = test::random_blocks<float>(20, 6 * channels, 4, 1, 0.4);
  const auto plain =
      kernel::pack_panels<4>(lacuna::to_block_csr<4, 1>(w), w.cols(), [](index_t k) { return k; });
  auto sorted = plain;
  kernel::sort_by_taps(sorted, taps);
  REQUIRE(sorted.offsets == plain.offsets);
  dense_matrix<float> all = dense_matrix<float>::Zero(20, w.cols());
  for (index_t p = 0; p < sorted.count(); ++p) {
    const index_t entries = sorted.offsets[static_cast<std::size_t>(p) + 1] -
                            sorted.offsets[static_cast<std::size_t>(p)];
    const std::int32_t* const starts = sorted.sections.of_panel(p);
    for (index_t section = 0; section < 6; ++section) {
      const index_t last = section == 5 ? entries : starts[section + 1];
      for (index_t e = starts[section]; e < last; ++e) {
        const index_t k = sorted.positions(p)[e];
        const index_t tap = k / channels;
        REQUIRE(sorted.sections.of(tap / taps.w, tap % taps.w) == section);
        for (index_t r = 0; r < 4; ++r) {
          all(p * 4 + r, k) += sorted.values[static_cast<std::size_t>(
              (sorted.offsets[static_cast<std::size_t>(p)] + e) * 4 + r)];
        }
      }
    }
  }
  CHECK(all == w);

  auto odd = plain;
  kernel::sort_by_taps(odd, {2, 2});  // 30 rows of X are no four taps
  CHECK(odd.sections.starts.empty());
  CHECK(odd.k == plain.k);
}

TEMPLATE_LIST_TEST_CASE("masked lanes are not read", "[kernel][simd]", test::architectures) {
  const auto expect_lanes = [](auto zero) {
    using T = decltype(zero);
    using B = xsimd::batch<T, TestType>;
    constexpr auto size = static_cast<unsigned>(B::size);
    // A guarded array of the lanes that are read: what lies around it is another's.
    for (unsigned first = 0; first <= size; ++first) {
      for (unsigned last = first; last <= size; ++last) {
        std::vector<T> values(last - first);
        for (unsigned i = 0; i < last - first; ++i) values[i] = static_cast<T>(i + 1);
        const auto mask = static_cast<std::uint16_t>(((1U << last) - 1U) & ~((1U << first) - 1U));
        const auto* const from = reinterpret_cast<const T*>(
            reinterpret_cast<std::uintptr_t>(values.data()) - first * sizeof(T));
        alignas(64) T lane[size];
        kernel::simd::load_lanes(B(T(-3)), from, mask).store_aligned(lane);
        for (unsigned i = 0; i < size; ++i) {
          const bool is_read = i >= first && i < last;
          REQUIRE(lane[i] == (is_read ? static_cast<T>(i - first + 1) : T(-3)));
        }
      }
    }
  };
  expect_lanes(0.0F);
  expect_lanes(0.0);
}

}  // namespace window_test
