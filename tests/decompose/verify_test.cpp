// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/decompose/verify.hpp: a right decomposition passes, planted faults of
// every kind are found where they were planted.
#include <functional>
#include <sstream>

#include <lacuna/decompose/decompose.hpp>
#include <lacuna/decompose/verify.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace verify_test {

using lacuna::block_csr, lacuna::decompose, lacuna::dense_matrix, lacuna::fault, lacuna::index_t;
using lacuna::n_m, lacuna::n_m_matrix, lacuna::series, lacuna::unchecked, lacuna::unstructured;
using lacuna::verify;

namespace {

using half = n_m_matrix<float, 2, 4>;
using csr = block_csr<float, 1, 1>;

/// The parts of a decomposition, open to sabotage.
struct parts {
  dense_matrix<float> matrix = [] {
    dense_matrix<float> w(2, 8);
    w << 9, 8, 7, 6, 5, 4, 3, 2,  //
        1, 0, 3, 0, 5, 6, 0, 8;
    return w;
  }();
  std::vector<std::uint8_t> positions{0, 1, 0, 1, 0, 2, 1, 3};
  lacuna::aligned_vector<float> values{9, 8, 5, 4, 1, 3, 6, 8};
  std::vector<std::int32_t> offsets{0, 2, 3};
  std::vector<std::int32_t> columns{2, 6, 4};
  lacuna::aligned_vector<float> rest{7, 3, 5};
  dense_matrix<float> residual = [] {
    dense_matrix<float> r = dense_matrix<float>::Zero(2, 8);
    r(0, 3) = 6;
    r(0, 7) = 2;
    return r;
  }();

  [[nodiscard]] lacuna::diagnosis verified() const {
    return verify(matrix,
                  series(half(unchecked, 2, 8, positions, values),
                         csr(unchecked, 2, 8, offsets, columns, rest)),
                  residual);
  }
};

struct planted {
  const char* name;
  fault what;
  index_t term;
  index_t row;
  index_t col;
  std::function<void(parts&)> plant;
};

}  // namespace

TEST_CASE("a right decomposition has no faults", "[decompose][verify]") {
  CHECK(parts{}.verified());
  const auto w = test::random_matrix<float>(19, 37);
  const auto d = decompose<n_m<2, 4>, n_m<1, 8, 4>, unstructured>(w);
  CHECK(verify(w, d.terms, d.residual));
  CHECK(verify(w, d.terms));
  std::ostringstream text;
  text << verify(w, d.terms);
  CHECK(text.str() == "a correct decomposition");

  lacuna::tensor<std::int8_t> filters({4, 9, 3, 3});
  for (index_t i = 0; i < filters.size(); ++i) {
    filters.data()[i] = static_cast<std::int8_t>(i % 11 - 5);
  }
  const auto f = to_filter(filters);
  const auto split = decompose<n_m<2, 4>>(f);
  CHECK(verify(f, split.terms, split.residual));
}

TEST_CASE("planted faults are found where they are", "[decompose][verify]") {
  const auto plant = GENERATE(values<planted>({
      {"a position out of range", fault::illegal_term, 0, -1, -1,
       [](parts& p) { p.positions[1] = 4; }},
      {"positions out of order", fault::illegal_term, 0, -1, -1,
       [](parts& p) { std::swap(p.positions[0], p.positions[1]); }},
      {"a position twice", fault::illegal_term, 0, -1, -1, [](parts& p) { p.positions[1] = 0; }},
      {"a value too few", fault::illegal_term, 0, -1, -1, [](parts& p) { p.values.pop_back(); }},
      {"a column out of range", fault::illegal_term, 1, -1, -1, [](parts& p) { p.columns[1] = 8; }},
      {"a negative column", fault::illegal_term, 1, -1, -1, [](parts& p) { p.columns[0] = -1; }},
      {"columns out of order", fault::illegal_term, 1, -1, -1,
       [](parts& p) { std::swap(p.columns[0], p.columns[1]); }},
      {"offsets that fall", fault::illegal_term, 1, -1, -1, [](parts& p) { p.offsets[1] = 4; }},
      {"a value in both terms", fault::held_twice, 1, 0, 1, [](parts& p) { p.columns[0] = 1; }},
      {"a value in a term and the residual", fault::held_twice, 2, 0, 0,
       [](parts& p) { p.residual(0, 0) = 9; }},
      {"a value lost from a term", fault::lost, -1, 0, 0, [](parts& p) { p.values[0] = 0; }},
      {"a value lost from the residual", fault::lost, -1, 0, 3,
       [](parts& p) { p.residual(0, 3) = 0; }},
      {"a value where there is zero", fault::invented, 2, 1, 1,
       [](parts& p) { p.residual(1, 1) = 1; }},
      {"a term that invents", fault::invented, 0, 1, 3, [](parts& p) { p.positions[5] = 3; }},
      {"a changed value", fault::changed, 0, 0, 1,
       [](parts& p) { p.values[1] = std::nextafter(8.0F, 9.0F); }},
      {"a changed sign", fault::changed, 1, 0, 2, [](parts& p) { p.rest[0] = -7; }},
      {"a residual of another shape", fault::shape, 2, -1, -1,
       [](parts& p) { p.residual = dense_matrix<float>::Zero(2, 7); }},
      {"a matrix of another shape", fault::shape, 0, -1, -1,
       [](parts& p) { p.matrix = dense_matrix<float>::Zero(3, 8); }},
  }));
  CAPTURE(plant.name);
  parts p;
  plant.plant(p);
  const auto d = p.verified();
  CHECK_FALSE(d);
  CHECK(d.count(plant.what) > 0);
  const bool found = std::any_of(d.findings.begin(), d.findings.end(), [&](const auto& f) {
    return f.what == plant.what && f.term == plant.term && f.row == plant.row && f.col == plant.col;
  });
  CAPTURE(d);
  CHECK(found);
}

TEST_CASE("only the first findings are kept, all are counted", "[decompose][verify]") {
  const auto w = dense_matrix<float>::Constant(8, 8, 1.0F).eval();
  const auto d = decompose<n_m<1, 4>>(w);
  const auto broken = verify(w, d.terms);
  CHECK(broken.findings.size() == 16);
  CHECK(broken.count(fault::lost) == 48);
  std::ostringstream text;
  text << broken;
  CHECK_THAT(text.str(), Catch::StartsWith("48 faults\n  lost, value (0, 1): no term"));
  CHECK_THAT(text.str(), Catch::EndsWith("..."));
}

}  // namespace verify_test
