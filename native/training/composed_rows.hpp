// Words made of several rows of the input vectors, such as those of their n-grams. A word that comes within reach of the windows
// is composed, into a row of its own that steps train like any other; when the last of its tokens leaves, what that row has
// learnt is spread to each of the word's rows.
#pragma once
#include <algorithm>
#include <functional>
#include <vector>

#include "task.hpp"

namespace wordmill {

// So many windows in a row share composed words. The more, the fewer are composed anew (of the tokens of 16, a tenth are words
// that are composed already), and the later other words of the same rows see what these have learnt. From 64 on a vocabulary of
// like words, item17 and item18, diverges at fastText's rate: each row takes the changes of all of them at once.
inline constexpr size_t kComposedWindows = 16;

template <class T> class ComposedRows {
 public:
  explicit ComposedRows(const Task<T>& task) : task_(task), memory_(task.input_vectors.stride) {}

  // Begins with the tokens of some windows. Their rows are in the matrix, or `placed`.
  void begin(std::span<const int32_t> tokens, const PlacedRows<T>* placed) {
    tokens_ = tokens;
    placed_ = placed;
    entered_ = left_ = place_ = ahead_ = ahead_place_ = 0;
    number_words();
    memory_.make_room(static_cast<int64_t>(2 * words_.size()));
    free_.clear();
    slots_used_ = 0;
  }
  // Composes the words of the tokens before `end` that are not; returns through `rows` where each token's is.
  void enter(size_t end, std::vector<T*>& rows) {
    for (; entered_ < end; entered_++) {
      Word& word = words_[numbers_[entered_]];
      if (word.first == static_cast<int32_t>(entered_)) compose(word);
      place_ += word.rows.size();
      rows[entered_] = composed(word.slot);
    }
  }
  // The tokens before `end` leave, of those that have entered.
  void leave(size_t end) {
    for (; left_ < std::min(end, entered_); left_++) {
      const Word& word = words_[numbers_[left_]];
      if (word.last != static_cast<int32_t>(left_)) continue;
      step_functions<T>(task_.kernels).spread(bag(word.slot), stride());
      free_.push_back(word.slot);
    }
  }
  // The rows of the words before `end` that are to be composed and have not been asked for yet.
  std::span<T* const> ahead(size_t end) {
    ahead_rows_.clear();
    for (; ahead_ < end; ahead_++) {
      const Word& word = words_[numbers_[ahead_]];
      if (word.first == static_cast<int32_t>(ahead_)) collect(word, ahead_place_, ahead_rows_);
      ahead_place_ += word.rows.size();
    }
    return ahead_rows_;
  }
  // Whether this composed row may not change, since none of those that it is made of may.
  bool is_frozen(const T* row) const {
    const T *begin = memory_.data(), *end = composed(static_cast<int32_t>(slots_used_));
    if (std::less()(row, begin) || !std::less()(row, end)) return false;
    return slots_[(row - begin) / (2 * stride())].empty();
  }

 private:
  struct Word {
    int32_t first, last, slot;  // tokens; where it is composed
    std::span<const int32_t> rows;
  };

  int64_t stride() const { return task_.input_vectors.stride; }
  T* composed(int32_t slot) const { return memory_.copy(2 * int64_t{slot}); }
  Bag<T> bag(int32_t slot) const {
    const std::vector<T*>& rows = slots_[slot];
    return {rows.data(), static_cast<int>(rows.size()), composed(slot), composed(slot) + stride()};
  }

  // Numbers the distinct words in the order of their first tokens.
  void number_words() {
    number_of_.resize(task_.bags.ends.size() - 1, -1);
    words_.clear();
    numbers_.resize(tokens_.size());
    for (size_t token = 0; token < tokens_.size(); token++) {
      int32_t& number = number_of_[tokens_[token]];
      if (number < 0) {
        number = static_cast<int32_t>(words_.size());
        words_.push_back({static_cast<int32_t>(token), 0, 0, task_.bags.of(tokens_[token])});
      }
      words_[number].last = static_cast<int32_t>(token);
      numbers_[token] = number;
    }
    for (const Word& word : words_) number_of_[tokens_[word.first]] = -1;
    bring_near();
  }
  // Copies the words' lists of rows: where they lie, most are far from the cache, and each would be waited for alone.
  void bring_near() {
    size_t rows = 0;
    for (const Word& word : words_) rows += word.rows.size();
    near_.resize(rows);
    int32_t* to = near_.data();
    for (size_t w = 0; w < words_.size(); w++) {
      const std::span far = words_[w].rows, later = words_[std::min(w + 16, words_.size() - 1)].rows;
      for (size_t i = 0; i < later.size(); i += kRowBytes / sizeof(int32_t)) __builtin_prefetch(&later[i]);
      words_[w].rows = {to, far.size()};
      to = std::copy(far.begin(), far.end(), to);
    }
  }
  void compose(Word& word) {
    word.slot = take_slot();
    std::vector<T*>& rows = slots_[word.slot];
    rows.clear();
    collect(word, place_, rows);
    step_functions<T>(task_.kernels).compose(bag(word.slot), stride());
    if (!task_.frozen.empty()) std::erase_if(rows, [this](const T* row) { return is_frozen_row(row); });
  }
  int32_t take_slot() {  // the one that was left last, as it is in the nearest cache
    if (!free_.empty()) {
      const int32_t slot = free_.back();
      free_.pop_back();
      return slot;
    }
    if (slots_used_ == slots_.size()) slots_.emplace_back();
    return static_cast<int32_t>(slots_used_++);
  }
  // Appends the rows of a word, of which `place` is the first.
  void collect(const Word& word, size_t place, std::vector<T*>& rows) const {
    for (int32_t id : word.rows) rows.push_back(placed_ ? placed_->row(placed_->places[place++]) : task_.input_vectors.row(id));
  }
  bool is_frozen_row(const T* row) const { return task_.input_vectors.holds(row) && task_.frozen[task_.input_vectors.id(row)]; }

  const Task<T>& task_;
  const PlacedRows<T>* placed_ = nullptr;
  std::span<const int32_t> tokens_;
  size_t entered_ = 0, left_ = 0, ahead_ = 0;  // tokens: up to which each was done
  size_t place_ = 0, ahead_place_ = 0;         // among the rows of all tokens, where the next one's begin
  std::vector<int32_t> number_of_;             // (V) by word; -1 between calls of begin
  std::vector<Word> words_;
  std::vector<int32_t> numbers_;        // words of the tokens
  std::vector<int32_t> near_;           // rows of the words, one after the other
  std::vector<std::vector<T*>> slots_;  // the rows that learn of each word that is composed
  std::vector<int32_t> free_;
  size_t slots_used_ = 0;
  RowCopies<T> memory_;  // two a slot: as it is trained, and as it was composed
  std::vector<T*> ahead_rows_;
};

}  // namespace wordmill
