#include "isa.hpp"

#include <stdexcept>

namespace wordmill {

const Kernels& kernels_baseline();
#ifdef WORDMILL_HAS_avx2
const Kernels& kernels_avx2();
const Kernels& kernels_avx512();
#endif

namespace {
std::vector<const Kernels*> available() {
  std::vector<const Kernels*> found;
#ifdef WORDMILL_HAS_avx2
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    found.push_back(&kernels_avx512());
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back(&kernels_avx2());
#endif
  found.push_back(&kernels_baseline());
  return found;
}
}  // namespace

std::vector<std::string> available_isas() {
  std::vector<std::string> names;
  for (const Kernels* k : available()) names.push_back(k->name);
  return names;
}

const Kernels& kernels_for(std::string_view name) {
  std::string runnable;
  for (const Kernels* k : available()) {
    if (name.empty() || name == k->name) return *k;
    runnable += (runnable.empty() ? "" : ", ") + std::string(k->name);
  }
  throw std::invalid_argument("instruction set '" + std::string(name) + "' cannot run here: choose one of " + runnable);
}

}  // namespace wordmill
