// The few directions that many rows share, as where all have a large common part. The rest of each row is short, so that 8 bits
// say more.
#pragma once
#include <cstdint>
#include <vector>

#include "screen.hpp"

namespace wordmill {

// Up to kMostDirections of them, for Directions::data; none where rows share nothing. An estimate from a sample of rows / norms:
// it decides how fast a search is, never what it finds.
std::vector<float> shared_directions(const float* rows, int64_t stride, const float* norms, int64_t count, int64_t size);

}  // namespace wordmill
