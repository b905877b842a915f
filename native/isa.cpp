#include "isa.hpp"

#include <stdexcept>

namespace wordmill {

const KernelTables& kernels_baseline();
const Screen& screen_baseline();
#ifdef WORDMILL_HAS_avx2
const KernelTables& kernels_avx2();
const KernelTables& kernels_avx512();
const Screen& screen_avx2();
const Screen& screen_avx512();
const Screen& screen_avx512vnni();
#endif

namespace {

#ifdef WORDMILL_HAS_avx2
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

std::vector<const KernelTables*> tables() {
  std::vector<const KernelTables*> found;
#ifdef WORDMILL_HAS_avx2
  if (has_avx512()) found.push_back(&kernels_avx512());
  if (has_avx2()) found.push_back(&kernels_avx2());
#endif
  found.push_back(&kernels_baseline());
  return found;
}

std::vector<const Screen*> screens() {
  std::vector<const Screen*> found;
#ifdef WORDMILL_HAS_avx2
  if (has_avx512() && __builtin_cpu_supports("avx512vnni")) found.push_back(&screen_avx512vnni());
  if (has_avx512()) found.push_back(&screen_avx512());
  if (has_avx2()) found.push_back(&screen_avx2());
#endif
  found.push_back(&screen_baseline());
  return found;
}

std::vector<const Kernels*> kernels() {
  std::vector<const Kernels*> found;
  for (const KernelTables* table : tables()) found.push_back(&table->training);
  return found;
}

std::vector<const Kernels*> replays() {
  std::vector<const Kernels*> found;
  for (const KernelTables* table : tables())
    for (const Kernels* replay : {&table->plan, &table->rows, &table->rows_ahead}) found.push_back(replay);
  return found;
}

template <class Table> std::vector<std::string> names(const std::vector<const Table*>& tables) {
  std::vector<std::string> found;
  for (const Table* table : tables) found.push_back(table->name);
  return found;
}

template <class Table> const Table& named(const std::vector<const Table*>& tables, std::string_view name) {
  std::string runnable;
  for (const Table* table : tables) {
    if (name.empty() || name == table->name) return *table;
    runnable += (runnable.empty() ? "" : ", ") + std::string(table->name);
  }
  throw std::invalid_argument("instruction set '" + std::string(name) + "' cannot run here: choose one of " + runnable);
}

}  // namespace

std::vector<std::string> available_isas() { return names(kernels()); }
const Kernels& kernels_for(std::string_view name) {
  for (const Kernels* replay : replays())
    if (name == replay->name) return *replay;
  return named(kernels(), name);
}
std::vector<std::string> available_screens() { return names(screens()); }
const Screen& screen_for(std::string_view name) { return named(screens(), name); }

}  // namespace wordmill
