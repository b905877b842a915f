// Portable SIMD on the compilers' vector types: one source for AVX-512, AVX2, SSE2 and NEON.
// Included by kernel.cpp and screen.cpp alone, once per instruction set: internal linkage only, no std templates.
#pragma once
#include <math.h>
#include <stdint.h>

namespace wordmill {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
constexpr int kTileRows = 4, kTileColumns = 6, kRun = 8;  // 24 accumulators of 32 registers
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
constexpr int kTileRows = 4, kTileColumns = 3, kRun = 4;  // 12 of 16
#elif defined(__aarch64__)
constexpr int kVectorBytes = 16;
constexpr int kTileRows = 4, kTileColumns = 6, kRun = 8;
#else
constexpr int kVectorBytes = 16;
constexpr int kTileRows = 4, kTileColumns = 3, kRun = 4;
#endif

#define WM_INLINE __attribute__((always_inline)) inline

template <class T> struct Simd;
template <> struct Simd<float> {
  typedef float Vector __attribute__((vector_size(kVectorBytes)));
  typedef int32_t Mask __attribute__((vector_size(kVectorBytes)));
};
template <> struct Simd<double> {
  typedef double Vector __attribute__((vector_size(kVectorBytes)));
  typedef int64_t Mask __attribute__((vector_size(kVectorBytes)));
};
template <class T> using Vec = typename Simd<T>::Vector;
template <class T> using Mask = typename Simd<T>::Mask;
template <class T> constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

template <class T> WM_INLINE Vec<T> load(const T* p) {  // p aligned to 64 bytes
  return *static_cast<const Vec<T>*>(__builtin_assume_aligned(p, kVectorBytes));
}
template <class T> WM_INLINE void store(T* p, Vec<T> v) { *static_cast<Vec<T>*>(__builtin_assume_aligned(p, kVectorBytes)) = v; }
template <class T> WM_INLINE Vec<T> load_unaligned(const T* p) {
  Vec<T> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class T> WM_INLINE void store_unaligned(T* p, Vec<T> v) { __builtin_memcpy(p, &v, sizeof v); }
template <class T> WM_INLINE Vec<T> splat(T x) { return x - Vec<T>{}; }

template <class T> WM_INLINE Mask<T> lane_numbers() {
  Mask<T> lanes;
  for (int i = 0; i < kLanes<T>; i++) lanes[i] = i;
  return lanes;
}

template <int... I> struct Indices {};
template <int N, int... I> struct Count : Count<N - 1, N - 1, I...> {};
template <int... I> struct Count<0, I...> {
  using type = Indices<I...>;
};

// Element `i` of the `Odd`-th groups of a|b: within each span of `Span` elements, every other group of `Group`, a's before b's.
template <int Lanes, int Group, int Span, int Odd> constexpr int folded(int i) {
  const int j = i % Span, half = Span / 2, k = j % half;
  return (j < half ? 0 : Lanes) + i / Span * Span + (2 * (k / Group) + Odd) * Group + k % Group;
}
template <class T, int Group, int Span, int... I> WM_INLINE Vec<T> fold(Vec<T> a, Vec<T> b, Indices<I...>) {
  return __builtin_shufflevector(a, b, folded<kLanes<T>, Group, Span, 0>(I)...) +
         __builtin_shufflevector(a, b, folded<kLanes<T>, Group, Span, 1>(I)...);
}
// Folds neighbours of v[0..n): half as many vectors, each holding the pair sums of two, until one is left: the n sums, in order.
// Inside 128-bit lanes first, where shuffles are cheap.
template <class T, int N, int InLane = 16 / static_cast<int>(sizeof(T))> WM_INLINE Vec<T> sums(const Vec<T>* v) {
  if constexpr (N == 1) {
    return v[0];
  } else {
    constexpr bool within = InLane > 1;
    constexpr int group = within ? 1 : 16 / static_cast<int>(sizeof(T)),
                  span = within ? 16 / static_cast<int>(sizeof(T)) : kLanes<T>;
    Vec<T> half[N / 2];
#pragma GCC unroll 8
    for (int i = 0; i < N / 2; i++) half[i] = fold<T, group, span>(v[2 * i], v[2 * i + 1], typename Count<kLanes<T>>::type{});
    return sums<T, N / 2, within ? InLane / 2 : 1>(half);
  }
}
// The sum of one vector's lanes: folds it upon itself.
template <class T, int Width = kLanes<T> / 2, int... I> WM_INLINE T sum(Vec<T> v, Indices<I...> lanes) {
  v += __builtin_shufflevector(v, v, ((I + Width) % kLanes<T>)...);
  if constexpr (Width > 1) return sum<T, Width / 2>(v, lanes);
  return v[0];
}
template <class T> WM_INLINE T sum(Vec<T> v) { return sum<T>(v, typename Count<kLanes<T>>::type{}); }

// c[0] + c[1] x + ... by Estrin's scheme: neighbours paired, then the pairs in powers of x squared: a short chain of dependences.
template <int N, class C> WM_INLINE Vec<float> polynomial(const C (&c)[N], Vec<float> x) {
  if constexpr (N == 1) {
    return c[0] - Vec<float>{};
  } else {
    Vec<float> paired[(N + 1) / 2];
#pragma GCC unroll 8
    for (int i = 0; i < N; i += 2) paired[i / 2] = i + 1 < N ? c[i] + c[i + 1] * x : c[i] - Vec<float>{};
    return polynomial(paired, x * x);
  }
}

// sigmoid(s) and e = exp(-|s|), of which it is made: exact at both ends, no clipping. softplus(s) = log1p(e) + max(s, 0).
// float: exp2 by a polynomial of degree 5, log1p(e)/e by one of degree 9; within 3e-7. double: the C library's.
WM_INLINE void logistic(Vec<float> s, Vec<float>& sigmoid, Vec<float>& e) {
  const Mask<float> magnitude = __builtin_bit_cast(Mask<float>, s) & INT32_MAX;
  const Vec<float> t = __builtin_bit_cast(Vec<float>, magnitude) * -1.44269504f;
  const Vec<float> magic =
      splat<float>(12582912.0f + 127);  // 1.5 * 2^23: adding it rounds to an integer, in the low bits; 127: of 2^0
  const Vec<float> rounded = t + magic, f = t - (rounded - magic);
  const Vec<float> two_to_f = polynomial(
      {1.0f, 0.6931470036506653f, 0.2402224242687225f, 5.550733581185341e-2f, 9.671512991189957e-3f, 1.326472731307149e-3f}, f);
  const Vec<float> power = __builtin_bit_cast(Vec<float>, __builtin_bit_cast(Mask<float>, rounded) << 23);
  constexpr int32_t most = __builtin_bit_cast(int32_t, 87.0f);  // compared as integers, which positive floats are ordered like
  e = magnitude < most ? two_to_f * power : Vec<float>{};
  const Vec<float> q = 1.0f / (1.0f + e);
  sigmoid = s < 0 ? e * q : q;
}
WM_INLINE void logistic(Vec<double> s, Vec<double>& sigmoid, Vec<double>& e) {
  for (int i = 0; i < kLanes<double>; i++) e[i] = exp(-fabs(s[i]));
  const Vec<double> q = 1 / (1 + e);
  sigmoid = s < 0 ? e * q : q;
}

WM_INLINE Vec<float> log1p(Vec<float> e) {  // of e in [0, 1]
  return e * polynomial({1.0f, -0.4999990165233612f, 0.3332996368408203f, -0.24954134225845337f, 0.1967593878507614f,
                         -0.15305590629577637f, 0.10603651404380798f, -5.6959498673677444e-2f, 1.985144428908825e-2f,
                         -3.2440212089568377e-3f},
                        e);
}
WM_INLINE Vec<double> log1p(Vec<double> e) {
  for (int i = 0; i < kLanes<double>; i++) e[i] = ::log1p(e[i]);
  return e;
}

}  // namespace
}  // namespace wordmill
