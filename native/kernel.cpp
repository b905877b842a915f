// The arithmetic of docs/maths.md: skip-gram and CBOW with negative sampling, as small matrix products.
#include "kernel.hpp"

#include "random.hpp"
#include "simd.hpp"

namespace wordmill {
namespace {

// Scores of a step lie panel by panel: outputs [j, j + n) of all contexts, row-major, start at C * j. One panel is one width of tile.

// scores[i * N + j] = x_i . y_j for M contexts: all M * N accumulators stay in registers over D, then are reduced together.
template <class T, int M, int N> WM_INLINE void tile_scores(T* const* x, T* const* y, int64_t stride, T* scores) {
  constexpr int L = kLanes<T>, used = M * N, padded = (used + L - 1) / L * L;
  Vec<T> acc[padded] = {};
  for (int64_t d = 0; d < stride; d += L) {
    Vec<T> b[N];
#pragma GCC unroll 8
    for (int j = 0; j < N; j++) b[j] = load(y[j] + d);
#pragma GCC unroll 8
    for (int i = 0; i < M; i++) {
      const Vec<T> a = load(x[i] + d);
#pragma GCC unroll 8
      for (int j = 0; j < N; j++) acc[i * N + j] += a * b[j];
    }
  }
#pragma GCC unroll 16
  for (int k = 0; k < padded; k += L) store_unaligned(scores + k, sums<T, L>(acc + k));  // past the tile: overwritten by the next
}

template <class T, int N> void panel_scores(T* const* x, int contexts, T* const* y, int64_t stride, T* scores) {
  int i = 0;
  for (; i + kTileRows <= contexts; i += kTileRows) tile_scores<T, kTileRows, N>(x + i, y, stride, scores + i * N);
  switch (contexts - i) {
    case 3: tile_scores<T, 3, N>(x + i, y, stride, scores + i * N); break;
    case 2: tile_scores<T, 2, N>(x + i, y, stride, scores + i * N); break;
    case 1: tile_scores<T, 1, N>(x + i, y, stride, scores + i * N); break;
  }
}

// Calls f.template operator()<n>(j) for each panel [j, j + n) of the outputs.
template <class F> WM_INLINE void for_each_panel(int outputs, F f) {
  int j = 0;
  for (; j + kTileColumns <= outputs; j += kTileColumns) f.template operator()<kTileColumns>(j);
  switch (outputs - j) {
    case 5: if constexpr (kTileColumns > 5) f.template operator()<5>(j); break;
    case 4: if constexpr (kTileColumns > 4) f.template operator()<4>(j); break;
    case 3: if constexpr (kTileColumns > 3) f.template operator()<3>(j); break;
    case 2: f.template operator()<2>(j); break;
    case 1: f.template operator()<1>(j); break;
  }
}

template <class T> WM_INLINE Mask<T> lane_numbers() {
  Mask<T> lanes;
  for (int i = 0; i < kLanes<T>; i++) lanes[i] = i;
  return lanes;
}

// Factors of LossSum are at most 2: their product over all lanes of so many vectors is a double, and over the vectors a float. Nor are
// more terms added up in single precision.
constexpr int kMostVectors = 60;

template <class T> constexpr T kNoLoss = -100;  // a score so certain that 1 + its exponential is 1

template <class T> double take_loss(LossSum<T>& loss) {
  double product = 1;
  for (int i = 0; i < kLanes<T>; i++) {
    loss.sum += static_cast<double>(loss.terms[i]);
    if (loss.vectors) product *= static_cast<double>(loss.factors[i]);
    loss.terms[i] = 0;
  }
  const double taken = loss.sum + log(product);
  loss.vectors = 0;
  loss.sum = 0;
  return taken;
}

// In place: n scores S -> alpha * (Y - sigmoid(S)). Adds the loss, -log sigmoid(+-s). signs(k), from score k on, is -1 where Y is 1, else 1:
// so each score is brought to z = +-s, whose loss is softplus(z) = log(1 + exp(-|z|)) + max(z, 0), with the gradient sigmoid(z).
// `weights`, laid out as the scores are, multiply both.
template <bool Weighted, class T, class Signs>
WM_INLINE void coefficients(T* scores, const T* weights, int n, const Signs& signs, T alpha, LossSum<T>& loss) {
  Vec<T> terms = load(loss.terms), factors = loss.vectors ? load(loss.factors) : splat(T(1));
  for (int k = 0; k < n; k += kLanes<T>) {
    const Vec<T> sign = signs(k);
    const Vec<T> z = lane_numbers<T>() < n - k ? load_unaligned(scores + k) * sign : splat(kNoLoss<T>);
    Vec<T> sigmoid, e;  // e: exp(-|z|)
    logistic(z, sigmoid, e);
    Vec<T> g = sigmoid * (sign * -alpha);
    if constexpr (Weighted) {
      const Vec<T> w = load_unaligned(weights + k);
      terms += lane_numbers<T>() < n - k ? (log1p(e) + (z < 0 ? Vec<T>{} : z)) * w : Vec<T>{};
      g *= w;
    } else {
      terms += z < 0 ? Vec<T>{} : z;
      factors *= 1 + e;
    }
    if (++loss.vectors == kMostVectors) {
      store(loss.factors, factors);
      store(loss.terms, terms);
      loss.sum = take_loss(loss);
      terms = Vec<T>{};
      factors = splat(T(1));
    }
    store_unaligned(scores + k, g);
  }
  store(loss.factors, factors);
  store(loss.terms, terms);
}

// Signs of the first panel: -1 where k % width == 0. One period more than a vector, so that any phase can be loaded.
template <class T> struct Signs {
  T at[kTileColumns + 1][kLanes<T> + kTileColumns] = {};
  constexpr Signs() {
    for (int width = 1; width <= kTileColumns; width++)
      for (int k = 0; k < kLanes<T> + kTileColumns; k++) at[width][k] = k % width == 0 ? -1 : 1;
  }
};
template <class T> constexpr Signs<T> kSigns;

// How often each (context, output) pair occurs, as the scores are laid out.
template <class T> void pair_weights(const T* input_weights, const T* output_weights, int contexts, int outputs, T* weights) {
  for_each_panel(outputs, [&]<int N>(int j) {
    T* panel = weights + contexts * j;
    for (int i = 0; i < contexts; i++)
      for (int k = 0; k < N; k++)
        panel[i * N + k] = (input_weights ? input_weights[i] : T(1)) * (output_weights ? output_weights[j + k] : T(1));
  });
}

template <class T> void skipgram_coefficients(const SkipgramStep<T>& step, T* scores) {
  const int outputs = step.outputs_count, n = step.contexts * outputs;
  const int width = outputs < kTileColumns ? outputs : kTileColumns, first_panel = step.contexts * width;
  int phase = 0;  // k % width
  const auto signs = [&](int k) {
    const Vec<T> sign = load_unaligned(kSigns<T>.at[width] + phase);
    phase = (phase + kLanes<T>) % width;
    return lane_numbers<T>() < first_panel - k ? sign : splat(T(1));
  };
  if (!step.input_weights && !step.output_weights) return coefficients<false, T>(scores, nullptr, n, signs, step.alpha, *step.loss);
  T* weights = scores + n + kLanes<T>;
  pair_weights(step.input_weights, step.output_weights, step.contexts, outputs, weights);
  coefficients<true>(scores, weights, n, signs, step.alpha, *step.loss);
}

// One vector's width d of both updates: x_i += sum_j g_ij y_j and y_j += sum_i g_ij x_i, from the old x and y; in place, or with the
// sums for x added to dx. With several panels the new x waits in `pending` until the last panel has read the old one.
template <class T, int N, bool InPlace, bool First, bool Last>
WM_INLINE void update_slice(T* const* x, T* const* dx, int contexts, T* const* y, int64_t d, const T* g, T* pending) {
  Vec<T> old[N], grown[N];
#pragma GCC unroll 8
  for (int j = 0; j < N; j++) grown[j] = old[j] = load(y[j] + d);
  for (int i = 0; i < contexts; i++) {
    const Vec<T> a = load(x[i] + d);
    Vec<T> sum = !First ? load(pending + i * kLanes<T>) : InPlace ? a : load(dx[i] + d);
#pragma GCC unroll 8
    for (int j = 0; j < N; j++) {
      const Vec<T> gij = splat(g[i * N + j]);
      sum += gij * old[j];
      grown[j] += gij * a;
    }
    store(!Last ? pending + i * kLanes<T> : InPlace ? x[i] + d : dx[i] + d, sum);
  }
#pragma GCC unroll 8
  for (int j = 0; j < N; j++) store(y[j] + d, grown[j]);
}

// One cache line of each row of the window ahead: spread over the arithmetic, so that the misses overlap with it.
template <class T> WM_INLINE void prefetch_slice(const StepArguments<T>& step, int64_t d) {
  if (d * int64_t{sizeof(T)} % kRowBytes) return;
  for (int r = 0; r < step.ahead_outputs.count; r++) __builtin_prefetch(step.ahead_outputs.rows[r] + d, 1, 3);
  for (int r = 0; r < step.ahead_inputs.count; r++) __builtin_prefetch(step.ahead_inputs.rows[r] + d, 1, 3);
}

template <class T, int N> WM_INLINE void prefetch_run(const T* row) {
#pragma GCC unroll 8
  for (int k = 0; k < N; k++)
    if (k * kVectorBytes % kRowBytes == 0) __builtin_prefetch(row + k * kLanes<T>, 1, 3);
}

template <class T, bool InPlace> void skipgram_update(const SkipgramStep<T>& step, const T* g, T* pending) {
  const int contexts = step.contexts, outputs = step.outputs_count;
  T *const *x = step.inputs, *const *y = step.outputs, *const *dx = step.input_changes;
  if (outputs <= kTileColumns)
    return for_each_panel(outputs, [&]<int N>(int) {
      for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
        prefetch_slice(step, d);
        update_slice<T, N, InPlace, true, true>(x, dx, contexts, y, d, g, pending);
      }
    });
  for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
    prefetch_slice(step, d);
    for_each_panel(outputs, [&]<int N>(int j) {
      const T* panel = g + static_cast<int64_t>(contexts) * j;
      if (j == 0) update_slice<T, N, InPlace, true, false>(x, dx, contexts, y, d, panel, pending);
      else if (j + N < outputs) update_slice<T, N, InPlace, false, false>(x, dx, contexts, y + j, d, panel, pending);
      else update_slice<T, N, InPlace, false, true>(x, dx, contexts, y + j, d, panel, pending);
    });
  }
}

