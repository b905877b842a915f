// A first look at many dot products at once, in low precision and with a bound on its error: which rows may score above a bar.
// Compiled once per instruction set (screen.cpp); callers go through the table of function pointers that each exports.
//
// Rows often share a few directions b (directions.hpp). With alpha = b . u of a unit row u, beta = b . q of a query, and what is
// left of both, v = u - sum alpha b and w = q - sum beta b, whatever the b are,
//   q . u = sum (beta + b . w) alpha + w . v,
// the sum in double precision. v is rounded to whole numbers p, v = scale * p + rest, and w likewise to t. Whole numbers multiply
// exactly, and
//   |w . v - (scale_w t) . (scale p)|  <=  |w - rest_w| |rest| + |rest_w| |v|      (Cauchy-Schwarz)
// where slack() |w| |v| + lost() reach_q reach_u covers what is rounded besides; reach: |v| + sum |alpha|. Where there are no
// fast products of bytes, p and t are the floats themselves, and no rest is left.
//
// Both are packed in words of 32 bits, four bytes or one float, in the order in which they are read: word s of all rows of a
// panel lies together, and of all queries of a tile. Parts along directions, double, follow.
#pragma once
#include <stdint.h>

namespace wordmill {

struct Directions {
  const float* data;  // (count, padded_size()), zeros past D: unit vectors, each at right angles to the others
  int count;
};

struct Packed {
  float scale, length, rest, reach;  // lengths of what is left of the vector and of its rest, never less than they are
};

struct Longest {
  float length, reach;
};

struct Hit {
  int32_t query, row;  // within the tile; within the panels
  float above;         // its bound less the bar, rounded: scale * (t . p) + weight * rest + the sum of the parts
};

struct Passed {
  int32_t row;
  double bound;
};

struct Screen {
  const char* name;
  int dimensions_per_word, panel_rows, tile_queries;
  double saved;  // of the time of products(), by find(): roughly
  // Packs up to panel_rows rows / norms into panel_words() words; zeros where rows are missing. Returns the greatest length and
  // reach.
  Longest (*pack_panel)(const float* rows, int64_t stride, const float* norms, int count, int64_t size, Directions directions,
                        float* left, uint32_t* panel);
  // Into tile_words(). Both use `left`, room for padded_size() numbers.
  Packed (*pack_query)(const float* query, int64_t size, Directions directions, int place, float* left, uint32_t* tile);
  // Finds where the bound is not below the query's bar, each query's rows in order, with those of queries and rows that are not
  // there; returns how many. There is room for all.
  int64_t (*find)(const uint32_t* panels, int64_t count, int64_t size, int directions, const uint32_t* tile, const double* bars,
                  const float* weights, Hit* hits);
  // Products in float arithmetic of rows and up to kProductQueries queries, of which all must be something: to
  // results[query * step + row], up to 15 more than `count`, of 3 queries more. Off by float_error() |q| |row| at most.
  void (*products)(const float* const* queries, int columns, const float* rows, int64_t stride, int64_t count, int64_t size,
                   float* results, int64_t step);
  // Their lengths, within 2^-10 of them, where squares are floats; up to 15 more than `count`.
  void (*lengths)(const float* rows, int64_t stride, int64_t count, int64_t size, float* results);
  // Of rows given by norms, lengths and parts along each direction, each `step` apart: those whose bound
  //   product + sum of query[2 + n] parts[n] + query[1] length   is not below   query[0] norm.
  int64_t (*sift)(const float* products, const double* rows, int64_t count, int64_t step, const double* query, int directions,
                  Passed* passed);
  // dot() / norm rounded to float, 0 where the norm is 0, of `count` rows, a multiple of kScoredRows, and one query or a tile of
  // them: to results[query * count + row]. Rows and queries have padded_size() numbers, zeros past D.
  void (*scores)(const double* rows, const double* norms, int64_t count, int64_t size, const double* queries, int columns,
                 float* results);
  // In double precision, where products of floats are exact; added in one order, so that all instruction sets agree to the bit.
  double (*dot)(const float* a, const float* b, int64_t size);
  void (*dots)(const float* query, const float* const* rows, int64_t size, double* results);  // of kScoredRows rows
  void (*parts_along)(const float* x, int64_t size, Directions directions, double* parts);    // dot() with each direction
};

inline constexpr int64_t kMostDimensions = 1 << 15;  // sums of bytes stay within 32 bits
inline constexpr int kMostTileQueries = 6, kProductQueries = 12, kMostDirections = 6;
inline constexpr int kSumsOfDot = 16, kScoredRows = 4;

constexpr int64_t vector_words(const Screen& s, int64_t size) {
  return (size + s.dimensions_per_word - 1) / s.dimensions_per_word;
}
constexpr int64_t panel_words(const Screen& s, int64_t size, int directions) {
  return (vector_words(s, size) + 3 + 2 * directions) * s.panel_rows;
}
constexpr int64_t tile_words(const Screen& s, int64_t size, int directions) {
  return (vector_words(s, size) + 2 * directions) * s.tile_queries;
}
constexpr int64_t padded_size(int64_t size) { return (size + kSumsOfDot - 1) / kSumsOfDot * kSumsOfDot; }
// A row scored by itself takes as long as so many of products().
constexpr double alone(int64_t size) { return 5 + 1500.0 / static_cast<double>(size); }
constexpr double slack(int64_t size) { return static_cast<double>(size + 16) / (1 << 23); }
inline constexpr int64_t kProductDimensions = 256;  // multiplied at a time: of a few queries, in the first cache
constexpr double float_error(int64_t size) {
  const int64_t lane = (size < kProductDimensions ? size : kProductDimensions) / 4;
  return static_cast<double>(lane + size / kProductDimensions + 16) / (1 << 24);
}
constexpr double lost(int64_t size) { return static_cast<double>(size + 64) * 0x1p-51; }  // of double precision

}  // namespace wordmill
