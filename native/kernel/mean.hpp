// The step of means: the mean of a window's inputs meets all that is asked, for one window or two neighbours.
#pragma once
#include "coefficients.hpp"
#include "kernel.hpp"
#include "runs.hpp"
#include "scores.hpp"
#include "simd.hpp"

namespace wordmill {
namespace {

template <class T, int N> WM_INLINE void prefetch_run(const T* row) {
  row = one_address(row);
#pragma GCC unroll 8
  for (int k = 0; k < N; k++)
    if (k * kVectorBytes % kRowBytes == 0) __builtin_prefetch(row + k * kLanes<T>, 1, 3);
}

// 1 for the tokens that are inputs of the mean, else 0.
template <class T> void find_inputs(const Mean<T>& mean, int tokens, T* is_input) {
  for (int i = 0; i < tokens; i += kLanes<T>) {
    const Mask<T> place = lane_numbers<T>() + i;
    const Mask<T> inside = (place >= mean.first) & (place < mean.last) & (place != mean.centre);
    store(is_input + i, inside ? splat(T(1)) : Vec<T>{});
  }
}

// What a step works with, an entry a window.
template <class T, int M> struct MeanScratch {
  T *mean[M], *is_input[M], *weight[M];  // weight: in the mean
  T* scores[M];                          // of each window's outputs, one window after the other
  T* room;                               // for what is laid out as all scores are, twice
  int scores_count = 0;

  explicit MeanScratch(const MeanStep<T>& step) {
    T* next = step.scratch;
    for (int m = 0; m < M; m++, next += step.stride) mean[m] = next;
    const int padded = (step.tokens + kLanes<T> - 1) / kLanes<T> * kLanes<T>;
    for (int m = 0; m < M; m++, next += padded) weight[m] = is_input[m] = next;
    if (step.weights)
      for (int m = 0; m < M; m++, next += padded) weight[m] = next;
    for (int m = 0; m < M; m++) scores[m] = next + scores_count, scores_count += step.means[m].asked.count;
    room = scores[0] + scores_count + kLanes<T>;
  }
};

// The means of the windows' inputs.
template <class T, int M> void input_means(const MeanStep<T>& step, const MeanScratch<T, M>& scratch) {
  for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
    Vec<T> sum[M][N] = {};
    for (int i = 0; i < step.tokens; i++) {
      const T* x = one_address(step.inputs[i] + d);
      Vec<T> weight[M];
#pragma GCC unroll 2
      for (int m = 0; m < M; m++) weight[m] = splat(scratch.weight[m][i]);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) {
        const Vec<T> row = load(x + k * kLanes<T>);
#pragma GCC unroll 2
        for (int m = 0; m < M; m++) sum[m][k] += weight[m] * row;
      }
    }
#pragma GCC unroll 2
    for (int m = 0; m < M; m++) {
      const Vec<T> share = splat(step.means[m].share);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) store(scratch.mean[m] + d + k * kLanes<T>, sum[m][k] * share);
    }
  });
}

// The inputs' updates, from the old outputs. One row after the other: one that repeats takes each of its changes. Outputs: those
// of the outputs, too, while their rows are at hand; none of these may repeat.
template <class T, int M, bool Outputs> void mean_inputs(const MeanStep<T>& step, const MeanScratch<T, M>& scratch) {
  for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
    Vec<T> change[M][N] = {};
#pragma GCC unroll 2
    for (int m = 0; m < M; m++) {
      const T* g = scratch.scores[m];
      Vec<T> h[N];
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) h[k] = load(scratch.mean[m] + d + k * kLanes<T>);
      for (int j = 0, r = static_cast<int>(g - scratch.scores[0]); j < step.means[m].asked.count; j++, r++) {
        T* y = one_address(step.means[m].asked.rows[j] + d);
        const Vec<T> coefficient = splat(g[j]);
        if (Outputs && r < step.ahead_outputs.count) prefetch_run<T, N>(step.ahead_outputs.rows[r] + d);
#pragma GCC unroll 8
        for (int k = 0; k < N; k++) {
          const Vec<T> old = load(y + k * kLanes<T>);
          change[m][k] += coefficient * old;
          if constexpr (Outputs) store(y + k * kLanes<T>, old + coefficient * h[k]);
        }
      }
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) change[m][k] *= step.means[m].input_rate;
    }
    for (int i = 0; i < step.ahead_inputs.count; i++) prefetch_run<T, N>(step.ahead_inputs.rows[i] + d);
    for (int i = 0; i < step.tokens; i++) {
      T* x = one_address(step.input_changes[i] + d);
      Vec<T> is_input[M];
#pragma GCC unroll 2
      for (int m = 0; m < M; m++) is_input[m] = splat(scratch.is_input[m][i]);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) {
        Vec<T> row = load(x + k * kLanes<T>);
#pragma GCC unroll 2
        for (int m = 0; m < M; m++) row += is_input[m] * change[m][k];
        store(x + k * kLanes<T>, row);
      }
    }
  });
}

