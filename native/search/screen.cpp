// See screen.hpp. The sums of a tile, kTileRows vectors of rows by kTileColumns queries, stay in registers over all dimensions.
#include "screen.hpp"

#include <float.h>

#include "exact.hpp"
#include "kernel/simd.hpp"
#include "products.hpp"

namespace wordmill {
namespace {

constexpr int kPanelRows = kTileRows * kLane;
using Words = Mask<float>;  // 32-bit integers

// Rows are signed bytes, queries unsigned ones around kZero: that is what the instructions multiply.
#if defined(__AVX512VNNI__)
constexpr int kRowLevels = 127, kQueryLevels = 127, kZero = 128;
constexpr double kSaved = 0.7;
using Sums = Words;
WM_INLINE Sums multiply_add(Sums sums, Words rows, Words query) {
  return (Words)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)query, (__m512i)rows);
}
#elif defined(__AVX512BW__)
constexpr int kRowLevels = 127, kQueryLevels = 63, kZero = 64;  // two products fit in 16 bits
constexpr double kSaved = 0.6;
using Sums = Words;
WM_INLINE Sums multiply_add(Sums sums, Words rows, Words query) {
  return sums + (Words)_mm512_madd_epi16(_mm512_maddubs_epi16((__m512i)query, (__m512i)rows), _mm512_set1_epi16(1));
}
#elif defined(__AVX2__)
constexpr int kRowLevels = 127, kQueryLevels = 63, kZero = 64;
constexpr double kSaved = 0.3;
using Sums = Words;
WM_INLINE Sums multiply_add(Sums sums, Words rows, Words query) {
  return sums + (Words)_mm256_madd_epi16(_mm256_maddubs_epi16((__m256i)query, (__m256i)rows), _mm256_set1_epi16(1));
}
#else
constexpr int kRowLevels = 0, kQueryLevels = 0, kZero = 0;  // floats
constexpr double kSaved = 0.3;
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

// What is left of factor * x without its parts along some directions: D floats, zeros up to a whole vector. Returns the sum of
// the parts' magnitudes.
double take_apart(const float* x, double factor, int64_t size, Directions directions, float* left, double* parts) {
  double reach = 0;
  if (factor == 0) {  // a row of norm 0 scores 0, whatever it holds
    for (int n = 0; n < directions.count; n++) parts[n] = 0;
    for (int64_t d = 0; d < size; d += kLane) store_unaligned(left + d, Floats{});
    return 0;
  }
  parts_along(x, size, directions, parts);
  for (int n = 0; n < directions.count; n++) {
    parts[n] *= factor;
    reach += fabs(parts[n]);
  }
  for (int64_t d = 0; d < size; d += kLane) {
    const Floats part = load_part(x, d, size);
    if (!directions.count) {
      store_unaligned(left + d, part * static_cast<float>(factor));
      continue;
    }
    for (int half = 0; half < 2; half++) {
      Vec<double> rest = widened_half(part, half) * factor;
      for (int n = 0; n < directions.count; n++)
        rest -= parts[n] * widened(directions.data + n * padded_size(size) + d + half * kLanes<double>);
      const Half rounded = __builtin_convertvector(rest, Half);
      __builtin_memcpy(left + d + half * kLanes<double>, &rounded, sizeof rounded);
    }
  }
  return reach;
}

// Packs what is left of a vector: word s goes to words[s * step]. `total` is the sum of the whole numbers.
Packed pack(const float* left, int64_t size, double parts, int levels, int zero, uint32_t* words, int64_t step, float& total) {
  Floats greatest = {}, squares = {};
  for (int64_t d = 0; d < size; d += kLane) {
    const Floats u = load_unaligned(left + d), magnitude = u < 0 ? -u : u;
    greatest = magnitude > greatest ? magnitude : greatest;
    squares += u * u;
  }
  float most = 0;
  for (int lane = 0; lane < kLane; lane++) most = greatest[lane] > most ? greatest[lane] : most;
  const float length = sqrtf(sum<float>(squares)), inverse = static_cast<float>(levels) / most;
  // Otherwise all of it is rest. Numbers so small beside the parts are lost anyway.
  const bool keep = levels && most > 0 && most > kTiny * parts && inverse <= FLT_MAX && length <= FLT_MAX;
  const float scale = kFloats ? 1 : keep ? most / static_cast<float>(levels) : 0;
  const Floats to_integer = splat<float>(12582912.0f);  // 1.5 * 2^23: adding it rounds
  const int64_t count = words_of(size);
  Floats rests = {}, totals = {};
  for (int64_t d = 0; d < size; d += kLane) {
    const Floats u = load_unaligned(left + d);
    const Floats rounded = kFloats ? u : keep ? (u * inverse + to_integer) - to_integer : Floats{}, rest = u - rounded * scale;
    rests += rest * rest;
    totals += rounded;
    uint32_t vector[kWordsOfVector];
    to_words(rounded, zero, vector);
    for (int64_t i = 0, s = d / kPerWord; i < kWordsOfVector && s + i < count; i++) words[(s + i) * step] = vector[i];
  }
  total = sum<float>(totals);
  const float rest = sqrtf(sum<float>(rests));
  return {scale, length + kTiny, rest <= FLT_MAX ? rest + kTiny : FLT_MAX, length + kTiny + static_cast<float>(parts)};
}

