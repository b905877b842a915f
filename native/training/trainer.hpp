// Trains blocks of a corpus, on any number of threads: from a queue, without locks on the rows (Recht, Re, Wright, Niu: Hogwild!,
// NeurIPS 2011; the matrices' races are intended and lie in the step's loads and stores alone), or in batches of slices, with the
// same bits on any number of threads (deterministic.cpp).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "documents_alone.hpp"
#include "expected.hpp"
#include "inference.hpp"
#include "mean_trainer.hpp"
#include "pairs_trainer.hpp"

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

template <class T>
std::unique_ptr<WindowTrainer<T>> window_trainer(const Task<T>& task, const PlacedRows<T>* inputs = nullptr,
                                                 const PlacedRows<T>* outputs = nullptr) {
  if (DocumentsAlone<T>::suits(task)) return std::make_unique<DocumentsAlone<T>>(task, inputs, outputs);
  if (task.shape == Shape::kMean) return std::make_unique<MeanTrainer<T>>(task, inputs, outputs);
  return std::make_unique<PairsTrainer<T>>(task, inputs, outputs);
}

template <class T> class Trainer {
 public:
  explicit Trainer(const Task<T>& task) : task_(task) {}

  Sums train(uint64_t epoch, const Blocks& blocks, int threads);
  Sums train_deterministic(uint64_t epoch, const Blocks& blocks, int threads);
  Plan plan(uint64_t epoch) const { return Plan(task_.corpus, task_.kernels, epoch); }
  void infer(const Course& course, int64_t size, const Matrix<T>& vectors, int threads) const {
    infer_documents(task_, course, size, vectors, threads);
  }
  // What windows [from, to) of a plan ask.
  void ask(const Plan& plan, size_t from, size_t to, uint64_t epoch, Questions& questions) const {
    task_.objective->ask(plan, from, to, epoch, task_.kernels, questions);
  }

 private:
  Meetings meetings(const Blocks& blocks, int threads);
  const Expected& expected() {
    if (expected_.inputs.empty()) expected_ = expected_gradients(task_);
    return expected_;
  }

  Task<T> task_;
  Expected expected_;  // filled when it is asked for
};

}  // namespace wordmill
