// Scores of a step, by tiles of inputs by outputs whose sums stay in registers.
#pragma once
#include "kernel.hpp"
#include "pieces.hpp"
#include "simd.hpp"

namespace wordmill {
namespace {

// Scores of a step lie panel by panel: outputs [j, j + n) of all contexts, row-major, start at C * j. One panel is one width of
// tile.

// scores[i * N + j] = x_i . y_j for M contexts: all M * N accumulators stay in registers over D, then are reduced together.
template <class T, int M, int N> WM_INLINE void tile_scores(T* const* x, T* const* y, int64_t stride, T* scores) {
  constexpr int L = kLanes<T>, used = M * N, padded = (used + L - 1) / L * L;
  Vec<T> acc[padded] = {};
  for (int64_t d = 0; d < stride; d += L) {
    Vec<T> b[N];
#pragma GCC unroll 8
    for (int j = 0; j < N; j++) b[j] = load(y[j] + d);
#pragma GCC unroll 8
    for (int i = 0; i < M; i++) {
      const Vec<T> a = load(x[i] + d);
#pragma GCC unroll 8
      for (int j = 0; j < N; j++) acc[i * N + j] += a * b[j];
    }
  }
#pragma GCC unroll 16
  for (int k = 0; k < padded; k += L) store_unaligned(scores + k, sums<T, L>(acc + k));  // past the tile: overwritten by the next
}

template <class T, int N> void panel_scores(T* const* x, int contexts, T* const* y, int64_t stride, T* scores) {
  int i = 0;
  for (; i + kTileRows <= contexts; i += kTileRows) tile_scores<T, kTileRows, N>(x + i, y, stride, scores + i * N);
  switch (contexts - i) {
    case 3: tile_scores<T, 3, N>(x + i, y, stride, scores + i * N); break;
    case 2: tile_scores<T, 2, N>(x + i, y, stride, scores + i * N); break;
    case 1: tile_scores<T, 1, N>(x + i, y, stride, scores + i * N); break;
  }
}

// Calls f.template operator()<n>(j) for each panel [j, j + n) of the outputs.
template <class F> WM_INLINE void for_each_panel(int outputs, F f) { for_each_piece<kTileColumns>(outputs, f); }

}  // namespace
}  // namespace wordmill