template <class T> void skipgram(const SkipgramStep<T>& step) {
  T* pending = step.scratch;
  T* scores = step.scratch + 16 * static_cast<int64_t>(step.contexts);
  for_each_panel(step.outputs_count, [&]<int N>(int j) {
    panel_scores<T, N>(step.inputs, step.contexts, step.outputs + j, step.stride, scores + static_cast<int64_t>(step.contexts) * j);
  });
  skipgram_coefficients(step, scores);
  if (step.input_changes) skipgram_update<T, false>(step, scores, pending);
  else skipgram_update<T, true>(step, scores, pending);
}

// Calls f.template operator()<n>(d) for runs of n slices of a row from d, as many as stay in registers while f goes from row to row.
template <class T, class F> WM_INLINE void for_each_run(int64_t stride, F f) {
  constexpr int L = kLanes<T>;
  int64_t d = 0;
  for (; d + kRun * L <= stride; d += kRun * L) f.template operator()<kRun>(d);
  switch ((stride - d) / L) {
    case 7: if constexpr (kRun > 7) f.template operator()<7>(d); break;
    case 6: if constexpr (kRun > 6) f.template operator()<6>(d); break;
    case 5: if constexpr (kRun > 5) f.template operator()<5>(d); break;
    case 4: if constexpr (kRun > 4) f.template operator()<4>(d); break;
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

// 1 for the tokens that are contexts of the window, else 0.
template <class T> void find_contexts(const CbowWindow<T>& window, int tokens, T* is_context) {
  for (int i = 0; i < tokens; i += kLanes<T>) {
    const Mask<T> place = lane_numbers<T>() + i;
    const Mask<T> inside = (place >= window.first) & (place < window.last) & (place != window.centre);
    store(is_context + i, inside ? splat(T(1)) : Vec<T>{});
  }
}

// What a CBOW step works with, an entry a window.
template <class T, int M> struct CbowScratch {
  T *mean[M], *is_context[M], *scores;  // scores: (M, N)

  explicit CbowScratch(const CbowStep<T>& step) {
    T* next = step.scratch;
    for (int m = 0; m < M; m++, next += step.stride) mean[m] = next;
    for (int m = 0; m < M; m++, next += (step.tokens + kLanes<T> - 1) / kLanes<T> * kLanes<T>) is_context[m] = next;
    scores = next;
  }
};

// The means of the windows' context rows.
template <class T, int M> void context_means(const CbowStep<T>& step, const CbowScratch<T, M>& scratch) {
  for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
    Vec<T> sum[M][N] = {};
    for (int i = 0; i < step.tokens; i++) {
      const T* x = one_address(step.inputs[i] + d);
      Vec<T> is_context[M];
#pragma GCC unroll 2
      for (int m = 0; m < M; m++) is_context[m] = splat(scratch.is_context[m][i]);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) {
        const Vec<T> row = load(x + k * kLanes<T>);
#pragma GCC unroll 2
        for (int m = 0; m < M; m++) sum[m][k] += is_context[m] * row;
      }
    }
#pragma GCC unroll 2
    for (int m = 0; m < M; m++) {
      const Vec<T> share = splat(step.windows[m].share);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) store(scratch.mean[m] + d + k * kLanes<T>, sum[m][k] * share);
    }
  });
}

