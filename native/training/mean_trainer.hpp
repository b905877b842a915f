// Windows as steps of means: CBOW.
#pragma once
#include "window_trainer.hpp"

namespace wordmill {

template <class T> class MeanTrainer final : public WindowTrainer<T> {
 public:
  using WindowTrainer<T>::WindowTrainer;

  Trained train(const Plan& plan, size_t from, size_t to, const Questions& questions, size_t first, const Rate& rate) override {
    if (from == to) return {};
    const auto windows = plan.windows().subspan(from, to - from);
    this->begin(plan, windows, questions, first);
    for (size_t w = 0, next; w < windows.size(); w = next) {
      next = w + (windows[w].leads && w + 1 < windows.size() ? 2 : 1);
      this->look_ahead(windows, w, next);
      this->come_within_reach(windows.subspan(w, next - w));
      step(plan.tokens(), windows.subspan(w, next - w), w, static_cast<T>(rate.at(plan.positions()[windows[w].centre])));
    }
    this->leave();
    return {this->take_loss(), static_cast<int64_t>(windows.size())};
  }

 private:
  void step_alone(std::span<T* const> inputs, T alpha) override {
    step(inputs, {mean(0, 0, static_cast<int>(inputs.size()), -1)}, 1, nullptr, alpha);
  }

  // One window or two neighbours, numbers w and w + 1 of those begun.
  void step(std::span<const int32_t> tokens, std::span<const Window> windows, size_t w, T alpha) {
    const auto [begin, end] = token_range(windows);
    const T* weights = this->composes() ? weigh(tokens.subspan(begin, end - begin)) : nullptr;
    Mean<T> means[2] = {};
    for (size_t m = 0; m < windows.size(); m++) {
      means[m] = mean(w + m, windows[m].first - begin, windows[m].last - begin, windows[m].centre - begin);
      if (weights) means[m].share = share(means[m], weights);
    }
    step(this->token_rows(begin, end), means, windows.size(), weights, alpha);
  }
  // The mean of all rows of all contexts is that of the composed ones, weighted by how many rows each has.
  const T* weigh(std::span<const int32_t> tokens) {
    weights_.clear();
    for (int32_t token : tokens) weights_.push_back(static_cast<T>(this->task_.bags.of(token).size()));
    return weights_.data();
  }
  static T share(const Mean<T>& mean, const T* weights) {
    T sum = 0;
    for (int i = mean.first; i < mean.last; i++) sum += i == mean.centre ? 0 : weights[i];
    return 1 / sum;
  }
  Mean<T> mean(size_t w, int first, int last, int centre) const {
    const auto inputs = static_cast<T>(last - first - (first <= centre && centre < last));
    return {first, last, centre, 1 / inputs, input_rate(this->task_.update, inputs), this->asked(w)};
  }
  void step(std::span<T* const> tokens, const Mean<T> (&means)[2], size_t count, const T* weights, T alpha) {
    T* const* changes = this->task_.frozen.empty() ? tokens.data() : this->thawed_or_nowhere(tokens);
    const int asked = means[0].asked.count + (count == 2 ? means[1].asked.count : 0);
    step_functions<T>(this->task_.kernels)
        .mean({this->arguments(tokens.size(), asked, alpha),
               tokens.data(),
               changes,
               weights,
               static_cast<int>(tokens.size()),
               {means[0], means[1]},
               static_cast<int>(count)});
  }

  std::vector<T> weights_;
};

}  // namespace wordmill