// The outputs' updates, by themselves: one that repeats takes each of its changes.
template <class T, int M> void mean_outputs(const MeanStep<T>& step, const MeanScratch<T, M>& scratch) {
  for (int m = 0; m < M; m++)
    for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
      Vec<T> h[N];
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) h[k] = load(scratch.mean[m] + d + k * kLanes<T>);
      for (int j = 0, r = static_cast<int>(scratch.scores[m] - scratch.scores[0]); j < step.means[m].asked.count; j++, r++) {
        T* y = one_address(step.means[m].asked.rows[j] + d);
        const Vec<T> coefficient = splat(scratch.scores[m][j]);
        if (r < step.ahead_outputs.count) prefetch_run<T, N>(step.ahead_outputs.rows[r] + d);
#pragma GCC unroll 8
        for (int k = 0; k < N; k++) store(y + k * kLanes<T>, load(y + k * kLanes<T>) + coefficient * h[k]);
      }
    });
}

template <class T, int M, class Signs>
WM_INLINE void mean_coefficients(const MeanStep<T>& step, const MeanScratch<T, M>& scratch, const Signs& signs) {
  bool weighted = false;
  for (int m = 0; m < M; m++) weighted |= step.means[m].asked.weights != nullptr;
  if (!weighted) return coefficients<false, T>(scratch.scores[0], nullptr, scratch.scores_count, signs, step.alpha, *step.loss);
  T* next = scratch.room;
  for (int m = 0; m < M; m++)
    for (int j = 0; j < step.means[m].asked.count; j++)
      *next++ = step.means[m].asked.weights ? step.means[m].asked.weights[j] : T(1);
  coefficients<true>(scratch.scores[0], scratch.room, scratch.scores_count, signs, step.alpha, *step.loss);
}

template <class T, int M> void mean_coefficients(const MeanStep<T>& step, const MeanScratch<T, M>& scratch) {
  const auto second = static_cast<int>(scratch.scores[M - 1] - scratch.scores[0]);
  if (!step.means[0].asked.signs)
    return mean_coefficients(step, scratch, [second](int k) {  // yes to the first of each window
      const Mask<T> place = lane_numbers<T>() + k;
      return ((place == 0) | (place == second)) ? splat(T(-1)) : splat(T(1));
    });
  T *const laid_out = scratch.room + scratch.scores_count + kLanes<T>, *next = laid_out;
  for (int m = 0; m < M; m++)
    for (int j = 0; j < step.means[m].asked.count; j++) *next++ = step.means[m].asked.signs[j];
  mean_coefficients(step, scratch, [laid_out](int k) { return load_unaligned(laid_out + k); });
}

template <class T, int M> void mean(const MeanStep<T>& step) {
  const MeanScratch<T, M> scratch(step);
  for (int m = 0; m < M; m++) {
    find_inputs(step.means[m], step.tokens, scratch.is_input[m]);
    if (step.weights)
      for (int i = 0; i < step.tokens; i++) scratch.weight[m][i] = scratch.is_input[m][i] * step.weights[i];
  }
  input_means<T, M>(step, scratch);
  for (int m = 0; m < M; m++)
    for_each_panel(step.means[m].asked.count, [&]<int N>(int j) {
      tile_scores<T, 1, N>(&scratch.mean[m], step.means[m].asked.rows + j, step.stride, scratch.scores[m] + j);
    });
  mean_coefficients(step, scratch);
  if (step.outputs_learn && !step.asked_repeat) return mean_inputs<T, M, true>(step, scratch);
  mean_inputs<T, M, false>(step, scratch);
  if (step.outputs_learn) mean_outputs<T, M>(step, scratch);
}

template <class T> void mean(const MeanStep<T>& step) { return step.means_count == 2 ? mean<T, 2>(step) : mean<T, 1>(step); }

}  // namespace
}  // namespace wordmill
