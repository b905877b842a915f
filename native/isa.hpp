// Which instruction sets this build has and this machine runs.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel.hpp"
#include "screen.hpp"

namespace wordmill {

std::vector<std::string> available_isas();          // best first
const Kernels& kernels_for(std::string_view name);  // "": the best; throws std::invalid_argument for one that cannot run here

// The same for screens, of which there are more.
std::vector<std::string> available_screens();
const Screen& screen_for(std::string_view name);

}  // namespace wordmill