// The context rows' updates, from the old outputs. One row after the other: one that repeats takes each of its changes.
template <class T, int M> void cbow_inputs(const CbowStep<T>& step, const CbowScratch<T, M>& scratch) {
  for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
    Vec<T> change[M][N] = {};
#pragma GCC unroll 2
    for (int m = 0; m < M; m++) {
      const T* g = scratch.scores + m * step.outputs_count;
      for (int j = 0; j < step.outputs_count; j++) {
        const T* y = one_address(step.windows[m].outputs[j] + d);
#pragma GCC unroll 8
        for (int k = 0; k < N; k++) change[m][k] += g[j] * load(y + k * kLanes<T>);
      }
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) change[m][k] *= step.windows[m].context_rate;
    }
    for (int i = 0; i < step.ahead_inputs.count; i++) prefetch_run<T, N>(step.ahead_inputs.rows[i] + d);
    for (int i = 0; i < step.tokens; i++) {
      T* x = one_address(step.input_changes[i] + d);
      Vec<T> is_context[M];
#pragma GCC unroll 2
      for (int m = 0; m < M; m++) is_context[m] = splat(scratch.is_context[m][i]);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) {
        Vec<T> row = load(x + k * kLanes<T>);
#pragma GCC unroll 2
        for (int m = 0; m < M; m++) row += is_context[m] * change[m][k];
        store(x + k * kLanes<T>, row);
      }
    }
  });
}

