// The step: pure arithmetic on rows, given its inputs and what they are asked. Nothing here draws, counts or locks.
// Compiled once per instruction set (kernel.cpp); callers go through the table of function pointers that each exports.
//
// A step has one of two shapes. Pairs: each input by itself meets all that is asked. Mean: the mean of the inputs does.
// Rows that occur several times add up exactly, all changes being taken from the old values.
#pragma once
#include <stdint.h>

namespace wordmill {

inline constexpr int kRowBytes = 64;  // rows start and end on cache lines

// The loss of steps, summed over their scores, as terms and as factors whose logarithms are terms: so hundreds of scores take one
// logarithm.
template <class T> struct alignas(kRowBytes) LossSum {
  T terms[kRowBytes / sizeof(T)] = {}, factors[kRowBytes / sizeof(T)] = {};  // one a lane; factors only where vectors > 0
  int vectors = 0;                                                           // multiplied into factors
  double sum = 0;
};

// What inputs are asked: is this output the one? Each has its expected answer.
template <class T> struct Asked {
  T* const* rows;  // (count) rows of output_vectors
  int count;
  const int8_t* signs;  // (count) what a score is multiplied with in the loss: -1 where yes is right, 1 where no; null: yes to
                        // the first alone
  const T* weights;     // (count) times each is asked; null: once each
};

// Rows of later windows, to bring into the cache meanwhile.
template <class T> struct RowsAhead {
  T* const* rows;
  int count;
};

// What every step is given.
template <class T> struct StepArguments {
  int64_t stride;  // elements in a row, padding included: a multiple of 64 bytes
  T alpha;
  bool outputs_learn;  // else the inputs alone change
  RowsAhead<T> ahead_inputs, ahead_outputs;
  T* scratch;        // scratch_size() elements, aligned to 64 bytes
  LossSum<T>* loss;  // the step's is added
};

// Rows are distinct, of the inputs and of the outputs: one that occurs m times is one row with weight m.
template <class T> struct PairsStep : StepArguments<T> {
  T* const* inputs;         // (count) rows of input_vectors
  T* const* input_changes;  // (count) rows that the updates are added to; null: to the inputs themselves
  const T* input_weights;   // (count) times each occurs; null: once each
  int count;
  Asked<T> asked;
};

template <class T> struct Mean {
  int first, last, centre;  // the inputs are the tokens [first, last) of the step without the centre
  T share;                  // 1 / the sum of their weights
  T input_rate;             // what each input gets of the mean's gradient dh
  Asked<T> asked;
};

// One window or two neighbours. Rows may occur several times.
template <class T> struct MeanStep : StepArguments<T> {
  T* const* inputs;         // (tokens) rows of input_vectors, of all tokens about the windows
  T* const* input_changes;  // (tokens) rows that the updates are added to: the same, or for those that may not change others
  const T* weights;         // (tokens) in the means; null: 1 each
  int tokens;
  Mean<T> means[2];
  int means_count;
  bool asked_repeat;  // perhaps a row of the outputs occurs several times
};

// What a step works with at most, `asked` being the outputs of all its windows. Pairs: 16 elements an input (`pending`); the
// scores, their weights and their signs. Mean: a mean a window, which tokens are its inputs, their weights; the scores, their
// weights and signs. What is not a whole number of vectors is written up to its last vector's end.
constexpr int64_t scratch_size(int64_t inputs, int64_t asked, int64_t stride) {
  return 3 * (inputs + 2) * asked + 16 * (inputs + 2) + 2 * stride + 160;
}

// A word that is made of several rows of a matrix.
template <class T> struct Bag {
  T* const* rows;  // (count)
  int count;
  T* composed;  // their mean, which steps train like any row
  T* before;    // the same as it was composed
};

// A row that was trained in several copies side by side, which lie next to each other: it takes the sum of their changes, scaled.
template <class T> struct Merge {
  T* row;
  const T* copies;
  int count;
  T scale;
};

// Where the rows of ids are: in a matrix, those of ids [first, first + count) in copies.
template <class T> struct RowsOf {
  T* matrix;
  int64_t stride;
  T* copies;
  int32_t first, count;
};

template <class T> struct StepFunctions {
  void (*pairs)(const PairsStep<T>&);
  void (*mean)(const MeanStep<T>&);
  void (*find_rows)(const RowsOf<T>& from, const int32_t* ids, int64_t n, T** rows);
  void (*compose)(const Bag<T>&, int64_t stride);  // composed and before, from the rows
  void (*spread)(const Bag<T>&, int64_t stride);   // what the composed row has changed since is added to each of the rows
  double (*take_loss)(LossSum<T>&);                // what steps added since it was taken last
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
  // ends[i]: the nearest place behind i where one of n ids stands that occurs between i and there, less than `reach` places
  // before it; n or more: none. May read and write kRowBytes past both arrays' ends.
  void (*find_repeats)(const int32_t* ids, int64_t n, int64_t reach, int32_t* ends);
  int64_t (*multiply_add)(int64_t rounds);  // does nothing but multiply and add floats; returns how often: for benchmarks
};

// What one instruction set has: the table that trains, and those that benchmarks measure it against, whose steps change nothing.
// They do nothing ("plan": what is left is the plan), or move each row once, as the rows come ("rows") or fetched ahead ("rows
// ahead").
struct KernelTables {
  Kernels training, plan, rows, rows_ahead;
};

template <class T> const StepFunctions<T>& step_functions(const Kernels& k);
template <> inline const StepFunctions<float>& step_functions<float>(const Kernels& k) { return k.single_precision; }
template <> inline const StepFunctions<double>& step_functions<double>(const Kernels& k) { return k.double_precision; }

}  // namespace wordmill
