// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/kernel/simd/batch.hpp>

namespace bench {

/// Median seconds of a measured call.
inline double median(std::vector<double> seconds) {
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

namespace detail {
/// Seconds of `rounds` multiply-adds of each of the sums, which stay in registers: every access is
/// spelled out, as an array that is indexed in a loop lives in memory at -O2.
template <class Batch, std::size_t... I>
double fma_seconds(int rounds, std::index_sequence<I...>) {
  Batch sum[] = {Batch(static_cast<float>(I) * 1e-3F)...};
  volatile float opaque = 0.999F;  // constants would become memory operands of every instruction
  const Batch scale(opaque);
  const Batch shift(opaque);
  const auto start = std::chrono::steady_clock::now();
  for (int r = 0; r < rounds; ++r) {
    ((sum[I] = lacuna::kernel::simd::multiply_add(sum[I], scale, shift)), ...);
  }
  const auto stop = std::chrono::steady_clock::now();
  volatile float used = (sum[I] + ...).get(0);  // the sums must be seen to be computed
  static_cast<void>(used);
  return std::chrono::duration<double>(stop - start).count();
}
}  // namespace detail

/// What a thread of fused multiply-adds does: independent sums in registers, nothing loaded. What
/// no fp32 kernel of this build can beat.
struct multiply_adds {
  using batch = xsimd::batch<float, xsimd::default_arch>;
  static constexpr std::size_t sums =
      lacuna::kernel::simd::registers<xsimd::default_arch> == 32 ? 24 : 12;

  static double seconds(int rounds) {
    return detail::fma_seconds<batch>(rounds, std::make_index_sequence<sums>{});
  }
  static double flop(int rounds) { return 2.0 * static_cast<double>(sums * batch::size) * rounds; }
};

/// What a thread of instructions does that do nothing: as many as a processor starts.
struct no_operations {
  /// Share of a core's best rate from which on nobody is said to take any.
  static constexpr double quiet = 0.85;

  static double seconds(int rounds) {
    const auto start = std::chrono::steady_clock::now();
    for (int r = 0; r < rounds; ++r) {
#if defined(__GNUC__)
      asm volatile(".rept 64\n\tnop\n\t.endr");
#endif
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
};

/// What a thread of stores does, to 3 MB of its own that lie in the third-level cache.
class stores {
 public:
  void run() {
    volatile float opaque = 1.0F;
    const batch value(opaque);
    for (std::size_t i = 0; i < memory_.size(); i += batch::size) {
      value.store_aligned(memory_.data() + i);
    }
  }

 private:
  using batch = xsimd::batch<float, xsimd::default_arch>;
  lacuna::aligned_vector<float> memory_ = lacuna::aligned_vector<float>(3 << 18);
};

/// A cache line that two threads pass to each other: each writes one number more than it read.
class line_passed {
 public:
  /// `trips` there and back; called by both threads at once, and `first` by one of them.
  void pass(int trips, bool first) noexcept {
    for (int turn = first ? 0 : 1; turn < 2 * trips; turn += 2) {
      while (turns_.load(std::memory_order_acquire) != turn) {
      }
      turns_.store(turn + 1, std::memory_order_release);
    }
  }

 private:
  alignas(lacuna::cache_line) std::atomic<int> turns_{0};
};

/// Measured fused multiply-add rate of one core, fp32, FLOP/s.
inline double fma_peak() {
  constexpr int rounds = 2'000'000;
  std::vector<double> seconds;
  for (int sample = 0; sample < 7; ++sample) seconds.push_back(multiply_adds::seconds(rounds));
  return multiply_adds::flop(rounds) / median(seconds);
}

/// Bytes a second that one core reads of memory far beyond the second-level cache, 1 GiB of it.
inline double read_bandwidth() {
  using batch = xsimd::batch<float, xsimd::default_arch>;
  const std::vector<float> memory(std::size_t{1} << 28U, 1.0F);
  std::vector<double> seconds;
  for (int sample = 0; sample < 3; ++sample) {
    batch sum[4] = {batch(0.0F), batch(0.0F), batch(0.0F), batch(0.0F)};
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i + 4 * batch::size <= memory.size(); i += 4 * batch::size) {
      for (std::size_t j = 0; j < 4; ++j) {
        sum[j] = sum[j] + batch::load_unaligned(memory.data() + i + j * batch::size);
      }
    }
    const auto stop = std::chrono::steady_clock::now();
    volatile float used = (sum[0] + sum[1] + sum[2] + sum[3]).get(0);
    static_cast<void>(used);
    seconds.push_back(std::chrono::duration<double>(stop - start).count());
  }
  return static_cast<double>(memory.size() * sizeof(float)) / median(seconds);
}

/// As /proc/cpuinfo has it, with family and model, as virtual machines are vague:
/// "AMD EPYC (family 25, model 17)".
inline std::string cpu_name() {
  std::ifstream in("/proc/cpuinfo");
  std::string name = "unknown processor";
  std::string family;
  for (std::string line; std::getline(in, line);) {
    const auto is = [&](const char* key) {
      return line.rfind(key, 0) == 0 &&
             line.find_first_of("\t:", std::string(key).size()) == std::string(key).size();
    };
    const auto value = [&] { return line.substr(line.find(':') + 2); };
    if (is("cpu family")) family = value();
    if (is("model")) family += ", model " + value();
    if (is("model name")) name = value();
    if (line.empty()) break;
  }
  return family.empty() ? name : name + " (family " + family + ")";
}

/// Which of the wide instruction sets the processor has, as /proc/cpuinfo names them.
inline std::vector<std::string> processor_flags() {
  std::vector<std::string> out;
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("flags", 0) != 0) continue;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (word == "avx2" || word.rfind("avx512", 0) == 0 || word.rfind("amx", 0) == 0) {
        out.push_back(word);
      }
    }
    break;
  }
  return out;
}

inline std::string today() {
  const std::time_t now = std::time(nullptr);
  char text[11];
  std::strftime(text, sizeof(text), "%F", std::localtime(&now));
  return text;
}

inline std::string compiler() {
#if defined(__clang__)
  return "clang++ " + std::string(__clang_version__).substr(0, 6);
#else
  return "g++ " __VERSION__;
#endif
}

}  // namespace bench
