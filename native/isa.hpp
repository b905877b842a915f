// Which instruction sets this build has and this machine runs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel.hpp"

namespace wordmill {

std::vector<std::string> available_isas();          // best first
const Kernels& kernels_for(std::string_view name);  // "": the best; throws std::invalid_argument for one that cannot run here

}  // namespace wordmill
