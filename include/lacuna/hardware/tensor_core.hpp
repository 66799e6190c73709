// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tensor cores: dense, 2:4, flexible N:M, dual-side sparse, and the TASD cores on top of them.
// docs/hardware/tensor_core.md has the equations and the validation.

#include <lacuna/hardware/report_text.hpp>
#include <lacuna/hardware/tensor_core/case_study.hpp>
#include <lacuna/hardware/tensor_core/devices.hpp>
#include <lacuna/hardware/tensor_core/network.hpp>
#include <lacuna/hardware/tensor_core/series_choice.hpp>
#include <lacuna/hardware/tensor_core/simulate.hpp>
#include <lacuna/hardware/tensor_core/vegeta.hpp>