// After the words of a panel: what its sums begin with, scales, rests, and parts along each direction.
Longest pack_panel(const float* rows, int64_t stride, const float* norms, int count, int64_t size, Directions directions,
                   float* left, uint32_t* panel) {
  uint32_t* const first = panel + words_of(size) * kPanelRows;
  uint32_t *const scales = first + kPanelRows, *const rests = scales + kPanelRows, *const parts = rests + kPanelRows;
  Longest longest = {kTiny, kTiny};
  for (int r = 0; r < kPanelRows; r++) {
    double along[kMostDirections] = {};
    if (r < count) {
      float total;
      const double factor = norms[r] > 0 ? 1 / static_cast<double>(norms[r]) : 0;
      const double reach = take_apart(rows + r * stride, factor, size, directions, left, along);
      const Packed packed = pack(left, size, reach, kRowLevels, 0, panel + r, kPanelRows, total);
      first[r] = static_cast<uint32_t>(-kZero * (kFloats ? 0 : static_cast<int32_t>(total)));
      scales[r] = __builtin_bit_cast(uint32_t, packed.scale);
      rests[r] = __builtin_bit_cast(uint32_t, packed.rest);
      longest.length = packed.length > longest.length ? packed.length : longest.length;
      longest.reach = packed.reach > longest.reach ? packed.reach : longest.reach;
    } else {
      for (uint32_t* word = panel + r; word < first; word += kPanelRows) *word = 0;
      first[r] = scales[r] = rests[r] = 0;
    }
    for (int n = 0; n < directions.count; n++) __builtin_memcpy(parts + 2 * (n * kPanelRows + r), along + n, sizeof(double));
  }
  return longest;
}

// After the words of a tile: for each direction b the parts of its queries, beta + b . w, in the units of their whole numbers.
Packed pack_query(const float* query, int64_t size, Directions directions, int place, float* left, uint32_t* tile) {
  float total;
  double parts[kMostDirections];
  const double reach = take_apart(query, 1, size, directions, left, parts);
  const Packed packed = pack(left, size, reach, kQueryLevels, kZero, tile + place, kTileColumns, total);
  for (int n = 0; n < directions.count; n++) {
    const float* const direction = directions.data + n * padded_size(size);
    double part = 2 * parts[n];
    for (int m = 0; m < directions.count; m++) part -= parts[m] * dot(directions.data + m * padded_size(size), direction, size);
    part /= packed.scale > 0 ? packed.scale : 1;
    __builtin_memcpy(tile + (words_of(size) + 2 * n) * kTileColumns + 2 * place, &part, sizeof part);
  }
  return packed;
}

// How far bounds are above a bar, with the parts along each direction: in double precision, for where these are all that counts,
// floats round more than vectors differ.
WM_INLINE Floats excess(Floats bounds, const uint32_t* parts, const uint32_t* tile, int directions, double bar) {
  Floats above;
  for (int half = 0; half < 2; half++) {
    Vec<double> sums = widened_half(bounds, half) - bar;
    for (int n = 0; n < directions; n++) {
      double query;
      __builtin_memcpy(&query, tile + 2 * n * kTileColumns, sizeof query);
      sums += read<Vec<double>>(parts + 2 * (n * kPanelRows + half * kLanes<double>)) * query;
    }
    const Half rounded = __builtin_convertvector(sums, Half);
    __builtin_memcpy(reinterpret_cast<char*>(&above) + half * sizeof rounded, &rounded, sizeof rounded);
  }
  return above;
}

int64_t find(const uint32_t* panels, int64_t count, int64_t size, int directions, const uint32_t* tile, const double* bars,
             const float* weights, Hit* hits) {
  const int64_t words = words_of(size);
  int64_t found = 0;
  for (int64_t p = 0; p < count; p++, panels += (words + 3 + 2 * directions) * kPanelRows) {
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
        bounds[i] = directions
                        ? excess(bounds[i], parts + 2 * i * kLane, tile + words * kTileColumns + 2 * j, directions, bars[j])
                        : bounds[i] - static_cast<float>(bars[j]);
        above[i] = ~(bounds[i] < 0);  // NaN too
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

#define WM_STRING_(x) #x
#define WM_STRING(x) WM_STRING_(x)
constexpr Screen kScreen = {WM_STRING(WORDMILL_ISA_NAME),
                            kPerWord,
                            kPanelRows,
                            kTileColumns,
                            kSaved,
                            pack_panel,
                            pack_query,
                            find,
                            products,
                            lengths,
                            sift,
                            scores,
                            dot,
                            dots,
                            parts_along};

}  // namespace

#define WM_JOIN_(a, b) a##b
#define WM_JOIN(a, b) WM_JOIN_(a, b)
const Screen& WM_JOIN(screen_, WORDMILL_ISA_NAME)() { return kScreen; }

}  // namespace wordmill
