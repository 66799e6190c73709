// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>

#include <lacuna/core/random.hpp>
#include <lacuna/network/run.hpp>
#include <lacuna/train/labelled_images.hpp>
#include <lacuna/train/loss.hpp>
#include <lacuna/train/schedule.hpp>
#include <lacuna/train/sgd.hpp>

namespace lacuna::inline LACUNA_ABI::train {

/// How a network is trained. Retraining after pruning takes the same recipe as the first training
/// (Mishra et al., arXiv 2104.08378: prune once, then repeat the training).
struct recipe {
  index_t epochs = 3;
  index_t batch = 128;  ///< images a step
  index_t chunk = 16;   ///< images a task; part of the result, unlike the number of threads
  schedule rate = cosine(0.1, 0.15);
  double momentum = 0.9;
  bool nesterov = true;
  double weight_decay = 5e-4;
  std::uint64_t seed = 1;  ///< order of the images

  /// Steps of an epoch over `images` images; a batch that is not full is left out, unless it is the
  /// only one.
  [[nodiscard]] index_t steps(index_t images) const noexcept {
    return images < batch ? std::min<index_t>(images, 1) : images / batch;
  }
};

/// Where training stands, after each step.
struct progress {
  index_t epoch{0};  ///< from 0
  index_t epochs{0};
  index_t step{0};   ///< done in all
  index_t steps{0};  ///< to be done in all
  double rate{0};    ///< learning rate of the step
  tally batch;       ///< of the step, before it
  tally epoch_so_far;
};

/// Trains a network step by step on the threads of an executor.
///
/// A batch is cut into chunks of recipe.chunk images; each goes forward and backward by itself and
/// the gradients are summed in the order of the chunks. Results are bit-identical for any number
/// of threads.
template <class T, executor Executor = serial>
class trainer {
 public:
  /// @throws shape_error when batch, chunk or epochs are less than 1 (0 epochs are none).
  trainer(network::graph<T>& g, const recipe& r, masks fixed = {}, const Executor& e = {})
      : graph_(&g),
        parameters_(network::parameters(g)),
        recipe_(r),
        fixed_(std::move(fixed)),
        executor_(e),
        sgd_({r.momentum, r.weight_decay, r.nesterov}) {
    if (r.batch < 1 || r.chunk < 1 || r.epochs < 0) {
      throw shape_error("training takes batches and chunks of 1 image or more, got " +
                        std::to_string(r.batch) + " and " + std::to_string(r.chunk) + ", for " +
                        std::to_string(r.epochs) + " epochs");
    }
    count_ = static_cast<std::size_t>(network::parameter_count(g));
  }

  /// One step on images number order[0], order[1] ... of `data`, which must fit the network
  /// (expect_fits). Returns how the network did on them before the step.
  tally step(const labelled_images<T>& data, std::span<const std::size_t> order, double rate) {
    const auto images = static_cast<index_t>(order.size());
    const index_t chunks = ceil_div(images, recipe_.chunk);
    const index_t tasks = std::min(chunks, std::max<index_t>(1, executor_.concurrency()));
    tasks_.resize(std::max(tasks_.size(), static_cast<std::size_t>(tasks)));
    chunks_.resize(static_cast<std::size_t>(chunks));
    executor_.for_each_index(tasks, [&](index_t t) {
      for (index_t c = chunks * t / tasks; c < chunks * (t + 1) / tasks; ++c) {
        const index_t first = c * recipe_.chunk;
        const auto mine =
            order.subspan(static_cast<std::size_t>(first),
                          static_cast<std::size_t>(std::min(recipe_.chunk, images - first)));
        run_chunk(data, mine, T(1) / static_cast<T>(images), tasks_[static_cast<std::size_t>(t)],
                  chunks_[static_cast<std::size_t>(c)]);
      }
    });

    tally total;
    aligned_vector<T>& gradient = chunks_.front().gradient;
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      total += chunks_[c].result;
      if (c == 0) continue;
      const aligned_vector<T>& more = chunks_[c].gradient;
      for (std::size_t i = 0; i < count_; ++i) gradient[i] += more[i];
    }
    sgd_.step(parameters_, gradient, rate, fixed_);
    update_running_statistics();
    return total;
  }

