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
template <class V = Floats> WM_INLINE V load_part(const float* x, int64_t d, int64_t n) {
  V part = {};
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

// Packs x / divisor: word s goes to words[s * step]. `total` is the sum of the whole numbers.
WM_INLINE Packed pack(const float* x, float divisor, int64_t size, int levels, int zero, uint32_t* words, int64_t step, float& total) {
  Floats greatest = {}, squares = {};
  for (int64_t d = 0; d < size; d += kLane) {
    const Floats u = load_part(x, d, size) / divisor, magnitude = u < 0 ? -u : u;
    greatest = magnitude > greatest ? magnitude : greatest;
    squares += u * u;
  }
  float most = 0;
  for (int lane = 0; lane < kLane; lane++) most = greatest[lane] > most ? greatest[lane] : most;
  const float length = sqrtf(sum<float>(squares)), inverse = static_cast<float>(levels) / most;
  const bool keep = levels && most > 0 && inverse <= FLT_MAX && length <= FLT_MAX;  // else all of it is rest
  const float scale = kFloats ? 1 : keep ? most / static_cast<float>(levels) : 0;
  const Floats to_integer = splat<float>(12582912.0f);  // 1.5 * 2^23: adding it rounds
  const int64_t count = (size + kPerWord - 1) / kPerWord;
  Floats rests = {}, totals = {};
  for (int64_t d = 0; d < size; d += kLane) {
    const Floats u = load_part(x, d, size) / divisor;
    const Floats rounded = kFloats ? u : keep ? (u * inverse + to_integer) - to_integer : Floats{}, rest = u - rounded * scale;
    rests += rest * rest;
    totals += rounded;
    uint32_t vector[kWordsOfVector];
    to_words(rounded, zero, vector);
    for (int64_t i = 0, s = d / kPerWord; i < kWordsOfVector && s + i < count; i++) words[(s + i) * step] = vector[i];
  }
  total = sum<float>(totals);
  const float rest = sqrtf(sum<float>(rests));
  return {scale, length + kTiny, rest <= FLT_MAX ? rest + kTiny : FLT_MAX};
}

// After the words of a panel: what its sums begin with, scales and rests.
float pack_panel(const float* rows, int64_t stride, const float* norms, int count, int64_t size, uint32_t* panel) {
  uint32_t* const first = panel + (size + kPerWord - 1) / kPerWord * kPanelRows;
  uint32_t *const scales = first + kPanelRows, *const rests = scales + kPanelRows;
  float longest = kTiny;
  for (int r = 0; r < kPanelRows; r++) {
    if (r >= count) {
      for (uint32_t* word = panel + r; word < first; word += kPanelRows) *word = 0;
      first[r] = scales[r] = 0;
      rests[r] = __builtin_bit_cast(uint32_t, -INFINITY);
      continue;
    }
    float total;
    const float norm = norms[r] > 0 ? norms[r] : INFINITY;  // a row of zeros scores 0
    const Packed packed = pack(rows + r * stride, norm, size, kRowLevels, 0, panel + r, kPanelRows, total);
    first[r] = static_cast<uint32_t>(-kZero * (kFloats ? 0 : static_cast<int32_t>(total)));
    scales[r] = __builtin_bit_cast(uint32_t, packed.scale);
    rests[r] = __builtin_bit_cast(uint32_t, packed.rest);
    longest = packed.length > longest ? packed.length : longest;
  }
  return longest;
}

Packed pack_query(const float* query, int64_t size, int place, uint32_t* tile) {
  float total;
  return pack(query, 1, size, kQueryLevels, kZero, tile + place, kTileColumns, total);
}

int64_t find(const uint32_t* panels, int64_t count, int64_t size, const uint32_t* tile, const float* bars, const float* weights, Hit* hits) {
  const int64_t words = (size + kPerWord - 1) / kPerWord;
  int64_t found = 0;
  for (int64_t p = 0; p < count; p++, panels += (words + 3) * kPanelRows) {
    const uint32_t *const first = panels + words * kPanelRows, *const scales = first + kPanelRows, *const rests = scales + kPanelRows;
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
        bounds[i] = __builtin_convertvector(sums[j][i], Floats) * read<Floats>(scales + i * kLane) + read<Floats>(rests + i * kLane) * weights[j];
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

double dot(const float* a, const float* b, int64_t size) {
  constexpr int kSums = 16, kParts = kSums / kLanes<double>;
  typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
  Vec<double> sums[kParts] = {};
  for (int64_t d = 0; d < size; d += kSums)
#pragma GCC unroll 8
    for (int k = 0; k < kParts; k++) {
      const int64_t at = d + k * kLanes<double> < size ? d + k * kLanes<double> : size;
      sums[k] += __builtin_convertvector(load_part<Half>(a, at, size), Vec<double>) * __builtin_convertvector(load_part<Half>(b, at, size), Vec<double>);
    }
  double all[kSums];
  __builtin_memcpy(all, sums, sizeof all);
  for (int width = kSums / 2; width; width /= 2)
    for (int k = 0; k < width; k++) all[k] += all[k + width];
  return all[0];
}

#define WM_STRING_(x) #x
#define WM_STRING(x) WM_STRING_(x)
constexpr Screen kScreen = {WM_STRING(WORDMILL_ISA_NAME), kPerWord, kPanelRows, kTileColumns, pack_panel, pack_query, find, products, dot};

}  // namespace

#define WM_JOIN_(a, b) a##b
#define WM_JOIN(a, b) WM_JOIN_(a, b)
const Screen& WM_JOIN(screen_, WORDMILL_ISA_NAME)() { return kScreen; }

}  // namespace wordmill
