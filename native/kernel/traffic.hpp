// The traffic of a step's rows without its arithmetic: what benchmarks measure training against.
#pragma once
#include "kernel.hpp"
#include "simd.hpp"

namespace wordmill {
namespace {

// Reads rows and writes them back, one after the other; of those ahead asks for as many, no more.
template <class T> void touch(T* const* rows, int count, int64_t stride, RowsAhead<T> ahead) {
  constexpr int64_t line = kRowBytes / static_cast<int64_t>(sizeof(T));
  for (int r = 0; r < count; r++) {
    if (r < ahead.count)
      for (int64_t d = 0; d < stride; d += line) __builtin_prefetch(ahead.rows[r] + d, 1, 3);
    for (T* x = rows[r]; x < rows[r] + stride; x += kLanes<T>)
      store(x, load(x) + Vec<T>{});  // -0 + 0 is 0: no compiler may leave it out
  }
}

template <class T, bool Ahead> void pairs_rows(const PairsStep<T>& step) {
  touch(step.inputs, step.count, step.stride, Ahead ? step.ahead_inputs : RowsAhead<T>{});
  touch(step.asked.rows, step.asked.count, step.stride, Ahead ? step.ahead_outputs : RowsAhead<T>{});
}

template <class T, bool Ahead> void mean_rows(const MeanStep<T>& step) {
  touch(step.inputs, step.tokens, step.stride, Ahead ? step.ahead_inputs : RowsAhead<T>{});
  const RowsAhead<T>& ahead = step.ahead_outputs;
  for (int m = 0, from = 0; m < step.means_count; from += step.means[m++].asked.count)
    touch(step.means[m].asked.rows, step.means[m].asked.count, step.stride,
          Ahead && from < ahead.count ? RowsAhead<T>{ahead.rows + from, ahead.count - from} : RowsAhead<T>{});
}

template <class T> void pairs_nothing(const PairsStep<T>&) {}
template <class T> void mean_nothing(const MeanStep<T>&) {}

}  // namespace
}  // namespace wordmill
