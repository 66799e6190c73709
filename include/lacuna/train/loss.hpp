// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include <lacuna/core/contract.hpp>
#include <lacuna/network/feature_map.hpp>

namespace lacuna::inline LACUNA_ABI::train {

/// Summed over images, so that parts of a batch add up.
struct tally {
  double loss{0};      ///< sum of the images' cross-entropies, in nats
  index_t correct{0};  ///< images whose largest logit is their label's
  index_t images{0};

  [[nodiscard]] double mean_loss() const noexcept {
    return images == 0 ? 0 : loss / static_cast<double>(images);
  }
  /// In 0 ... 1.
  [[nodiscard]] double accuracy() const noexcept {
    return images == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(images);
  }
  tally& operator+=(const tally& other) noexcept {
    loss += other.loss;
    correct += other.correct;
    images += other.images;
    return *this;
  }
};

/// Cross-entropy of softmax: -log(exp(z_label) / sum exp(z)) for each image of `logits`
/// (n, classes, 1, 1). Where `gradient` is given, it becomes
/// weight * (softmax(z) - one_hot(label)); weight = 1 / batch makes it that of the batch's mean.
/// Contract: labels.size() == n, each in 0 ... classes - 1.
template <class T>
tally softmax_cross_entropy(const network::feature_map<T>& logits,
                            std::span<const std::int32_t> labels, T weight = T(1),
                            network::feature_map<T>* gradient = nullptr) {
  const auto z = logits.matrix();  // (classes, n)
  LACUNA_EXPECTS(static_cast<index_t>(labels.size()) == z.cols());
  tally out;
  out.images = z.cols();
  for (index_t n = 0; n < z.cols(); ++n) {
    const index_t label = labels[static_cast<std::size_t>(n)];
    LACUNA_EXPECTS(label >= 0 && label < z.rows());
    index_t best = 0;
    // Relative to the largest logit, so that no exponential overflows.
    const T largest = z.col(n).maxCoeff(&best);
    T sum = T(0);
    for (index_t c = 0; c < z.rows(); ++c) sum += std::exp(z(c, n) - largest);
    out.loss += static_cast<double>(std::log(sum) - (z(label, n) - largest));
    out.correct += best == label ? 1 : 0;
    if (gradient == nullptr) continue;
    auto d = gradient->matrix();
    for (index_t c = 0; c < z.rows(); ++c) {
      d(c, n) = weight * (std::exp(z(c, n) - largest) / sum - (c == label ? T(1) : T(0)));
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::train
