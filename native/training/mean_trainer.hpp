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
    this->begin(plan, from, to, questions, first);
    this->find_asked_repeats(questions.of(first, first + windows.size()), 2);
    for (size_t w = 0, next; w < windows.size(); w = next) {
      next = w + (windows[w].leads && w + 1 < windows.size() ? 2 : 1);
      this->look_ahead(windows, w, next);
      this->come_within_reach(windows.subspan(w, next - w));
      const T alpha = static_cast<T>(rate.at(plan.positions()[windows[w].centre]));
      if (this->has_documents())
        step_in_document(windows[w], w, alpha);
      else
        step(plan.tokens(), windows.subspan(w, next - w), w, alpha);
    }
    this->leave();
    return {this->take_loss(), static_cast<int64_t>(windows.size())};
  }

 private:
  void step_alone(std::span<T* const> inputs, T alpha) override {
    MeanStep<T> step;
    step.weights = nullptr;
    step.asked_repeat = true;
    lay(step, 0, 0, 0, static_cast<int>(inputs.size()), -1);
    take(step, inputs, 1, alpha);
  }

  // One window or two neighbours, numbers w and w + 1 of those begun.
  WM_EACH_WINDOW void step(std::span<const int32_t> tokens, std::span<const Window> windows, size_t w, T alpha) {
    const auto [begin, end] = token_range(windows);
    MeanStep<T> step;
    step.asked_repeat = this->asked_repeat(w, w + windows.size());
    step.weights = this->composes() ? weigh(tokens.subspan(begin, end - begin)) : nullptr;
    for (size_t m = 0; m < windows.size(); m++)
      lay(step, m, w + m, windows[m].first - begin, windows[m].last - begin, windows[m].centre - begin);
    take(step, this->token_rows(begin, end), windows.size(), alpha);
  }
  // Window w of those begun with the document that it lies in, which counts as much as each word.
  WM_EACH_WINDOW void step_in_document(const Window& window, size_t w, T alpha) {
    MeanStep<T> step;
    step.asked_repeat = this->asked_repeat(w, w + 1);
    step.weights = nullptr;
    const int32_t last = this->words_are_inputs() ? window.last : window.first;
    inputs_.assign(this->token_row(window.first), this->token_row(last));
    this->append_document(w, inputs_);
    lay(step, 0, w, 0, static_cast<int>(inputs_.size()), window.centre < last ? window.centre - window.first : -1);
    take(step, inputs_, 1, alpha);
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
  // Makes window w of those begun mean m of the step.
  WM_EACH_WINDOW void lay(MeanStep<T>& step, size_t m, size_t w, int first, int last, int centre) const {
    Mean<T>& mean = step.means[m];
    const auto inputs = static_cast<T>(last - first - (first <= centre && centre < last));
    mean.first = first, mean.last = last, mean.centre = centre;
    mean.share = step.weights ? share(mean, step.weights) : 1 / inputs;
    mean.input_rate = input_rate(this->task_.update, inputs);
    this->ask(w, mean.asked);
  }
  WM_EACH_WINDOW void take(MeanStep<T>& step, std::span<T* const> tokens, size_t count, T alpha) {
    const int asked = step.means[0].asked.count + (count == 2 ? step.means[1].asked.count : 0);
    this->fill(step, tokens.size(), asked, alpha);
    step.inputs = tokens.data();
    step.input_changes = this->task_.frozen.empty() ? tokens.data() : this->thawed_or_nowhere(tokens);
    step.tokens = static_cast<int>(tokens.size());
    step.means_count = static_cast<int>(count);
    step_functions<T>(this->task_.kernels).mean(step);
  }

  std::vector<T> weights_;
  std::vector<T*> inputs_;
};

}  // namespace wordmill
