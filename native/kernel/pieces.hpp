// Pieces of a row or of a list: each of one size, the last of what is left.
#pragma once
#include "simd.hpp"

namespace wordmill {
namespace {

// Calls f.template operator()<n>(i) for pieces of n units from i, Most of them while so many are left. count: a multiple of Unit.
template <int Most, int Unit = 1, class Int, class F> WM_INLINE void for_each_piece(Int count, F f) {
  static_assert(Most <= 8);
  Int i = 0;
  for (; i + Most * Unit <= count; i += Most * Unit) f.template operator()<Most>(i);
  switch ((count - i) / Unit) {
    case 7:
      if constexpr (Most > 7) f.template operator()<7>(i);
      break;
    case 6:
      if constexpr (Most > 6) f.template operator()<6>(i);
      break;
    case 5:
      if constexpr (Most > 5) f.template operator()<5>(i);
      break;
    case 4:
      if constexpr (Most > 4) f.template operator()<4>(i);
      break;
    case 3:
      if constexpr (Most > 3) f.template operator()<3>(i);
      break;
    case 2:
      if constexpr (Most > 2) f.template operator()<2>(i);
      break;
    case 1:
      if constexpr (Most > 1) f.template operator()<1>(i);
      break;
  }
}

}  // namespace
}  // namespace wordmill
