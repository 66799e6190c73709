// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <lacuna/io/safetensors.hpp>

#include "silero.hpp"

namespace voice {

namespace {

using lacuna::index_t;
using matrix = silero::matrix;

constexpr index_t chunk = 512;
constexpr index_t context = 64;
constexpr index_t hop = 128;

/// Values of a tensor of that shape, any where an extent is 0. @throws io_error for another shape.
lacuna::aligned_vector<float> read(const lacuna::io::safetensors_file& file,
                                   const std::string& name, const std::vector<index_t>& shape) {
  if (!file.contains(name) || file.entry(name).shape != shape) {
    throw lacuna::io_error(name, 0, "is not in the file with the shape that Silero VAD has");
  }
  return file.read<float>(name, lacuna::io::non_finite::refuse);
}

Eigen::VectorXf vector(const lacuna::io::safetensors_file& file, const std::string& name,
                       index_t size) {
  const auto values = read(file, name, {size});
  return Eigen::Map<const Eigen::VectorXf>(values.data(), size);
}

/// relu(W * x + b) along time, padded by one: x (in, t), taps outside in the columns of W.
matrix convolve(const silero::layer& l, const matrix& x) {
  const index_t out_t = (x.cols() - 1) / l.stride + 1;
  matrix y = l.bias.replicate(1, out_t);
  for (index_t t = 0; t < out_t; ++t) {
    for (index_t tap = 0; tap < 3; ++tap) {
      const index_t from = t * l.stride + tap - 1;
      if (from < 0 || from >= x.cols()) continue;
      y.col(t) += l.weight.matrix.middleCols(tap * l.weight.in, l.weight.in) * x.col(from);
    }
  }
  return y.cwiseMax(0.0F);
}

/// Magnitudes (129, 4) of the spectra of 576 samples, mirrored at the end.
matrix spectra(const silero& net, const float* samples) {
  Eigen::VectorXf x(context + chunk + 64);
  for (index_t i = 0; i < context + chunk; ++i) x(i) = samples[i];
  for (index_t i = 0; i < 64; ++i) x(context + chunk + i) = samples[context + chunk - 2 - i];
  matrix out(129, 4);
  for (index_t t = 0; t < 4; ++t) {
    const Eigen::VectorXf s = net.spectrum * x.segment(t * hop, 256);
    out.col(t) = (s.head(129).array().square() + s.tail(129).array().square()).sqrt();
  }
  return out;
}

}  // namespace

silero load_silero(const std::string& path) {
  const lacuna::io::safetensors_file file(path);
  silero net;
  const auto spectrum = read(file, "stft_conv.weight", {258, 1, 256});
  net.spectrum = Eigen::Map<const matrix>(spectrum.data(), 258, 256);
  struct shape {
    const char* name;
    index_t out, in, stride, positions;
  };
  for (const shape& s : {shape{"conv1", 128, 129, 1, 4}, shape{"conv2", 64, 128, 2, 2},
                         shape{"conv3", 64, 64, 2, 1}, shape{"conv4", 128, 64, 1, 1}}) {
    const std::string name(s.name);
    auto values = read(file, name + ".weight", {s.out, s.in, 3});
    net.layers.push_back({name,
                          to_filter(lacuna::tensor<float>({s.out, s.in, 1, 3}, std::move(values))),
                          vector(file, name + ".bias", s.out), s.stride, s.positions});
  }
  for (const std::string part : {"ih", "hh"}) {
    const auto values = read(file, "lstm_cell.weight_" + part, {512, 128});
    net.layers.push_back({"lstm_" + part,
                          {matrix(Eigen::Map<const matrix>(values.data(), 512, 128)), 128, 1, 1},
                          vector(file, "lstm_cell.bias_" + part, 512)});
  }
  const auto last = read(file, "final_conv.weight", {1, 128, 1});
  net.last = Eigen::Map<const Eigen::VectorXf>(last.data(), 128);
  net.last_bias = vector(file, "final_conv.bias", 1)(0);
  return net;
}

std::vector<float> speech(const silero& net, std::span<const float> samples) {
  std::vector<float> padded(context, 0.0F);
  padded.insert(padded.end(), samples.begin(), samples.end());
  padded.resize(static_cast<std::size_t>(
      context + lacuna::round_up(static_cast<index_t>(samples.size()), chunk)));
  const auto sigmoid = [](const auto& x) { return (1 + (-x.array()).exp()).inverse(); };
  Eigen::ArrayXf h = Eigen::ArrayXf::Zero(128);
  Eigen::ArrayXf c = h;
  std::vector<float> out;
  for (std::size_t at = 0; at + context < padded.size(); at += chunk) {
    matrix x = spectra(net, padded.data() + at);
    for (std::size_t l = 0; l < 4; ++l) x = convolve(net.layers[l], x);
    const auto& from_input = net.layers[4];
    const auto& from_hidden = net.layers[5];
    const Eigen::VectorXf gates = from_input.weight.matrix * x.col(0) + from_input.bias +
                                  from_hidden.weight.matrix * h.matrix() + from_hidden.bias;
    c = sigmoid(gates.segment(128, 128)) * c +
        sigmoid(gates.head(128)) * gates.segment(256, 128).array().tanh();
    h = sigmoid(gates.tail(128)) * c.tanh();
    const float logit = net.last.dot(h.cwiseMax(0.0F).matrix()) + net.last_bias;
    out.push_back(1 / (1 + std::exp(-logit)));
  }
  return out;
}

}  // namespace voice
