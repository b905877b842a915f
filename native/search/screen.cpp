// See screen.hpp. The sums of a tile, kTileRows vectors of rows by kTileColumns queries, stay in registers over all dimensions.
#include "screen.hpp"

#include <float.h>

#include "kernel/simd.hpp"
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace wordmill {
namespace {

constexpr int kLane = kLanes<float>, kPanelRows = kTileRows * kLane;
using Floats = Vec<float>;
using Words = Mask<float>;  // 32-bit integers

// Rows are signed bytes, queries unsigned ones around kZero: that is what the instructions multiply.
#if defined(__AVX512VNNI__)
constexpr int kRowLevels = 127, kQueryLevels = 127, kZero = 128;
using Sums = Words;
WM_INLINE Sums multiply_add(Sums sums, Words rows, Words query) {
  return (Words)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)query, (__m512i)rows);
}
#elif defined(__AVX512BW__)
constexpr int kRowLevels = 127, kQueryLevels = 63, kZero = 64;  // two products fit in 16 bits
using Sums = Words;
WM_INLINE Sums multiply_add(Sums sums, Words rows, Words query) {
  return sums + (Words)_mm512_madd_epi16(_mm512_maddubs_epi16((__m512i)query, (__m512i)rows), _mm512_set1_epi16(1));
}
#elif defined(__AVX2__)
constexpr int kRowLevels = 127, kQueryLevels = 63, kZero = 64;
using Sums = Words;
WM_INLINE Sums multiply_add(Sums sums, Words rows, Words query) {
  return sums + (Words)_mm256_madd_epi16(_mm256_maddubs_epi16((__m256i)query, (__m256i)rows), _mm256_set1_epi16(1));
}
#else
constexpr int kRowLevels = 0, kQueryLevels = 0, kZero = 0;  // floats
using Sums = Floats;
WM_INLINE Sums multiply_add(Sums sums, Words rows, Words query) {
  return sums + __builtin_bit_cast(Floats, rows) * __builtin_bit_cast(Floats, query);
}
#endif
static_assert(kTileColumns <= kMostTileQueries);
constexpr bool kFloats = kZero == 0;
constexpr int kPerWord = kFloats ? 1 : 4;
constexpr float kTiny = 1e-15f;  // more than what is lost where squares are too small for a float

#if defined(__AVX512F__)
WM_INLINE uint32_t bits(Words mask) { return _mm512_movepi32_mask((__m512i)mask); }
#elif defined(__AVX2__)
WM_INLINE uint32_t bits(Words mask) { return static_cast<uint32_t>(_mm256_movemask_ps((__m256)mask)); }
#else
WM_INLINE uint32_t bits(Words mask) {
  uint32_t found = 0;
  for (int lane = 0; lane < kLane; lane++) found |= static_cast<uint32_t>(mask[lane] & 1) << lane;
  return found;
}
#endif

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

template <class V> WM_INLINE V read(const uint32_t* words) {
  V v;
  __builtin_memcpy(&v, words, sizeof v);
  return v;
}

constexpr int64_t words_of(int64_t size) { return (size + kPerWord - 1) / kPerWord; }

// A vector of whole numbers as bytes, or of floats as they are.
constexpr int kWordsOfVector = kLane / kPerWord;
WM_INLINE void to_words(Floats numbers, int zero, uint32_t* words) {
  if constexpr (!kFloats) {
    typedef int8_t Bytes __attribute__((vector_size(kLane)));
    const Bytes bytes = __builtin_convertvector(__builtin_convertvector(numbers, Words) + zero, Bytes);
    __builtin_memcpy(words, &bytes, sizeof bytes);
  } else {
    __builtin_memcpy(words, &numbers, sizeof numbers);
  }
}

// A dot product in double precision is kSums sums: number d goes to sum d % kSums, kLanes<double> of them in a vector.
constexpr int kSums = 16, kParts = kSums / kLanes<double>;
static_assert(kSums == kSumsOfDot && kTileRows == kScoredRows);
typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
WM_INLINE Vec<double> widened(const float* x) {
  Half part;
  __builtin_memcpy(&part, x, sizeof part);
  return __builtin_convertvector(part, Vec<double>);
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
  if (whole < size) {
    float rest[2][kSums] = {};
    const size_t bytes = static_cast<size_t>(size - whole) * sizeof(float);
    __builtin_memcpy(rest[0], a + whole, bytes);
    __builtin_memcpy(rest[1], b + whole, bytes);
#pragma GCC unroll 8
    for (int k = 0; k < kParts; k++) sums[k] += widened(rest[0] + k * kLanes<double>) * widened(rest[1] + k * kLanes<double>);
  }
  return sum<double>(together(sums));
}

