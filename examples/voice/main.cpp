// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// lacuna-voice: TASDER on a public pretrained network, without fine-tuning. fetch.sh gets what it
// needs: the weights of Silero VAD and spoken sounds. See --help.
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <lacuna/core/random.hpp>
#include <lacuna/decompose/search.hpp>
#include <lacuna/io/npy.hpp>

#include "silero.hpp"

namespace {

using lacuna::selection;
using signal = std::vector<float>;

/// The recordings, each also with noise at 20, 10 and 0 dB below its own power.
std::vector<signal> read_signals(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".npy") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<signal> out;
  lacuna::random_source random(1);
  for (const auto& path : paths) {
    const auto npy = lacuna::io::read_npy<float>(path.string(), lacuna::io::non_finite::refuse);
    const signal clean(npy.values.begin(), npy.values.end());
    double power = 0;
    for (const float v : clean) power += v * v / static_cast<double>(clean.size());
    out.push_back(clean);
    for (const double decibel : {20.0, 10.0, 0.0}) {
      const double size = std::sqrt(power) * std::pow(10, -decibel / 20);
      signal noisy = clean;
      for (float& v : noisy) v += static_cast<float>(size * random.normal());
      out.push_back(std::move(noisy));
    }
  }
  return out;
}

std::vector<bool> decisions(const voice::silero& net, const std::vector<signal>& signals) {
  std::vector<bool> out;
  for (const signal& s : signals) {
    for (const float p : voice::speech(net, s)) out.push_back(p >= 0.5F);
  }
  return out;
}

voice::silero with_series(voice::silero net, const std::vector<lacuna::series_pattern>& menu,
                          const selection& s) {
  for (std::size_t l = 0; l < s.size(); ++l) {
    if (s[l] == 0) continue;
    auto& w = net.layers[l].weight;
    const auto kept = assign(w, menu[s[l]]);
    w.matrix = (kept.array() > 0).select(w.matrix.array(), 0.0F).matrix().eval();
  }
  return net;
}

int run(const std::string& folder, double least) {
  const auto net = voice::load_silero(folder + "/silero_vad_16k.safetensors");
  const auto signals = read_signals(folder);
  // Every other recording is asked by the searches, the rest judges what they find.
  std::vector<signal> asked;
  std::vector<signal> unseen;
  for (std::size_t i = 0; i < signals.size(); ++i)
    (i / 4 % 2 == 0 ? asked : unseen).push_back(signals[i]);
  const auto wanted = decisions(net, asked);
  const auto wanted_unseen = decisions(net, unseen);
  if (wanted.empty() || wanted_unseen.empty()) throw lacuna::io_error(folder, 0, "has no signals");
  const auto share = [](const std::vector<bool>& v) {
    return 100.0 * static_cast<double>(std::count(v.begin(), v.end(), true)) /
           static_cast<double>(v.size());
  };
  std::printf(
      "Silero VAD on %zu signals: %zu + %zu decisions of 32 ms, %.1f %% and %.1f %% speech\n",
      signals.size(), wanted.size(), wanted_unseen.size(), share(wanted), share(wanted_unseen));

  const auto menu = lacuna::tasd_m8_menu();
  lacuna::search_space space{menu, {}};
  for (const auto& l : net.layers) {
    space.layers.push_back(measure_layer(l.name, l.weight, l.work(), menu));
  }
  const auto agreement = [&](const selection& s, const auto& on, const auto& expected) {
    const auto found = decisions(with_series(net, menu, s), on);
    double same = 0;
    for (std::size_t i = 0; i < found.size(); ++i) same += found[i] == expected[i] ? 1 : 0;
    return same / static_cast<double>(found.size());
  };
  const auto quality = [&](const selection& s) { return agreement(s, asked, wanted); };
  lacuna::search_options options;
  options.least_quality = least;
  std::printf("%-16s %10s %10s %8s\n", "search", "asked, %", "unseen, %", "work, %");
  for (const auto& [name, r] :
       {std::pair{"published", search_greedy(space, quality, options)},
        {"by sensitivity", search_by_sensitivity(space, quality, options)}}) {
    std::printf("%-16s %10.2f %10.2f %8.1f\n ", name, 100 * r.quality,
                100 * agreement(r.chosen, unseen, wanted_unseen), 100 * r.cost);
    for (std::size_t l = 0; l < space.layers.size(); ++l) {
      std::printf(" %s %s", space.layers[l].name.c_str(), to_string(menu[r.chosen[l]]).c_str());
    }
    std::printf("\n");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string folder = "build/voice";
  double least = 0.99;
  CLI::App app(
      "Chooses a series for every layer of a pretrained voice detector: how often it still "
      "decides as the whole network does.",
      "lacuna-voice");
  app.add_option("folder", folder, "Where examples/voice/fetch.sh put the weights and sounds")
      ->capture_default_str();
  app.add_option("--least-quality", least, "Share of decisions that must stay")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(folder, least);
  } catch (const std::exception& e) {
    std::cerr << "lacuna-voice: " << e.what() << "\n";
    return 1;
  }
}
