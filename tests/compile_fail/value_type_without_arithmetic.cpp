// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: constraint
#include <string>

#include <lacuna/format/block_csr.hpp>

lacuna::block_csr<std::string, 8, 8> words;
