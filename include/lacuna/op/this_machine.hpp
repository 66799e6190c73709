// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>

#include <lacuna/op/probe.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A packed layout by its name in `machine::tiles`: "f32:8".
template <class T, index_t Rows>
[[nodiscard]] std::string layout_name() {
  return message(scalar_name<T>, ":", Rows);
}

/// Adds the rates of tiles of Rows rows of T, measured now: about 0.05 s.
template <class T, index_t Rows, class Arch = xsimd::default_arch>
void measure_tiles(machine& m) {
  m.tiles[layout_name<T, Rows>()] = detail::tile_probe<Arch, T, Rows>{}.measure();
}

/// This machine with the kernels of Arch, measured now, and with the tiles that dense rows take.
template <class Arch = xsimd::default_arch>
[[nodiscard]] machine measure_machine() {
  constexpr index_t rows = kernel::simd::tile_rows<Arch>(8);
  detail::probe_memory<float> memory;
  machine m;
  m.arch = Arch::name();
  m.fma = detail::fma_rate<Arch>();
  m.loads = detail::load_rate<Arch>();
  measure_tiles<float, rows, Arch>(m);
  const tile_rates& rates = m.tiles.begin()->second;
  m.call = detail::product_seconds<Arch, float>(detail::probe_panels<Arch, float, rows>(1, 1, 1), 1,
                                                memory);
  m.copy = detail::copy_curve<Arch>(memory);
  m.y = detail::y_curve<Arch, rows>(rates, memory);
  m.gather = detail::gather_curves<Arch, rows>(rates, memory);
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
/// tiles of Rows rows of T. Measuring takes the calling thread well under a second; other threads
/// that ask wait for it. Run it while the machine is quiet: what a neighbour takes from the caches
/// in that time is taken for the machine's own.
template <class T = float, index_t Rows = 8, class Arch = xsimd::default_arch>
[[nodiscard]] machine this_machine() {
  detail::measured_machine& m = detail::measured<Arch>();
  const std::lock_guard lock(m.mutex);
  if (m.rates.tiles.empty()) m.rates = measure_machine<Arch>();
  if (m.rates.tiles.count(layout_name<T, Rows>()) == 0) measure_tiles<T, Rows, Arch>(m.rates);
  return m.rates;
}

}  // namespace lacuna::inline LACUNA_ABI
