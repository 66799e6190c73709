// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <utility>

#include <lacuna/network/run.hpp>

#include "progress_line.hpp"
#include "training.hpp"

namespace demo {

double accuracy(const network& g, const images& test, const options& o) {
  lacuna::network::dense_inference infer(g);
  return lacuna::train::evaluate(infer, test, lacuna::thread_pool(o.threads)).accuracy();
}

double train(network& g, const images& training, const images& test, lacuna::train::masks fixed,
             const options& o, const std::string& what) {
  lacuna::train::recipe recipe;
  recipe.epochs = o.epochs;
  recipe.batch = o.batch;
  recipe.rate = lacuna::train::cosine(0.2, 0.15);
  recipe.seed = o.seed;
  const lacuna::thread_pool pool(o.threads);
  lacuna::train::trainer trainer(g, recipe, std::move(fixed), pool);
  progress_line line(what);
  trainer.fit(training, [&](const lacuna::train::progress& now) { line(now); });
  const double result = accuracy(g, test, o);
  char text[64];
  std::snprintf(text, sizeof text, "test accuracy %.2f %%", 100 * result);
  line.finish(text);
  return result;
}

}  // namespace demo
