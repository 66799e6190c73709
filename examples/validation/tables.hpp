// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <ostream>
#include <string>

// The sections of docs/hardware/tensor_core.md that are generated. Each prints markdown and returns
// whether every row is within its tolerance.

/// Rows of the Sparseloop case study from a file of goldens.
bool case_study_table(std::ostream& out, const std::string& golden_csv);
/// The dual-side core's published sweep of densities.
bool dual_side_table(std::ostream& out);
/// VEGETA's speed-ups.
bool vegeta_table(std::ostream& out);
/// Dropped shares, formula against sampling.
bool dropped_share_table(std::ostream& out);
/// Energy-delay product of the TASD cores on whole networks.
bool edp_table(std::ostream& out);
