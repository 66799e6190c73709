// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "report/end_to_end.hpp"

#include "report/measurements.hpp"

namespace bench {

bool is_end_to_end(const nlohmann::json& j) { return j.contains("milliseconds"); }

bool is_int8(const nlohmann::json& end_to_end) { return end_to_end.value("type", "f32") == "int8"; }

void write_end_to_end(std::ostream& out, const nlohmann::json& j) {
  const std::string type = is_int8(j) ? " int8" : "";
  const std::string ours = "Lacuna 8x8" + type;
  const std::string onednn = "oneDNN" + type;
  const auto& totals = j.at("milliseconds");
  const double sparse = totals.at(ours);
  double fastest = 0;
  out << "### " << j.at("network").get<std::string>() << (is_int8(j) ? ", int8" : "")
      << ", threads: " << j.at("threads") << ", " << j.at("date").get<std::string>()
      << "\n\n| engine | ms | " << ours << " is faster by |\n|---|---:|---:|\n";
  for (const auto& [name, ms] : totals.items()) {
    const double time = ms.get<double>();
    out << "| " << name << " | " << two_digits(time) << " | " << two_digits(time / sparse)
        << " |\n";
    if (name.rfind("Lacuna", 0) == 0) continue;
    if (fastest == 0 || time < fastest) fastest = time;
  }
  if (fastest > 0) {
    out << "\n"
        << two_digits(fastest / sparse) << "x over the fastest dense engine"
        << "; goal 1.70x" << (is_int8(j) ? ", as a stretch" : "") << ".\n";
  }
  out << "\n<details><summary>Layer by layer, ms</summary>\n\n| layer | m x k x n | " << ours
      << " | " << onednn << " | faster by |\n|---|---|---:|---:|---:|\n";
  for (const auto& row : j.at("layers")) {
    const double mine = row.at(ours);
    const double theirs = row.value(onednn, 0.0);
    out << "| " << row.at("layer").get<std::string>() << " | "
        << row.at("product").get<std::string>() << " | " << two_digits(mine) << " | "
        << two_digits(theirs) << " | " << two_digits(theirs / mine) << " |\n";
  }
  out << "\n</details>\n\n";
}

}  // namespace bench
