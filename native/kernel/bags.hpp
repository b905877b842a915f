// Words that are made of several rows: composed into one row, and what it learns spread to all of them.
#pragma once
#include "kernel.hpp"
#include "runs.hpp"

namespace wordmill {
namespace {

// to = before = the mean of the bag's rows; one that occurs twice counts twice.
template <class T> void compose(const Bag<T>& bag, int64_t stride) {
  const Vec<T> share = splat(1 / static_cast<T>(bag.count));
  for_each_run<T>(stride, [&]<int N>(int64_t d) {
    Vec<T> sum[N] = {};
    for (int r = 0; r < bag.count; r++) {
      const T* row = one_address(bag.rows[r] + d);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) sum[k] += load(row + k * kLanes<T>);
    }
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) {
      store(bag.composed + d + k * kLanes<T>, sum[k] * share);
      store(bag.before + d + k * kLanes<T>, sum[k] * share);
    }
  });
}

// Each row takes the whole change of the composed one, as often as it occurs: so their mean changes by just that.
template <class T> void spread(const Bag<T>& bag, int64_t stride) {
  for_each_run<T>(stride, [&]<int N>(int64_t d) {
    Vec<T> change[N];
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) change[k] = load(bag.composed + d + k * kLanes<T>) - load(bag.before + d + k * kLanes<T>);
    for (int r = 0; r < bag.count; r++) {
      T* row = one_address(bag.rows[r] + d);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) store(row + k * kLanes<T>, load(row + k * kLanes<T>) + change[k]);
    }
  });
}

}  // namespace
}  // namespace wordmill
