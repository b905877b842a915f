// The arithmetic of docs/maths.md, for one instruction set.
#include "kernel.hpp"

#include "bags.hpp"
#include "mean.hpp"
#include "merge.hpp"
#include "pairs.hpp"
#include "simd.hpp"
#include "system/random.hpp"
#include "traffic.hpp"

namespace wordmill {
namespace {

template <class T> void sigmoid(const T* scores, T* out, int64_t n) {
  for (int64_t k = 0; k < n; k++) {
    Vec<T> value, e;
    logistic(splat(scores[k]), value, e);
    out[k] = value[0];
  }
}

template <class T> void find_rows(const RowsOf<T>& from, const int32_t* ids, int64_t n, T** rows) {
  const uint64_t row_bytes =
      static_cast<uint64_t>(from.stride) * sizeof(T);  // below 2^32: two halves, whose product vectors have
  const auto matrix = reinterpret_cast<uintptr_t>(from.matrix), copies = reinterpret_cast<uintptr_t>(from.copies);
  const auto first = static_cast<uint32_t>(from.first), count = static_cast<uint32_t>(from.count);
  const uint64_t elsewhere = copies - matrix - first * (row_bytes & 0xffffffff);  // what a copy's place adds
  for (int64_t i = 0; i < n; i++) {
    const auto id = static_cast<uint32_t>(ids[i]);
    const uint64_t place = matrix + id * (row_bytes & 0xffffffff);
    rows[i] = reinterpret_cast<T*>(id - first < count ? place + elsewhere : place);
  }
}

// From the end, so that no place is compared with those beyond the nearest repeat.
void find_repeats(const int32_t* ids, int64_t n, int64_t reach, int32_t* ends) {
  constexpr int L = kLanes<float>;
  const auto load = [](const int32_t* p) {
    Mask<float> v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  };
  int32_t nearest = INT32_MAX;
  for (int64_t i = (n - 1) / L * L; i >= 0; i -= L) {
    const Mask<float> these = load(ids + i), place = lane_numbers<float>() + static_cast<int32_t>(i);
    const int64_t last = n - 1 < nearest ? n - 1 : nearest;
    Mask<float> next = INT32_MAX - Mask<float>{};
    for (int64_t k = reach <= last - i ? reach - 1 : last - i; k > 0; k--)  // the nearest last
      next = load(ids + i + k) == these ? place + static_cast<int32_t>(k) : next;
    for (int lane = L - 1; lane >= 0; lane--) ends[i + lane] = nearest = next[lane] < nearest ? next[lane] : nearest;
  }
}

void hash(uint64_t key, const int64_t* counters, int64_t n, uint64_t* out) {
  for (int64_t i = 0; i < n; i++) out[i] = draw_at(key, static_cast<uint64_t>(counters[i]));
}

// Alias draws: the high half of each hash names a cell, the low half decides between the cell's word and its other.
void draw(const uint64_t* table, uint32_t size, const uint64_t* counters, int64_t n, int32_t* out) {
  for (int64_t i = 0; i < n; i++) {
    const uint64_t hash = mix(counters[i]), cell = (hash >> 32) * size >> 32, entry = table[cell];
    out[i] = static_cast<int32_t>(static_cast<uint32_t>(hash) < static_cast<uint32_t>(entry) ? cell : entry >> 32);
  }
}

// Chains enough to hide the latency of two units, in registers: as fast as this core can be.
int64_t multiply_add(int64_t rounds) {
  constexpr int kChains = 12;
  Vec<float> chain[kChains], total = {};
  const Vec<float> a = splat(0.5f), b = splat(1.0f);
  for (int i = 0; i < kChains; i++) chain[i] = splat(static_cast<float>(i));  // equal ones would be computed once
  for (int64_t r = 0; r < rounds; r++) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; i++) chain[i] = chain[i] * a + b;
  }
  for (int i = 0; i < kChains; i++) total += chain[i];
  [[maybe_unused]] volatile float used = sum<float>(total);
  return rounds * 2 * kChains * kLanes<float>;
}

template <class T> using Pairs = void (*)(const PairsStep<T>&);
template <class T> using Means = void (*)(const MeanStep<T>&);

template <class T> constexpr StepFunctions<T> functions(Pairs<T> pairs, Means<T> mean) {
  return {pairs, mean, find_rows<T>, compose<T>, spread<T>, take_loss<T>, merge<T>, sigmoid<T>};
}
constexpr Kernels table(const char* name, const StepFunctions<float>& single, const StepFunctions<double>& twice) {
  return {name, single, twice, hash, draw, find_repeats, multiply_add};
}

#define WM_STRING_(x) #x
#define WM_STRING(x) WM_STRING_(x)
#define WM_NAME WM_STRING(WORDMILL_ISA_NAME)
constexpr KernelTables kTables = {
    table(WM_NAME, functions<float>(pairs, mean), functions<double>(pairs, mean)),
    table(WM_NAME " plan", functions<float>(pairs_nothing, mean_nothing), functions<double>(pairs_nothing, mean_nothing)),
    table(WM_NAME " rows", functions<float>(pairs_rows<float, false>, mean_rows<float, false>),
          functions<double>(pairs_rows<double, false>, mean_rows<double, false>)),
    table(WM_NAME " rows ahead", functions<float>(pairs_rows<float, true>, mean_rows<float, true>),
          functions<double>(pairs_rows<double, true>, mean_rows<double, true>)),
};

}  // namespace

#define WM_JOIN_(a, b) a##b
#define WM_JOIN(a, b) WM_JOIN_(a, b)
const KernelTables& WM_JOIN(kernels_, WORDMILL_ISA_NAME)() { return kTables; }

}  // namespace wordmill
