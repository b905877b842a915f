// Rows in runs: as many slices of a row as stay in registers while one goes from row to row.
#pragma once
#include "kernel.hpp"
#include "simd.hpp"

namespace wordmill {
namespace {

// Calls f.template operator()<n>(d) for runs of n slices of a row from d, as many as stay in registers while f goes from row to
// row.
template <class T, class F> WM_INLINE void for_each_run(int64_t stride, F f) {
  constexpr int L = kLanes<T>;
  int64_t d = 0;
  for (; d + kRun * L <= stride; d += kRun * L) f.template operator()<kRun>(d);
  switch ((stride - d) / L) {
    case 7:
      if constexpr (kRun > 7) f.template operator()<7>(d);
      break;
    case 6:
      if constexpr (kRun > 6) f.template operator()<6>(d);
      break;
    case 5:
      if constexpr (kRun > 5) f.template operator()<5>(d);
      break;
    case 4:
      if constexpr (kRun > 4) f.template operator()<4>(d);
      break;
    case 3: f.template operator()<3>(d); break;
    case 2: f.template operator()<2>(d); break;
    case 1: f.template operator()<1>(d); break;
  }
}

// GCC would keep eight addresses, one a slice of the row, and run out of registers.
template <class T> WM_INLINE T* one_address(T* p) {
  asm("" : "+r"(p));
  return p;
}

}  // namespace
}  // namespace wordmill
