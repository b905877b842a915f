// The same bits on any number of threads: the slices of a batch of windows are trained side by side. A row that one of them alone uses is
// trained in place; one that several use each trains in a copy, and then the row takes their changes, in the order of the slices.
// Batches and slices depend on corpus and settings alone.
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

// Which rows the slices of each batch of a plan have in common.
class Sharing {
 public:
  Sharing(int64_t inputs, int64_t outputs) : input_users_(inputs), output_users_(outputs) {}

  void load(const Plan& plan, std::span<const int32_t> outputs, size_t each) {
    inputs_.clear();
    begins_.assign(1, 0);
    outputs_.resize(outputs.size());
    for (size_t batch = 0; batch < plan.windows().size(); batch += kBatch) {
      next_batch();
      for_each_slice(plan, batch, [&](size_t s, auto tokens, size_t from, size_t to) {
        for (int32_t id : tokens) use(input_users_[id], s);
        for (int32_t id : outputs.subspan(from * each, (to - from) * each)) use(output_users_[id], s);
      });
      for_each_slice(plan, batch, [&](size_t, auto tokens, size_t from, size_t to) {
        inputs_.resize(begins_.back() + tokens.size());
        uint8_t* input = &inputs_[begins_.back()];
        for (int32_t id : tokens) *input++ = shared(input_users_[id]);
        begins_.push_back(inputs_.size());
        for (size_t i = from * each; i < to * each; i++) outputs_[i] = shared(output_users_[outputs[i]]);
      });
    }
  }
  // Of the windows [from, to), one slice: whether others use the rows of the tokens about them; and those of their outputs.
  std::span<const uint8_t> inputs(size_t from) const {
    const size_t slice = from / kSlice;
    return std::span(inputs_).subspan(begins_[slice], begins_[slice + 1] - begins_[slice]);
  }
  std::span<const uint8_t> outputs(size_t from, size_t to, size_t each) const {
    return std::span(outputs_).subspan(from * each, (to - from) * each);
  }

 private:
  static constexpr uint32_t kSeveral = kSlices;  // a row's user is one slice, or several

  template <class F> static void for_each_slice(const Plan& plan, size_t batch, const F& f) {
    for (size_t s = 0; s < kSlices; s++) {
      const size_t from = batch + s * kSlice, to = std::min(from + kSlice, plan.windows().size());
      if (from >= to) return;
      const auto [begin, end] = token_range(plan.windows().subspan(from, to - from));
      f(s, plan.tokens().subspan(begin, end - begin), from, to);
    }
  }
  void next_batch() {
    stamp_ += kSeveral + 1;
    if (stamp_ < UINT32_MAX - 2 * kSeveral) return;
    std::ranges::fill(input_users_, 0);
    std::ranges::fill(output_users_, 0);
    stamp_ = kSeveral + 1;
  }
  void use(uint32_t& user, size_t slice) const {
    const auto own = stamp_ + static_cast<uint32_t>(slice);
    user = user < stamp_ || user == own ? own : stamp_ + kSeveral;
  }
  uint8_t shared(uint32_t user) const { return user == stamp_ + kSeveral; }

  std::vector<uint32_t> input_users_, output_users_;  // by row: the stamp of the last batch that used it, plus its user
  uint32_t stamp_ = 0;
  std::vector<uint8_t> inputs_, outputs_;
  std::vector<size_t> begins_;  // of each slice, in inputs_
};

// A block ready to be trained.
struct Planned {
  Plan plan;
  Sharing sharing;
  std::span<const int32_t> outputs;
};

// One slice of a batch: trains its windows, one after the other.
template <class T> class Slice {
 public:
  explicit Slice(const Task<T>& task)
      : task_(task), inputs_(task.input_vectors), outputs_(task.output_vectors), trainer_(task, &inputs_, &outputs_) {}

  void train(const Planned& block, size_t from, size_t to, const Rate& rate) {
    const size_t each = 1 + task_.problem.negative;
    inputs_.clear(from < to ? block.sharing.inputs(from) : std::span<const uint8_t>());
    outputs_.clear(block.sharing.outputs(from, to, each));
    trained_ = trainer_.windows(block.plan, from, to, block.outputs.subspan(from * each, (to - from) * each), rate);
    leave_changes(inputs_, task_.frozen, input_shares_);
    leave_changes(outputs_, {}, output_shares_);
  }
  // What the rows of a share get, in the order of the windows.
  void collect(int share, double alpha, const Expected& expected, std::vector<Addition<T>>& additions) const {
    collect(inputs_, input_shares_[share], alpha, expected.inputs, additions);
    collect(outputs_, output_shares_[share], alpha, expected.outputs, additions);
  }
  const Trained& trained() const { return trained_; }

 private:
  using Shares = std::vector<int32_t>[kShares];

  void leave_changes(const RowCopies<T>& copies, std::span<const uint8_t> frozen, Shares& shares) {
    for (auto& share : shares) share.clear();
    originals_.clear();
    for (size_t k = 0; k < copies.ids().size(); k++) {
      if (!frozen.empty() && frozen[copies.ids()[k]]) continue;
      originals_.push_back({copies.copy(k), copies.original(k), T(-1)});
      shares[copies.ids()[k] % kShares].push_back(static_cast<int32_t>(k));
    }
    step_functions<T>(task_.kernels).add(originals_.data(), static_cast<int64_t>(originals_.size()), task_.input_vectors.stride);
  }
  static void collect(const RowCopies<T>& changes, const std::vector<int32_t>& share, double alpha, const std::vector<float>& expected,
                      std::vector<Addition<T>>& additions) {
    for (int32_t k : share) additions.push_back({changes.original(k), changes.copy(k), damped(alpha, expected[changes.ids()[k]])});
  }

  const Task<T>& task_;
  RowCopies<T> inputs_, outputs_;
  WindowTrainer<T> trainer_;
  std::vector<Addition<T>> originals_;
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
  std::deque<Slice<T>> slices;  // they do not move: each trains into changes of its own
  for (size_t s = 0; s < kSlices; s++) slices.emplace_back(task_);
  std::vector<Planned> planned(threads, {plan(epoch), Sharing(task_.input_vectors.rows, task_.output_vectors.rows), {}});
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
      const size_t windows = block.plan.windows().size();
      for (size_t s = t; s < kSlices; s += threads) {
        const size_t from = std::min(first + s * kSlice, windows), to = std::min(from + kSlice, windows);
        slices[s].train(block, from, to, rate);
      }
    });
    Trained trained;
    together(t, [&] {
      const double alpha = rate.at(block.plan.positions()[block.plan.windows()[first].centre]);
      auto& own = additions[t];
      own.clear();
      for (int share = t; share < kShares; share += threads)
        for (const auto& slice : slices) slice.collect(share, alpha, expected_, own);
      step_functions<T>(task_.kernels).add(own.data(), static_cast<int64_t>(own.size()), task_.input_vectors.stride);
      for (const auto& slice : slices) trained += slice.trained();
    });
    return trained;
  };
  const auto train_group = [&](int t, size_t group) {  // plans a block a thread at once, then trains them one after the other
    together(t, [&] {
      if (group + t >= blocks.size()) return;
      auto& [plan, sharing, outputs] = planned[t];
      plan.load(blocks.begins[group + t], blocks.ends[group + t]);
      outputs = plan.draw_outputs(0, plan.windows().size());
      sharing.load(plan, outputs, 1 + task_.problem.negative);
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
