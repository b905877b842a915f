// Trains blocks of a corpus from a queue, on any number of threads, without locks on the rows (Recht, Re, Wright, Niu: Hogwild!,
// NeurIPS 2011): the matrices' races are intended and lie in the step's loads and stores alone.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "plan.hpp"

namespace wordmill {

enum class Architecture { kSkipGram, kCbow, kRowsOnly, kPlanOnly };  // the last two train nothing: for benchmarks
enum class CbowUpdate { kMean, kSqrt, kWord2Vec };  // what a context row gets of dh: dh / C, dh / sqrt(C), dh

template <class T> struct Matrix {
  T* data;
  int64_t rows, stride;  // in elements
  T* row(int32_t id) const { return data + id * stride; }
};

struct Blocks {  // in training order
  std::span<const int64_t> begins, ends;
  std::span<const double> alphas;  // rate at each block's first token
  double alpha_step;               // rate lost per token inside a block
};

struct Sums {  // an entry a block
  explicit Sums(size_t blocks) : loss(blocks), examples(blocks), subsampled(blocks), centres(blocks), without_context(blocks) {}
  std::vector<double> loss;
  std::vector<int64_t> examples, subsampled, centres, without_context;
};

template <class T> class Trainer {
 public:
  Trainer(const Problem& problem, std::span<const double> noise, Architecture architecture, CbowUpdate update, Matrix<T> input_vectors,
          Matrix<T> output_vectors, const Kernels& kernels);

  Sums train(uint64_t epoch, const Blocks& blocks, int threads) const;
  Plan plan(uint64_t epoch) const { return Plan(problem_, noise_, kernels_, epoch); }

 private:
  class Worker;
  Problem problem_;
  AliasTable noise_;
  Architecture architecture_;
  CbowUpdate update_;
  Matrix<T> input_vectors_, output_vectors_;
  const Kernels& kernels_;
};

// One step on given ids: the contexts, the target and its negatives (none of them the target). Returns the loss, summed over scores.
template <class T>
double train_window(const Kernels& kernels, Architecture architecture, CbowUpdate update, Matrix<T> input_vectors,
                    Matrix<T> output_vectors, std::span<const int32_t> contexts, int32_t target, std::span<const int32_t> negatives,
                    T alpha);

}  // namespace wordmill