// The outputs' updates, likewise.
template <class T, int M> void cbow_outputs(const CbowStep<T>& step, const CbowScratch<T, M>& scratch) {
  for (int m = 0; m < M; m++)
    for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
      Vec<T> h[N];
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) h[k] = load(scratch.mean[m] + d + k * kLanes<T>);
      for (int j = 0, r = m * step.outputs_count; j < step.outputs_count; j++, r++) {
        T* y = one_address(step.windows[m].outputs[j] + d);
        const Vec<T> coefficient = splat(scratch.scores[r]);
        if (r < step.ahead_outputs.count) prefetch_run<T, N>(step.ahead_outputs.rows[r] + d);
#pragma GCC unroll 8
        for (int k = 0; k < N; k++) store(y + k * kLanes<T>, load(y + k * kLanes<T>) + coefficient * h[k]);
      }
    });
}

template <class T, int M> void cbow(const CbowStep<T>& step) {
  const CbowScratch<T, M> scratch(step);
  const int n = step.outputs_count;
  for (int m = 0; m < M; m++) find_contexts(step.windows[m], step.tokens, scratch.is_context[m]);
  context_means<T, M>(step, scratch);
  for (int m = 0; m < M; m++)
    for_each_panel(n, [&]<int N>(int j) {
      tile_scores<T, 1, N>(&scratch.mean[m], step.windows[m].outputs + j, step.stride, scratch.scores + m * n + j);
    });
  const auto signs = [n](int k) {  // -1 for each window's target
    const Mask<T> place = lane_numbers<T>() + k;
    return ((place == 0) | (place == (M - 1) * n)) ? splat(T(-1)) : splat(T(1));
  };
  coefficients<false, T>(scratch.scores, nullptr, M * n, signs, step.alpha, *step.loss);
  cbow_inputs<T, M>(step, scratch);
  cbow_outputs<T, M>(step, scratch);
}

