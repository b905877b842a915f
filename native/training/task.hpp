// What is trained, and what training returns.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "plan/objective.hpp"
#include "rows.hpp"

// What a window calls: a call for each would cost some nanoseconds of two hundred.
#define WM_EACH_WINDOW __attribute__((always_inline)) inline

namespace wordmill {

enum class Shape { kPairs, kMean };                 // of a step (kernel.hpp)
enum class MeanUpdate { kMean, kSqrt, kWord2Vec };  // what each of C inputs gets of dh: dh / C, dh / sqrt(max(C, 3)), dh
inline constexpr int kFewContexts = 3;  // fewer get no more each: the rate that long windows want overshoots in short ones

template <class T> T input_rate(MeanUpdate update, T inputs) {
  switch (update) {
    case MeanUpdate::kMean: return 1 / inputs;
    case MeanUpdate::kSqrt: return 1 / std::sqrt(std::max(inputs, T(kFewContexts)));
    case MeanUpdate::kWord2Vec: break;
  }
  return 1;
}

// A step of pairs sums the gradients of all its pairs: too many from the same old values overshoot.
inline constexpr size_t kStepContexts = 32;

// Words that are made of rows of the input vectors: word w is the mean of rows[ends[w] ... ends[w + 1]). Empty: a word is its own
// row.
struct Bags {
  std::span<const int64_t> ends;  // (V + 1)
  std::span<const int32_t> rows;

  bool empty() const { return ends.empty(); }
  std::span<const int32_t> of(int32_t word) const { return rows.subspan(ends[word], ends[word + 1] - ends[word]); }
};

template <class T> struct Task {  // borrowed: the owner keeps arrays and objective alive
  Corpus corpus;
  Shape shape;
  MeanUpdate update;
  const Objective* objective;
  Matrix<T> input_vectors, output_vectors;
  const Kernels& kernels;
  std::span<const uint8_t> frozen = {};  // (R) rows of input_vectors that never change; empty: none
  Bags bags = {};
  bool outputs_learn = true;
  size_t step_contexts = kStepContexts;  // of a window, in one step of pairs

  bool is_frozen(const T* row) const { return !frozen.empty() && input_vectors.holds(row) && frozen[input_vectors.id(row)]; }
  bool composes() const { return !bags.empty() && !corpus.documents.alone; }  // words, of several rows
};

struct Rate {  // the learning rate falls with each token
  double alpha, step;
  int64_t begin;
  double at(int64_t position) const { return alpha - step * static_cast<double>(position - begin); }
};

struct Trained {
  double loss = 0;
  int64_t examples = 0;
  void operator+=(const Trained& other) { loss += other.loss, examples += other.examples; }
};

}  // namespace wordmill
