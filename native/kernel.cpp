// The arithmetic of DESIGN: skip-gram and CBOW with negative sampling, one window a step, as small matrix products.
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

// Y of the first panel: 1 where k % width == 0. One period more than a vector, so that any phase can be loaded.
template <class T> struct Labels {
  T at[kTileColumns + 1][kLanes<T> + kTileColumns] = {};
  constexpr Labels() {
    for (int width = 1; width <= kTileColumns; width++)
      for (int k = 0; k < kLanes<T> + kTileColumns; k += width) at[width][k] = 1;
  }
};
template <class T> constexpr Labels<T> kLabels;

template <class T> WM_INLINE Mask<T> lane_numbers() {
  Mask<T> lanes;
  for (int i = 0; i < kLanes<T>; i++) lanes[i] = i;
  return lanes;
}

// Factors of LossSum are at most 2: their product over all lanes of so many vectors is a double, and over the vectors a float.
constexpr int kMostFactors = 60;

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

// In place: scores S -> alpha * (Y - sigmoid(S)). Adds the loss, -log sigmoid(+-s) = log(1 + exp(-|s|)) + max(s, 0) - y s.
// `weights`, laid out as the scores are, multiply both.
template <class T, bool Weighted> void coefficients(T* scores, const T* weights, int contexts, int outputs, T alpha, LossSum<T>& loss) {
  const int width = outputs < kTileColumns ? outputs : kTileColumns;
  const int n = contexts * outputs, labelled = contexts * width;
  Vec<T> terms = load(loss.terms), factors = loss.vectors ? load(loss.factors) : splat(T(1));
  int phase = 0;  // k % width
  for (int k = 0; k < n; k += kLanes<T>) {
    const Vec<T> s = load_unaligned(scores + k);
    Vec<T> sigmoid, e;  // e: exp(-|s|)
    logistic(s, sigmoid, e);
    Vec<T> y = load_unaligned(kLabels<T>.at[width] + phase);
    y = lane_numbers<T>() < labelled - k ? y : Vec<T>{};
    Vec<T> term = (s < 0 ? Vec<T>{} : s) - y * s, g = (y - sigmoid) * alpha;
    if constexpr (Weighted) {
      const Vec<T> w = load_unaligned(weights + k);
      term = (term + log1p(e)) * w;
      g *= w;
    } else {
      factors *= lane_numbers<T>() < n - k ? 1 + e : splat(T(1));
      if (++loss.vectors == kMostFactors) {
        store(loss.factors, factors);
        store(loss.terms, terms);
        loss.sum = take_loss(loss);
        terms = Vec<T>{};
        factors = splat(T(1));
      }
    }
    terms += lane_numbers<T>() < n - k ? term : Vec<T>{};
    store_unaligned(scores + k, g);
    phase = (phase + kLanes<T>) % width;
  }
  store(loss.factors, factors);
  store(loss.terms, terms);
}

// How often each (context, output) pair occurs, as the scores are laid out.
template <class T> void pair_weights(const T* input_weights, const T* output_weights, int contexts, int outputs, T* weights) {
  for_each_panel(outputs, [&]<int N>(int j) {
    T* panel = weights + contexts * j;
    for (int i = 0; i < contexts; i++)
      for (int k = 0; k < N; k++)
        panel[i * N + k] = (input_weights ? input_weights[i] : T(1)) * (output_weights ? output_weights[j + k] : T(1));
  });
}

template <class T> void coefficients(const Step<T>& step, const T* input_weights, int contexts, T* scores) {
  const int outputs = step.outputs_count;
  if (!input_weights && !step.output_weights) return coefficients<T, false>(scores, nullptr, contexts, outputs, step.alpha, *step.loss);
  T* weights = scores + contexts * outputs + kLanes<T>;
  pair_weights(input_weights, step.output_weights, contexts, outputs, weights);
  coefficients<T, true>(scores, weights, contexts, outputs, step.alpha, *step.loss);
}

// One vector's width d of both updates: x_i += sum_j g_ij y_j and y_j += sum_i g_ij x_i, from the old x and y; in place, or with the
// rows frozen and the sums added to the changes dx and dy. With several panels the new x waits in `pending` until the last panel has
// read the old one.
template <class T, int N, bool InPlace, bool First, bool Last>
WM_INLINE void update_slice(T* const* x, T* const* dx, int contexts, T* const* y, T* const* dy, int64_t d, const T* g, T* pending) {
  Vec<T> old[N], grown[N];
#pragma GCC unroll 8
  for (int j = 0; j < N; j++) {
    old[j] = load(y[j] + d);
    grown[j] = InPlace ? old[j] : load(dy[j] + d);
  }
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
  for (int j = 0; j < N; j++) store((InPlace ? y[j] : dy[j]) + d, grown[j]);
}

