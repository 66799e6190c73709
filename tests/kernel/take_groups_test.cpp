// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/kernel/simd/{take_groups,magnitude}.hpp
#include <limits>
#include <vector>

#include <lacuna/core/random.hpp>
#include <lacuna/kernel/simd/magnitude.hpp>
#include <lacuna/kernel/simd/take_groups.hpp>

#include "support/architectures.hpp"
#include "support/catch.hpp"

namespace take_groups_test {

using lacuna::index_t;
namespace simd = lacuna::kernel::simd;

namespace {

constexpr std::size_t margin = 16;

/// One value of each group after the other, the largest first: the definition.
template <class Real>
void take_one_by_one(Real* importance, std::uint8_t* term_of, index_t count, index_t m, index_t n,
                     std::uint8_t mark) {
  for (index_t k = 0; k < count; k += m) {
    for (index_t taken = 0; taken < n; ++taken) {
      const auto largest = std::max_element(importance + k, importance + k + m);  // ties: the first
      if (*largest == Real(0)) break;
      *largest = Real(0);
      term_of[largest - importance] = mark;
    }
  }
}

template <class Arch, index_t M, class Real>
void expect_taken() {
  if constexpr (simd::takes_groups<Real, Arch, M>) {
    constexpr index_t step = simd::take_step<Real, Arch, M>;
    lacuna::random_source random(M);
    for (const index_t steps : {0, 1, 2, 7}) {
      for (index_t n = 1; n <= M; ++n) {
        CAPTURE(M, steps, n, Arch::name(), sizeof(Real));
        // Whole numbers up to 3: ties and zeros in every group. Margins hold what must not matter.
        std::vector<Real> importance(2 * margin + static_cast<std::size_t>(steps * step), Real(99));
        for (std::size_t i = margin; i + margin < importance.size(); ++i) {
          importance[i] = static_cast<Real>(random.below(4));
        }
        std::vector<std::uint8_t> term_of(static_cast<std::size_t>(steps * step), 0);
        auto expected = importance;
        auto expected_term = term_of;
        for (const std::uint8_t mark : {std::uint8_t{1}, std::uint8_t{200}}) {
          simd::take_groups<Arch, M>(importance.data() + margin, term_of.data(), steps * step, n,
                                     mark);
          take_one_by_one(expected.data() + margin, expected_term.data(), steps * step, M, n, mark);
          REQUIRE(importance == expected);
          REQUIRE(term_of == expected_term);
        }
      }
    }
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("groups lose their n largest, ties to the first", "[kernel][take_groups]",
                        test::architectures) {
  expect_taken<TestType, 2, float>();
  expect_taken<TestType, 4, float>();
  expect_taken<TestType, 8, float>();
  expect_taken<TestType, 16, float>();
  expect_taken<TestType, 2, double>();
  expect_taken<TestType, 4, double>();
  expect_taken<TestType, 8, double>();
  expect_taken<TestType, 16, double>();
}

TEMPLATE_LIST_TEST_CASE("magnitudes say whether all are finite", "[kernel][magnitude]",
                        test::architectures) {
  for (const index_t count : {0, 1, 3, 4, 15, 16, 17, 37}) {
    std::vector<float> from(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < from.size(); ++i)
      from[i] = i % 3 == 0 ? -0.0F : static_cast<float>(i) - 9;
    std::vector<float> to(from.size(), -1);
    CHECK(simd::magnitudes<TestType>(from.data(), count, to.data()));
    for (std::size_t i = 0; i < from.size(); ++i) CHECK(to[i] == std::abs(from[i]));
    for (std::size_t bad = 0; bad < from.size(); ++bad) {
      for (const float value :
           {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
            std::numeric_limits<float>::quiet_NaN()}) {
        auto broken = from;
        broken[bad] = value;
        CHECK_FALSE(simd::magnitudes<TestType>(broken.data(), count, to.data()));
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("what is left keeps its bits, minus zero too", "[kernel][magnitude]",
                        test::architectures) {
  for (const index_t count : {0, 1, 15, 16, 17, 33}) {
    std::vector<float> from;
    std::vector<float> left;
    for (index_t i = 0; i < count; ++i) {
      from.push_back(i % 4 == 0 ? -0.0F : static_cast<float>(i) - 7.5F);
      left.push_back(i % 3 == 0 ? 0.0F : 1.0F);
    }
    std::vector<float> to(from.size(), 5);
    simd::keep_where_left<TestType>(from.data(), left.data(), count, to.data());
    for (std::size_t i = 0; i < from.size(); ++i) {
      const float expected = left[i] > 0 || from[i] == 0 ? from[i] : 0.0F;
      CHECK(to[i] == expected);
      CHECK(std::signbit(to[i]) == std::signbit(expected));
    }
  }
}

}  // namespace take_groups_test
