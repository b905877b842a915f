// The step of pairs: each input meets all that is asked, as small matrix products.
#pragma once
#include "coefficients.hpp"
#include "kernel.hpp"
#include "scores.hpp"
#include "simd.hpp"

namespace wordmill {
namespace {

// Signs of the first panel where yes is right for the first output alone: -1 where k % width == 0. One period more than a vector,
// so that any phase can be loaded.
template <class T> struct FirstAlone {
  T at[kTileColumns + 1][kLanes<T> + kTileColumns] = {};
  constexpr FirstAlone() {
    for (int width = 1; width <= kTileColumns; width++)
      for (int k = 0; k < kLanes<T> + kTileColumns; k++) at[width][k] = k % width == 0 ? -1 : 1;
  }
};
template <class T> constexpr FirstAlone<T> kFirstAlone;

// Calls f(k, i, j) for each score: its place k, of input i and output j.
template <class F> WM_INLINE void for_each_score(int inputs, int outputs, F f) {
  for_each_panel(outputs, [&]<int N>(int j) {
    for (int i = 0; i < inputs; i++)
      for (int n = 0; n < N; n++) f(inputs * j + i * N + n, i, j + n);
  });
}

template <class T, class Signs>
WM_INLINE void pairs_coefficients(const PairsStep<T>& step, T* scores, T* room, const Signs& signs) {
  const T *input_weights = step.input_weights, *asked_weights = step.asked.weights;
  const int n = step.count * step.asked.count;
  if (!input_weights && !asked_weights) return coefficients<false, T>(scores, nullptr, n, signs, step.alpha, *step.loss);
  for_each_score(step.count, step.asked.count, [&](int k, int i, int j) {
    room[k] = (input_weights ? input_weights[i] : T(1)) * (asked_weights ? asked_weights[j] : T(1));
  });
  coefficients<true>(scores, room, n, signs, step.alpha, *step.loss);
}

template <class T> void pairs_coefficients(const PairsStep<T>& step, T* scores) {
  const Asked<T>& asked = step.asked;
  T* const room = scores + step.count * asked.count + kLanes<T>;
  if (asked.signs) {
    T* const laid_out = room + step.count * asked.count + kLanes<T>;
    for_each_score(step.count, asked.count, [&](int k, int, int j) { laid_out[k] = asked.signs[j]; });
    return pairs_coefficients(step, scores, room, [laid_out](int k) { return load_unaligned(laid_out + k); });
  }
  const int width = asked.count < kTileColumns ? asked.count : kTileColumns, first_panel = step.count * width;
  int phase = 0;  // k % width
  pairs_coefficients(step, scores, room, [&](int k) {
    const Vec<T> sign = load_unaligned(kFirstAlone<T>.at[width] + phase);
    phase = (phase + kLanes<T>) % width;
    return lane_numbers<T>() < first_panel - k ? sign : splat(T(1));
  });
}

enum class Learns { kBothInPlace, kBoth, kInputs };  // kBoth, kInputs: the inputs' changes go to rows of their own

// One vector's width d of both updates: x_i += sum_j g_ij y_j and y_j += sum_i g_ij x_i, from the old x and y; in place, or with
// the sums for x added to dx. With several panels the new x waits in `pending` until the last panel has read the old one.
template <class T, int N, Learns L, bool First, bool Last>
WM_INLINE void update_slice(T* const* x, T* const* dx, int inputs, T* const* y, int64_t d, const T* g, T* pending) {
  constexpr bool in_place = L == Learns::kBothInPlace;
  Vec<T> old[N], grown[N];
#pragma GCC unroll 8
  for (int j = 0; j < N; j++) grown[j] = old[j] = load(y[j] + d);
  for (int i = 0; i < inputs; i++) {
    const Vec<T> a = load(x[i] + d);
    Vec<T> sum = !First ? load(pending + i * kLanes<T>) : in_place ? a : load(dx[i] + d);
#pragma GCC unroll 8
    for (int j = 0; j < N; j++) {
      const Vec<T> gij = splat(g[i * N + j]);
      sum += gij * old[j];
      grown[j] += gij * a;
    }
    store(!Last ? pending + i * kLanes<T> : in_place ? x[i] + d : dx[i] + d, sum);
  }
  if constexpr (L != Learns::kInputs) {
#pragma GCC unroll 8
    for (int j = 0; j < N; j++) store(y[j] + d, grown[j]);
  }
}

// One cache line of each row of the window ahead: spread over the arithmetic, so that the misses overlap with it.
template <class T> WM_INLINE void prefetch_slice(const StepArguments<T>& step, int64_t d) {
  if (d * int64_t{sizeof(T)} % kRowBytes) return;
  for (int r = 0; r < step.ahead_outputs.count; r++) __builtin_prefetch(step.ahead_outputs.rows[r] + d, 1, 3);
  for (int r = 0; r < step.ahead_inputs.count; r++) __builtin_prefetch(step.ahead_inputs.rows[r] + d, 1, 3);
}

template <class T, Learns L> void pairs_update(const PairsStep<T>& step, const T* g, T* pending) {
  const int inputs = step.count, outputs = step.asked.count;
  T *const *x = step.inputs, *const *y = step.asked.rows, *const *dx = step.input_changes ? step.input_changes : step.inputs;
  if (outputs <= kTileColumns)
    return for_each_panel(outputs, [&]<int N>(int) {
      for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
        prefetch_slice(step, d);
        update_slice<T, N, L, true, true>(x, dx, inputs, y, d, g, pending);
      }
    });
  for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
    prefetch_slice(step, d);
    for_each_panel(outputs, [&]<int N>(int j) {
      const T* panel = g + static_cast<int64_t>(inputs) * j;
      if (j == 0)
        update_slice<T, N, L, true, false>(x, dx, inputs, y, d, panel, pending);
      else if (j + N < outputs)
        update_slice<T, N, L, false, false>(x, dx, inputs, y + j, d, panel, pending);
      else
        update_slice<T, N, L, false, true>(x, dx, inputs, y + j, d, panel, pending);
    });
  }
}

template <class T> void pairs(const PairsStep<T>& step) {
  T* pending = step.scratch;
  T* scores = step.scratch + 16 * static_cast<int64_t>(step.count);
  for_each_panel(step.asked.count, [&]<int N>(int j) {
    panel_scores<T, N>(step.inputs, step.count, step.asked.rows + j, step.stride, scores + static_cast<int64_t>(step.count) * j);
  });
  pairs_coefficients(step, scores);
  if (!step.outputs_learn)
    pairs_update<T, Learns::kInputs>(step, scores, pending);
  else if (step.input_changes)
    pairs_update<T, Learns::kBoth>(step, scores, pending);
  else
    pairs_update<T, Learns::kBothInPlace>(step, scores, pending);
}

}  // namespace
}  // namespace wordmill
