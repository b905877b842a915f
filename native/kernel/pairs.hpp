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

// Lays out one value an output, as scores lie, times one an input (`rows`, or null: 1).
template <class T, class Value> WM_INLINE void lay_out(const T* rows, int inputs, int outputs, const Value& value, T* out) {
  for_each_panel(outputs, [&]<int N>(int j) {
    constexpr int vectors = (N + kLanes<T> - 1) / kLanes<T>;
    T values[vectors * kLanes<T>] = {};
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) values[n] = value(j + n);
    for (int i = 0; i < inputs; i++, out += N)
      for (int v = 0; v < vectors; v++) {  // past the panel's width: overwritten by the next
        const Vec<T> part = load_unaligned(values + v * kLanes<T>);
        store_unaligned(out + v * kLanes<T>, rows ? part * splat(rows[i]) : part);
      }
  });
}

template <class T, class Signs>
WM_INLINE void pairs_coefficients(const PairsStep<T>& step, T* scores, T* room, const Signs& signs) {
  const T *input_weights = step.input_weights, *asked_weights = step.asked.weights;
  const int n = step.count * step.asked.count;
  if (!input_weights && !asked_weights) return coefficients<false, T>(scores, nullptr, n, signs, step.alpha, *step.loss);
  lay_out(input_weights, step.count, step.asked.count, [=](int j) { return asked_weights ? asked_weights[j] : T(1); }, room);
  coefficients<true>(scores, room, n, signs, step.alpha, *step.loss);
}

template <class T> void pairs_coefficients(const PairsStep<T>& step, T* scores) {
  const Asked<T>& asked = step.asked;
  T* const room = scores + step.count * asked.count + kLanes<T>;
  if (asked.signs) {
    T* const laid_out = room + step.count * asked.count + kLanes<T>;
    lay_out<T>(nullptr, step.count, asked.count, [&](int j) { return static_cast<T>(asked.signs[j]); }, laid_out);
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

// Calls f.template operator()<n, m>(j) for each two neighbouring panels [j, j + n), [j + n, j + n + m) of the outputs; m is 0
// where the last stands alone. An update has registers for both: it keeps no sums of scores.
template <class F> WM_INLINE void for_each_two_panels(int outputs, const F& f) {
  constexpr int width = kTileColumns;
  int j = 0;
  for (; j + 2 * width <= outputs; j += 2 * width) f.template operator()<width, width>(j);
  if (outputs - j > width)
    for_each_panel(outputs - j - width, [&]<int M>(int) { f.template operator()<width, M>(j); });
  else
    for_each_panel(outputs - j, [&]<int N>(int) { f.template operator()<N, 0>(j); });
}

// One vector's width d of both updates: x_i += sum_j g_ij y_j and y_j += sum_i g_ij x_i, from the old x and y; in place, or with
// the sums for x added to dx. Takes two panels of outputs. With several times two the new x waits in `pending` until the last
// have read the old one.
template <class T, int N, int M, Learns L, bool First, bool Last>
WM_INLINE void update_slice(T* const* x, T* const* dx, int inputs, T* const* y, int64_t d, const T* g, T* pending) {
  constexpr bool in_place = L == Learns::kBothInPlace;
  const T* const h = g + static_cast<int64_t>(inputs) * N;
  Vec<T> old[N + M], grown[N + M];
#pragma GCC unroll 16
  for (int j = 0; j < N + M; j++) grown[j] = old[j] = load(y[j] + d);
  for (int i = 0; i < inputs; i++) {
    const Vec<T> a = load(x[i] + d);
    Vec<T> sum = !First ? load(pending + i * kLanes<T>) : in_place ? a : load(dx[i] + d);
#pragma GCC unroll 16
    for (int j = 0; j < N + M; j++) {
      const Vec<T> gij = splat(j < N ? g[i * N + j] : h[i * M + j - N]);
      sum += gij * old[j];
      grown[j] += gij * a;
    }
    store(!Last ? pending + i * kLanes<T> : in_place ? x[i] + d : dx[i] + d, sum);
  }
  if constexpr (L != Learns::kInputs) {
#pragma GCC unroll 16
    for (int j = 0; j < N + M; j++) store(y[j] + d, grown[j]);
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
  if (outputs <= 2 * kTileColumns)
    return for_each_two_panels(outputs, [&]<int N, int M>(int) {
      for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
        prefetch_slice(step, d);
        update_slice<T, N, M, L, true, true>(x, dx, inputs, y, d, g, pending);
      }
    });
  for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
    prefetch_slice(step, d);
    for_each_two_panels(outputs, [&]<int N, int M>(int j) {
      const T* panels = g + static_cast<int64_t>(inputs) * j;
      if (j + N + M == outputs)
        update_slice<T, N, M, L, false, true>(x, dx, inputs, y + j, d, panels, pending);
      else if constexpr (M == kTileColumns)
        j == 0 ? update_slice<T, N, M, L, true, false>(x, dx, inputs, y, d, panels, pending)
               : update_slice<T, N, M, L, false, false>(x, dx, inputs, y + j, d, panels, pending);
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
