// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/quantized_inference.hpp>
#include <lacuna/train/evaluate.hpp>
#include <lacuna/train/prune.hpp>
#include <lacuna/train/trainer.hpp>

#include "support/catch.hpp"
#include "train/toy_images.hpp"

using namespace lacuna;

TEST_CASE("a network that was trained under blocks keeps its accuracy in int8") {
  auto g = lacuna_test::toy_network();
  const auto data = lacuna_test::squares(256, 1);
  const auto test = lacuna_test::squares(400, 2);
  train::recipe recipe;
  recipe.epochs = 3;
  recipe.batch = 32;
  recipe.chunk = 8;
  const pattern blocks = block_pattern{8, 8};
  const auto nodes = train::prunable(g, blocks);
  train::trainer<float>(g, recipe, train::prune(g, blocks, keep{0.5}, nodes)).fit(data);

  network::dense_inference in_floats(g);
  network::quantized_inference in_int8(g, blocks, nodes, network::calibrate(g, data.images));
  const double exact = train::evaluate(in_floats, test).accuracy();
  const double rounded = train::evaluate(in_int8, test).accuracy();
  CHECK(exact > 0.9);
  CHECK(rounded > exact - 0.01);

  // Ranges that are far too narrow cost accuracy: calibrated ones are what keeps it.
  auto narrow = network::calibrate(g, data.images);
  for (auto& [layer, range] : narrow) range = {range.low / 50, range.high / 50};
  network::quantized_inference saturated(g, blocks, nodes, narrow);
  CHECK(train::evaluate(saturated, test).accuracy() < rounded);
}
