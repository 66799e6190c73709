// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "suite/load_modules.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include <dlfcn.h>

namespace bench {

std::vector<const peer*> load_modules() {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::directory_iterator(fs::read_symlink("/proc/self/exe").parent_path())) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with("peer_") && file.ends_with(".so")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    const auto rank = [](const fs::path& f) {
      return std::pair(f.filename() != "peer_lacuna.so", f);
    };
    return rank(a) < rank(b);
  });
  std::vector<const peer*> out;
  for (const fs::path& file : files) {
    // Local: two versions of one library must not see each other's symbols.
    void* const module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* const make = module == nullptr ? nullptr : dlsym(module, "lacuna_bench_peer");
    if (make == nullptr) {
      std::cerr << file.filename().string() << ": left out, " << dlerror() << "\n";
      continue;
    }
    out.push_back(reinterpret_cast<bench_peer_function*>(make)());
  }
  return out;
}

}  // namespace bench
