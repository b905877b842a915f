// Trains blocks of a corpus, on any number of threads: from a queue, without locks on the rows (Recht, Re, Wright, Niu: Hogwild!,
// NeurIPS 2011; the matrices' races are intended and lie in the step's loads and stores alone), or in batches of slices, with the
// same bits on any number of threads (batch.cpp).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "window.hpp"

namespace wordmill {

struct Blocks {  // in training order
  std::span<const int64_t> begins, ends;
  std::span<const double> alphas;  // rate at each block's first token
  double alpha_step;               // rate lost per token inside a block

  size_t size() const { return begins.size(); }
  Rate rate(size_t b) const { return {alphas[b], alpha_step, begins[b]}; }
};

struct Sums {  // an entry a block
  explicit Sums(size_t blocks) : loss(blocks), examples(blocks), subsampled(blocks), centres(blocks), without_context(blocks) {}
  void set(size_t b, const Plan& plan, const Trained& trained) {
    loss[b] = trained.loss;
    examples[b] = trained.examples;
    subsampled[b] = plan.subsampled();
    centres[b] = static_cast<int64_t>(plan.windows().size());
    without_context[b] = plan.without_context();
  }
  std::vector<double> loss;
  std::vector<int64_t> examples, subsampled, centres, without_context;
};

struct Expected {  // how many gradients a batch is expected to hold for each row
  std::vector<float> inputs, outputs;
};

template <class T> class Trainer {
 public:
  Trainer(const Task<T>& task, std::span<const double> noise) : task_(task), noise_(noise) {}

  Sums train(uint64_t epoch, const Blocks& blocks, int threads) const;
  Sums train_deterministic(uint64_t epoch, const Blocks& blocks, int threads);
  Plan plan(uint64_t epoch) const { return Plan(task_.problem, noise_, task_.kernels, epoch); }

 private:
  Task<T> task_;
  AliasTable noise_;
  Expected expected_;  // filled by train_deterministic
};

}  // namespace wordmill
