// The same bits on any number of threads: batches of windows are computed from frozen rows, slice by slice, each slice's changes kept
// apart; then each row takes its changes in the order of the slices. Batches and slices depend on corpus and settings alone.
#include <deque>

#include "parallel.hpp"
#include "trainer.hpp"

namespace wordmill {
namespace {

constexpr size_t kBatch = 256, kSlice = 32;  // windows
constexpr size_t kSlices = kBatch / kSlice;
constexpr int kShares = 16;  // of the rows: each is changed by one thread
constexpr double kDamping = 0.1;

// All changes of a row in a batch come from the same old values: a row that is changed often would overshoot. It takes them scaled down,
// as an implicit step would: by 1 / (1 + x), x = damping * alpha * gradients that a batch is expected to hold for the row.
float damped(double alpha, float expected_gradients) { return 1 / (1 + static_cast<float>(kDamping * alpha) * expected_gradients); }

// One slice of a batch: what its windows would change.
template <class T> class Slice {
 public:
  explicit Slice(const Task<T>& task)
      : inputs_(task.input_vectors), outputs_(task.output_vectors), trainer_(task, &inputs_, &outputs_) {}

  void compute(const Plan& plan, size_t from, size_t to, std::span<const int32_t> negatives, const Rate& rate) {
    inputs_.clear();
    outputs_.clear();
    trained_ = trainer_.windows(plan, from, to, negatives, rate);
    sort_into_shares(inputs_, input_shares_);
    sort_into_shares(outputs_, output_shares_);
  }
  // What the rows of a share get, in the order of the windows.
  void collect(const Task<T>& task, int share, double alpha, const Expected& expected, std::vector<Addition<T>>& additions) const {
    collect(task.input_vectors, inputs_, input_shares_[share], alpha, expected.inputs, additions);
    collect(task.output_vectors, outputs_, output_shares_[share], alpha, expected.outputs, additions);
  }
  const Trained& trained() const { return trained_; }

 private:
  using Shares = std::vector<int32_t>[kShares];

  static void sort_into_shares(const Changes<T>& changes, Shares& shares) {
    for (auto& share : shares) share.clear();
    for (size_t k = 0; k < changes.ids().size(); k++) shares[changes.ids()[k] % kShares].push_back(static_cast<int32_t>(k));
  }
  static void collect(const Matrix<T>& matrix, const Changes<T>& changes, const std::vector<int32_t>& share, double alpha,
                      const std::vector<float>& expected, std::vector<Addition<T>>& additions) {
    for (int32_t k : share) {
      const int32_t id = changes.ids()[k];
      additions.push_back({matrix.row(id), changes.at(k), damped(alpha, expected[id])});
    }
  }

  Changes<T> inputs_, outputs_;
  WindowTrainer<T> trainer_;
  Shares input_shares_, output_shares_;
  Trained trained_;
};

// How many gradients a batch is expected to hold for each row, a gradient being that of one score: by the frequencies of tokens after
// subsampling and of negatives.
template <class T>
Expected expected_gradients(const Task<T>& task, const AliasTable& noise) {
  Expected expected;
  const Problem& problem = task.problem;
  std::vector<double> kept(problem.keep.size());
  for (int32_t id : problem.ids) kept[id] += 1;
  double tokens = 0, draws = 0;
  for (size_t id = 0; id < kept.size(); id++) {
    tokens += kept[id] *= (problem.keep[id] + 1.0) * 0x1p-32;
    draws += noise.weight(static_cast<int32_t>(id));
  }
  const double longest = tokens / static_cast<double>(problem.offsets.size()) / 2;
  const double reach = problem.window ? std::min(longest, problem.shrink_windows ? (problem.window + 1) / 2.0 : problem.window) : longest;
  const double contexts = task.architecture == Architecture::kCbow ? 1 : 2 * reach;  // rows that meet each output: CBOW's mean is one
  for (size_t id = 0; id < kept.size(); id++) {
    const double frequency = kept[id] / std::max(tokens, 1.0), noise_share = noise.weight(static_cast<int32_t>(id)) / draws;
    expected.inputs.push_back(static_cast<float>(kBatch * contexts * frequency * (1 + problem.negative)));
    expected.outputs.push_back(static_cast<float>(kBatch * contexts * (frequency + problem.negative * noise_share)));
  }
  return expected;
}

struct Planned {
  Plan plan;
  std::span<const int32_t> negatives;
};

}  // namespace

template <class T> Sums Trainer<T>::train_deterministic(uint64_t epoch, const Blocks& blocks, int threads) {
  if (expected_.inputs.empty()) expected_ = expected_gradients(task_, noise_);
  Sums sums(blocks.size());
  std::deque<Slice<T>> slices;  // they do not move: each trains into changes of its own
  for (size_t s = 0; s < kSlices; s++) slices.emplace_back(task_);
  std::vector<Planned> planned(threads, {plan(epoch), {}});
  std::vector<std::vector<Addition<T>>> additions(threads);
  Meeting meeting(threads);
  std::vector<std::exception_ptr> failures(threads);
  const auto together = [&](int t, const auto& work) {  // a thread that fails still comes to every meeting, or all would wait for it
    try {
      work();
    } catch (...) {
      failures[t] = std::current_exception();
    }
    meeting.arrive_and_wait();
  };
  const auto train_batch = [&](int t, const Planned& block, size_t first, const Rate& rate) {
    together(t, [&] {
      const size_t k = task_.problem.negative, windows = block.plan.windows().size();
      for (size_t s = t; s < kSlices; s += threads) {
        const size_t from = std::min(first + s * kSlice, windows), to = std::min(from + kSlice, windows);
        slices[s].compute(block.plan, from, to, block.negatives.subspan(from * k, (to - from) * k), rate);
      }
    });
    Trained trained;
    together(t, [&] {
      const double alpha = rate.at(block.plan.positions()[block.plan.windows()[first].centre]);
      auto& own = additions[t];
      own.clear();
      for (int share = t; share < kShares; share += threads)
        for (const auto& slice : slices) slice.collect(task_, share, alpha, expected_, own);
      step_functions<T>(task_.kernels).add(own.data(), static_cast<int64_t>(own.size()), task_.input_vectors.stride);
      for (const auto& slice : slices) trained += slice.trained();
    });
    return trained;
  };
  const auto train_group = [&](int t, size_t group) {  // plans a block a thread at once, then trains them one after the other
    together(t, [&] {
      if (group + t >= blocks.size()) return;
      planned[t].plan.load(blocks.begins[group + t], blocks.ends[group + t]);
      planned[t].negatives = planned[t].plan.draw_negatives(0, planned[t].plan.windows().size());
    });
    for (size_t b = group; b < std::min(group + threads, blocks.size()); b++) {
      const Planned& block = planned[b - group];
      Trained trained;
      for (size_t first = 0; first < block.plan.windows().size(); first += kBatch) trained += train_batch(t, block, first, blocks.rate(b));
      if (t == 0) sums.set(b, block.plan, trained);
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
