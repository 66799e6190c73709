// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <lacuna/hardware/operand.hpp>
#include <lacuna/hardware/report.hpp>
#include <lacuna/hardware/tensor_core/outer_product.hpp>
#include <lacuna/hardware/tensor_core/structured.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// How a layer is to be run.
struct simulate_options {
  std::string name{"product"};  ///< of the workload, in the report
  bool a_is_activation{false};  ///< A's structure is made at run time, by the extraction units
  bool b_is_activation{true};
};

namespace detail {

inline void require_fits(const operand_pattern& p, char operand, index_t k) {
  const auto check = [&](const n_m_pattern& g) {
    if (g.m > k) {
      throw shape_error(message("operand ", std::string(1, operand), ": a block of ", g.n, ":", g.m,
                                " is longer than the reduction of ", k));
    }
    if (g.shared_rows != 1) {
      throw unsupported_error(message("operand ", std::string(1, operand), ": ", g.n, ":", g.m, "x",
                                      g.shared_rows, ": tensor cores know no shared rows"));
    }
  };
  if (const auto* g = std::get_if<n_m_pattern>(&p)) check(*g);
  if (const auto* s = std::get_if<series_pattern>(&p)) {
    for (const term_pattern& t : s->terms) {
      if (const auto* g = std::get_if<n_m_pattern>(&t.what)) check(*g);
    }
  }
}

// The cheapest pattern of the menu that holds any operand of pattern `p`; dense is 1:1.
inline n_m_pattern cheapest_cover(const device& d, const n_m_pattern& p) {
  n_m_pattern best{1, 1};
  for (const n_m_pattern& c : d.menu) {
    if (covers(c, p) && c.n * best.m < best.n * c.m) best = c;
  }
  return best;
}

struct mapped_operand {
  std::vector<n_m_pattern> terms;
  std::vector<std::string> notes;
};

// The terms that the array runs for operand A, and what had to give.
inline mapped_operand map_terms(const device& d, const operand_pattern& p) {
  mapped_operand out;
  const auto take = [&](const n_m_pattern& g) {
    if (g.n == g.m) return out.terms.push_back({1, 1});
    const n_m_pattern run = cheapest_cover(d, g);
    out.terms.push_back(run);
    if (run.n == run.m) {
      out.notes.push_back(message(d.name, " does not run ", g.n, ":", g.m, ": dense path"));
    } else if (run != g) {
      out.notes.push_back(message(d.name, " runs ", g.n, ":", g.m, " as ", run.n, ":", run.m));
    }
  };
  if (const auto* g = std::get_if<n_m_pattern>(&p)) {
    take(*g);
  } else if (const auto* s = std::get_if<series_pattern>(&p)) {
    for (const term_pattern& t : s->terms) {
      if (const auto* term = std::get_if<n_m_pattern>(&t.what)) {
        take(*term);
      } else if (std::holds_alternative<dense_pattern>(t.what)) {
        out.terms.push_back({1, 1});
      } else {
        out.notes.push_back(
            message(d.name, " does not run the term ", to_string(t.what), ": dense path"));
        out.terms.push_back({1, 1});
      }
    }
    double share = 0;
    for (const n_m_pattern& t : out.terms)
      share += static_cast<double>(t.n) / static_cast<double>(t.m);
    const auto terms = static_cast<index_t>(out.terms.size());
    if (d.order == dataflow::b_and_c_stationary && terms > d.max_terms) {
      out.notes.push_back(message(d.name, " runs at most ", d.max_terms, " terms, not ",
                                  to_string(*s), ": dense path"));
      out.terms = {{1, 1}};
    } else if (share >= 1 && terms > 1) {
      out.notes.push_back(
          message(to_string(*s), " costs no less than the dense product: dense path"));
      out.terms = {{1, 1}};
    }
  } else {
    if (std::holds_alternative<uniform_density>(p) && density(p) < 1) {
      out.notes.push_back(message(d.name, " finds no structure in ", to_string(p), ": dense path"));
    }
    out.terms = {{1, 1}};
  }
  return out;
}

inline bool structured(const operand_pattern& p) {
  return std::holds_alternative<n_m_pattern>(p) || std::holds_alternative<series_pattern>(p);
}

}  // namespace detail

/// One product Z (m, n) = A (m, k) B (k, n) on a tensor core: A the weights, B the activations,
/// patterns along k. Where only B has structure and the device has extraction units, the operands
/// trade places (Z^T = B^T A^T: TASD-A). What the device can't run takes the dense path, and a note
/// says so.
/// @throws shape_error on extents below 1, densities outside (0, 1], N:M out of range or longer
/// than k, an empty series; unsupported_error on N:M with shared rows.
[[nodiscard]] inline report simulate(const device& d, const gemm_extents& g,
                                     const operand_pattern& a,
                                     const operand_pattern& b = dense_pattern{},
                                     const simulate_options& options = {}) {
  require_valid(g);
  require_valid(a, 'A');
  require_valid(b, 'B');
  detail::require_fits(a, 'A', g.k);
  detail::require_fits(b, 'B', g.k);
  if (d.order != dataflow::outer_product && d.extraction_units > 0 && detail::structured(b) &&
      !detail::structured(a)) {
    simulate_options traded = options;
    std::swap(traded.a_is_activation, traded.b_is_activation);
    report r = simulate(d, {g.n, g.k, g.m}, b, dense_pattern{}, traded);
    for (traffic& t : r.memory)
      t.operand = t.operand == 'A' ? 'B' : t.operand == 'B' ? 'A' : t.operand;
    r.macs.effectual *= density(a);
    r.notes.insert(r.notes.begin(), "operands traded: the structured one streams");
    require_consistent(r);
    return r;
  }

  const double da = std::min(1.0, density(a)), db = std::min(1.0, density(b));
  report r;
  if (d.order == dataflow::outer_product) {
    r = run_outer_product(d, g, da, db);
  } else {
    detail::mapped_operand mapped = detail::map_terms(d, a);
    r = run_structured(d, {g, mapped.terms, da, db, options.a_is_activation});
    r.notes.insert(r.notes.begin(), mapped.notes.begin(), mapped.notes.end());
  }
  r.workload = options.name;
  r.provenance = d.provenance;
  r.unverified = d.unverified;
  require_consistent(r);
  return r;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
