// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// One binary for SSE2, AVX2 and AVX-512, chosen when it runs: by the processor, by the first
// argument, or by LACUNA_LEVEL. Exits with 77 where the processor lacks what was asked for.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <vector>

#include <lacuna/core/dispatch.hpp>
#include <lacuna/core/random.hpp>

#include "engine.hpp"

namespace {

using lacuna::index_t;

// Whole numbers of at most 4: every product and sum is exact, at any width and in any order.
std::vector<float> whole_numbers(index_t count, lacuna::random_source& random) {
  std::vector<float> out(static_cast<std::size_t>(count));
  for (float& value : out) value = static_cast<float>(random.below(9)) - 4.0F;
  return out;
}

std::vector<float> half_of_the_blocks(index_t rows, index_t cols, lacuna::random_source& random) {
  std::vector<float> out = whole_numbers(rows * cols, random);
  for (index_t i = 0; i < rows; ++i) {
    for (index_t k = 0; k < cols; ++k) {
      if ((i / 8 + k / 8) % 2 != 0) out[static_cast<std::size_t>(i * cols + k)] = 0;
    }
  }
  return out;
}

float relu_of_row(engine::input w, engine::input x, index_t i, index_t j) {
  float sum = 0;
  for (index_t k = 0; k < w.cols; ++k) sum += w(i, k) * x(k, j);
  return std::max(sum, 0.0F);
}

int run(lacuna::cpu_level level) {
  constexpr index_t m = 61, k = 149, n = 83;  // no multiples of any vector
  lacuna::random_source random(12);
  const auto weights = half_of_the_blocks(m, k, random), x = whole_numbers(k * n, random);
  std::vector<float> y(static_cast<std::size_t>(m * n));
  const auto w_view = lacuna::as_view(weights.data(), m, k),
             x_view = lacuna::as_view(x.data(), k, n);

  const auto layer = lacuna::dispatch<engine::kernels>(level).make_layer(w_view);
  layer->run(x_view, lacuna::as_view(y.data(), m, n));
  std::cout << layer->plan() << "\n";
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j < n; ++j) {
      if (y[static_cast<std::size_t>(i * n + j)] == relu_of_row(w_view, x_view, i, j)) continue;
      std::cerr << "y(" << i << ", " << j << ") differs from the plain loop's\n";
      return 1;
    }
  }
  std::cout << "equal to plain loops, bit for bit\n";

  try {  // thrown by the unit, caught here
    layer->run(x_view, lacuna::as_view(y.data(), n, m));
  } catch (const lacuna::shape_error& e) {
    std::cout << "wrong shapes are refused: " << e.what() << "\n";
    return 0;
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const char* const wanted = argc > 1 ? argv[1] : std::getenv("LACUNA_LEVEL");
  try {
    const auto level = wanted == nullptr ? lacuna::widest_level() : lacuna::parse_cpu_level(wanted);
    std::cout << "level " << to_string(level)
              << (wanted == nullptr ? ": the widest that this processor has\n"
                                    : ": as asked for\n");
    return run(level);
  } catch (const lacuna::unsupported_error& e) {
    std::cerr << e.what() << "\n";
    return 77;
  } catch (const lacuna::format_error& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
}
