// Documents by themselves while outputs stay as they are: inference. As nothing else learns, what several windows ask can be
// asked at once, from the same old values.
#pragma once
#include "window_trainer.hpp"

namespace wordmill {

inline constexpr size_t kAskedTogether = 8;  // windows

template <class T> class DocumentsAlone final : public WindowTrainer<T> {
 public:
  using WindowTrainer<T>::WindowTrainer;

  static bool suits(const Task<T>& task) {
    return task.shape == Shape::kPairs && task.corpus.documents.alone && !task.outputs_learn;
  }

  Trained train(const Plan& plan, size_t from, size_t to, const Questions& questions, size_t first, const Rate& rate) override {
    if (from == to) return {};
    const auto windows = plan.windows().subspan(from, to - from);
    this->begin(plan, from, to, questions, first);
    lay_out_signs(questions, windows.size());
    Trained trained;
    size_t w = 0;
    for (const Passage& passage : plan.passages(from, to))
      for (const size_t end = std::min(passage.end - from, windows.size()); w < end;) {
        const size_t next = std::min(w + kAskedTogether, end);
        this->look_ahead(windows, w, next);
        rows_.clear();
        this->append_document(w, rows_);
        step(rows_, w, next, static_cast<T>(rate.at(plan.positions()[windows[w].centre])));
        trained.examples += static_cast<int64_t>((next - w) * rows_.size());
        w = next;
      }
    trained.loss = this->take_loss();
    return trained;
  }

 private:
  void step_alone(std::span<T* const> inputs, T alpha) override {
    lay_out_signs({}, 1);
    step(inputs, 0, 1, alpha);
  }

  // Where windows answer yes to their first question alone: of several at once each needs a sign.
  void lay_out_signs(const Questions& questions, size_t windows) {
    if (!questions.signs.empty()) return;
    const auto ends = this->ends();
    yes_to_the_first_.assign(ends[windows] - ends[0], 1);
    for (size_t w = 0; w < windows; w++) yes_to_the_first_[ends[w] - ends[0]] = -1;
  }
  // Asks what windows [w, next) ask: the mean of one input is the input.
  void step(std::span<T* const> inputs, size_t w, size_t next, T alpha) {
    const auto ends = this->ends();
    MeanStep<T> step;
    Mean<T>& mean = step.means[0];
    this->ask(w, mean.asked);
    mean.asked.count = static_cast<int>(ends[next] - ends[w]);
    if (!mean.asked.signs) mean.asked.signs = yes_to_the_first_.data() + (ends[w] - ends[0]);
    for (T* input : inputs) {
      mean.first = 0, mean.last = 1, mean.centre = -1;
      mean.share = mean.input_rate = 1;
      this->fill(step, 1, mean.asked.count, alpha);
      step.inputs = step.input_changes = &input;
      step.weights = nullptr;
      step.tokens = step.means_count = 1;
      step.asked_repeat = true;
      step_functions<T>(this->task_.kernels).mean(step);
    }
  }
  std::vector<T*> rows_;
  std::vector<int8_t> yes_to_the_first_;
};

}  // namespace wordmill