// What is left of x / divisor without its parts along some directions.
struct Left {
  const float* x;
  float divisor;
  int64_t size;
  Directions directions;
  float parts[kMostDirections];

  Left(const float* x, float divisor, int64_t size, Directions directions)
      : x(x), divisor(divisor), size(size), directions(directions) {
    for (int n = 0; n < directions.count; n++)
      parts[n] = static_cast<float>(dot(x, directions.data + n * padded_size(size), size) / divisor);
  }

  WM_INLINE Floats at(int64_t d) const {
    Floats left = load_part(x, d, size) / divisor;
    for (int n = 0; n < directions.count; n++) left -= parts[n] * load_unaligned(directions.data + n * padded_size(size) + d);
    return left;
  }

  float reach(float length) const {
    for (int n = 0; n < directions.count; n++) length += fabsf(parts[n]);
    return length;
  }
};

// Packs what is left of a vector: word s goes to words[s * step]. `total` is the sum of the whole numbers.
WM_INLINE Packed pack(const Left& left, int levels, int zero, uint32_t* words, int64_t step, float& total) {
  Floats greatest = {}, squares = {};
  for (int64_t d = 0; d < left.size; d += kLane) {
    const Floats u = left.at(d), magnitude = u < 0 ? -u : u;
    greatest = magnitude > greatest ? magnitude : greatest;
    squares += u * u;
  }
  float most = 0;
  for (int lane = 0; lane < kLane; lane++) most = greatest[lane] > most ? greatest[lane] : most;
  const float length = sqrtf(sum<float>(squares)), inverse = static_cast<float>(levels) / most, reach = left.reach(length);
  // Otherwise all of it is rest. Numbers so small beside the parts are lost anyway, and parts / scale might overflow.
  const bool keep = levels && most > 0 && most > kTiny * (reach - length) && inverse <= FLT_MAX && length <= FLT_MAX;
  const float scale = kFloats ? 1 : keep ? most / static_cast<float>(levels) : 0;
  const Floats to_integer = splat<float>(12582912.0f);  // 1.5 * 2^23: adding it rounds
  const int64_t count = words_of(left.size);
  Floats rests = {}, totals = {};
  for (int64_t d = 0; d < left.size; d += kLane) {
    const Floats u = left.at(d);
    const Floats rounded = kFloats ? u : keep ? (u * inverse + to_integer) - to_integer : Floats{}, rest = u - rounded * scale;
    rests += rest * rest;
    totals += rounded;
    uint32_t vector[kWordsOfVector];
    to_words(rounded, zero, vector);
    for (int64_t i = 0, s = d / kPerWord; i < kWordsOfVector && s + i < count; i++) words[(s + i) * step] = vector[i];
  }
  total = sum<float>(totals);
  const float rest = sqrtf(sum<float>(rests));
  return {scale, length + kTiny, rest <= FLT_MAX ? rest + kTiny : FLT_MAX, reach + kTiny};
}

// After the words of a panel: what its sums begin with, scales, rests, and parts along each direction.
Longest pack_panel(const float* rows, int64_t stride, const float* norms, int count, int64_t size, Directions directions,
                   uint32_t* panel) {
  uint32_t* const first = panel + words_of(size) * kPanelRows;
  uint32_t *const scales = first + kPanelRows, *const rests = scales + kPanelRows, *const parts = rests + kPanelRows;
  Longest longest = {kTiny, kTiny};
  for (int r = 0; r < kPanelRows; r++) {
    for (int n = 0; n < directions.count; n++) parts[n * kPanelRows + r] = 0;
    if (r >= count) {
      for (uint32_t* word = panel + r; word < first; word += kPanelRows) *word = 0;
      first[r] = scales[r] = 0;
      rests[r] = __builtin_bit_cast(uint32_t, -INFINITY);
      continue;
    }
    float total;
    const float norm = norms[r] > 0 ? norms[r] : INFINITY;  // a row of zeros scores 0
    const Left left(rows + r * stride, norm, size, directions);
    const Packed packed = pack(left, kRowLevels, 0, panel + r, kPanelRows, total);
    first[r] = static_cast<uint32_t>(-kZero * (kFloats ? 0 : static_cast<int32_t>(total)));
    scales[r] = __builtin_bit_cast(uint32_t, packed.scale);
    rests[r] = __builtin_bit_cast(uint32_t, packed.rest);
    for (int n = 0; n < directions.count; n++) parts[n * kPanelRows + r] = __builtin_bit_cast(uint32_t, left.parts[n]);
    longest.length = packed.length > longest.length ? packed.length : longest.length;
    longest.reach = packed.reach > longest.reach ? packed.reach : longest.reach;
  }
  return longest;
}

