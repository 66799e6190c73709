// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <vector>

#include <lacuna/network/inference.hpp>
#include <lacuna/network/run.hpp>

#include "speed.hpp"

namespace demo {

namespace {
double median(std::vector<double> v) {
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

template <class F>
double milliseconds(F&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}
}  // namespace

measurement measure(const lacuna::network::graph<float>& g, const lacuna::pattern& p,
                    const std::vector<lacuna::network::node_id>& nodes,
                    const lacuna::tensor<float>& images) {
  const auto folded = lacuna::network::fold_batch_norms(g);
  lacuna::network::dense_inference dense(folded);
  lacuna::network::inference sparse(g, p, nodes);
  lacuna::tensor<float> y(dense.output_extents(images.extents()));
  std::vector<double> dense_ms;
  std::vector<double> sparse_ms;
  for (int i = 0; i < 24; ++i) {
    const double d = milliseconds([&] { dense(images, y); });
    const double s = milliseconds([&] { sparse(images, y); });
    if (i < 3) continue;  // caches and clocks warm up
    dense_ms.push_back(d);
    sparse_ms.push_back(s);
  }
  return {median(dense_ms), median(sparse_ms), sparse.stored_weights(), sparse.weights()};
}

}  // namespace demo
