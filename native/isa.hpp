// Which instruction sets this build has and this machine runs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/kernel.hpp"
#include "search/screen.hpp"

namespace wordmill {

std::vector<std::string> available_isas();  // best first
// "": the best. Benchmarks also ask for the other tables of an instruction set (KernelTables): "avx2 plan", "avx2 rows", "avx2
// rows ahead". Throws std::invalid_argument for one that cannot run here.
const Kernels& kernels_for(std::string_view name);

// The same for screens, of which there are more.
std::vector<std::string> available_screens();
const Screen& screen_for(std::string_view name);

}  // namespace wordmill
