// The same bits on any number of threads: the slices of a batch of windows are trained side by side. A row that one of them alone
// uses is trained in place; one that several use each trains in a copy, and then the row takes their changes, in the order of the
// slices. Batches and slices depend on corpus and settings alone.
#include <array>
#include <atomic>
#include <deque>

#include "slices.hpp"
#include "system/parallel.hpp"

namespace wordmill {
namespace {

// One call of train_deterministic: what its threads share.
template <class T> class Together {
 public:
  Together(const Task<T>& task, const Trainer<T>& trainer, const Expected& expected, uint64_t epoch, const Blocks& blocks,
           int threads)
      : trainer_(trainer),
        expected_(expected),
        epoch_(epoch),
        blocks_(blocks),
        input_copies_(task.input_vectors.stride),
        output_copies_(task.output_vectors.stride),
        planned_(threads, PlannedBlock<T>(trainer.plan(epoch), task)),
        meeting_(threads),
        failures_(threads) {
    for (int t = 0; t < threads; t++) slice_trainers_.emplace_back(task, input_copies_, output_copies_);
  }

  // What thread t does: plans a block a thread at once, then trains them one after the other with the others.
  void work(int t, Sums& sums) {
    for (size_t group = 0; group < blocks_.size(); group += planned_.size()) train_group(t, group, sums);
    if (failures_[t]) std::rethrow_exception(failures_[t]);
  }

 private:
  void train_group(int t, size_t group, Sums& sums) {
    const std::span ready(planned_.data(), std::min(planned_.size(), blocks_.size() - group));
    meet_after(t, [&] {
      const size_t b = group + t;
      if (b < blocks_.size()) planned_[t].load(trainer_, blocks_.begins[b], blocks_.ends[b], epoch_);
    });
    meet_after(t, [&] {
      if (t != 0) return;
      for (const PlannedBlock<T>& block : ready) {
        input_copies_.make_room(block.inputs.most_copies());
        output_copies_.make_room(block.outputs.most_copies());
      }
    });
    for (size_t b = 0; b < ready.size(); b++) {
      Trained trained;
      for (size_t first = 0; first < ready[b].plan.windows().size(); first += kBatch)
        trained += train_batch(t, ready[b], first, blocks_.rate(group + b));
      if (t == 0) sums.set(group + b, ready[b].plan, trained);
    }
    meeting_.arrive_and_wait();
  }

  Trained train_batch(int t, const PlannedBlock<T>& block, size_t first, const Rate& rate) {
    meet_after(t, [&] {
      const size_t windows = block.plan.windows().size();
      for (size_t s; (s = next_slice_.fetch_add(1)) < kSlices;)
        slices_[s] = slice_trainers_[t].train(block, first + s * kSlice, std::min(first + (s + 1) * kSlice, windows), rate);
    });
    Trained trained;
    meet_after(t, [&] {
      if (t == 0) next_slice_ = 0;
      const double alpha = rate.at(block.plan.positions()[block.plan.windows()[first].centre]);
      slice_trainers_[t].merge(block, first / kBatch, t, slice_trainers_.size(), alpha, expected_);
      for (const Trained& slice : slices_) trained += slice;
    });
    return trained;
  }

  template <class Work> void meet_after(int t, const Work& work) {  // once a thread fails, all come to the meetings alone
    try {
      if (!failed_) work();
    } catch (...) {
      failures_[t] = std::current_exception();
      failed_ = true;
    }
    meeting_.arrive_and_wait();
  }

  const Trainer<T>& trainer_;
  const Expected& expected_;
  const uint64_t epoch_;
  const Blocks& blocks_;
  RowCopies<T> input_copies_, output_copies_;
  std::vector<PlannedBlock<T>> planned_;
  std::deque<SliceTrainer<T>> slice_trainers_;  // they do not move: each refers to rows of its own
  std::array<Trained, kSlices> slices_;
  std::atomic<size_t> next_slice_ = 0;  // whoever trains it: its bits depend on the plan alone
  Meeting meeting_;
  std::vector<std::exception_ptr> failures_;
  std::atomic<bool> failed_ = false;
};

}  // namespace

template <class T> Sums Trainer<T>::train_deterministic(uint64_t epoch, const Blocks& blocks, int threads) {
  Sums sums(blocks.size());
  Together<T> together(task_, *this, expected(), epoch, blocks, threads);
  run_threads(threads, [&](int t) { together.work(t, sums); });
  return sums;
}

template Sums Trainer<float>::train_deterministic(uint64_t, const Blocks&, int);
template Sums Trainer<double>::train_deterministic(uint64_t, const Blocks&, int);

}  // namespace wordmill
