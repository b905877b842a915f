// Products of rows as they are with a few queries, in float arithmetic, and which of them may be above a bar. Included by
// screen.cpp alone, as kernel/simd.hpp is.
#pragma once
#include "exact.hpp"
#include "kernel/simd.hpp"
#include "screen.hpp"

namespace wordmill {
namespace {

constexpr int kLane = kLanes<float>;
using Floats = Vec<float>;

constexpr int kProductColumns = kLane == 16 ? 4 : 3;
static_assert(kProductQueries % kProductColumns == 0);

// The vector at x[d] of n floats, zeros past their end.
WM_INLINE Floats load_part(const float* x, int64_t d, int64_t n) {
  Floats part = {};
  const int64_t bytes = (n - d) * static_cast<int64_t>(sizeof(float));
  if (bytes >= static_cast<int64_t>(sizeof part))
    __builtin_memcpy(&part, x + d, sizeof part);
  else
    __builtin_memcpy(&part, x + d, static_cast<size_t>(bytes));
  return part;
}

// What a query has past its last whole vector, at the end of a vector: where `last` begins.
struct Tail {
  int64_t whole, last;
  float rests[kProductQueries][kLane];

  Tail(const float* const* queries, int columns, int64_t size)
      : whole(size / kLane * kLane), last(size < kLane ? 0 : size - kLane), rests{} {
    for (int j = 0; j < columns; j++)
      __builtin_memcpy(rests[j] + (whole - last), queries[j] + whole, static_cast<size_t>(size - whole) * sizeof(float));
  }
};

// Adds the products of dimensions begin to end, the whole vectors of them or the tail, of Rows rows, fewer where `left` is.
template <int Rows, int Columns>
WM_INLINE void product_tile(const float* rows, int64_t stride, int64_t left, const float* const* queries,
                            const float (*rests)[kLane], int64_t begin, int64_t whole, bool tail, int64_t size, float* results,
                            int64_t step) {
  constexpr int kAll = (Rows * Columns + kLane - 1) / kLane * kLane;
  Floats sums_of[kAll] = {};
  const float* row[Rows];
  for (int i = 0; i < Rows; i++) row[i] = rows + (i < left ? i : left - 1) * stride;
#pragma GCC unroll 1
  for (int64_t d = begin; d < whole; d += kLane) {
    Floats query[Columns];
#pragma GCC unroll 8
    for (int j = 0; j < Columns; j++) query[j] = load_unaligned(queries[j] + d);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const Floats part = load_unaligned(row[i] + d);
#pragma GCC unroll 8
      for (int j = 0; j < Columns; j++) sums_of[j * Rows + i] += part * query[j];
    }
  }
  if (tail) {
    const int64_t last = size < kLane ? 0 : size - kLane;
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++) {
      const Floats part = load_part(row[i], last, size);
#pragma GCC unroll 8
      for (int j = 0; j < Columns; j++) sums_of[j * Rows + i] += part * load_unaligned(rests[j]);
    }
  }
  float products[kAll];
#pragma GCC unroll 8
  for (int i = 0; i < kAll; i += kLane) store_unaligned(products + i, sums<float, kLane>(sums_of + i));
#pragma GCC unroll 8
  for (int j = 0; j < Columns; j++)
#pragma GCC unroll 16
    for (int i = 0; i < Rows; i++)
      results[j * step + i] = begin ? results[j * step + i] + products[j * Rows + i] : products[j * Rows + i];
}

// Some dimensions at a time, so that those of the queries and of a few rows stay in the first cache.
template <int Rows, int Columns>
void products_of(const float* const* queries, int columns, const float* rows, int64_t stride, int64_t count, int64_t size,
                 float* results, int64_t step) {
  const Tail tail(queries, columns, size);
  for (int64_t begin = 0; begin < size; begin += kProductDimensions) {
    const int64_t end = begin + kProductDimensions < size ? begin + kProductDimensions : size;
    const int64_t whole = end < tail.whole ? end : tail.whole;
    for (int64_t r = 0; r < count; r += Rows)
      for (int j = 0; j < columns; j += Columns)
        product_tile<Rows, Columns>(rows + r * stride, stride, count - r, queries + j, tail.rests + j, begin, whole, whole < end,
                                    size, results + j * step + r, step);
  }
}

void products(const float* const* queries, int columns, const float* rows, int64_t stride, int64_t count, int64_t size,
              float* results, int64_t step) {
  if (columns == 1)
    products_of<kLane, 1>(queries, 1, rows, stride, count, size, results, step);
  else
    products_of<kTileRows, kProductColumns>(queries, (columns + kProductColumns - 1) / kProductColumns * kProductColumns, rows,
                                            stride, count, size, results, step);
}

void lengths(const float* rows, int64_t stride, int64_t count, int64_t size, float* results) {
  const int64_t whole = size / kLane * kLane, last = size < kLane ? 0 : size - kLane;
  const Mask<float> counted = lane_numbers<float>() >= static_cast<int32_t>(whole - last);
  for (int64_t r = 0; r < count; r += kLane) {
    Floats squares[kLane] = {};
    const float* row[kLane];
    for (int i = 0; i < kLane; i++) row[i] = rows + (r + i < count ? r + i : count - 1) * stride;
    for (int64_t d = 0; d < whole; d += kLane)
#pragma GCC unroll 16
      for (int i = 0; i < kLane; i++) squares[i] += load_unaligned(row[i] + d) * load_unaligned(row[i] + d);
    if (whole < size)
#pragma GCC unroll 16
      for (int i = 0; i < kLane; i++) {
        const Floats part = counted ? load_part(row[i], last, size) : Floats{};
        squares[i] += part * part;
      }
    const Floats sums_of = sums<float, kLane>(squares);
    for (int i = 0; i < kLane; i++) results[r + i] = sqrtf(sums_of[i]);
  }
}

WM_INLINE uint32_t bits(Mask<double> mask) {
#if defined(__AVX512F__)
  return _mm512_movepi64_mask((__m512i)mask);
#elif defined(__AVX2__)
  return static_cast<uint32_t>(_mm256_movemask_pd((__m256d)mask));
#else
  uint32_t found = 0;
  for (int lane = 0; lane < kLanes<double>; lane++) found |= static_cast<uint32_t>(mask[lane] & 1) << lane;
  return found;
#endif
}

int64_t sift(const float* products, const double* rows, int64_t count, int64_t step, const double* query, int directions,
             Passed* passed) {
  const double *const norms = rows, *const lengths = rows + step, *const parts = lengths + step;
  int64_t found = 0;
  for (int64_t r = 0; r < count; r += kLanes<double>) {
    Vec<double> bounds = widened(products + r) + load_unaligned(lengths + r) * query[1];
    for (int n = 0; n < directions; n++) bounds += load_unaligned(parts + n * step + r) * query[2 + n];
    const uint32_t there = (count - r < kLanes<double> ? 1u << (count - r) : 1u << kLanes<double>)-1;
    // Not: above, for NaN passes.
    for (uint32_t lanes = there & ~bits(bounds < load_unaligned(norms + r) * query[0]); lanes; lanes &= lanes - 1) {
      const int lane = __builtin_ctz(lanes);
      passed[found++] = {static_cast<int32_t>(r + lane), bounds[lane]};
    }
  }
  return found;
}

}  // namespace
}  // namespace wordmill
