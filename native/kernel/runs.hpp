// Rows in runs: as many slices of a row as stay in registers while one goes from row to row.
#pragma once
#include "kernel.hpp"
#include "pieces.hpp"
#include "simd.hpp"

namespace wordmill {
namespace {

// Calls f.template operator()<n>(d) for runs of n slices of a row from d, as many as stay in registers while f goes from row to
// row.
template <class T, class F> WM_INLINE void for_each_run(int64_t stride, F f) { for_each_piece<kRun, kLanes<T>>(stride, f); }

// GCC would keep eight addresses, one a slice of the row, and run out of registers.
template <class T> WM_INLINE T* one_address(T* p) {
  asm("" : "+r"(p));
  return p;
}

}  // namespace
}  // namespace wordmill
