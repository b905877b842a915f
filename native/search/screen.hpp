// A first look at many dot products at once, in low precision and with a bound on its error: which rows may score above a bar.
// Compiled once per instruction set (screen.cpp); callers go through the table of function pointers that each exports.
//
// Rows often share a few directions b (directions.hpp). What is left of a unit row, v = u - sum alpha b, is rounded to whole
// numbers p, v = scale * p + rest, and what is left of a query, w = q - sum beta b, likewise to t. Whole numbers multiply
// exactly, and
//   |q . u - sum alpha beta - (scale_q t) . (scale p)|  <=  |w - rest_q| |rest| + |rest_q| |v|      (Cauchy-Schwarz)
// where slack() |w| |v| + kLost reach_q reach_u covers what float arithmetic rounds; reach: |v| + sum |alpha|. Where there are no
// fast products of bytes, p and t are the floats themselves, and no rest is left.
//
// Both are packed in words of 32 bits, four bytes or one float, in the order in which they are read: word s of all rows of a
// panel lies together, and of all queries of a tile.
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
  float bound;         // scale * (t . p) + sum alpha beta + weight * rest
};

struct Screen {
  const char* name;
  int dimensions_per_word, panel_rows, tile_queries;
  // Packs up to panel_rows rows / norms into panel_words() words; where rows are missing, nothing is ever found. Returns the
  // greatest length and reach.
  Longest (*pack_panel)(const float* rows, int64_t stride, const float* norms, int count, int64_t size, Directions directions,
                        uint32_t* panel);
  Packed (*pack_query)(const float* query, int64_t size, Directions directions, int place, uint32_t* tile);  // into tile_words()
  // Finds where the bound is above the query's bar, each query's rows in order; returns how many. There is room for all.
  int64_t (*find)(const uint32_t* panels, int64_t count, int64_t size, int directions, const uint32_t* tile, const float* bars,
                  const float* weights, Hit* hits);
  // Rows times one query in float arithmetic, off by slack() |q| |row| at most; writes up to 15 results more than `count`.
  void (*products)(const float* query, const float* rows, int64_t stride, int64_t count, int64_t size, float* results);
  // dot() / norm rounded to float, 0 where the norm is 0, of `count` rows, a multiple of kScoredRows, and one query or a tile of
  // them: to results[query * count + row]. Rows and queries have padded_size() numbers, zeros past D.
  void (*scores)(const double* rows, const double* norms, int64_t count, int64_t size, const double* queries, int columns,
                 float* results);
  // In double precision, where products of floats are exact; added in one order, so that all instruction sets agree to the bit.
  double (*dot)(const float* a, const float* b, int64_t size);
};

inline constexpr int64_t kMostDimensions = 1 << 15;  // sums of bytes stay within 32 bits
inline constexpr int kMostTileQueries = 6, kMostDirections = 4;
inline constexpr int kSumsOfDot = 16, kScoredRows = 4;

constexpr int64_t vector_words(const Screen& s, int64_t size) {
  return (size + s.dimensions_per_word - 1) / s.dimensions_per_word;
}
constexpr int64_t panel_words(const Screen& s, int64_t size, int directions) {
  return (vector_words(s, size) + 3 + directions) * s.panel_rows;
}
constexpr int64_t tile_words(const Screen& s, int64_t size, int directions) {
  return (vector_words(s, size) + directions) * s.tile_queries;
}
constexpr int64_t padded_size(int64_t size) { return (size + kSumsOfDot - 1) / kSumsOfDot * kSumsOfDot; }
constexpr double slack(int64_t size) { return static_cast<double>(size + 16) / (1 << 23); }
inline constexpr double kLost = 0x1p-17;  // some hundred roundings, of directions that are not quite at right angles too

}  // namespace wordmill