// One cache line of each row of the window ahead: spread over the arithmetic, so that the misses overlap with it.
template <class T, bool InPlace> WM_INLINE void prefetch_slice(const Step<T>& step, int64_t d) {
  if (d * int64_t{sizeof(T)} % kRowBytes == 0)
    for (int r = 0; r < step.ahead_count; r++) __builtin_prefetch(step.ahead[r] + d, InPlace, 3);
}

template <class T, bool ToWrite, int N> WM_INLINE void prefetch_run(const T* row) {
#pragma GCC unroll 8
  for (int k = 0; k < N; k++)
    if (k * kVectorBytes % kRowBytes == 0) __builtin_prefetch(row + k * kLanes<T>, ToWrite, 3);
}

template <class T, bool InPlace> void skipgram_update(const Step<T>& step, const T* g, T* pending) {
  const int contexts = step.contexts, outputs = step.outputs_count;
  T *const *x = step.inputs, *const *y = step.outputs, *const *dx = step.input_changes, *const *dy = step.output_changes;
  if (outputs <= kTileColumns)
    return for_each_panel(outputs, [&]<int N>(int) {
      for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
        prefetch_slice<T, InPlace>(step, d);
        update_slice<T, N, InPlace, true, true>(x, dx, contexts, y, dy, d, g, pending);
      }
    });
  for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
    prefetch_slice<T, InPlace>(step, d);
    for_each_panel(outputs, [&]<int N>(int j) {
      const T* panel = g + static_cast<int64_t>(contexts) * j;
      T* const* changes = InPlace ? nullptr : dy + j;
      if (j == 0) update_slice<T, N, InPlace, true, false>(x, dx, contexts, y, changes, d, panel, pending);
      else if (j + N < outputs) update_slice<T, N, InPlace, false, false>(x, dx, contexts, y + j, changes, d, panel, pending);
      else update_slice<T, N, InPlace, false, true>(x, dx, contexts, y + j, changes, d, panel, pending);
    });
  }
}

template <class T> void skipgram(const Step<T>& step) {
  T* pending = step.scratch;
  T* scores = step.scratch + 16 * static_cast<int64_t>(step.contexts);
  for_each_panel(step.outputs_count, [&]<int N>(int j) {
    panel_scores<T, N>(step.inputs, step.contexts, step.outputs + j, step.stride, scores + static_cast<int64_t>(step.contexts) * j);
  });
  coefficients(step, step.input_weights, step.contexts, scores);
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

// The mean of the context rows, each counted as often as it occurs.
template <class T, bool Weighted> void context_mean(const Step<T>& step, T* mean) {
  T total = 0;
  for (int i = 0; i < step.contexts; i++) total += Weighted ? step.input_weights[i] : T(1);
  const Vec<T> share = splat(1 / total);
  for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
    Vec<T> sum[N] = {};
    for (int i = 0; i < step.contexts; i++) {
      const T* x = step.inputs[i] + d;
      const Vec<T> weight = splat(Weighted ? step.input_weights[i] : T(1));
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) sum[k] += Weighted ? weight * load(x + k * kLanes<T>) : load(x + k * kLanes<T>);
    }
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) store(mean + d + k * kLanes<T>, sum[k] * share);
  });
}

// Updates the outputs; leaves their sum, weighted by the coefficients, in `dh`.
template <class T, bool InPlace> void cbow_outputs(const Step<T>& step, const T* mean, const T* g, T* dh) {
  for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
    Vec<T> h[N], sum[N] = {};
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) h[k] = load(mean + d + k * kLanes<T>);
    for (int j = 0; j < step.outputs_count; j++) {
      const T* y = step.outputs[j] + d;
      T* to = InPlace ? step.outputs[j] + d : step.output_changes[j] + d;
      const Vec<T> coefficient = splat(g[j]);
      if (j < step.ahead_count) prefetch_run<T, InPlace, N>(step.ahead[j] + d);
#pragma GCC unroll 8
      for (int k = 0; k < N; k++) {
        const Vec<T> old = load(y + k * kLanes<T>);
        sum[k] += coefficient * old;
        store(to + k * kLanes<T>, (InPlace ? old : load(to + k * kLanes<T>)) + coefficient * h[k]);
      }
    }
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) store(dh + d + k * kLanes<T>, sum[k]);
  });
}

