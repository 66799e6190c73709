// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <lacuna/core/exceptions.hpp>

// One binary, several instruction sets. A source is compiled once a level by lacuna_add_dispatched
// (lacunaDispatch.cmake), each time into a unit that fills the same table of functions, and the
// program takes the table of the level that it wants:
//
//   struct kernels { void (*run)(const float* x, float* y); };      // a header
//   LACUNA_DISPATCHED(kernels, &run)                                 // the source, once a level
//   lacuna::dispatch<kernels>().run(x, y);                           // the program
//
// Operators of the source take the level's xsimd::default_arch by themselves. What crosses the
// table must be laid out alike at every level: numbers, pointers, standard types, classes of one's
// own, and const references to Lacuna's formats. Eigen's matrices are not: their alignment, and who
// may free them, changes with the instruction set.

namespace lacuna::inline LACUNA_ABI {

/// An instruction set that a unit is compiled for, each a superset of the one before it.
enum class cpu_level {
  baseline,  ///< what the program's own flags allow: SSE2 on x86-64, NEON on 64-bit Arm
  avx2,      ///< AVX2 and FMA
  avx512,    ///< AVX-512 F, CD, BW, DQ and VL
};

[[nodiscard]] constexpr std::string_view to_string(cpu_level level) noexcept {
  return level == cpu_level::avx512 ? "avx512" : level == cpu_level::avx2 ? "avx2" : "baseline";
}

/// Whether the processor has every instruction of a level and the operating system keeps its
/// registers (XCR0). xsimd 8.1's own look at the processor asks only the first.
[[nodiscard]] inline bool supports(cpu_level level) noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  const bool avx512 =
      avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512cd") != 0 &&
      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0;
  return level == cpu_level::baseline || (level == cpu_level::avx2 ? avx2 : avx512);
#else
  return level == cpu_level::baseline;
#endif
}

/// The highest level that this processor supports.
[[nodiscard]] inline cpu_level widest_level() noexcept {
  for (const cpu_level level : {cpu_level::avx512, cpu_level::avx2}) {
    if (supports(level)) return level;
  }
  return cpu_level::baseline;
}

/// @throws format_error for what is not the name of a level.
[[nodiscard]] inline cpu_level parse_cpu_level(std::string_view name) {
  for (const cpu_level level : {cpu_level::baseline, cpu_level::avx2, cpu_level::avx512}) {
    if (name == to_string(level)) return level;
  }
  throw format_error("instruction set \"" + std::string(name) +
                     "\": expected baseline, avx2 or avx512");
}

/// The table of one level; the unit of that level defines it, by LACUNA_DISPATCHED.
template <class Table, cpu_level Level>
[[nodiscard]] const Table& dispatched() noexcept;

/// The table of `level`.
/// @throws unsupported_error where the program can't run it: the processor has no such
/// instructions,
///         or the program was built for a processor that knows no levels.
template <class Table>
[[nodiscard]] const Table& dispatch(cpu_level level = widest_level()) {
  if (!supports(level)) {
    throw unsupported_error("this processor has no " + std::string(to_string(level)) +
                            "; its widest is " + std::string(to_string(widest_level())));
  }
#if defined(LACUNA_WIDE_LEVELS)  // lacuna_add_dispatched made units of them
  if (level == cpu_level::avx512) return dispatched<Table, cpu_level::avx512>();
  if (level == cpu_level::avx2) return dispatched<Table, cpu_level::avx2>();
#endif
  return dispatched<Table, cpu_level::baseline>();
}

#if defined(LACUNA_UNIT_LEVEL)
namespace detail {
// A unit compiled with more than its level says would run on processors that lack it.
#if defined(__AVX512F__)
inline constexpr cpu_level compiled_level = cpu_level::avx512;
#elif defined(__AVX2__) && defined(__FMA__)
inline constexpr cpu_level compiled_level = cpu_level::avx2;
#else
inline constexpr cpu_level compiled_level = cpu_level::baseline;
#endif
static_assert(cpu_level::LACUNA_UNIT_LEVEL == cpu_level::baseline ||
                  cpu_level::LACUNA_UNIT_LEVEL == compiled_level,
              "the project's own flags (-march?) exceed the level that this unit is compiled for");
}  // namespace detail

/// Defines the table of the level that this source is being compiled for; once, outside namespaces.
#define LACUNA_DISPATCHED(Table, ...)                                                       \
  template <>                                                                               \
  const Table& lacuna::dispatched<Table, lacuna::cpu_level::LACUNA_UNIT_LEVEL>() noexcept { \
    static constexpr Table table{__VA_ARGS__};                                              \
    return table;                                                                           \
  }
#endif

}  // namespace lacuna::inline LACUNA_ABI
