// The few directions that many rows share, as where all have a large common part. The rest of each row is short, so that 8 bits
// say more.
#pragma once
#include <cstdint>
#include <vector>

#include "screen.hpp"

namespace wordmill {

// Up to `most` of them, or kMostDirections, for Directions::data; each takes away the part `worthwhile` of the squares that are
// left. An estimate from a sample of rows / norms: it decides how fast a search is, never what it finds.
std::vector<float> shared_directions(const float* rows, int64_t stride, const float* norms, int64_t count, int64_t size,
                                     int64_t most, double worthwhile);

}  // namespace wordmill
