// The same bits on any number of threads: the slices of a batch of windows are trained side by side. A row that one of them alone uses is
// trained in place; one that several use each trains in a copy, and then the row takes their changes, in the order of the slices.
// Batches and slices depend on corpus and settings alone.
#include <array>
#include <atomic>
#include <deque>

#include "parallel.hpp"
#include "sharing.hpp"
#include "trainer.hpp"

namespace wordmill {
namespace {

constexpr double kDamping = 0.1;

// All changes of a row in a batch come from the same old values: a row that is changed often would overshoot. It takes them scaled down,
// as an implicit step would: by 1 / (1 + x), x = damping * alpha * gradients that a batch is expected to hold for the row.
float damped(double alpha, float expected_gradients) { return 1 / (1 + static_cast<float>(kDamping * alpha) * expected_gradients); }

// A block ready to be trained.
struct Planned {
  Plan plan;
  Sharing inputs, outputs;
  std::span<const int32_t> output_ids = {};

  void load(int64_t begin, int64_t end, size_t outputs_each) {
    plan.load(begin, end);
    output_ids = plan.draw_outputs(0, plan.windows().size());
    inputs.clear();
    outputs.clear();
    for (size_t first = 0; first < plan.windows().size(); first += kBatch) {
      std::array<std::span<const int32_t>, kSlices> slice_tokens, slice_outputs;
      size_t slices = 0;
      for (size_t from = first; from < std::min(first + kBatch, plan.windows().size()); from += kSlice, slices++) {
        const auto windows = plan.windows().subspan(from, std::min(kSlice, plan.windows().size() - from));
        const auto [token, end_token] = token_range(windows);
        slice_tokens[slices] = plan.tokens().subspan(token, end_token - token);
        slice_outputs[slices] = output_ids.subspan(from * outputs_each, windows.size() * outputs_each);
      }
      inputs.append(std::span(slice_tokens).first(slices));
      outputs.append(std::span(slice_outputs).first(slices));
    }
  }
};

// What a thread does for a batch: it trains slices of it, each window after window; and merges some of the shared rows.
template <class T> class SliceTrainer {
 public:
  SliceTrainer(const Task<T>& task, const RowCopies<T>& input_copies, const RowCopies<T>& output_copies)
      : task_(task), inputs_{task.input_vectors, input_copies}, outputs_{task.output_vectors, output_copies}, trainer_(task, &inputs_, &outputs_) {}

  Trained train(const Planned& block, size_t from, size_t to, const Rate& rate) {
    if (from >= to) return {};
    const size_t batch = from / kBatch, slice = from / kSlice, each = 1 + task_.problem.negative;
    make_copies(inputs_, block.inputs.rows(batch), slice % kSlices);
    make_copies(outputs_, block.outputs.rows(batch), slice % kSlices);
    inputs_.places = block.inputs.places(slice);
    outputs_.places = block.outputs.places(slice);
    return trainer_.windows(block.plan, from, to, block.output_ids.subspan(from * each, (to - from) * each), rate);
  }
  // Every `step`-th of the batch's shared rows, from the `first`, takes the changes of its copies, in the order of the slices.
  void merge(const Planned& block, size_t batch, size_t first, size_t step, double alpha, const Expected& expected) {
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
  WindowTrainer<T> trainer_;
  std::vector<Copy> copies_;
  std::vector<Merge<T>> merges_;
};

// How many gradients a batch is expected to hold for each row, a gradient being that of one score: by the frequencies of tokens after
// subsampling and of negatives.
template <class T>
Expected expected_gradients(const Task<T>& task, const AliasTable& noise) {
  Expected expected;
  const Problem& problem = task.problem;
  std::vector<double> kept(problem.keep.size());
  for (int64_t position = 0; position < std::ssize(problem.ids); position++) kept[problem.id(position)] += 1;
  double tokens = 0, draws = 0;
  for (size_t id = 0; id < kept.size(); id++) {
    tokens += kept[id] *= (problem.keep[id] + 1.0) * 0x1p-32;
    draws += noise.weight(static_cast<int32_t>(id));
  }
  const double longest = tokens / static_cast<double>(problem.offsets.size()) / 2;
  const double reach = problem.window ? std::min(longest, problem.shrink_windows ? (problem.window + 1) / 2.0 : problem.window) : longest;
  const bool cbow = task.architecture == Architecture::kCbow;
  const double met = cbow ? 1 : 2 * reach;  // rows that meet each output: CBOW's mean is one, whose gradient its contexts share
  const double shared = cbow ? 2 * reach * context_rate(task.update, std::max(1.0, 2 * reach)) : met;
  for (size_t id = 0; id < kept.size(); id++) {
    const double frequency = kept[id] / std::max(tokens, 1.0), noise_share = noise.weight(static_cast<int32_t>(id)) / draws;
    expected.inputs.push_back(static_cast<float>(kBatch * shared * frequency * (1 + problem.negative)));
    expected.outputs.push_back(static_cast<float>(kBatch * met * (frequency + problem.negative * noise_share)));
  }
  return expected;
}

}  // namespace

template <class T> Sums Trainer<T>::train_deterministic(uint64_t epoch, const Blocks& blocks, int threads) {
  if (expected_.inputs.empty()) expected_ = expected_gradients(task_, noise_);
  Sums sums(blocks.size());
  const Sharing inputs(task_.input_vectors.rows, task_.frozen), outputs(task_.output_vectors.rows, {});
  std::vector<Planned> planned(threads, {plan(epoch), inputs, outputs});
  RowCopies<T> input_copies(task_.input_vectors.stride), output_copies(task_.output_vectors.stride);
  std::deque<SliceTrainer<T>> trainers;  // they do not move: each refers to rows of its own
  for (int t = 0; t < threads; t++) trainers.emplace_back(task_, input_copies, output_copies);
  std::array<Trained, kSlices> slices;
  std::atomic<size_t> next_slice = 0;  // whoever trains it: its bits depend on the plan alone

  Meeting meeting(threads);
  std::vector<std::exception_ptr> failures(threads);
  std::atomic<bool> failed = false;
  const auto together = [&](int t, const auto& work) {  // once a thread fails, all come to the meetings alone
    try {
      if (!failed) work();
    } catch (...) {
      failures[t] = std::current_exception();
      failed = true;
    }
    meeting.arrive_and_wait();
  };
  const auto train_batch = [&](int t, const Planned& block, size_t first, const Rate& rate) {
    together(t, [&] {
      const size_t windows = block.plan.windows().size();
      for (size_t s; (s = next_slice.fetch_add(1)) < kSlices;)
        slices[s] = trainers[t].train(block, first + s * kSlice, std::min(first + (s + 1) * kSlice, windows), rate);
    });
    Trained trained;
    together(t, [&] {
      if (t == 0) next_slice = 0;
      const double alpha = rate.at(block.plan.positions()[block.plan.windows()[first].centre]);
      trainers[t].merge(block, first / kBatch, t, threads, alpha, expected_);
      for (const Trained& slice : slices) trained += slice;
    });
    return trained;
  };
  const auto train_group = [&](int t, size_t group) {  // plans a block a thread at once, then trains them one after the other
    const std::span ready(planned.data(), std::min(planned.size(), blocks.size() - group));
    together(t, [&] {
      const size_t b = group + t;
      if (b < blocks.size()) planned[t].load(blocks.begins[b], blocks.ends[b], 1 + task_.problem.negative);
    });
    together(t, [&] {
      if (t != 0) return;
      for (const Planned& block : ready) {
        input_copies.make_room(block.inputs.most_copies());
        output_copies.make_room(block.outputs.most_copies());
      }
    });
    for (size_t b = 0; b < ready.size(); b++) {
      Trained trained;
      for (size_t first = 0; first < ready[b].plan.windows().size(); first += kBatch)
        trained += train_batch(t, ready[b], first, blocks.rate(group + b));
      if (t == 0) sums.set(group + b, ready[b].plan, trained);
    }
    meeting.arrive_and_wait();
  };
  run_threads(threads, [&](int t) {
    for (size_t group = 0; group < blocks.size(); group += threads) train_group(t, group);
    if (failures[t]) std::rethrow_exception(failures[t]);
  });
  return sums;
}

template Sums Trainer<float>::train_deterministic(uint64_t, const Blocks&, int);
template Sums Trainer<double>::train_deterministic(uint64_t, const Blocks&, int);

}  // namespace wordmill
