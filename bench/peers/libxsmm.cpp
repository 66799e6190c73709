// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// libxsmm's products of a CSR matrix with packed operands: code is generated for the pattern,
// values are read from memory. (Its fsspmdm looks for equal values before it gives up and goes
// dense: minutes on weights. Release 1.17 has no block-sparse kernels.)
#include <memory>

#include <libxsmm_source.h>

#include "peers/compressed_rows.hpp"

namespace bench {
namespace {

using lacuna::dense_matrix, lacuna::index_t;

constexpr index_t lanes = 16;

struct row_range {
  libxsmm_smmfunction run;
  index_t first_row, first_value;
};

struct prepared {
  prepared() = default;
  ~prepared() {
    for (const row_range& r : kernels) libxsmm_release_kernel(reinterpret_cast<const void*>(r.run));
  }
  prepared(const prepared&) = delete;
  prepared& operator=(const prepared&) = delete;

  compressed_rows<unsigned> rows;
  std::vector<row_range> kernels;
  index_t strips{0}, vectors{0};       ///< of columns, and of 16 columns in each
  lacuna::aligned_vector<float> x, y;  ///< [strip][row][vector][lane]
};

// Code is written past the end of the generator's 128 KiB without a check, and an instruction takes
// about 12 bytes.
constexpr index_t code_limit = 96 * 1024;

/// Bytes of code of rows [first, last).
index_t code_bytes(const prepared& s, index_t first, index_t last) {
  const auto values = static_cast<index_t>(s.rows.offsets[static_cast<std::size_t>(last)] -
                                           s.rows.offsets[static_cast<std::size_t>(first)]);
  return 12 * (values * (1 + s.vectors) + 2 * (last - first) * s.vectors);
}

/// How many rows one kernel takes.
index_t rows_that_fit(const prepared& s, index_t first, index_t end) {
  index_t last = first + 1;
  while (last < end && code_bytes(s, first, last + 1) < code_limit) ++last;
  return last - first;
}

/// Strips of columns as wide as eight vectors, or as the code of the longest row has room for.
void cut_strips(prepared& s, index_t vectors, index_t rows) {
  s.strips = lacuna::ceil_div(vectors, index_t{8}) - 1;
  bool fits = false;
  while (!fits) {
    s.vectors = lacuna::ceil_div(vectors, ++s.strips);
    fits = true;
    for (index_t r = 0; r < rows; ++r) fits = fits && code_bytes(s, r, r + 1) < code_limit;
    fits = fits || s.vectors == 1;
  }
}

libxsmm_smmfunction generate(const prepared& s, index_t first, index_t count, index_t depth) {
  libxsmm_descriptor_blob memory;
  const auto n = static_cast<int>(s.vectors);
  const libxsmm_gemm_descriptor* const what =
      libxsmm_sgemm_descriptor_init(&memory, static_cast<int>(count), n, static_cast<int>(depth), 0,
                                    n, n, 1, 0, LIBXSMM_GEMM_FLAG_NONE, LIBXSMM_GEMM_PREFETCH_NONE);
  std::vector<unsigned> offsets;
  const unsigned base = s.rows.offsets[static_cast<std::size_t>(first)];
  for (index_t r = 0; r <= count; ++r) {
    offsets.push_back(s.rows.offsets[static_cast<std::size_t>(first + r)] - base);
  }
  return what == nullptr
             ? nullptr
             : libxsmm_create_xcsr_soa(what, offsets.data(), s.rows.columns.data() + base,
                                       s.rows.values.data() + base, lanes)
                   .smm;
}

class libxsmm_packed final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "libxsmm"; }
  [[nodiscard]] bool is_sparse() const override { return true; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    // It has no threads of its own.
    if (!is_sparse_product(p) || p.threads != 1 || p.gemm().n == 1) return {};
    const auto g = p.gemm();
    auto s = std::make_shared<prepared>();
    s->rows = compress_rows<unsigned>(p.weights.matrix, 1);
    cut_strips(*s, lacuna::ceil_div(g.n, lanes), g.m);
    for (index_t first = 0; first < g.m;) {
      const index_t count = rows_that_fit(*s, first, g.m);
      const auto kernel = generate(*s, first, count, g.k);
      if (kernel == nullptr) return {};
      s->kernels.push_back({kernel, first, s->rows.offsets[static_cast<std::size_t>(first)]});
      first += count;
    }
    const index_t width = s->vectors * lanes;
    s->x.resize(static_cast<std::size_t>(s->strips * g.k * width));
    s->y.resize(static_cast<std::size_t>(s->strips * g.m * width));
    for (index_t k = 0; k < g.k; ++k) {
      for (index_t n = 0; n < g.n; ++n) {
        s->x[static_cast<std::size_t>((n / width * g.k + k) * width + n % width)] =
            p.x.data()[k * g.n + n];
      }
    }
    return {{"libxsmm 1.17", "packed CSR",
             [s, g, width] {
               for (index_t strip = 0; strip < s->strips; ++strip) {
                 for (const row_range& r : s->kernels) {
                   r.run(s->rows.values.data() + r.first_value, s->x.data() + strip * g.k * width,
                         s->y.data() + (strip * g.m + r.first_row) * width);
                 }
               }
             },
             [s, g, width]() -> dense_matrix<float> {
               dense_matrix<float> y(g.m, g.n);
               for (index_t m = 0; m < g.m; ++m) {
                 for (index_t n = 0; n < g.n; ++n) {
                   y(m, n) =
                       s->y[static_cast<std::size_t>((n / width * g.m + m) * width + n % width)];
                 }
               }
               return y;
             }}};
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::libxsmm_packed library;
  return &library;
}
