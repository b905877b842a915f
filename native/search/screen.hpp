// A first look at many dot products at once, in low precision and with a bound on its error: which rows may score above a bar.
// Compiled once per instruction set (screen.cpp); callers go through the table of function pointers that each exports.
//
// A unit row u is rounded to whole numbers p, u = scale * p + rest, and a query q likewise to t. Whole numbers multiply exactly, and
//   |q . u - (scale_q t) . (scale p)|  <=  |q - rest_q| |rest| + |rest_q| |u|      (Cauchy-Schwarz)
// where slack() |q| |u| covers what float arithmetic rounds. Where there are no fast products of bytes, p and t are the floats
// themselves, of which nothing rests.
//
// Both are packed in words of 32 bits, four bytes or one float, in the order in which they are read: word s of all rows of a panel
// lies together, and of all queries of a tile.
#pragma once
#include <stdint.h>

namespace wordmill {

struct Packed {
  float scale, length, rest;  // lengths of the vector and of its rest, never less than they are
};

struct Hit {
  int32_t query, row;  // within the tile; within the panels
  float bound;         // scale * (t . p) + weight * rest
};

struct Screen {
  const char* name;
  int dimensions_per_word, panel_rows, tile_queries;
  // Packs up to panel_rows rows / norms into panel_words() words; where rows are missing, nothing is ever found. Returns the greatest
  // length.
  float (*pack_panel)(const float* rows, int64_t stride, const float* norms, int count, int64_t size, uint32_t* panel);
  Packed (*pack_query)(const float* query, int64_t size, int place, uint32_t* tile);
  // Finds where the bound is above the query's bar, each query's rows in order; returns how many. There is room for all.
  int64_t (*find)(const uint32_t* panels, int64_t count, int64_t size, const uint32_t* tile, const float* bars, const float* weights, Hit* hits);
  // Rows times one query in float arithmetic, off by slack() |q| |row| at most; writes up to 15 results more than `count`.
  void (*products)(const float* query, const float* rows, int64_t stride, int64_t count, int64_t size, float* results);
  // In double precision, where products of floats are exact; added in one order, so that all instruction sets agree to the bit.
  double (*dot)(const float* a, const float* b, int64_t size);
};

inline constexpr int64_t kMostDimensions = 1 << 15;  // sums of bytes stay within 32 bits
inline constexpr int kMostTileQueries = 6;

constexpr int64_t vector_words(const Screen& s, int64_t size) { return (size + s.dimensions_per_word - 1) / s.dimensions_per_word; }
constexpr int64_t panel_words(const Screen& s, int64_t size) { return (vector_words(s, size) + 3) * s.panel_rows; }
constexpr double slack(int64_t size) { return static_cast<double>(size + 16) / (1 << 23); }

}  // namespace wordmill
