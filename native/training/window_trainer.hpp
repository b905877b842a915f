// Windows of a plan brought into the form of steps, rows in place of ids. What both shapes of step share is here; each has a loop
// of its own (pairs_trainer.hpp, mean_trainer.hpp).
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "composed_rows.hpp"
#include "document_rows.hpp"
#include "hot_rows.hpp"
#include "repeats.hpp"
#include "task.hpp"

namespace wordmill {

// All tokens about some windows, of which there is one at least.
inline std::pair<int32_t, int32_t> token_range(std::span<const Window> windows) {
  int32_t begin = INT32_MAX, end = 0;
  for (const Window& window : windows) begin = std::min(begin, window.first), end = std::max(end, window.last);
  return {begin, end};
}

// Ids of the rows of input vectors that windows [from, to) of a plan use: of all tokens about them, then of the documents that
// they lie in. May lie in `room`.
template <class T>
std::span<const int32_t> input_ids(const Task<T>& task, const Plan& plan, size_t from, size_t to, std::vector<int32_t>& room) {
  const auto [begin, end] = token_range(plan.windows().subspan(from, to - from));
  const auto tokens = plan.tokens().subspan(begin, end - begin);
  const Documents& documents = task.corpus.documents;
  if (task.bags.empty() && documents.empty()) return tokens;
  room.clear();
  if (task.composes())
    for (int32_t token : tokens) room.insert(room.end(), task.bags.of(token).begin(), task.bags.of(token).end());
  else if (!documents.alone)
    room.assign(tokens.begin(), tokens.end());
  if (!documents.empty())
    for (const Passage& passage : plan.passages(from, to))
      room.insert(room.end(), documents.of(passage.sequence).begin(), documents.of(passage.sequence).end());
  return room;
}

// Trains windows one by one: in the matrices, or those rows that others use at the same time in copies.
template <class T> class WindowTrainer {
 public:
  WindowTrainer(const Task<T>& task, const PlacedRows<T>* inputs, const PlacedRows<T>* outputs)
      : task_(task), placed_inputs_(inputs), placed_outputs_(outputs), composed_(task), documents_(task) {}
  virtual ~WindowTrainer() = default;

  // From now on these copies are trained in place of their rows of output vectors.
  void use(const HotRows<T>& outputs) { hot_outputs_ = &outputs; }

  // Windows [from, to) of a plan; the first one's questions are number `first`.
  virtual Trained train(const Plan& plan, size_t from, size_t to, const Questions& questions, size_t first, const Rate& rate) = 0;

  // One window by itself, in the matrices. Returns the loss, summed over scores.
  double step(std::span<const int32_t> inputs, const Questions& questions, T alpha) {
    find_rows(rows_of(task_.input_vectors), inputs, token_rows_);
    take(questions, 0, 1);
    find_rows(rows_of(task_.output_vectors), questions.of(0, 1), asked_rows_);
    step_alone(token_rows_, alpha);
    return take_loss();
  }

 protected:
  virtual void step_alone(std::span<T* const> inputs, T alpha) = 0;

  // Finds the rows of all inputs of windows [from, to) and of what these ask, and sends for the first of them.
  void begin(const Plan& plan, size_t from, size_t to, const Questions& questions, size_t first) {
    const auto windows = plan.windows().subspan(from, to - from);
    const auto [begin, end] = token_range(windows);
    const auto tokens = plan.tokens().subspan(begin, end - begin);
    begin_ = sent_for_ = begin;
    take(questions, first, first + windows.size());
    if (has_documents()) documents_.begin(plan, from, to, placed_inputs_);
    if (composes()) {
      token_rows_.resize(tokens.size());
      composed_.begin(tokens, within_reach(windows), placed_inputs_);
    } else if (!words_are_inputs()) {
      token_rows_.assign(tokens.size(), nullptr);
    } else if (placed_inputs_) {
      find_rows(*placed_inputs_, token_rows_);
    } else {
      find_rows(rows_of(task_.input_vectors), tokens, token_rows_);
    }
    if (placed_outputs_)
      find_rows(*placed_outputs_, asked_rows_);
    else
      find_rows(outputs(), questions.of(first, first + windows.size()), asked_rows_);
    find_ahead(windows, 0, std::min(kAhead, windows.size()));
    send_for_ahead();
  }
  bool has_documents() const { return !task_.corpus.documents.empty(); }
  bool words_are_inputs() const { return !task_.corpus.documents.alone; }
  // Whether words are made of several rows. Then a step's tokens come within reach before it, and all have left at the end.
  bool composes() const { return task_.composes(); }
  WM_EACH_WINDOW void come_within_reach(std::span<const Window> windows) {
    if (!composes()) return;
    composed_.leave(place(reach_begin(windows.front())));
    for (const Window& window : windows) composed_.enter(place(window.last), token_rows_);
  }
  void leave() {
    if (composes()) composed_.leave(token_rows_.size());
  }
  // While windows [from, to) are trained, the rows of as many others further on are on their way into the cache.
  WM_EACH_WINDOW void look_ahead(std::span<const Window> windows, size_t from, size_t to) {
    find_ahead(windows, std::min(from + kAhead, windows.size()), std::min(to + kAhead, windows.size()));
    if (!task_.outputs_learn) send_for_ahead();
  }

  // Rows by token of the plan.
  T** token_row(int32_t token) { return token_rows_.data() + (token - begin_); }
  std::span<T* const> token_rows(int32_t first, int32_t last) const {
    return std::span(token_rows_).subspan(first - begin_, last - first);
  }
  // Appends the rows of the document that window w of those begun lies in; windows come in order.
  WM_EACH_WINDOW void append_document(size_t w, std::vector<T*>& rows) {
    const auto document = documents_.of(w);
    rows.insert(rows.end(), document.begin(), document.end());
  }
  // Place of a token among the rows found.
  size_t place(int32_t token) const { return token - begin_; }

  // Steps are written where they are used, field by field: a copy would load in one what was stored in two, and wait for it.

  // What window w of those begun asks.
  WM_EACH_WINDOW void ask(size_t w, Asked<T>& asked) const {
    const size_t at = ends_[w] - ends_[0];
    asked.rows = asked_rows_.data() + at;
    asked.count = static_cast<int>(ends_[w + 1] - ends_[w]);
    asked.signs = signs_ ? signs_ + at : nullptr;
    asked.weights = nullptr;
  }
  std::span<const size_t> ends() const { return ends_; }
  // Looks for rows that several questions of `together` neighbours ask; of those that ask much it goes unasked.
  void find_asked_repeats(std::span<const int32_t> asked, size_t together) {
    size_t most = 0;
    for (size_t w = 1; w < ends_.size(); w++) most = std::max(most, ends_[w] - ends_[w - 1]);
    most *= together;
    few_asked_ = most <= kFewIds;
    if (few_asked_) repeated_asked_.find(task_.kernels, asked, most);
  }
  // Whether windows [w, next) of those begun may ask a row several times.
  WM_EACH_WINDOW bool asked_repeat(size_t w, size_t next) const {
    return !few_asked_ || repeated_asked_.within(ends_[w] - ends_[0], ends_[next] - ends_[0]);
  }

  WM_EACH_WINDOW void fill(StepArguments<T>& step, size_t inputs, int asked, T alpha) {
    step.stride = task_.input_vectors.stride;
    step.alpha = alpha;
    step.outputs_learn = task_.outputs_learn;
    step.ahead_inputs.rows = ahead_inputs_.data();
    step.ahead_inputs.count = static_cast<int>(ahead_inputs_.size());
    step.ahead_outputs.rows = ahead_asked_.data();
    step.ahead_outputs.count = static_cast<int>(ahead_asked_.size());
    step.scratch = aligned(scratch_, scratch_size(static_cast<int64_t>(inputs), asked, step.stride));
    step.loss = &loss_;
  }
  double take_loss() { return step_functions<T>(task_.kernels).take_loss(loss_); }

  // Where the changes of these input rows go: to the rows themselves; those of frozen ones nowhere.
  T* const* thawed_or_nowhere(std::span<T* const> rows) {
    T* nowhere = aligned(nowhere_, task_.input_vectors.stride);
    changed_.clear();
    for (T* row : rows) changed_.push_back(is_frozen(row) ? nowhere : row);
    return changed_.data();
  }

  const Task<T>& task_;

 private:
  bool is_frozen(const T* row) const { return task_.is_frozen(row) || (composes() && composed_.is_frozen(row)); }
  static constexpr size_t kAhead = 4;    // windows between sending for rows and using them
  static constexpr size_t kFewIds = 32;  // beyond, some id repeats more often than not

  void take(const Questions& questions, size_t from, size_t to) {
    ends_ = std::span(questions.ends).subspan(from, to - from + 1);
    signs_ = questions.signs.empty() ? nullptr : questions.signs.data() + ends_[0];
  }
  static RowsOf<T> rows_of(const Matrix<T>& matrix) { return {matrix.data, matrix.stride, nullptr, 0, 0}; }
  RowsOf<T> outputs() const { return hot_outputs_ ? hot_outputs_->rows() : rows_of(task_.output_vectors); }
  void find_rows(const RowsOf<T>& from, std::span<const int32_t> ids, std::vector<T*>& rows) const {
    rows.resize(ids.size());
    step_functions<T>(task_.kernels).find_rows(from, ids.data(), static_cast<int64_t>(ids.size()), rows.data());
  }
  static void find_rows(const PlacedRows<T>& placed, std::vector<T*>& rows) {
    rows.resize(placed.places.size());
    for (size_t i = 0; i < placed.places.size(); i++) rows[i] = placed.row(placed.places[i]);
  }
  // The rows that windows [from, to) will use and none before them has.
  WM_EACH_WINDOW void find_ahead(std::span<const Window> windows, size_t from, size_t to) {
    ahead_asked_ = std::span(asked_rows_).subspan(ends_[from] - ends_[0], ends_[to] - ends_[from]);
    int32_t last = sent_for_;
    for (size_t w = from; w < to; w++) last = std::max(last, windows[w].last);
    ahead_inputs_ = composes() ? composed_.ahead(place(last)) : token_rows(sent_for_, words_are_inputs() ? last : sent_for_);
    sent_for_ = last;
  }
  // The first token that this window or a later one may use.
  int32_t reach_begin(const Window& window) const {
    const int32_t width = task_.corpus.window;
    return width ? std::max(begin_, window.centre - width) : window.first;
  }
  size_t within_reach(std::span<const Window> windows) const {
    int32_t most = 0;
    for (const Window& window : windows) most = std::max(most, window.last - reach_begin(window));
    return static_cast<size_t>(most) + 1;  // a step of means takes the next window, too
  }
  // Steps send for what is ahead while they compute, to write to it. Where outputs do not learn, nor do words: then it is sent
  // for here, to be read alone, as other threads have it in their caches too.
  void send_for_ahead() {
    constexpr int64_t line = kRowBytes / static_cast<int64_t>(sizeof(T));
    for (const auto rows : {ahead_asked_, ahead_inputs_})
      for (T* row : rows)
        for (int64_t d = 0; d < task_.input_vectors.stride; d += line)
          task_.outputs_learn ? __builtin_prefetch(row + d, 1, 3) : __builtin_prefetch(row + d, 0, 3);
    if (!task_.outputs_learn) ahead_asked_ = ahead_inputs_ = {};
  }
  static T* aligned(std::vector<T>& memory, int64_t elements) {
    const size_t needed = static_cast<size_t>(elements) + kRowBytes / sizeof(T);
    if (memory.size() < needed) memory.resize(needed);
    return reinterpret_cast<T*>((reinterpret_cast<uintptr_t>(memory.data()) + kRowBytes - 1) / kRowBytes * kRowBytes);
  }

  const PlacedRows<T>*placed_inputs_, *placed_outputs_;  // or null
  const HotRows<T>* hot_outputs_ = nullptr;              // or null
  int32_t begin_ = 0;                                    // the token of the first of token_rows_
  int32_t sent_for_ = 0;                                 // the token up to which rows are on their way
  std::span<const size_t> ends_;                         // in the questions' rows, a window each
  const int8_t* signs_ = nullptr;                        // of the first window's questions, or null
  Repeats repeated_asked_;
  bool few_asked_ = false;
  std::vector<T*> token_rows_, asked_rows_;
  std::span<T* const> ahead_inputs_, ahead_asked_;
  LossSum<T> loss_;
  ComposedRows<T> composed_;
  DocumentRows<T> documents_;
  std::vector<T*> changed_;
  std::vector<T> scratch_, nowhere_;  // nowhere: takes the changes of frozen rows
};

}  // namespace wordmill