template <class T, bool Weighted, bool InPlace> void cbow_inputs(const Step<T>& step, const T* dh) {
  for_each_run<T>(step.stride, [&]<int N>(int64_t d) {
    Vec<T> share[N];
#pragma GCC unroll 8
    for (int k = 0; k < N; k++) share[k] = load(dh + d + k * kLanes<T>) * step.context_rate;
    for (int j = step.outputs_count; j < step.ahead_count; j++) prefetch_run<T, InPlace, N>(step.ahead[j] + d);
    for (int i = 0; i < step.contexts; i++) {
      T* x = InPlace ? step.inputs[i] + d : step.input_changes[i] + d;
      const Vec<T> weight = splat(Weighted ? step.input_weights[i] : T(1));
#pragma GCC unroll 8
      for (int k = 0; k < N; k++)
        store(x + k * kLanes<T>, load(x + k * kLanes<T>) + (Weighted ? weight * share[k] : share[k]));
    }
  });
}

template <class T, bool Weighted, bool InPlace> void cbow(const Step<T>& step) {
  T *mean = step.scratch, *dh = step.scratch + step.stride, *scores = step.scratch + 2 * step.stride;
  context_mean<T, Weighted>(step, mean);
  for_each_panel(step.outputs_count, [&]<int N>(int j) { panel_scores<T, N>(&mean, 1, step.outputs + j, step.stride, scores + j); });
  coefficients<T>(step, nullptr, 1, scores);  // one row of scores: the mean's
  cbow_outputs<T, InPlace>(step, mean, scores, dh);
  cbow_inputs<T, Weighted, InPlace>(step, dh);
}

template <class T> void cbow(const Step<T>& step) {
  if (step.input_changes) return step.input_weights ? cbow<T, true, false>(step) : cbow<T, false, false>(step);
  return step.input_weights ? cbow<T, true, true>(step) : cbow<T, false, true>(step);
}

// Reads and writes back the rows that are new to a window: its outputs and its last context.
template <class T> void rows(const Step<T>& step) {
  const auto touch = [](T* x) { store(x, load(x) + Vec<T>{}); };  // -0 + 0 is 0: no compiler may leave it out
  for (int64_t d = 0; d < step.stride; d += kLanes<T>) {
    prefetch_slice<T, true>(step, d);
    touch(step.inputs[step.contexts - 1] + d);
    for (int j = 0; j < step.outputs_count; j++) touch(step.outputs[j] + d);
  }
}

template <class T> void add(const Addition<T>* additions, int64_t n, int64_t stride) {
  constexpr int64_t ahead = 6;
  for (int64_t k = 0; k < n; k++) {
    for (int64_t d = 0; d < stride && k + ahead < n; d += kRowBytes / static_cast<int64_t>(sizeof(T))) {
      __builtin_prefetch(additions[k + ahead].row + d, 1, 3);
      __builtin_prefetch(additions[k + ahead].change + d, 0, 3);
    }
    const Vec<T> scale = splat(additions[k].scale);
    T* row = additions[k].row;
    for (int64_t d = 0; d < stride; d += kLanes<T>) store(row + d, load(row + d) + scale * load(additions[k].change + d));
  }
}

template <class T> void sigmoid(const T* scores, T* out, int64_t n) {
  for (int64_t k = 0; k < n; k++) {
    Vec<T> value, e;
    logistic(splat(scores[k]), value, e);
    out[k] = value[0];
  }
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
constexpr Kernels kTable = {WM_STRING(WORDMILL_ISA_NAME),
                            {skipgram<float>, cbow<float>, take_loss<float>, rows<float>, add<float>, sigmoid<float>},
                            {skipgram<double>, cbow<double>, take_loss<double>, rows<double>, add<double>, sigmoid<double>},
                            draw,
                            multiply_add};

}  // namespace

#define WM_JOIN_(a, b) a##b
#define WM_JOIN(a, b) WM_JOIN_(a, b)
const Kernels& WM_JOIN(kernels_, WORDMILL_ISA_NAME)() { return kTable; }

}  // namespace wordmill