template <class T> void cbow(const CbowStep<T>& step) { return step.windows_count == 2 ? cbow<T, 2>(step) : cbow<T, 1>(step); }

// Reads rows and writes them back, one after the other; of those ahead asks for as many, no more.
template <class T> void touch(T* const* rows, int count, int64_t stride, RowsAhead<T> ahead) {
  constexpr int64_t line = kRowBytes / static_cast<int64_t>(sizeof(T));
  for (int r = 0; r < count; r++) {
    if (r < ahead.count)
      for (int64_t d = 0; d < stride; d += line) __builtin_prefetch(ahead.rows[r] + d, 1, 3);
    for (T* x = rows[r]; x < rows[r] + stride; x += kLanes<T>) store(x, load(x) + Vec<T>{});  // -0 + 0 is 0: no compiler may leave it out
  }
}

template <class T> void skipgram_rows(const SkipgramStep<T>& step) {
  touch(step.inputs, step.contexts, step.stride, step.ahead_inputs);
  touch(step.outputs, step.outputs_count, step.stride, step.ahead_outputs);
}

template <class T> void cbow_rows(const CbowStep<T>& step) {
  touch(step.inputs, step.tokens, step.stride, step.ahead_inputs);
  const RowsAhead<T>& ahead = step.ahead_outputs;
  for (int m = 0, from = 0; m < step.windows_count; m++, from += step.outputs_count)
    touch(step.windows[m].outputs, step.outputs_count, step.stride,
          from < ahead.count ? RowsAhead<T>{ahead.rows + from, ahead.count - from} : RowsAhead<T>{});
}

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

template <class T> void sigmoid(const T* scores, T* out, int64_t n) {
  for (int64_t k = 0; k < n; k++) {
    Vec<T> value, e;
    logistic(splat(scores[k]), value, e);
    out[k] = value[0];
  }
}

template <class T> void find_rows(T* matrix, int64_t stride, const int32_t* ids, int64_t n, T** rows) {
  const uint64_t row_bytes = static_cast<uint64_t>(stride) * sizeof(T);  // below 2^32: a product of two halves, which vectors have
  for (int64_t i = 0; i < n; i++)
    rows[i] = reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(matrix) + static_cast<uint32_t>(ids[i]) * (row_bytes & 0xffffffff));
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

#define WM_STRING_(x) #x
#define WM_STRING(x) WM_STRING_(x)
template <class T>
constexpr StepFunctions<T> kStepFunctions = {skipgram, cbow, find_rows, take_loss, skipgram_rows, cbow_rows, merge, sigmoid};
constexpr Kernels kTable = {WM_STRING(WORDMILL_ISA_NAME),
                            kStepFunctions<float>,
                            kStepFunctions<double>,
                            hash,
                            draw,
                            find_repeats,
                            multiply_add};

}  // namespace

#define WM_JOIN_(a, b) a##b
#define WM_JOIN(a, b) WM_JOIN_(a, b)
const Kernels& WM_JOIN(kernels_, WORDMILL_ISA_NAME)() { return kTable; }

}  // namespace wordmill
