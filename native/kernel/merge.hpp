// Rows that were trained in several copies take their changes.
#pragma once
#include "kernel.hpp"
#include "runs.hpp"

namespace wordmill {
namespace {

template <class T> WM_INLINE void merge(const Merge<T>& m, int64_t stride) {
  for_each_run<T>(stride, [&]<int N>(int64_t d) {
    Vec<T> old[N], sum[N] = {};
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) old[k] = load(m.row + d + k * kLanes<T>);
    for (int c = 0; c < m.count; c++) {
      const T* copy = m.copies + c * stride + d;
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) sum[k] += load(copy + k * kLanes<T>) - old[k];
    }
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) store(m.row + d + k * kLanes<T>, old[k] + m.scale * sum[k]);
  });
}

template <class T> void merge(const Merge<T>* merges, int64_t n, int64_t stride) {
  constexpr int64_t ahead = 4, line = kRowBytes / static_cast<int64_t>(sizeof(T));
  for (int64_t k = 0; k < n; k++) {
    const Merge<T>& later = merges[k + ahead < n ? k + ahead : n - 1];
    for (int64_t d = 0; d < stride; d += line) __builtin_prefetch(later.row + d, 1, 3);
    for (int64_t d = 0; d < later.count * stride; d += line) __builtin_prefetch(later.copies + d, 0, 3);
    merge(merges[k], stride);
  }
}

}  // namespace
}  // namespace wordmill
