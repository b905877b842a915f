// What a thread does in deterministic training: it trains slices of a batch, each window after window, and merges some of the
// shared rows.
#pragma once
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "sharing.hpp"
#include "trainer.hpp"

namespace wordmill {

inline constexpr double kDamping = 0.1;

// All changes of a row in a batch come from the same old values: a row that is changed often would overshoot. It takes them
// scaled down, as an implicit step would: by 1 / (1 + x), x = damping * alpha * gradients that a batch is expected to hold for
// the row.
inline float damped(double alpha, float expected_gradients) {
  return 1 / (1 + static_cast<float>(kDamping * alpha) * expected_gradients);
}

// A block ready to be trained: its plan, what its windows ask, and which rows the slices of each batch share.
template <class T> struct PlannedBlock {
  Plan plan;
  Sharing inputs, outputs;
  Questions questions;

  PlannedBlock(Plan plan, const Task<T>& task)
      : plan(std::move(plan)),
        inputs(task.input_vectors.rows, task.frozen),
        outputs(task.output_vectors.rows, {}),
        task_(&task) {}

  void load(const Trainer<T>& trainer, int64_t begin, int64_t end, uint64_t epoch) {
    plan.load(begin, end);
    trainer.ask(plan, 0, plan.windows().size(), epoch, questions);
    inputs.clear();
    outputs.clear();
    for (size_t first = 0; first < plan.windows().size(); first += kBatch)
      share(first, std::min(first + kBatch, plan.windows().size()));
  }

 private:
  void share(size_t first, size_t last) {
    std::array<std::span<const int32_t>, kSlices> used, asked;
    size_t slices = 0;
    for (size_t from = first; from < last; from += kSlice, slices++) {
      const size_t to = std::min(from + kSlice, plan.windows().size());
      used[slices] = input_ids(*task_, plan, from, to, room_[slices]);
      asked[slices] = questions.of(from, to);
    }
    inputs.append(std::span(used).first(slices));
    outputs.append(std::span(asked).first(slices));
  }

  const Task<T>* task_;
  std::array<std::vector<int32_t>, kSlices> room_;
};

template <class T> class SliceTrainer {
 public:
  SliceTrainer(const Task<T>& task, const RowCopies<T>& input_copies, const RowCopies<T>& output_copies)
      : task_(task),
        inputs_{task.input_vectors, input_copies},
        outputs_{task.output_vectors, output_copies},
        trainer_(window_trainer(task, &inputs_, &outputs_)) {}
  SliceTrainer(const SliceTrainer&) = delete;  // the trainer refers to its rows

  Trained train(const PlannedBlock<T>& block, size_t from, size_t to, const Rate& rate) {
    if (from >= to) return {};
    const size_t batch = from / kBatch, slice = from / kSlice;
    make_copies(inputs_, block.inputs.rows(batch), slice % kSlices);
    make_copies(outputs_, block.outputs.rows(batch), slice % kSlices);
    inputs_.places = block.inputs.places(slice);
    outputs_.places = block.outputs.places(slice);
    return trainer_->train(block.plan, from, to, block.questions, from, rate);
  }
  // Every `step`-th of the batch's shared rows, from the `first`, takes the changes of its copies, in the order of the slices.
  void merge(const PlannedBlock<T>& block, size_t batch, size_t first, size_t step, double alpha, const Expected& expected) {
    merges_.clear();
    collect(inputs_, block.inputs.rows(batch), first, step, alpha, expected.inputs);
    collect(outputs_, block.outputs.rows(batch), first, step, alpha, expected.outputs);
    step_functions<T>(task_.kernels).merge(merges_.data(), static_cast<int64_t>(merges_.size()), task_.input_vectors.stride);
  }

 private:
  struct Copy {
    const T* from;
    T* to;
  };

  void make_copies(const PlacedRows<T>& rows, std::span<const SharedRow> shared, size_t slice) {
    constexpr size_t ahead = 4;
    copies_.resize(shared.size() + 1);
    size_t count = 0;
    for (const SharedRow& row : shared) {
      copies_[count] = {rows.own.row(row.id), rows.copies.copy(row.copy(slice))};
      count += row.users >> slice & 1;
    }
    const auto bytes = static_cast<size_t>(rows.own.stride) * sizeof(T);
    for (size_t i = 0; i < count; i++) {
      const auto* later = reinterpret_cast<const char*>(copies_[std::min(i + ahead, count - 1)].from);
      for (size_t line = 0; line < bytes; line += kRowBytes) __builtin_prefetch(later + line);
      std::memcpy(copies_[i].to, copies_[i].from, bytes);
    }
  }
  void collect(const PlacedRows<T>& rows, std::span<const SharedRow> shared, size_t first, size_t step, double alpha,
               const std::vector<float>& expected) {
    for (size_t r = first; r < shared.size(); r += step) __builtin_prefetch(&expected[shared[r].id]);
    for (size_t r = first; r < shared.size(); r += step)
      merges_.push_back({rows.own.row(shared[r].id), rows.copies.copy(shared[r].first_copy), shared[r].copies(),
                         static_cast<T>(damped(alpha, expected[shared[r].id]))});
  }

  const Task<T>& task_;
  PlacedRows<T> inputs_, outputs_;
  std::unique_ptr<WindowTrainer<T>> trainer_;
  std::vector<Copy> copies_;
  std::vector<Merge<T>> merges_;
};

}  // namespace wordmill