// After the words of a tile: the parts of its queries along each direction, in the units of their whole numbers.
Packed pack_query(const float* query, int64_t size, Directions directions, int place, uint32_t* tile) {
  float total;
  const Left left(query, 1, size, directions);
  const Packed packed = pack(left, kQueryLevels, kZero, tile + place, kTileColumns, total);
  for (int n = 0; n < directions.count; n++)
    tile[(words_of(size) + n) * kTileColumns + place] =
        __builtin_bit_cast(uint32_t, left.parts[n] / (packed.scale > 0 ? packed.scale : 1));
  return packed;
}

int64_t find(const uint32_t* panels, int64_t count, int64_t size, int directions, const uint32_t* tile, const float* bars,
             const float* weights, Hit* hits) {
  const int64_t words = words_of(size);
  int64_t found = 0;
  for (int64_t p = 0; p < count; p++, panels += (words + 3 + directions) * kPanelRows) {
    const uint32_t *const first = panels + words * kPanelRows, *const scales = first + kPanelRows,
                          *const rests = scales + kPanelRows;
    const uint32_t* const parts = rests + kPanelRows;
    Sums sums[kTileColumns][kTileRows];
#pragma GCC unroll 8
    for (int i = 0; i < kTileRows; i++)
#pragma GCC unroll 8
      for (int j = 0; j < kTileColumns; j++) sums[j][i] = read<Sums>(first + i * kLane);
    for (int64_t s = 0; s < words; s++) {
      Words rows[kTileRows];
#pragma GCC unroll 8
      for (int i = 0; i < kTileRows; i++) rows[i] = read<Words>(panels + s * kPanelRows + i * kLane);
#pragma GCC unroll 8
      for (int j = 0; j < kTileColumns; j++) {
        const Words query = static_cast<int32_t>(tile[s * kTileColumns + j]) - Words{};
#pragma GCC unroll 8
        for (int i = 0; i < kTileRows; i++) sums[j][i] = multiply_add(sums[j][i], rows[i], query);
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < kTileColumns; j++) {
      Floats bounds[kTileRows];
      Words above[kTileRows], any = {};
#pragma GCC unroll 8
      for (int i = 0; i < kTileRows; i++) {
        bounds[i] = __builtin_convertvector(sums[j][i], Floats) * read<Floats>(scales + i * kLane) +
                    read<Floats>(rests + i * kLane) * weights[j];
        for (int n = 0; n < directions; n++)
          bounds[i] +=
              read<Floats>(parts + n * kPanelRows + i * kLane) * __builtin_bit_cast(float, tile[(words + n) * kTileColumns + j]);
        above[i] = bounds[i] > bars[j];
        any |= above[i];
      }
      if (!bits(any)) continue;
      for (int i = 0; i < kTileRows; i++)
        for (uint32_t lanes = bits(above[i]); lanes; lanes &= lanes - 1) {
          const int lane = __builtin_ctz(lanes);
          hits[found++] = {j, static_cast<int32_t>(p * kPanelRows + i * kLane + lane), bounds[i][lane]};
        }
    }
  }
  return found;
}

void products(const float* query, const float* rows, int64_t stride, int64_t count, int64_t size, float* results) {
  const int64_t whole = size / kLane * kLane, last = size < kLane ? 0 : size - kLane;
  Floats rest = load_part(query, last, size);  // what is left past the whole vectors, and zeros where those were
  for (int lane = 0; lane < kLane; lane++) rest[lane] = last + lane < whole ? 0 : rest[lane];
  for (int64_t r = 0; r < count; r += kLane) {
    Floats sums_of[kLane] = {};
    const float* row[kLane];
    for (int i = 0; i < kLane; i++) row[i] = rows + (r + i < count ? r + i : count - 1) * stride;
    for (int64_t d = 0; d < whole; d += kLane) {
      const Floats part = load_unaligned(query + d);
#pragma GCC unroll 16
      for (int i = 0; i < kLane; i++) sums_of[i] += part * load_unaligned(row[i] + d);
    }
    if (whole < size) {
#pragma GCC unroll 16
      for (int i = 0; i < kLane; i++) sums_of[i] += rest * load_part(row[i], last, size);
    }
    store_unaligned(results + r, sums<float, kLane>(sums_of));
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

#define WM_STRING_(x) #x
#define WM_STRING(x) WM_STRING_(x)
constexpr Screen kScreen = {
    WM_STRING(WORDMILL_ISA_NAME), kPerWord, kPanelRows, kTileColumns, pack_panel, pack_query, find, products, scores, dot};

}  // namespace

#define WM_JOIN_(a, b) a##b
#define WM_JOIN(a, b) WM_JOIN_(a, b)
const Screen& WM_JOIN(screen_, WORDMILL_ISA_NAME)() { return kScreen; }

}  // namespace wordmill
