// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <lacuna/kernel/pack/dot_panels.hpp>
#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/simd/strip.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd::detail {

/// What tiles know of rows of X: nothing, that the next strip's columns are far, that entries come
/// in runs of rows that lie at even distances, or both.
enum class row_access { anywhere, far, in_runs, far_in_runs };

/// Whether tiles take entries in runs (`x86::add_run`, `add_ahead`).
template <class Arch, class Panels>
inline constexpr bool takes_runs = false;
#if defined(__AVX2__) && defined(__FMA__)
template <>
inline constexpr bool takes_runs<xsimd::fma3<xsimd::avx2>, panels<float, 4>> = true;
#endif
template <class Arch>
inline constexpr bool takes_runs<Arch, panels<float, 8>> = std::is_base_of_v<xsimd::avx512f, Arch>;

/// How tiles find a row of X: by a table of offsets or, where rows have entries of their own and
/// loads are the bottleneck, by multiplying.
template <class Panels>
inline constexpr bool reads_by_offset = false;
template <class T, index_t Rows>
inline constexpr bool reads_by_offset<panels<T, Rows>> = true;
template <class T, index_t Rows>
inline constexpr bool reads_by_offset<dot_panels<T, Rows>> = true;

template <class Panels, row_access Access, class T, class Y>
[[nodiscard]] auto row_of(const strip<T, Y>& s) noexcept {
  if constexpr (Access == row_access::in_runs) {
    return rows_in_runs<rows_at<T, false>>{{s.x, s.offsets}, s.ldx};
  } else if constexpr (Access == row_access::far_in_runs) {
    return rows_in_runs<rows_at<T, true>>{{s.x, s.offsets}, s.ldx};
  } else if constexpr (reads_by_offset<Panels>) {
    return rows_at<T, Access == row_access::far>{s.x, s.offsets};
  } else {
    return rows_apart<T>{s.x, s.ldx};
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd::detail
