// Windows of a plan, brought into the form of the kernel's steps: rows instead of ids, each distinct row once.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "plan.hpp"
#include "rows.hpp"

namespace wordmill {

enum class Architecture { kSkipGram, kCbow };
// What of training is done. All but the first serve benchmarks: the plan, or the traffic of the rows as well, as they come or fetched ahead.
enum class Part { kAll, kPlan, kRows, kRowsAhead };
enum class CbowUpdate { kMean, kSqrt, kWord2Vec };  // what a context row gets of dh: dh / C, dh / sqrt(max(C, 3)), dh
inline constexpr int kFewContexts = 3;  // fewer get no more each: the rate that long windows want overshoots in short ones

template <class T> T context_rate(CbowUpdate update, T contexts) {
  switch (update) {
    case CbowUpdate::kMean: return 1 / contexts;
    case CbowUpdate::kSqrt: return 1 / std::sqrt(std::max(contexts, T(kFewContexts)));
    case CbowUpdate::kWord2Vec: break;
  }
  return 1;
}

template <class T> struct Task {  // what is trained
  Problem problem;
  Architecture architecture;
  CbowUpdate update;
  Matrix<T> input_vectors, output_vectors;
  const Kernels& kernels;
  std::span<const uint8_t> frozen = {};  // (V) rows of input_vectors that never change; empty: none
  Part part = Part::kAll;
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

inline constexpr size_t kStepContexts = 32;  // of skip-gram, in one step
inline constexpr size_t kFewIds = 32;  // beyond, some id repeats more often than not

// The distinct ones of some rows, and how often each occurs.
template <class T> class DistinctRows {
 public:
  void load(std::span<T* const> rows) {
    const bool few = rows.size() <= 16;
    if (!few) slots_.assign(std::bit_ceil(2 * rows.size()), -1);
    rows_.clear();
    weights_.clear();
    for (T* row : rows) {
      const size_t k = few ? std::find(rows_.begin(), rows_.end(), row) - rows_.begin() : find_slot(row);
      if (k == rows_.size()) rows_.push_back(row), weights_.push_back(0);
      weights_[k] += 1;
    }
  }
  std::span<T* const> rows() const { return rows_; }
  const T* weights() const { return weights_.data(); }

 private:
  size_t find_slot(T* row) {  // the row's place among the distinct ones; a new row gets the next
    const size_t mask = slots_.size() - 1;
    size_t slot = (reinterpret_cast<uintptr_t>(row) / kRowBytes * size_t{0x9E3779B1}) & mask;
    while (slots_[slot] >= 0 && rows_[slots_[slot]] != row) slot = (slot + 1) & mask;
    if (slots_[slot] < 0) slots_[slot] = static_cast<int32_t>(rows_.size());
    return slots_[slot];
  }

  std::vector<T*> rows_;
  std::vector<T> weights_;
  std::vector<int32_t> slots_;  // open addressing: which of the distinct rows a slot holds
};

// Where ids repeat.
class Repeats {
 public:
  // Those that do within `reach` places. kRowBytes past the ids' end may be read.
  void find(const Kernels& kernels, std::span<const int32_t> ids, size_t reach) {
    ends_.resize(ids.size() + kRowBytes / sizeof(int32_t));
    kernels.find_repeats(ids.data(), static_cast<int64_t>(ids.size()), static_cast<int64_t>(reach), ends_.data());
  }
  bool within(size_t begin, size_t end) const { return ends_[begin] < static_cast<int32_t>(end); }

 private:
  std::vector<int32_t> ends_;
};

template <class Step> using StepFunction = void (*)(const Step&);

template <class Step> StepFunction<Step> part_of(Part part, StepFunction<Step> all, StepFunction<Step> rows) {
  switch (part) {
    case Part::kAll: return all;
    case Part::kPlan: return [](const Step&) {};
    default: return rows;
  }
}

// All tokens about some windows, of which there is one at least.
inline std::pair<int32_t, int32_t> token_range(std::span<const Window> windows) {
  int32_t begin = INT32_MAX, end = 0;
  for (const Window& window : windows) begin = std::min(begin, window.first), end = std::max(end, window.last);
  return {begin, end};
}

// Trains windows one by one: in the matrices, or those rows that others use at the same time in copies.
template <class T> class WindowTrainer {
 public:
  explicit WindowTrainer(const Task<T>& task, const PlacedRows<T>* inputs = nullptr, const PlacedRows<T>* outputs = nullptr)
      : task_(task),
        cbow_(task.architecture == Architecture::kCbow),
        fetches_ahead_(task.part == Part::kAll || task.part == Part::kRowsAhead),
        outputs_each_(1 + task.problem.negative),
        skipgram_step_(part_of(task.part, step_functions<T>(task.kernels).skipgram, step_functions<T>(task.kernels).skipgram_rows)),
        cbow_step_(part_of(task.part, step_functions<T>(task.kernels).cbow, step_functions<T>(task.kernels).cbow_rows)),
        placed_inputs_(inputs),
        placed_outputs_(outputs) {}

  // Windows [from, to) of a plan, whose outputs are given; kRowBytes past their end may be read. The rows of those ahead are on their way
  // into the cache.
  Trained windows(const Plan& plan, size_t from, size_t to, std::span<const int32_t> outputs, const Rate& rate) {
    if (from == to) return {};
    const auto windows = plan.windows().subspan(from, to - from);
    find_rows(plan, windows, outputs);
    if (!cbow_) find_repeats(plan.tokens(), windows, outputs);
    asked_ = begin_;
    look_ahead(windows, 0, std::min(kAhead, windows.size()));
    if (fetches_ahead_) ask_for(ahead_outputs_), ask_for(ahead_contexts_);
    Trained trained;
    for (size_t w = 0, next; w < windows.size(); w = next) {
      next = w + (cbow_ && windows[w].leads && w + 1 < windows.size() ? 2 : 1);
      const auto& [centre, first, last, leads] = windows[w];
      const auto alpha = static_cast<T>(rate.at(plan.positions()[centre]));
      look_ahead(windows, std::min(w + kAhead, windows.size()), std::min(next + kAhead, windows.size()));
      if (cbow_) cbow(windows.subspan(w, next - w), w, alpha);
      else skipgram(contexts_alone(windows[w]), repeated_contexts_.within(first - begin_, last - begin_), output_rows(w), outputs_repeat(w), alpha);
      trained.examples += cbow_ ? next - w : last - first - 1;
    }
    trained.loss = take_loss();
    return trained;
  }

  // One window. Returns the loss, summed over scores.
  double window(std::span<const int32_t> contexts, int32_t target, std::span<const int32_t> negatives, T alpha) {
    context_rows_.resize(contexts.size());
    for (size_t i = 0; i < contexts.size(); i++) context_rows_[i] = task_.input_vectors.row(contexts[i]);
    outputs_each_ = 1 + negatives.size();
    output_rows_.resize(outputs_each_);
    output_rows_[0] = task_.output_vectors.row(target);
    for (size_t i = 0; i < negatives.size(); i++) output_rows_[1 + i] = task_.output_vectors.row(negatives[i]);
    const std::span<T* const> rows(context_rows_.data(), contexts.size());
    if (cbow_) cbow(rows, {cbow_window(0, 0, static_cast<int>(rows.size()), -1)}, 1, alpha);
    else skipgram(rows, true, output_rows(0), true, alpha);
    return take_loss();
  }

 private:
  static constexpr size_t kAhead = 4;  // windows between asking for rows and using them

  void ask_for(std::span<T* const> rows) const {
    constexpr int64_t line = kRowBytes / static_cast<int64_t>(sizeof(T));
    for (T* row : rows)
      for (int64_t d = 0; d < task_.input_vectors.stride; d += line) __builtin_prefetch(row + d, 1, 3);
  }
  // The rows that windows [from, to) will use and none before them has.
  void look_ahead(std::span<const Window> windows, size_t from, size_t to) {
    ahead_outputs_ = std::span(output_rows_).subspan(from * outputs_each_, (to - from) * outputs_each_);
    int32_t last = asked_;
    for (size_t w = from; w < to; w++) last = std::max(last, windows[w].last);
    ahead_contexts_ = contexts(asked_, last);
    asked_ = last;
  }
  // The rows of all tokens about the windows, and those of each window's outputs.
  void find_rows(const Plan& plan, std::span<const Window> windows, std::span<const int32_t> outputs) {
    const auto [begin, end] = token_range(windows);
    begin_ = begin;
    displaced_ = nullptr;
    const auto tokens = plan.tokens().subspan(begin, end - begin);
    if (placed_inputs_) return find_rows(*placed_inputs_, context_rows_), find_rows(*placed_outputs_, output_rows_);
    find_rows(task_.input_vectors, tokens, context_rows_);
    find_rows(task_.output_vectors, outputs, output_rows_);
  }
  void find_rows(const Matrix<T>& matrix, std::span<const int32_t> ids, std::vector<T*>& rows) const {
    rows.resize(ids.size());
    step_functions<T>(task_.kernels).find_rows(matrix.data, matrix.stride, ids.data(), static_cast<int64_t>(ids.size()), rows.data());
  }
  static void find_rows(const PlacedRows<T>& placed, std::vector<T*>& rows) {
    rows.resize(placed.places.size());
    for (size_t i = 0; i < placed.places.size(); i++) rows[i] = placed.row(placed.places[i]);
  }
  // Of wide windows' outputs it goes unasked: more often than not one repeats.
  void find_repeats(std::span<const int32_t> tokens, std::span<const Window> windows, std::span<const int32_t> outputs) {
    const auto [begin, end] = token_range(windows);
    int32_t reach = 0;
    for (const Window& window : windows) reach = std::max(reach, window.last - window.first);
    repeated_contexts_.find(task_.kernels, tokens.subspan(begin, end - begin), reach);
    if (outputs_each_ <= kFewIds) repeated_outputs_.find(task_.kernels, outputs, outputs_each_);
  }
  bool outputs_repeat(size_t w) const {
    return outputs_each_ > kFewIds || repeated_outputs_.within(w * outputs_each_, (w + 1) * outputs_each_);
  }
  std::span<T* const> contexts(int32_t first, int32_t last) const {
    return std::span(context_rows_).subspan(first - begin_, last - first);
  }
  std::span<T* const> output_rows(size_t w) const { return std::span(output_rows_).subspan(w * outputs_each_, outputs_each_); }

  // One window or two neighbours, numbers w and w + 1 of those found.
  void cbow(std::span<const Window> windows, size_t w, T alpha) {
    const auto [begin, end] = token_range(windows);
    CbowWindow<T> parts[2];
    for (size_t m = 0; m < windows.size(); m++)
      parts[m] = cbow_window(w + m, windows[m].first - begin, windows[m].last - begin, windows[m].centre - begin);
    cbow(contexts(begin, end), parts, windows.size(), alpha);
  }
  CbowWindow<T> cbow_window(size_t w, int first, int last, int centre) const {
    const auto contexts = static_cast<T>(last - first - (first <= centre && centre < last));
    return {output_rows(w).data(), first, last, centre, 1 / contexts, context_rate(task_.update, contexts)};
  }
  void cbow(std::span<T* const> tokens, const CbowWindow<T> (&windows)[2], size_t count, T alpha) {
    T* const* changes = task_.frozen.empty() ? tokens.data() : thawed_or_nowhere(tokens);
    cbow_step_({arguments(tokens.size(), outputs_each_, alpha), tokens.data(), changes, static_cast<int>(tokens.size()),
                {windows[0], windows[1]}, static_cast<int>(count)});
  }

  // The rows of a window's contexts, side by side: the first takes the centre's place, until the next window. Those of a wide window are
  // copied, in order, as the order decides which of them share a step.
  std::span<T* const> contexts_alone(const Window& window) {
    if (displaced_) *displaced_ = displaced_row_;
    const auto place = [&](int32_t token) { return context_rows_.data() + (token - begin_); };
    T **const first = place(window.first), **const centre = place(window.centre), **const last = place(window.last);
    if (last - first - 1 > static_cast<ptrdiff_t>(kStepContexts)) {
      alone_.assign(first, centre);
      alone_.insert(alone_.end(), centre + 1, last);
      return alone_;
    }
    displaced_ = centre;
    displaced_row_ = std::exchange(*centre, *first);
    return {first + 1, last};
  }

  // The target is the first output. A wide window takes several steps: one step sums the gradients of all its pairs, and too many from the
  // same old values overshoot.
  void skipgram(std::span<T* const> contexts, bool contexts_repeat, std::span<T* const> outputs, bool outputs_repeat, T alpha) {
    const T *input_weights = nullptr, *output_weights = nullptr;
    if (outputs_repeat) {  // the target is none of the negatives: it stays the first
      outputs_.load(outputs);
      outputs = outputs_.rows(), output_weights = outputs_.weights();
    }
    for (size_t from = 0; from < contexts.size(); from += kStepContexts) {
      auto inputs = contexts.subspan(from, std::min(kStepContexts, contexts.size() - from));
      if (contexts_repeat) {
        inputs_.load(inputs);
        inputs = inputs_.rows(), input_weights = inputs_.weights();
      }
      T* const* changes = task_.frozen.empty() ? nullptr : thawed_or_nowhere(inputs);
      skipgram_step_({arguments(inputs.size(), outputs.size(), alpha), inputs.data(), changes, outputs.data(), input_weights, output_weights,
                      static_cast<int>(inputs.size())});
    }
  }

  StepArguments<T> arguments(size_t inputs, size_t outputs, T alpha) {
    const int64_t stride = task_.input_vectors.stride;
    T* scratch = aligned(scratch_, scratch_size(static_cast<int64_t>(inputs), static_cast<int64_t>(outputs), stride));
    const auto ahead = [this](std::span<T* const> rows) {
      return RowsAhead<T>{rows.data(), fetches_ahead_ ? static_cast<int>(rows.size()) : 0};
    };
    return {static_cast<int>(outputs), stride, alpha, ahead(ahead_contexts_), ahead(ahead_outputs_), scratch, &loss_};
  }
  double take_loss() { return step_functions<T>(task_.kernels).take_loss(loss_); }

  // Where the changes of these input rows go: to the rows themselves; those of frozen ones nowhere.
  T* const* thawed_or_nowhere(std::span<T* const> rows) {
    T* nowhere = aligned(nowhere_, task_.input_vectors.stride);
    changed_.clear();
    for (T* row : rows) changed_.push_back(task_.input_vectors.holds(row) && task_.frozen[task_.input_vectors.id(row)] ? nowhere : row);
    return changed_.data();
  }
  static T* aligned(std::vector<T>& memory, int64_t elements) {
    const size_t needed = static_cast<size_t>(elements) + kRowBytes / sizeof(T);
    if (memory.size() < needed) memory.resize(needed);
    return reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(memory.data()) + kRowBytes - 1) / kRowBytes * kRowBytes);
  }

  const Task<T>& task_;
  const bool cbow_, fetches_ahead_;
  size_t outputs_each_;  // of a window
  StepFunction<SkipgramStep<T>> skipgram_step_;
  StepFunction<CbowStep<T>> cbow_step_;
  LossSum<T> loss_;
  const PlacedRows<T>*placed_inputs_, *placed_outputs_;  // or null
  int32_t begin_ = 0;  // the token of the first of context_rows_
  Repeats repeated_contexts_, repeated_outputs_;  // of skip-gram
  int32_t asked_ = 0;  // the token up to which context rows were asked for
  std::vector<T*> context_rows_, output_rows_;
  std::span<T* const> ahead_contexts_, ahead_outputs_;
  T** displaced_ = nullptr;  // the place of the last centre's row among context_rows_
  T* displaced_row_ = nullptr;
  std::vector<T*> alone_;
  DistinctRows<T> inputs_, outputs_;
  std::vector<T*> changed_;
  std::vector<T> scratch_, nowhere_;  // nowhere: takes the changes of frozen rows
};

}  // namespace wordmill
