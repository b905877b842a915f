// Dot products in double precision, added in one order. Included by screen.cpp alone, as kernel/simd.hpp is.
#pragma once
#include "kernel/simd.hpp"
#include "screen.hpp"
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace wordmill {
namespace {

// A dot product in double precision is kSums sums: number d goes to sum d % kSums, kLanes<double> of them in a vector.
constexpr int kSums = 16, kParts = kSums / kLanes<double>;
static_assert(kSums == kSumsOfDot && kTileRows == kScoredRows);
typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
WM_INLINE Vec<double> widened(const float* x) {
  Half part;
  __builtin_memcpy(&part, x, sizeof part);
  return __builtin_convertvector(part, Vec<double>);
}
WM_INLINE Vec<double> widened_half(Vec<float> x, int half) {
  Half part;
  __builtin_memcpy(&part, reinterpret_cast<const char*>(&x) + half * sizeof part, sizeof part);
  return __builtin_convertvector(part, Vec<double>);
}
// Of the first n floats alone, zeros after them.
WM_INLINE Vec<double> widened_part(const float* x, int64_t n) {
  if (n >= kLanes<double>) return widened(x);
#if defined(__AVX512F__)
  return __builtin_convertvector((Half)_mm256_maskz_loadu_ps(static_cast<__mmask8>((1u << n) - 1), x), Vec<double>);
#elif defined(__AVX2__)
  constexpr int32_t masks[] = {-1, -1, -1, 0, 0, 0};
  __m128i mask;
  __builtin_memcpy(&mask, masks + 3 - n, sizeof mask);
  return __builtin_convertvector((Half)_mm_maskload_ps(x, mask), Vec<double>);
#else
  static_assert(kLanes<double> == 2);
  return Vec<double>{*x, 0};
#endif
}
// Adds the second half of the sums to the first, again and again, until one vector is left.
WM_INLINE Vec<double> together(Vec<double>* sums) {
#pragma GCC unroll 4
  for (int width = kParts / 2; width; width /= 2)
#pragma GCC unroll 4
    for (int k = 0; k < width; k++) sums[k] += sums[k + width];
  return sums[0];
}

double dot(const float* a, const float* b, int64_t size) {
  Vec<double> sums[kParts] = {};
  const int64_t whole = size / kSums * kSums;
  for (int64_t d = 0; d < whole; d += kSums)
#pragma GCC unroll 8
    for (int k = 0; k < kParts; k++) sums[k] += widened(a + d + k * kLanes<double>) * widened(b + d + k * kLanes<double>);
#pragma GCC unroll 8
  for (int k = 0; k < kParts; k++)
    if (const int64_t d = whole + k * kLanes<double>; d < size)
      sums[k] += widened_part(a + d, size - d) * widened_part(b + d, size - d);
  return sum<double>(together(sums));
}

// dot() of kScoredRows rows.
void dots(const float* query, const float* const* rows, int64_t size, double* results) {
  Vec<double> parts[kScoredRows][kParts];
#pragma GCC unroll 1
  for (int k = 0; k < kParts; k++) {
    Vec<double> sums[kScoredRows] = {};
    int64_t d = k * kLanes<double>;
    for (; d + kLanes<double> <= size; d += kSums) {
      const Vec<double> part = widened(query + d);
#pragma GCC unroll 8
      for (int i = 0; i < kScoredRows; i++) sums[i] += widened(rows[i] + d) * part;
    }
    if (d < size)
#pragma GCC unroll 8
      for (int i = 0; i < kScoredRows; i++) sums[i] += widened_part(rows[i] + d, size - d) * widened_part(query + d, size - d);
#pragma GCC unroll 8
    for (int i = 0; i < kScoredRows; i++) parts[i][k] = sums[i];
  }
#pragma GCC unroll 8
  for (int i = 0; i < kScoredRows; i++) results[i] = sum<double>(together(parts[i]));
}

// dot() of x and each direction.
void parts_along(const float* x, int64_t size, Directions directions, double* parts) {
  const float* direction[kScoredRows];
  double some[kScoredRows];
  for (int first = 0; first < directions.count; first += kScoredRows) {
    const int left = directions.count - first;
    if (left == 1) {
      parts[first] = dot(x, directions.data + first * padded_size(size), size);
      return;
    }
    for (int n = 0; n < kScoredRows; n++)
      direction[n] = directions.data + (first + (n < left ? n : left - 1)) * padded_size(size);
    dots(x, direction, size, some);
    for (int n = 0; n < kScoredRows && n < left; n++) parts[first + n] = some[n];
  }
}

// sum<double>() of kLanes<double> vectors at once, added in the same order: half a vector apart first, neighbours last.
template <int N = kLanes<double>> WM_INLINE Vec<double> totals(const Vec<double>* v) {
  if constexpr (N == 1) {
    return v[0];
  } else {
    Vec<double> half[N / 2];
#pragma GCC unroll 8
    for (int i = 0; i < N / 2; i++)
      half[i] = fold<double, N / 2, kLanes<double>>(v[2 * i], v[2 * i + 1], typename Count<kLanes<double>>::type{});
    return totals<N / 2>(half);
  }
}

// The sums of dot() for kTileRows rows by Columns queries, a vector of each at a time, so that they stay in registers.
template <int Columns>
WM_INLINE void tile_of_dots(const double* rows, const double* queries, int64_t size, Vec<double> (&dots)[Columns * kTileRows]) {
  Vec<double> parts[Columns * kTileRows][kParts];
#pragma GCC unroll 1
  for (int k = 0; k < kParts; k++) {
    Vec<double> sums[Columns][kTileRows] = {};
    for (int64_t d = k * kLanes<double>; d < size; d += kSums) {
      Vec<double> row[kTileRows];
#pragma GCC unroll 8
      for (int i = 0; i < kTileRows; i++) row[i] = load_unaligned(rows + i * size + d);
#pragma GCC unroll 8
      for (int j = 0; j < Columns; j++) {
        const Vec<double> query = load_unaligned(queries + j * size + d);
#pragma GCC unroll 8
        for (int i = 0; i < kTileRows; i++) sums[j][i] += row[i] * query;
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < Columns; j++)
#pragma GCC unroll 8
      for (int i = 0; i < kTileRows; i++) parts[j * kTileRows + i][k] = sums[j][i];
  }
#pragma GCC unroll 32
  for (int i = 0; i < Columns * kTileRows; i++) dots[i] = together(parts[i]);
}

template <int Columns>
WM_INLINE void score_tile(const double* rows, const double* norms, int64_t size, const double* queries, float* results,
                          int64_t step) {
  constexpr int kLane = kLanes<double>, kAll = Columns * kTileRows;
  Vec<double> sums[kAll];
  tile_of_dots<Columns>(rows, queries, size, sums);
  double dots[kAll];
  if constexpr (kAll % kLane == 0) {
#pragma GCC unroll 16
    for (int i = 0; i < kAll; i += kLane) store_unaligned(dots + i, totals(sums + i));
  } else {
    for (int i = 0; i < kAll; i++) dots[i] = sum<double>(sums[i]);
  }
#pragma GCC unroll 8
  for (int j = 0; j < Columns; j++)
#pragma GCC unroll 8
    for (int i = 0; i < kTileRows; i++)
      results[j * step + i] = norms[i] > 0 ? static_cast<float>(dots[j * kTileRows + i] / norms[i]) : 0;
}

void scores(const double* rows, const double* norms, int64_t count, int64_t size, const double* queries, int columns,
            float* results) {
  const int64_t padded = padded_size(size);
  for (int64_t r = 0; r < count; r += kTileRows)
    if (columns == 1)
      score_tile<1>(rows + r * padded, norms + r, padded, queries, results + r, count);
    else
      score_tile<kTileColumns>(rows + r * padded, norms + r, padded, queries, results + r, count);
}

}  // namespace
}  // namespace wordmill
