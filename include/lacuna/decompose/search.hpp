// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/decompose/search_space.hpp>

namespace lacuna::inline LACUNA_ABI {

/// One selection that was tried.
struct search_step {
  selection chosen;
  double quality{0};
  double cost{1};  ///< share of all dense
  bool accepted{false};
};

/// What `quality` has answered so far. Kept, or saved and loaded, it resumes a search that was
/// broken off: searches are deterministic and ask the same questions in the same order.
using quality_memory = std::map<selection, double>;

struct search_result {
  selection chosen;
  double quality{0};               ///< of `chosen`
  double dense_quality{0};         ///< of all layers dense
  double cost{1};                  ///< of `chosen`, share of all dense
  std::vector<search_step> steps;  ///< in the order tried
};

struct search_options {
  /// The least share of the dense quality that the result must keep (99 %: MLPerf's, TASD's).
  double least_quality{0.99};
  /// Called after every selection that was tried: the result so far, whose last step it is, and how
  /// many steps there are at most. Saved, the result so far is what a broken-off search found.
  std::function<void(const search_result&, std::size_t)> progress;
  /// Answers of earlier runs; new ones are added as they come, so that it holds them even when
  /// `quality` throws.
  quality_memory* memory{nullptr};
};

namespace detail {

/// @throws shape_error for a space without layers or menu, or whose layers do not fit its menu.
inline void expect_valid(const search_space& space) {
  if (space.layers.empty() || space.menu.empty()) {
    throw shape_error(message("search: ", space.layers.size(), " layers and a menu of ",
                              space.menu.size(), " series: expected at least one each"));
  }
  for (const search_layer& l : space.layers) {
    if (l.dropped.size() != space.menu.size() || l.cost.size() != space.menu.size()) {
      throw shape_error(message("search: layer ", l.name, " measures ", l.dropped.size(), " and ",
                                l.cost.size(), " series, the menu has ", space.menu.size()));
    }
  }
}

/// Asks for the quality of selections, remembers the answers and keeps the account of steps.
template <class Quality>
class quality_judge {
 public:
  quality_judge(const search_space& space, Quality& quality, const search_options& o,
                std::size_t most)
      : space_(space), quality_(quality), options_(o), most_(most) {
    expect_valid(space);
    const selection dense(space.layers.size(), 0);
    out_.chosen = dense;
    out_.dense_quality = out_.quality = ask(dense);
  }

  /// The quality of a selection. @throws what the callback throws; format_error for NaN.
  double ask(const selection& s) {
    quality_memory& memory = options_.memory == nullptr ? own_ : *options_.memory;
    const auto known = memory.find(s);
    if (known != memory.end()) return known->second;
    const double answer = quality_(s);
    if (std::isnan(answer)) throw format_error("search: the quality of a selection is NaN");
    memory.emplace(s, answer);
    return answer;
  }

  /// What a selection loses against all layers dense; it is a step, but never taken.
  [[nodiscard]] double probe(const selection& s) {
    const double quality = ask(s);
    record({s, quality, cost_share(space_, s), false});
    return out_.dense_quality - quality;
  }

  /// Takes a selection as the best so far if its quality suffices.
  bool accept(const selection& s) {
    search_step step{s, ask(s), cost_share(space_, s), false};
    step.accepted = step.quality >= options_.least_quality * out_.dense_quality;
    if (step.accepted) {
      out_.chosen = s;
      out_.quality = step.quality;
      out_.cost = step.cost;
    }
    const bool accepted = step.accepted;
    record(std::move(step));
    return accepted;
  }

  [[nodiscard]] const selection& best() const noexcept { return out_.chosen; }
  [[nodiscard]] double dense_quality() const noexcept { return out_.dense_quality; }
  [[nodiscard]] search_result result() && { return std::move(out_); }

 private:
  void record(search_step step) {
    out_.steps.push_back(std::move(step));
    if (options_.progress) options_.progress(out_, most_);
  }

