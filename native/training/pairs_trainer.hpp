// Windows as steps of pairs: skip-gram.
#pragma once
#include "repeats.hpp"
#include "window_trainer.hpp"

namespace wordmill {

template <class T> class PairsTrainer final : public WindowTrainer<T> {
 public:
  using WindowTrainer<T>::WindowTrainer;

  Trained train(const Plan& plan, size_t from, size_t to, const Questions& questions, size_t first, const Rate& rate) override {
    if (from == to) return {};
    const auto windows = plan.windows().subspan(from, to - from);
    this->begin(plan, from, to, questions, first);
    find_repeats(plan.tokens(), windows);
    this->find_asked_repeats(questions.of(first, first + windows.size()), 1);
    displaced_ = nullptr;
    Trained trained;
    for (size_t w = 0; w < windows.size(); w++) {
      const Window& window = windows[w];
      this->look_ahead(windows, w, w + 1);
      this->come_within_reach(windows.subspan(w, 1));
      const bool inputs_repeat =
          this->words_are_inputs() && repeated_tokens_.within(this->place(window.first), this->place(window.last));
      const auto inputs = this->has_documents() ? contexts_and_document(window, w) : contexts_alone(window);
      step(inputs, inputs_repeat, w, this->asked_repeat(w, w + 1), static_cast<T>(rate.at(plan.positions()[window.centre])));
      trained.examples += static_cast<int64_t>(inputs.size());
    }
    this->leave();
    trained.loss = this->take_loss();
    return trained;
  }

 private:
  void step_alone(std::span<T* const> inputs, T alpha) override { step(inputs, true, 0, true, alpha); }

  void find_repeats(std::span<const int32_t> tokens, std::span<const Window> windows) {
    const auto [begin, end] = token_range(windows);
    int32_t reach = 0;
    for (const Window& window : windows) reach = std::max(reach, window.last - window.first);
    if (this->words_are_inputs()) repeated_tokens_.find(this->task_.kernels, tokens.subspan(begin, end - begin), reach);
  }

  // The rows of a window's contexts, side by side: the first takes the centre's place, until the next window. Those of a wide
  // window are copied, in order, as the order decides which of them share a step.
  WM_EACH_WINDOW std::span<T* const> contexts_alone(const Window& window) {
    if (displaced_) *displaced_ = displaced_row_;
    T **const first = this->token_row(window.first), **const centre = this->token_row(window.centre),
              **const last = this->token_row(window.last);
    if (last - first - 1 > static_cast<ptrdiff_t>(this->task_.step_contexts)) {
      alone_.assign(first, centre);
      alone_.insert(alone_.end(), centre + 1, last);
      return alone_;
    }
    displaced_ = centre;
    displaced_row_ = std::exchange(*centre, *first);
    return {first + 1, last};
  }

  // The rows of a window's contexts, then of the document that it lies in.
  std::span<T* const> contexts_and_document(const Window& window, size_t w) {
    T **const first = this->token_row(window.first), **const centre = this->token_row(window.centre),
              **const last = this->token_row(window.last);
    alone_.assign(first, centre);
    alone_.insert(alone_.end(), centre + 1, last);
    this->append_document(w, alone_);
    return alone_;
  }

  // Asks what window w asks. A wide window takes several steps. Where questions have no signs, the first one's row is no other's,
  // so it stays the first.
  WM_EACH_WINDOW void step(std::span<T* const> contexts, bool contexts_repeat, size_t w, bool asked_repeats, T alpha) {
    PairsStep<T> step;
    Asked<T>& asked = step.asked;
    this->ask(w, asked);
    if (asked_repeats && !asked.signs) {
      asked_.load({asked.rows, static_cast<size_t>(asked.count)});
      asked.rows = asked_.rows().data();
      asked.count = static_cast<int>(asked_.rows().size());
      asked.weights = asked_.weights();
    }
    step.input_weights = nullptr;
    const size_t at_once = this->task_.step_contexts;
    for (size_t from = 0; from < contexts.size(); from += at_once) {
      auto inputs = contexts.subspan(from, std::min(at_once, contexts.size() - from));
      if (contexts_repeat) {
        inputs_.load(inputs);
        inputs = inputs_.rows(), step.input_weights = inputs_.weights();
      }
      this->fill(step, inputs.size(), asked.count, alpha);
      if (from) step.ahead_inputs.count = step.ahead_outputs.count = 0;  // they were sent for
      step.inputs = inputs.data();
      step.input_changes = this->task_.frozen.empty() ? nullptr : this->thawed_or_nowhere(inputs);
      step.count = static_cast<int>(inputs.size());
      step_functions<T>(this->task_.kernels).pairs(step);
    }
  }

  Repeats repeated_tokens_;
  T** displaced_ = nullptr;  // the place of the last centre's row among those of tokens
  T* displaced_row_ = nullptr;
  std::vector<T*> alone_;
  DistinctRows<T> inputs_, asked_;
};

}  // namespace wordmill
