// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "suite/contender.hpp"

namespace bench {

std::vector<contender> blocks_f32(const problem& p);
std::vector<contender> n_m_f32(const problem& p);
std::vector<contender> series_f32(const problem& p);
std::vector<contender> blocks_narrow(const problem& p);

namespace {

class lacuna_kernels final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "Lacuna"; }
  [[nodiscard]] bool is_sparse() const override { return true; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    if (p.type != "f32") return blocks_narrow(p);
    if (p.pattern.find('+') != std::string::npos) return series_f32(p);
    auto out = blocks_f32(p);
    return out.empty() ? n_m_f32(p) : out;
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::lacuna_kernels kernels;
  return &kernels;
}