  const search_space& space_;
  Quality& quality_;
  const search_options& options_;
  std::size_t most_;
  quality_memory own_;
  search_result out_;
};

struct layer_choice {
  std::size_t layer;
  std::size_t series;
};

/// All pairs of a layer and a series that it can choose and that costs less than dense.
[[nodiscard]] inline std::vector<layer_choice> layer_choices(const search_space& space) {
  expect_valid(space);
  std::vector<layer_choice> out;
  for (std::size_t l = 0; l < space.layers.size(); ++l) {
    for (std::size_t s = 1; s < space.menu.size(); ++s) {
      const search_layer& layer = space.layers[l];
      if (layer.dropped.at(s) <= 1 && layer.cost.at(s) < layer.cost.at(0)) out.push_back({l, s});
    }
  }
  return out;
}

}  // namespace detail

/// Without a network to ask: for each layer the cheapest series that drops at most `budget` of its
/// magnitude, dense where none does.
[[nodiscard]] inline selection select_by_budget(const search_space& space, double budget) {
  selection out(space.layers.size(), 0);
  for (const auto& [layer, series] : detail::layer_choices(space)) {
    const search_layer& l = space.layers[layer];
    if (l.dropped[series] <= budget && l.cost[series] < l.cost[out[layer]]) out[layer] = series;
  }
  return out;
}

/// The published search (TASDER, arXiv 2403.07953, TASD-W; the order of steps is recalled:
/// unverified): all pairs of a layer and a series, the smallest dropped share first, are applied
/// one after the other while the quality suffices; a layer keeps the cheapest series that it
/// reached.
///
/// `quality(selection)` judges a selection, higher is better, 0 or more; it is asked once for each.
/// Nothing but its own result is changed, so a callback that throws leaves nothing half done.
/// @throws shape_error for an empty space or one that does not fit its menu.
template <class Quality>
[[nodiscard]] search_result search_greedy(const search_space& space, Quality&& quality,
                                          const search_options& options = {}) {
  auto pairs = detail::layer_choices(space);
  detail::quality_judge judge(space, quality, options, pairs.size());
  std::stable_sort(pairs.begin(), pairs.end(), [&](const auto& a, const auto& b) {
    return space.layers[a.layer].dropped[a.series] < space.layers[b.layer].dropped[b.series];
  });
  for (const auto& [layer, series] : pairs) {
    selection next = judge.best();
    const search_layer& l = space.layers[layer];
    if (l.cost[series] >= l.cost[next[layer]]) continue;
    next[layer] = series;
    if (!judge.accept(next)) break;
  }
  return std::move(judge).result();
}

/// A better search: first what each series does to the quality when it is applied to one layer
/// alone; then the steps that save the most cost for the quality they lose, the best first, each
/// taken if the quality still suffices together with all taken before, else passed over. Where the
/// published search stops at the first failure, this one goes on with cheaper steps, and it knows
/// layers that weigh little in the result though they drop much.
///
/// Tries at most twice as many selections as there are pairs of layers and series, all of them
/// steps of the result: those of one layer alone, never accepted, come first.
template <class Quality>
[[nodiscard]] search_result search_by_sensitivity(const search_space& space, Quality&& quality,
                                                  const search_options& options = {}) {
  const auto pairs = detail::layer_choices(space);
  detail::quality_judge judge(space, quality, options, 2 * pairs.size());

  struct option {
    detail::layer_choice pair;
    double lost;
  };
  // A loss within the noise of the measurement must not look free: dropping more is never better.
  const double noise = 1e-4 * std::abs(judge.dense_quality());
  std::vector<option> open;
  for (const auto& pair : pairs) {
    selection alone(space.layers.size(), 0);
    alone[pair.layer] = pair.series;
    const double lost =
        std::max(0.0, judge.probe(alone)) + noise * space.layers[pair.layer].dropped[pair.series];
    open.push_back({pair, lost});
  }
  while (!open.empty()) {
    const selection now = judge.best();
    const auto lost_now = [&](std::size_t layer) {
      for (const option& o : open) {
        if (o.pair.layer == layer && o.pair.series == now[layer]) return o.lost;
      }
      return 0.0;
    };
    const auto worth = [&](const option& o) {
      const search_layer& l = space.layers[o.pair.layer];
      const double saved = l.cost[now[o.pair.layer]] - l.cost[o.pair.series];
      return saved <= 0 ? -1.0 : saved / std::max(o.lost - lost_now(o.pair.layer), 1e-12);
    };
    const auto best = std::max_element(open.begin(), open.end(), [&](const auto& a, const auto& b) {
      return worth(a) < worth(b);
    });
    if (worth(*best) < 0) break;
    selection next = now;
    next[best->pair.layer] = best->pair.series;
    // What was tried and failed stays out; what was taken stays as the layer's present loss.
    if (!judge.accept(next)) open.erase(best);
  }
  return std::move(judge).result();
}

/// The series of the menu for an operand of that density (TASD-A): the cheapest that keeps at least
/// density + margin of the values, 0 (dense) where none does. Behind ReLU the density is measured;
/// for GELU and Swish it is the pseudo-density.
[[nodiscard]] inline std::size_t series_for_density(const std::vector<series_pattern>& menu,
                                                    double density, double margin) {
  std::size_t best = 0;
  for (std::size_t s = 1; s < menu.size(); ++s) {
    const double share = menu[s].share();
    if (share >= density + margin && share < (best == 0 ? 1.0 : menu[best].share())) best = s;
  }
  return best;
}

/// TASDER for activations: one margin for all layers, lowered from `widest` in `steps` equal steps
/// to -widest while the quality suffices (TASD-A; that the margin is tuned so is recalled:
/// unverified). `densities` has a number a layer.
template <class Quality>
[[nodiscard]] search_result search_by_density(const search_space& space,
                                              const std::vector<double>& densities,
                                              Quality&& quality, const search_options& options = {},
                                              double widest = 0.5, int steps = 40) {
  if (densities.size() != space.layers.size()) {
    throw shape_error(
        message("search: ", densities.size(), " densities for ", space.layers.size(), " layers"));
  }
  detail::quality_judge judge(space, quality, options, static_cast<std::size_t>(steps) + 1);
  selection last;
  for (int step = 0; step <= steps; ++step) {
    const double margin = widest * (1 - 2.0 * step / steps);
    selection next(space.layers.size());
    for (std::size_t l = 0; l < next.size(); ++l) {
      const std::size_t s = series_for_density(space.menu, densities[l], margin);
      next[l] = space.layers[l].dropped.at(s) <= 1 ? s : 0;
    }
    if (next == last || next == selection(next.size(), 0)) continue;
    last = next;
    if (!judge.accept(next)) break;
  }
  return std::move(judge).result();
}

}  // namespace lacuna::inline LACUNA_ABI
