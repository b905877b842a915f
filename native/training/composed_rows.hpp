// Words made of several rows of the input vectors, such as those of their n-grams. A word that comes within reach of the windows
// is composed, into a row of its own that steps train like any other; when the last of its tokens leaves reach, what that row has
// learnt is spread to each of the word's rows. To keep words composed for longer would save time, and diverges where like words,
// item17 and item18, share most of their rows: each row takes the changes of all of them, from old values.
#pragma once
#include <algorithm>
#include <functional>
#include <vector>

#include "task.hpp"

namespace wordmill {

template <class T> class ComposedRows {
 public:
  explicit ComposedRows(const Task<T>& task) : task_(task), memory_(task.input_vectors.stride) {}

  // Begins with the tokens of some windows, of which so many at most are within reach at a time. Their rows are in the matrix, or
  // `placed`. All that entered before have left.
  void begin(std::span<const int32_t> tokens, size_t within_reach, const PlacedRows<T>* placed) {
    tokens_ = tokens;
    placed_ = placed;
    entered_ = left_ = place_ = ahead_ = ahead_place_ = lists_ahead_ = 0;
    words_.resize(task_.bags.ends.size() - 1);
    if (within_reach <= slots_.size()) return;
    memory_.make_room(static_cast<int64_t>(2 * within_reach));
    for (size_t slot = slots_.size(); slot < within_reach; slot++) free_.push_back(static_cast<int32_t>(slot));
    slots_.resize(within_reach);
  }
  // The tokens before `end` enter; returns through `rows` where each one's word is composed.
  void enter(size_t end, std::vector<T*>& rows) {
    for (; entered_ < end; entered_++) {
      const auto bag_rows = task_.bags.of(tokens_[entered_]);
      Word& word = words_[tokens_[entered_]];
      if (word.tokens++ == 0) compose(word, bag_rows);
      place_ += bag_rows.size();
      rows[entered_] = composed(word.slot);
    }
  }
  // The tokens before `end` leave. Those among them that no window has used never enter.
  void leave(size_t end) {
    for (; left_ < std::min(end, entered_); left_++) {
      Word& word = words_[tokens_[left_]];
      if (--word.tokens > 0) continue;
      step_functions<T>(task_.kernels).spread(bag(word.slot), stride());
      free_.push_back(word.slot);
    }
    for (; entered_ < end; entered_++, left_++) place_ += task_.bags.of(tokens_[entered_]).size();
  }
  // The rows of the tokens before `end` that have not been asked for yet and whose words are not composed.
  std::span<T* const> ahead(size_t end) {
    send_for_lists(std::min(end + kListsAhead, tokens_.size()));
    ahead_rows_.clear();
    for (; ahead_ < end; ahead_++) {
      const auto bag_rows = task_.bags.of(tokens_[ahead_]);
      if (words_[tokens_[ahead_]].tokens == 0) collect(bag_rows, ahead_place_, ahead_rows_);
      ahead_place_ += bag_rows.size();
    }
    return ahead_rows_;
  }
  // Whether this composed row may not change, since none of those that it is made of may.
  bool is_frozen(const T* row) const {
    const T *begin = memory_.data(), *end = composed(static_cast<int32_t>(slots_.size()));
    if (std::less()(row, begin) || !std::less()(row, end)) return false;
    return slots_[(row - begin) / (2 * stride())].empty();
  }

 private:
  static constexpr size_t kListsAhead = 16;  // tokens

  struct Word {
    int32_t tokens = 0, slot = 0;  // how many are within reach; where it is composed
  };

  int64_t stride() const { return task_.input_vectors.stride; }
  T* composed(int32_t slot) const { return memory_.copy(2 * int64_t{slot}); }
  Bag<T> bag(int32_t slot) const {
    const std::vector<T*>& rows = slots_[slot];
    return {rows.data(), static_cast<int>(rows.size()), composed(slot), composed(slot) + stride()};
  }

  void compose(Word& word, std::span<const int32_t> bag_rows) {
    word.slot = free_.back();  // the one that was left last, as it is in the nearest cache
    free_.pop_back();
    std::vector<T*>& rows = slots_[word.slot];
    rows.clear();
    collect(bag_rows, place_, rows);
    step_functions<T>(task_.kernels).compose(bag(word.slot), stride());
    if (!task_.frozen.empty()) std::erase_if(rows, [this](const T* row) { return task_.is_frozen(row); });
  }
  // Appends the rows of a token, of which `place` is the first.
  void collect(std::span<const int32_t> bag_rows, size_t place, std::vector<T*>& rows) const {
    for (int32_t id : bag_rows) rows.push_back(placed_ ? placed_->row(placed_->places[place++]) : task_.input_vectors.row(id));
  }
  // Which rows words are made of lies far from the cache, and is needed before the rows can be sent for.
  void send_for_lists(size_t end) {
    for (; lists_ahead_ < end; lists_ahead_++) {
      const auto bag_rows = task_.bags.of(tokens_[lists_ahead_]);
      for (size_t i = 0; i < bag_rows.size(); i += kRowBytes / sizeof(int32_t)) __builtin_prefetch(&bag_rows[i]);
    }
  }

  const Task<T>& task_;
  const PlacedRows<T>* placed_ = nullptr;
  std::span<const int32_t> tokens_;
  size_t entered_ = 0, left_ = 0, ahead_ = 0, lists_ahead_ = 0;  // tokens: up to which each was done
  size_t place_ = 0, ahead_place_ = 0;                           // among the rows of all tokens, where the next one's begin
  std::vector<Word> words_;                                      // (V)
  std::vector<std::vector<T*>> slots_;                           // the rows that learn of each word that is composed
  std::vector<int32_t> free_;
  RowCopies<T> memory_;  // two a slot: as it is trained, and as it was composed
  std::vector<T*> ahead_rows_;
};

}  // namespace wordmill
