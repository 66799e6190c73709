// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include <lacuna/format/filter.hpp>

namespace voice {

/// The 16 kHz voice detector Silero VAD (MIT licence; structure as its own tinygrad_model.py has
/// it): spectrum, four convolutions along time, an LSTM cell, and the probability of speech.
struct silero {
  using matrix = lacuna::dense_matrix<float>;
  /// A layer with weights that may become a series: a convolution (1, taps) or a matrix.
  struct layer {
    std::string name;
    lacuna::filter<matrix> weight;
    Eigen::VectorXf bias;
    lacuna::index_t stride{1};
    lacuna::index_t positions{1};  ///< outputs along time, for counting work

    [[nodiscard]] double work() const {
      return static_cast<double>(weight.matrix.size() * positions);
    }
  };

  matrix spectrum;            ///< (258, 256)
  std::vector<layer> layers;  ///< conv1 ... conv4, lstm input, lstm hidden
  Eigen::VectorXf last;       ///< (128)
  float last_bias{0};
};

/// @throws io_error when the file is broken or not that model.
[[nodiscard]] silero load_silero(const std::string& path);

/// Probability of speech in each 512 samples (32 ms) of a 16 kHz signal.
[[nodiscard]] std::vector<float> speech(const silero& net, std::span<const float> samples);

}  // namespace voice
