// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/run.hpp>
#include <lacuna/train/evaluate.hpp>
#include <lacuna/train/prune.hpp>
#include <lacuna/train/trainer.hpp>

#include <vector>

#include "support/catch.hpp"
#include "train/toy_images.hpp"

namespace trainer_test {

using namespace lacuna;
using Catch::Matchers::Contains;
using lacuna_test::squares;
using lacuna_test::toy_network;

namespace {
train::recipe short_recipe() {
  train::recipe r;
  r.epochs = 3;
  r.batch = 32;
  r.chunk = 8;
  return r;
}

/// All parameters and running averages.
std::vector<float> everything(network::graph<float>& g) {
  std::vector<float> out;
  for (const auto& p : network::parameters(g))
    out.insert(out.end(), p.values.begin(), p.values.end());
  for (network::node_id id = 0; id < g.nodes().size(); ++id) {
    if (const auto* n = std::get_if<network::batch_norm<float>>(&g[id].layer)) {
      out.insert(out.end(), n->running_mean.begin(), n->running_mean.end());
      out.insert(out.end(), n->running_variance.begin(), n->running_variance.end());
    }
  }
  return out;
}

double accuracy(const network::graph<float>& g, const train::labelled_images<float>& data) {
  network::dense_inference infer(g);
  return train::evaluate(infer, data).accuracy();
}
}  // namespace

TEST_CASE("a network learns squares, and images it has not seen") {
  auto g = toy_network();
  const auto data = squares(256, 1);
  const auto test = squares(200, 2);
  CHECK(accuracy(g, test) < 0.6);
  train::trainer<float> t(g, short_recipe());
  t.fit(data);
  CHECK(accuracy(g, data) > 0.95);
  CHECK(accuracy(g, test) > 0.9);
}

TEST_CASE("a network can learn a few images by heart") {
  auto g = toy_network();
  auto data = squares(16, 3);
  for (std::size_t i = 0; i < 16; ++i) data.labels[i] = static_cast<std::int32_t>(i % 4);
  train::recipe r = short_recipe();
  r.epochs = 60;
  r.batch = r.chunk = 16;
  train::trainer<float> t(g, r);
  const auto last = t.fit(data);
  CHECK(last.mean_loss() < 0.02);
  CHECK(last.correct == 16);
}

TEST_CASE("training is bit-identical for any number of threads and differs by seed") {
  const auto data = squares(100, 4);
  const auto train_with = [&](int threads, std::uint64_t seed) {
    auto g = toy_network();
    train::recipe r = short_recipe();
    r.epochs = 2;
    r.batch = 40;  // chunks of 8: five, which no even number of threads divides
    r.seed = seed;
    train::trainer t(g, r, {}, thread_pool(threads));
    t.fit(data);
    return everything(g);
  };
  const auto serial_result = train_with(1, 7);
  CHECK(train_with(2, 7) == serial_result);
  CHECK(train_with(3, 7) == serial_result);
  CHECK(train_with(8, 7) == serial_result);
  CHECK(train_with(1, 8) != serial_result);
}

TEST_CASE("the gradient of a batch is that of its chunks together") {
  // Without batch norm chunks don't see each other, so their size may not matter beyond rounding.
  const auto data = squares(24, 5);
  const auto train_with = [&](index_t chunk) {
    network::builder<float> b({1, 1, 8, 8}, 1);
    b.linear("fc", b.relu("relu", b.conv("conv", 0, 4, {3, 2, 1, true})), 4);
    auto g = std::move(b).take();
    train::recipe r = short_recipe();
    r.epochs = 1;
    r.batch = 24;
    r.chunk = chunk;
    train::trainer<float> t(g, r);
    t.fit(data);
    return everything(g);
  };
  const auto whole = train_with(24);
  const auto chunk = GENERATE(1, 5, 8, 100);
  const auto parts = train_with(chunk);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    REQUIRE(parts[i] == Approx(whole[i]).epsilon(1e-4).margin(1e-5));
  }
}

TEST_CASE("pruned weights never come back while a network is trained again") {
  const pattern p = parse_pattern(GENERATE("8x8", "2:4", "unstructured"));
  auto g = toy_network();
  const auto data = squares(256, 6);
  train::trainer<float>(g, short_recipe()).fit(data);

  const auto nodes = train::prunable(g, p);
  CHECK(nodes.size() == (std::holds_alternative<block_pattern>(p) ? 1U : 2U));
  const auto fixed = train::prune(g, p, keep{0.5}, nodes);
  const auto non_zeros = [&] {
    std::vector<std::vector<bool>> out;
    for (const auto& q : network::parameters(g)) {
      if (q.filters == nullptr) continue;
      out.emplace_back();
      for (const float v : q.values) out.back().push_back(v != 0);
    }
    return out;
  };
  const auto before = non_zeros();
  CHECK(std::count(before[1].begin(), before[1].end(), true) == 16 * 144 / 2);

  train::trainer<float> again(g, short_recipe(), fixed);
  bool same = true;
  again.fit(data, [&](const train::progress&) { same = same && non_zeros() == before; });
  CHECK(same);
  CHECK(accuracy(g, squares(200, 2)) > 0.85);
}

TEST_CASE("progress counts steps and images") {
  auto g = toy_network();
  const auto data = squares(70, 1);
  train::recipe r = short_recipe();
  r.epochs = 2;
  std::vector<train::progress> seen;
  train::trainer<float>(g, r).fit(data, [&](const train::progress& p) { seen.push_back(p); });
  REQUIRE(seen.size() == 4);  // 70 images are two batches of 32, the rest waits for the next epoch
  CHECK(seen[0].step == 1);
  CHECK(seen[3].steps == 4);
  CHECK(seen[1].epoch == 0);
  CHECK(seen[2].epoch == 1);
  CHECK(seen[1].epoch_so_far.images == 64);
  CHECK(seen[2].epoch_so_far.images == 32);
  CHECK(seen[3].rate < seen[1].rate);
  CHECK(r.steps(20) == 1);
  CHECK(r.steps(0) == 0);
}

TEST_CASE("data that does not suit the network is refused with both shapes") {
  auto g = toy_network();
  train::trainer<float> t(g, short_recipe());
  auto wrong = squares(4, 1);
  wrong.labels.pop_back();
  CHECK_THROWS_WITH(t.fit(wrong), Contains("4 images have 3 labels"));
  wrong = squares(4, 1);
  wrong.labels[2] = 4;
  CHECK_THROWS_WITH(t.fit(wrong), Contains("label 4 of image 2") && Contains("4 classes"));
  wrong.images = tensor<float>({4, 1, 8, 9});
  CHECK_THROWS_WITH(t.fit(wrong), Contains("(4, 1, 8, 9)") && Contains("(4, 1, 8, 8)"));
  train::recipe r;
  r.chunk = 0;
  CHECK_THROWS_AS(train::trainer<float>(g, r), shape_error);
}

}  // namespace trainer_test