  /// All epochs of the recipe; `on_step(progress)` after each step. Returns the last epoch's tally
  /// on what it trained on. @throws shape_error when the data does not suit the network.
  template <class OnStep>
  tally fit(const labelled_images<T>& data, OnStep&& on_step) {
    expect_fits(data, *graph_);
    const index_t a_batch = std::min(recipe_.batch, data.size());
    const index_t an_epoch = recipe_.steps(data.size());
    std::vector<std::size_t> order(data.labels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    random_source random(recipe_.seed);
    progress now{0, recipe_.epochs, 0, an_epoch * recipe_.epochs, 0, {}, {}};
    for (; now.epoch < now.epochs; ++now.epoch) {
      random.shuffle(order.begin(), order.end());
      now.epoch_so_far = {};
      for (index_t s = 0; s < an_epoch; ++s) {
        now.rate = recipe_.rate(static_cast<double>(now.step) / static_cast<double>(now.steps));
        now.batch =
            step(data,
                 std::span<const std::size_t>(order).subspan(static_cast<std::size_t>(s * a_batch),
                                                             static_cast<std::size_t>(a_batch)),
                 now.rate);
        now.epoch_so_far += now.batch;
        ++now.step;
        on_step(std::as_const(now));
      }
    }
    return now.epoch_so_far;
  }
  tally fit(const labelled_images<T>& data) {
    return fit(data, [](const progress&) {});
  }

  /// Replaces the masks, as gradual pruning does between steps.
  void set_masks(masks fixed) { fixed_ = std::move(fixed); }

 private:
  struct task_memory {
    network::workspace<T> workspace;
    aligned_vector<T> images;
    std::vector<std::int32_t> labels;
  };
  struct chunk_result {
    aligned_vector<T> gradient;
    std::vector<std::vector<T>> statistics;  ///< by node
    tally result;
  };

  void run_chunk(const labelled_images<T>& data, std::span<const std::size_t> mine, T weight,
                 task_memory& memory, chunk_result& out) const {
    const auto size = static_cast<std::size_t>(data.image_size());
    memory.images.resize(mine.size() * size);
    memory.labels.clear();
    for (std::size_t i = 0; i < mine.size(); ++i) {
      std::copy_n(data.images.data() + mine[i] * size, size, memory.images.data() + i * size);
      memory.labels.push_back(data.labels[mine[i]]);
    }
    network::workspace<T>& w = memory.workspace;
    const auto& logits = network::forward_training(*graph_, memory.images.data(),
                                                   static_cast<index_t>(mine.size()), w);
    out.result = softmax_cross_entropy<T>(logits, memory.labels, weight,
                                          &network::output_gradient(*graph_, w));
    out.gradient.resize(count_);
    network::backward(*graph_, w, std::span<T>(out.gradient));
    out.statistics.resize(graph_->nodes().size());
    for (std::size_t id = 0; id < w.states.size(); ++id) out.statistics[id] = w.states[id].values;
  }

  /// running = (1 - momentum) running + momentum * mean over the chunks; variances unbiased.
  void update_running_statistics() {
    for (network::node_id id = 0; id < graph_->nodes().size(); ++id) {
      auto* norm = std::get_if<network::batch_norm<T>>(&(*graph_)[id].layer);
      if (norm == nullptr) continue;
      const std::size_t channels = norm->scale.size();
      const extents4& e = (*graph_)[id].extents;
      T total = T(0);
      for (const chunk_result& c : chunks_) total += static_cast<T>(c.result.images);
      for (std::size_t k = 0; k < channels; ++k) {
        T mean = T(0);
        T variance = T(0);
        for (const chunk_result& c : chunks_) {
          const T share = static_cast<T>(c.result.images) / total;
          const T values = static_cast<T>(c.result.images * e.h * e.w);
          const T unbiased = values > T(1) ? values / (values - T(1)) : T(1);
          mean += share * c.statistics[id][k];
          variance += share * unbiased * c.statistics[id][k + 2 * channels];
        }
        norm->running_mean[k] += norm->momentum * (mean - norm->running_mean[k]);
        norm->running_variance[k] += norm->momentum * (variance - norm->running_variance[k]);
      }
    }
  }

  network::graph<T>* graph_;
  std::vector<network::parameter<T>> parameters_;
  recipe recipe_;
  masks fixed_;
  Executor executor_;
  sgd<T> sgd_;
  std::size_t count_{0};
  std::vector<task_memory> tasks_;
  std::vector<chunk_result> chunks_;
};

}  // namespace lacuna::inline LACUNA_ABI::train
