// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: constraint.*block_csr
#include <lacuna/format/block_csr.hpp>

#include <string>

#if defined(CORRECTED)
lacuna::block_csr<float, 8, 8> numbers;
#else
lacuna::block_csr<std::string, 8, 8> words;
#endif
