#include "trainer.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <exception>
#include <thread>

namespace wordmill {
namespace {

constexpr size_t kWindowsAtOnce = 256;  // windows whose negatives are drawn together
constexpr size_t kFewIds = 32;          // beyond, some id repeats more often than not
constexpr size_t kAhead = 3;            // windows between asking for rows and using them

bool may_repeat(std::span<const int32_t> ids) {
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
  void add(T* row, T weight = 1) {
    rows[count] = row;
    weights[count++] = weight;
  }
  void add(const Matrix<T>& matrix, std::span<const int32_t> ids) {
    for (int32_t id : ids) add(matrix.row(id));
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
          add(row);
        }
      }
  }
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

// Brings a window's ids into the form of a step.
template <class T> class Stepper {
 public:
  Stepper(const Kernels& kernels, Architecture architecture, CbowUpdate update, Matrix<T> input_vectors, Matrix<T> output_vectors)
      : step_(step_of<T>(kernels, architecture)),
        update_(update),
        input_vectors_(input_vectors),
        output_vectors_(output_vectors) {}

  // The contexts are those before and those after the centre.
  double operator()(std::span<const int32_t> before, std::span<const int32_t> after, bool contexts_repeat, int32_t target,
                    std::span<const int32_t> negatives, bool negatives_repeat, T alpha, const Rows<T>& ahead) {
    const size_t contexts = before.size() + after.size();
    inputs_.clear(contexts);
    if (contexts_repeat) inputs_.add_distinct(input_vectors_, before, after);
    else inputs_.add(input_vectors_, before), inputs_.add(input_vectors_, after);
    outputs_.clear(1 + negatives.size());
    outputs_.add(output_vectors_.row(target));
    if (negatives_repeat) outputs_.add_distinct(output_vectors_, negatives, {});
    else outputs_.add(output_vectors_, negatives);
    return step_({inputs_.rows.data(), outputs_.rows.data(), contexts_repeat ? inputs_.weights.data() : nullptr,
                  negatives_repeat ? outputs_.weights.data() : nullptr, inputs_.count, outputs_.count, input_vectors_.stride, alpha,
                  context_rate(static_cast<T>(contexts)), ahead.rows.data(), ahead.count, scratch()});
  }

 private:
  T context_rate(T contexts) const {
    switch (update_) {
      case CbowUpdate::kMean: return 1 / contexts;
      case CbowUpdate::kSqrt: return 1 / std::sqrt(contexts);
      case CbowUpdate::kWord2Vec: break;
    }
    return 1;
  }
  T* scratch() {
    const size_t needed = scratch_size(inputs_.count, outputs_.count, input_vectors_.stride) + kRowBytes / sizeof(T);
    if (scratch_.size() < needed) scratch_.resize(needed);
    return reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(scratch_.data()) + kRowBytes - 1) / kRowBytes * kRowBytes);
  }

  double (*step_)(const Step<T>&);
  CbowUpdate update_;
  Matrix<T> input_vectors_, output_vectors_;
  Rows<T> inputs_, outputs_;
  std::vector<T> scratch_;
};

}  // namespace

