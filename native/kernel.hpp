// The step: pure arithmetic on rows, given its contexts, its target and its negatives. Nothing here draws, counts or locks.
// Compiled once per instruction set (kernel.cpp); callers go through the table of function pointers that each exports.
//
// C contexts, N = 1 + K outputs (the target first). Rows of one matrix are distinct within a step: an id that occurs m times is
// one row with weight m, so that repeated ids add up exactly.
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

template <class T> struct Step {
  T* const* inputs;         // (C) rows of input_vectors
  T* const* outputs;        // (N) rows of output_vectors
  T* const* input_changes;  // (C) rows that the updates are added to; null: to the rows themselves
  T* const* output_changes; // (N) likewise
  const T* input_weights;   // (C) times each context occurs, or null: once each
  const T* output_weights;  // (N) likewise; the target's is 1
  int contexts, outputs_count;
  int64_t stride;  // elements in a row, padding included: a multiple of 64 bytes
  T alpha;
  T context_rate;  // CBOW: what each context row gets of the window's gradient dh
  T* const* ahead;          // (ahead_count) rows of a later window, to bring into the cache meanwhile
  int ahead_count;
  T* scratch;      // scratch_size() elements, aligned to 64 bytes
  LossSum<T>* loss;  // the step's is added
};

constexpr int64_t scratch_size(int64_t contexts, int64_t outputs, int64_t stride) {
  return 2 * (contexts + 1) * outputs + 16 * contexts + 2 * stride + 64;
}

// Changes of rows, to be added to them.
template <class T> struct Addition {
  T* row;
  const T* change;
  T scale;
};

template <class T> struct StepFunctions {
  void (*skipgram)(const Step<T>&);
  void (*cbow)(const Step<T>&);
  double (*take_loss)(LossSum<T>&);  // what steps added since it was taken last
  void (*rows)(const Step<T>&);  // the memory traffic of a step without its arithmetic: what benchmarks measure it against
  void (*add)(const Addition<T>* additions, int64_t n, int64_t stride);  // one after the other
  void (*sigmoid)(const T* scores, T* out, int64_t n);
};

struct Kernels {
  const char* name;
  StepFunctions<float> single_precision;
  StepFunctions<double> double_precision;
  // n alias samples, one from the hash of each counter (random.hpp, alias.hpp).
  void (*draw)(const uint64_t* table, uint32_t size, const uint64_t* counters, int64_t n, int32_t* out);
  int64_t (*multiply_add)(int64_t rounds);  // does nothing but multiply and add floats; returns how often: for benchmarks
};

template <class T> const StepFunctions<T>& step_functions(const Kernels& k);
template <> inline const StepFunctions<float>& step_functions<float>(const Kernels& k) { return k.single_precision; }
template <> inline const StepFunctions<double>& step_functions<double>(const Kernels& k) { return k.double_precision; }

}  // namespace wordmill
