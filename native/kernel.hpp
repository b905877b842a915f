// The step: pure arithmetic on rows, given its contexts, its target and its negatives. Nothing here draws, counts or locks.
// Compiled once per instruction set (kernel.cpp); callers go through the table of function pointers that each exports.
//
// C contexts, N = 1 + K outputs (the target first). Repeated ids add up exactly, all changes being taken from the old values.
#pragma once
#include <stdint.h>

namespace wordmill {

inline constexpr int kRowBytes = 64;  // rows start and end on cache lines

// The loss of steps, summed over their scores, as terms and as factors whose logarithms are terms: so hundreds of scores take one logarithm.
template <class T> struct alignas(kRowBytes) LossSum {
  T terms[kRowBytes / sizeof(T)] = {}, factors[kRowBytes / sizeof(T)] = {};  // one a lane; factors only where vectors > 0
  int vectors = 0;  // multiplied into factors
  double sum = 0;
};

// Rows of later windows, to bring into the cache meanwhile.
template <class T> struct RowsAhead {
  T* const* rows;
  int count;
};

// What every step is given.
template <class T> struct StepArguments {
  int outputs_count;        // N
  int64_t stride;           // elements in a row, padding included: a multiple of 64 bytes
  T alpha;
  RowsAhead<T> ahead_inputs, ahead_outputs;
  T* scratch;               // scratch_size() elements, aligned to 64 bytes
  LossSum<T>* loss;         // the step's is added
};

// Skip-gram, one window. Rows of one matrix are distinct: an id that occurs m times is one row with weight m.
template <class T> struct SkipgramStep : StepArguments<T> {
  T* const* inputs;         // (C) rows of input_vectors
  T* const* input_changes;  // (C) rows that the updates are added to; null: to the rows themselves
  T* const* outputs;        // (N) rows of output_vectors
  const T* input_weights;   // (C) times each context occurs, or null: once each
  const T* output_weights;  // (N) likewise; the target's is 1
  int contexts;
};

template <class T> struct CbowWindow {
  T* const* outputs;        // (N) rows of output_vectors
  int first, last, centre;  // the contexts are the tokens [first, last) of the step without the centre
  T share;                  // 1 / their number
  T context_rate;           // what each context row gets of the window's gradient dh
};

// CBOW, one window or two neighbours.
template <class T> struct CbowStep : StepArguments<T> {
  T* const* inputs;         // (C) rows of input_vectors, of all tokens about the windows
  T* const* input_changes;  // (C) rows that the updates are added to: the same, or for those that may not change others
  int tokens;               // C
  CbowWindow<T> windows[2];
  int windows_count;
};

// What a step works with at most. Skip-gram: 16 elements a context (`pending`), the scores and their weights. CBOW: a mean a window, which
// tokens are its contexts, the scores. What is not a whole number of vectors is written up to its last vector's end.
constexpr int64_t scratch_size(int64_t contexts, int64_t outputs, int64_t stride) {
  return 2 * (contexts + 2) * outputs + 16 * (contexts + 2) + 2 * stride + 64;
}

// A row that was trained in several copies side by side, which lie next to each other: it takes the sum of their changes, scaled.
template <class T> struct Merge {
  T* row;
  const T* copies;
  int count;
  T scale;
};

template <class T> struct StepFunctions {
  void (*skipgram)(const SkipgramStep<T>&);
  void (*cbow)(const CbowStep<T>&);
  void (*find_rows)(T* matrix, int64_t stride, const int32_t* ids, int64_t n, T** rows);
  double (*take_loss)(LossSum<T>&);  // what steps added since it was taken last
  // The memory traffic of a step without its arithmetic, which benchmarks measure it against: each row read and written back once.
  void (*skipgram_rows)(const SkipgramStep<T>&);
  void (*cbow_rows)(const CbowStep<T>&);
  void (*merge)(const Merge<T>* merges, int64_t n, int64_t stride);
  void (*sigmoid)(const T* scores, T* out, int64_t n);
};

struct Kernels {
  const char* name;
  StepFunctions<float> single_precision;
  StepFunctions<double> double_precision;
  void (*hash)(uint64_t key, const int64_t* counters, int64_t n, uint64_t* out);  // draws of the stream `key` (random.hpp)
  // n alias samples, one from the hash of each counter (random.hpp, alias.hpp).
  void (*draw)(const uint64_t* table, uint32_t size, const uint64_t* counters, int64_t n, int32_t* out);
  // ends[i]: the nearest place behind i where one of n ids stands that occurs between i and there, less than `reach` places before it; n or
  // more: none. May read and write kRowBytes past both arrays' ends.
  void (*find_repeats)(const int32_t* ids, int64_t n, int64_t reach, int32_t* ends);
  int64_t (*multiply_add)(int64_t rounds);  // does nothing but multiply and add floats; returns how often: for benchmarks
};

template <class T> const StepFunctions<T>& step_functions(const Kernels& k);
template <> inline const StepFunctions<float>& step_functions<float>(const Kernels& k) { return k.single_precision; }
template <> inline const StepFunctions<double>& step_functions<double>(const Kernels& k) { return k.double_precision; }

}  // namespace wordmill
