// Windows of a plan, brought into the form of the kernel's steps: rows instead of ids, each distinct row once.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "plan.hpp"

namespace wordmill {

// The last two serve benchmarks: a run's rows without arithmetic, and its plan without rows.
enum class Architecture { kSkipGram, kCbow, kRowsOnly, kPlanOnly };
enum class CbowUpdate { kMean, kSqrt, kWord2Vec };  // what a context row gets of dh: dh / C, dh / sqrt(C), dh

template <class T> struct Matrix {
  T* data;
  int64_t rows, stride;  // in elements
  T* row(int32_t id) const { return data + id * stride; }
  int32_t id(const T* row) const { return static_cast<int32_t>((row - data) / stride); }
};

template <class T> struct Task {  // what is trained
  Problem problem;
  Architecture architecture;
  CbowUpdate update;
  Matrix<T> input_vectors, output_vectors;
  const Kernels& kernels;
  std::span<const uint8_t> frozen = {};  // (V) rows of input_vectors that never change; empty: none
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

inline bool may_repeat(std::span<const int32_t> ids) {
  if (ids.size() > kFewIds) return true;
  for (size_t i = 1; i < ids.size(); i++)
    for (size_t j = 0; j < i; j++)
      if (ids[i] == ids[j]) return true;
  return false;
}

// The rows of some ids: one each, or where ids repeat one each distinct id with how often it occurs.
template <class T> struct Rows {
  std::vector<T*> rows;
  std::vector<T> weights;
  std::vector<int32_t> slots;
  int count = 0;

  void clear(size_t most) {
    count = 0;
    if (rows.size() < most) rows.resize(most), weights.resize(most);
  }
  void add(T* row) { rows[count++] = row; }
  void add(const Matrix<T>& matrix, std::span<const int32_t> ids) {
    T** next = rows.data() + count;
    for (int32_t id : ids) *next++ = matrix.row(id);
    count += static_cast<int>(ids.size());
  }
  void add_distinct(const Matrix<T>& matrix, std::span<const int32_t> a, std::span<const int32_t> b) {
    const size_t mask = std::bit_ceil(2 * (a.size() + b.size())) - 1;
    slots.assign(mask + 1, -1);  // open addressing: which of the rows a slot holds
    for (const auto& ids : {a, b})
      for (int32_t id : ids) {
        T* row = matrix.row(id);
        size_t slot = static_cast<uint32_t>(id) * size_t{0x9E3779B1} & mask;
        while (slots[slot] >= 0 && rows[slots[slot]] != row) slot = (slot + 1) & mask;
        if (slots[slot] >= 0) {
          weights[slots[slot]] += 1;
        } else {
          slots[slot] = count;
          weights[count] = 1;
          add(row);
        }
      }
  }
};

// Changes to rows of a matrix, kept apart from it: a zeroed row for each row that is asked for, in the order of asking.
template <class T> class Changes {
 public:
  explicit Changes(const Matrix<T>& matrix) : matrix_(matrix) { clear(); }

  T* of(const T* row) {
    const int32_t id = matrix_.id(row);
    size_t slot = find(id);
    if (slots_[slot] < 0) {
      if (2 * (ids_.size() + 1) > slots_.size()) slot = grow(id);
      slots_[slot] = static_cast<int32_t>(ids_.size());
      ids_.push_back(id);
      return append();
    }
    return at(slots_[slot]);
  }
  std::span<const int32_t> ids() const { return ids_; }
  T* at(size_t k) const { return slabs_[k / kSlabRows].get() + k % kSlabRows * matrix_.stride; }
  void clear() {
    ids_.clear();
    slots_.assign(kSlabRows, -1);
  }

 private:
  static constexpr size_t kSlabRows = 1024;
  struct Free {
    void operator()(T* p) const { ::operator delete(p, std::align_val_t{kRowBytes}); }
  };

  size_t find(int32_t id) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = static_cast<uint32_t>(id) * size_t{0x9E3779B1} & mask;
    while (slots_[slot] >= 0 && ids_[slots_[slot]] != id) slot = (slot + 1) & mask;
    return slot;
  }
  size_t grow(int32_t id) {
    slots_.assign(2 * slots_.size(), -1);
    for (size_t k = 0; k < ids_.size(); k++) slots_[find(ids_[k])] = static_cast<int32_t>(k);
    return find(id);
  }
  T* append() {
    if (ids_.size() > slabs_.size() * kSlabRows) {
      const size_t bytes = kSlabRows * static_cast<size_t>(matrix_.stride) * sizeof(T);
      slabs_.emplace_back(static_cast<T*>(::operator new(bytes, std::align_val_t{kRowBytes})));
    }
    T* row = at(ids_.size() - 1);
    std::fill(row, row + matrix_.stride, T(0));
    return row;
  }

  Matrix<T> matrix_;
  std::vector<int32_t> ids_, slots_;  // slots: open addressing, places in ids, or -1
  std::vector<std::unique_ptr<T, Free>> slabs_;
};

template <class T> auto step_of(const Kernels& kernels, Architecture architecture) -> double (*)(const Step<T>&) {
  switch (architecture) {
    case Architecture::kSkipGram: return step_functions<T>(kernels).skipgram;
    case Architecture::kCbow: return step_functions<T>(kernels).cbow;
    case Architecture::kRowsOnly: return step_functions<T>(kernels).rows;
    case Architecture::kPlanOnly: break;
  }
  return [](const Step<T>&) { return 0.0; };
}

// Trains windows one by one: in place, or with the rows frozen and all changes kept apart.
template <class T> class WindowTrainer {
 public:
  explicit WindowTrainer(const Task<T>& task, Changes<T>* input_changes = nullptr, Changes<T>* output_changes = nullptr)
      : task_(task), step_(step_of<T>(task.kernels, task.architecture)), input_changes_(input_changes), output_changes_(output_changes),
        apart_(input_changes || !task.frozen.empty()) {}

  // Windows [from, to) of a plan, whose negatives are given. The rows of those ahead are on their way into the cache.
  Trained windows(const Plan& plan, size_t from, size_t to, std::span<const int32_t> negatives, const Rate& rate) {
    const size_t k = task_.problem.negative;
    const auto tokens = plan.tokens();
    Trained trained;
    for (size_t w = from; w < to; w++) {
      ahead_.clear(2 + k);
      if (w + kAhead < to) look_ahead(tokens, plan.windows()[w + kAhead], negatives.subspan((w + kAhead - from) * k, k));
      const Window& window = plan.windows()[w];
      const auto noise = negatives.subspan((w - from) * k, k);
      const auto alpha = static_cast<T>(rate.at(plan.positions()[window.centre]));
      const auto before = tokens.subspan(window.first, window.centre - window.first);
      const auto after = tokens.subspan(window.centre + 1, window.last - window.centre - 1);
      trained.loss += whole(before, after, window.repeats, tokens[window.centre], noise, alpha);
      trained.examples += task_.architecture == Architecture::kCbow ? 1 : before.size() + after.size();
    }
    return trained;
  }

  // One window: the contexts are those before and those after the centre. Returns the loss, summed over scores. A wide skip-gram window
  // takes several steps: one step sums the gradients of all its pairs, and too many from the same old values overshoot.
  double whole(std::span<const int32_t> before, std::span<const int32_t> after, bool contexts_repeat, int32_t target,
               std::span<const int32_t> negatives, T alpha) {
    const size_t contexts = before.size() + after.size();
    if (contexts <= kStepContexts || task_.architecture == Architecture::kCbow)
      return one(before, after, contexts_repeat, target, negatives, alpha);
    double loss = 0;
    for (size_t from = 0; from < contexts; from += kStepContexts) {
      const size_t to = std::min(from + kStepContexts, contexts);
      const size_t a = std::min(from, before.size()), b = std::min(to, before.size());
      loss += one(before.subspan(a, b - a), after.subspan(from - a, (to - b) - (from - a)), contexts_repeat, target, negatives, alpha);
    }
    return loss;
  }

 private:
  double one(std::span<const int32_t> before, std::span<const int32_t> after, bool contexts_repeat, int32_t target,
             std::span<const int32_t> negatives, T alpha) {
    const size_t contexts = before.size() + after.size();
    const bool negatives_repeat = may_repeat(negatives);
    inputs_.clear(contexts);
    if (contexts_repeat) inputs_.add_distinct(task_.input_vectors, before, after);
    else inputs_.add(task_.input_vectors, before), inputs_.add(task_.input_vectors, after);
    outputs_.clear(1 + negatives.size());
    outputs_.weights[0] = 1;
    outputs_.add(task_.output_vectors.row(target));
    if (negatives_repeat) outputs_.add_distinct(task_.output_vectors, negatives, {});
    else outputs_.add(task_.output_vectors, negatives);
    return step_({inputs_.rows.data(), outputs_.rows.data(), apart_ ? destinations(inputs_, input_changes_, changed_inputs_, task_.frozen) : nullptr,
                  apart_ ? destinations(outputs_, output_changes_, changed_outputs_, {}) : nullptr, contexts_repeat ? inputs_.weights.data() : nullptr,
                  negatives_repeat ? outputs_.weights.data() : nullptr, inputs_.count, outputs_.count, task_.input_vectors.stride, alpha,
                  context_rate(static_cast<T>(contexts)), ahead_.rows.data(), ahead_.count, scratch()});
  }

  static constexpr size_t kAhead = 3;  // windows between asking for rows and using them

  void look_ahead(std::span<const int32_t> tokens, const Window& w, std::span<const int32_t> negatives) {
    ahead_.add(task_.input_vectors.row(tokens[w.last - 1]));
    ahead_.add(task_.output_vectors.row(tokens[w.centre]));
    ahead_.add(task_.output_vectors, negatives);
  }
  // Where the changes of these rows go: into those kept apart, else to the rows themselves; those of frozen rows nowhere.
  T* const* destinations(const Rows<T>& rows, Changes<T>* changes, std::vector<T*>& changed, std::span<const uint8_t> frozen) {
    T* nowhere = aligned(nowhere_, task_.input_vectors.stride);
    changed.clear();
    for (T* row : std::span(rows.rows.data(), rows.count)) {
      const bool fixed = !frozen.empty() && frozen[task_.input_vectors.id(row)];
      changed.push_back(fixed ? nowhere : changes ? changes->of(row) : row);
    }
    return changed.data();
  }
  T context_rate(T contexts) const {
    switch (task_.update) {
      case CbowUpdate::kMean: return 1 / contexts;
      case CbowUpdate::kSqrt: return 1 / std::sqrt(contexts);
      case CbowUpdate::kWord2Vec: break;
    }
    return 1;
  }
  T* scratch() { return aligned(scratch_, scratch_size(inputs_.count, outputs_.count, task_.input_vectors.stride)); }

  static T* aligned(std::vector<T>& memory, int64_t elements) {
    const size_t needed = static_cast<size_t>(elements) + kRowBytes / sizeof(T);
    if (memory.size() < needed) memory.resize(needed);
    return reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(memory.data()) + kRowBytes - 1) / kRowBytes * kRowBytes);
  }

  const Task<T>& task_;
  double (*step_)(const Step<T>&);
  Changes<T>*input_changes_, *output_changes_;
  const bool apart_;  // changes go elsewhere than to the rows that they come from
  Rows<T> inputs_, outputs_, ahead_;
  std::vector<T*> changed_inputs_, changed_outputs_;
  std::vector<T> scratch_, nowhere_;  // nowhere: takes the changes of frozen rows
};

}  // namespace wordmill
