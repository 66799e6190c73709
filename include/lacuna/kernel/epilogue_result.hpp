// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// The type in which results are stored that `Epilogue` makes of sums of type T: the `result_type`
/// that it names, else T. Results are handed over as batches of T whose values fit in it.
template <class Epilogue, class T>
struct epilogue_result : std::type_identity<T> {};
template <class Epilogue, class T>
requires requires { typename Epilogue::result_type; }
struct epilogue_result<Epilogue, T> : std::type_identity<typename Epilogue::result_type> {};

template <class Epilogue, class T>
using epilogue_result_t = typename epilogue_result<std::remove_cvref_t<Epilogue>, T>::type;

}  // namespace lacuna::inline LACUNA_ABI::kernel
