// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// @file
/// Formats, pruning, decomposition and operators: everything but the opt-in parts, which are
/// lacuna/network, lacuna/train and lacuna/io.

#include <lacuna/core/executor.hpp>
#include <lacuna/core/random.hpp>
#include <lacuna/decompose/certificate.hpp>
#include <lacuna/decompose/decompose.hpp>
#include <lacuna/decompose/exact.hpp>
#include <lacuna/decompose/permute.hpp>
#include <lacuna/decompose/verify.hpp>
#include <lacuna/format/convert.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/format/storage.hpp>
#include <lacuna/format/transpose.hpp>
#include <lacuna/op/activation_density.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/decompose_activations.hpp>
#include <lacuna/op/matmul.hpp>
#include <lacuna/op/matvec.hpp>
#include <lacuna/op/or_dense.hpp>
#include <lacuna/op/requantize.hpp>
#include <lacuna/prune/prune.hpp>
#include <lacuna/version.hpp>