// One thread's work: plans a block, then takes its windows one by one, the rows of those ahead on their way into the cache.
template <class T> class Trainer<T>::Worker {
 public:
  Worker(const Trainer& trainer, uint64_t epoch)
      : trainer_(trainer),
        plan_(trainer.plan(epoch)),
        step_(trainer.kernels_, trainer.architecture_, trainer.update_, trainer.input_vectors_, trainer.output_vectors_) {}

  void train(const Blocks& blocks, size_t b, Sums& sums) {
    plan_.load(blocks.begins[b], blocks.ends[b]);
    const auto windows = plan_.windows();
    for (size_t from = 0; from < windows.size(); from += kWindowsAtOnce) {
      const size_t to = std::min(from + kWindowsAtOnce, windows.size());
      const auto negatives = plan_.draw_negatives(from, to);
      for (size_t w = from; w < to; w++) {
        ahead_.clear(2 + trainer_.problem_.negative);
        if (w + kAhead < to) look_ahead(windows[w + kAhead], negatives_of(negatives, w + kAhead - from));
        const double into_block = static_cast<double>(plan_.positions()[windows[w].centre] - blocks.begins[b]);
        const double alpha = blocks.alphas[b] - blocks.alpha_step * into_block;
        sums.loss[b] += window(windows[w], negatives_of(negatives, w - from), static_cast<T>(alpha));
        sums.examples[b] += trainer_.architecture_ == Architecture::kSkipGram ? windows[w].last - windows[w].first - 1 : 1;
      }
    }
    sums.subsampled[b] = plan_.subsampled();
    sums.centres[b] = static_cast<int64_t>(windows.size());
    sums.without_context[b] = plan_.without_context();
  }

 private:
  std::span<const int32_t> negatives_of(std::span<const int32_t> drawn, size_t window) const {
    const size_t k = trainer_.problem_.negative;
    return drawn.subspan(window * k, k);
  }
  double window(const Window& w, std::span<const int32_t> negatives, T alpha) {
    const auto tokens = plan_.tokens();
    const auto before = tokens.subspan(w.first, w.centre - w.first), after = tokens.subspan(w.centre + 1, w.last - w.centre - 1);
    return step_(before, after, w.repeats, tokens[w.centre], negatives, may_repeat(negatives), alpha, ahead_);
  }
  void look_ahead(const Window& w, std::span<const int32_t> negatives) {
    const auto tokens = plan_.tokens();
    ahead_.add(trainer_.input_vectors_.row(tokens[w.last - 1]));
    ahead_.add(trainer_.output_vectors_.row(tokens[w.centre]));
    ahead_.add(trainer_.output_vectors_, negatives);
  }

  const Trainer& trainer_;
  Plan plan_;
  Stepper<T> step_;
  Rows<T> ahead_;
};

template <class T>
Trainer<T>::Trainer(const Problem& problem, std::span<const double> noise, Architecture architecture, CbowUpdate update,
                    Matrix<T> input_vectors, Matrix<T> output_vectors, const Kernels& kernels)
    : problem_(problem),
      noise_(noise),
      architecture_(architecture),
      update_(update),
      input_vectors_(input_vectors),
      output_vectors_(output_vectors),
      kernels_(kernels) {}

template <class T> Sums Trainer<T>::train(uint64_t epoch, const Blocks& blocks, int threads) const {
  Sums sums(blocks.begins.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    Worker worker(*this, epoch);
    for (size_t b; (b = next.fetch_add(1)) < blocks.begins.size();) worker.train(blocks, b, sums);
  };
  std::vector<std::exception_ptr> failures(threads);
  std::vector<std::thread> helpers;
  const auto guarded = [&](int t) noexcept {
    try {
      work();
    } catch (...) {
      failures[t] = std::current_exception();
    }
  };
  for (int t = 1; t < threads; t++) helpers.emplace_back(guarded, t);
  guarded(0);
  for (auto& helper : helpers) helper.join();
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return sums;
}

template <class T>
double train_window(const Kernels& kernels, Architecture architecture, CbowUpdate update, Matrix<T> input_vectors,
                    Matrix<T> output_vectors, std::span<const int32_t> contexts, int32_t target, std::span<const int32_t> negatives,
                    T alpha) {
  Stepper<T> step(kernels, architecture, update, input_vectors, output_vectors);
  return step(contexts, {}, may_repeat(contexts), target, negatives, may_repeat(negatives), alpha, {});
}

template class Trainer<float>;
template class Trainer<double>;
template double train_window(const Kernels&, Architecture, CbowUpdate, Matrix<float>, Matrix<float>, std::span<const int32_t>, int32_t,
                             std::span<const int32_t>, float);
template double train_window(const Kernels&, Architecture, CbowUpdate, Matrix<double>, Matrix<double>, std::span<const int32_t>, int32_t,
                             std::span<const int32_t>, double);

}  // namespace wordmill
