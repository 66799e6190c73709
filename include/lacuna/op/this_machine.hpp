// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>

#include <lacuna/op/probe_tiles.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Adds the rates of tiles of Rows rows of T, measured now: 0.1 to 0.5 s. One row stands for rows
/// in pairs, which are two layouts; tiles that take entries by runs have rates of those besides.
template <class T, index_t Rows, class Arch = xsimd::default_arch>
void measure_tiles(machine& m) {
  if constexpr (Rows == 1) {
    m.tiles.erase(pair_layout_name<T>(true));
    m.tiles.erase(pair_layout_name<T>(false));
    detail::pair_probe<Arch, T>(m).measure();
  } else {
    constexpr bool has_runs = kernel::simd::detail::takes_runs<Arch, kernel::panels<T, Rows>>;
    for (const bool in_runs : {false, true}) {
      if (in_runs && !has_runs) continue;
      m.tiles.erase(layout_name<T, Rows>(in_runs));
      detail::tile_probe<Arch, T, Rows>(m, in_runs).measure();
    }
  }
}

/// This machine with the kernels of Arch, measured now, and with the tiles that dense rows take.
template <class Arch = xsimd::default_arch>
[[nodiscard]] machine measure_machine() {
  constexpr index_t rows = kernel::simd::tile_rows<Arch>(8);
  machine m;
  m.arch = Arch::name();
  m.fma = detail::fma_rate<Arch>();
  m.loads = detail::load_rate<Arch>();
  m.call = detail::product_seconds<Arch>(detail::probe_panels<Arch, float, rows>(1, 1, 1), 1);
  m.stream = detail::stream_curve<Arch>();
  m.copy = detail::copy_curve<Arch>();
  measure_tiles<float, rows, Arch>(m);
  m.gather = detail::gather_curves<Arch>();
  return m;
}

namespace detail {
struct measured_machine {
  std::mutex mutex;
  machine rates;
};
template <class Arch>
[[nodiscard]] measured_machine& measured() {
  static measured_machine one;
  return one;
}
}  // namespace detail

/// This machine, measured when it is first asked for in a process and kept: its rates, and those of
/// tiles of Rows rows of T. Measuring takes the calling thread 0.4 to 0.7 s (Zen 3); other threads
/// that ask wait for it. Run it while the machine is quiet: what a neighbour takes from the caches
/// in that time is taken for the machine's own.
template <class T = float, index_t Rows = 8, class Arch = xsimd::default_arch>
[[nodiscard]] machine this_machine() {
  detail::measured_machine& m = detail::measured<Arch>();
  const std::lock_guard lock(m.mutex);
  if (m.rates.tiles.empty()) m.rates = measure_machine<Arch>();
  const std::string layout = Rows == 1 ? pair_layout_name<T>(true) : layout_name<T, Rows>();
  if (m.rates.tiles.count(layout) == 0) measure_tiles<T, Rows, Arch>(m.rates);
  return m.rates;
}

namespace detail {
/// Adds the rates of the layouts that these panels take.
template <class Arch, class T, index_t Rows>
[[nodiscard]] machine machine_of(const kernel::panels<T, Rows>* /*w*/) {
  return this_machine<T, Rows, Arch>();
}
template <class Arch, class T>
[[nodiscard]] machine machine_of(const kernel::row_pairs<T>* /*w*/) {
  return this_machine<T, 1, Arch>();
}
template <class Arch, class T, index_t Rows>
[[nodiscard]] machine machine_of(const kernel::mixed_panels<T, Rows>* /*w*/) {
  static_cast<void>(this_machine<T, Rows, Arch>());
  return this_machine<T, 1, Arch>();
}

/// This machine with what it takes to compare these panels with dense ones.
template <class Arch, class Panels>
[[nodiscard]] machine machine_for() {
  using T = typename Panels::value_type;
  static_cast<void>(this_machine<T, kernel::simd::tile_rows<Arch>(8), Arch>());
  return machine_of<Arch>(static_cast<const Panels*>(nullptr));
}
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
