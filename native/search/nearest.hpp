// Exact nearest neighbours: every row is screened (screen.hpp), and those that may be among the best are scored in double
// precision. So a query has the same answer, to the bit, alone and among others.
#pragma once
#include <cstdint>
#include <span>

#include "screen.hpp"

namespace wordmill {

struct NearestTask {
  const float* rows;     // of `stride` floats each
  int64_t stride, size;  // size: D
  const float* norms;    // lengths of the rows; one whose norm is 0 scores 0
  int64_t start, stop;   // the rows that are searched
  const float* queries;  // (Q, D), contiguous
  int64_t count;
  std::span<const int64_t> exclude_offsets;  // (Q + 1): rows exclude[offsets[q]:offsets[q + 1]], sorted, are not found by query q
  std::span<const int64_t> exclude;
  int k;
};

// Fills (Q, k): rows with the greatest q . row / norm, rounded to float, best first, then by number; where there are fewer, -1
// and minus infinity.
void find_nearest(const NearestTask& task, const Screen& screen, int threads, int64_t* ids, float* scores);

}  // namespace wordmill
