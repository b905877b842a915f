// Words made of several rows of the input vectors, such as those of their n-grams. A word that comes within reach of the windows
// is composed once, into a row of its own that steps train like any other; when it leaves, what that row has learnt is spread to
// each of the word's rows. A word that stands twice in reach is composed twice, and each spreads its own change.
#pragma once
#include <algorithm>
#include <bit>
#include <vector>

#include "task.hpp"

namespace wordmill {

template <class T> class ComposedRows {
 public:
  explicit ComposedRows(const Task<T>& task) : task_(task), memory_(task.input_vectors.stride) {}

  // Begins with the tokens of some windows, of which so many at most are within reach at a time. Their rows are in the matrix, or
  // `placed`.
  void begin(std::span<const int32_t> tokens, size_t within_reach, const PlacedRows<T>* placed) {
    tokens_ = tokens;
    placed_ = placed;
    entered_ = left_ = place_ = ahead_ = ahead_place_ = 0;
    const size_t slots = std::bit_ceil(within_reach);
    if (slots > slots_.size()) slots_.resize(slots), memory_.make_room(static_cast<int64_t>(2 * slots));
    mask_ = slots_.size() - 1;
  }
  // Composes the tokens before `end` that have not been; returns through `rows` where each is.
  void enter(size_t end, std::vector<T*>& rows) {
    for (; entered_ < end; entered_++) {
      Slot& slot = slots_[entered_ & mask_];
      slot.clear();
      place_ = collect(entered_, place_, slot);
      step_functions<T>(task_.kernels).compose(bag(entered_, slot), stride());
      rows[entered_] = composed(entered_);
    }
  }
  // Spreads the changes of the tokens before `end`, of those that have entered.
  void leave(size_t end) {
    for (; left_ < std::min(end, entered_); left_++) {
      Slot& slot = slots_[left_ & mask_];
      if (!task_.frozen.empty()) std::erase_if(slot, [this](const T* row) { return is_frozen(row); });
      step_functions<T>(task_.kernels).spread(bag(left_, slot), stride());
    }
  }
  // The rows of the tokens before `end` that have not been asked for yet.
  std::span<T* const> ahead(size_t end) {
    ahead_rows_.clear();
    for (; ahead_ < end; ahead_++) ahead_place_ = collect(ahead_, ahead_place_, ahead_rows_);
    return ahead_rows_;
  }

 private:
  using Slot = std::vector<T*>;

  int64_t stride() const { return task_.input_vectors.stride; }
  T* composed(size_t token) const { return memory_.copy(static_cast<int64_t>(2 * (token & mask_))); }
  Bag<T> bag(size_t token, const Slot& slot) const {
    return {slot.data(), static_cast<int>(slot.size()), composed(token), composed(token) + stride()};
  }

  // Appends the rows of a token, of which `place` is the first; returns the place of the next token's.
  size_t collect(size_t token, size_t place, std::vector<T*>& rows) const {
    for (int32_t id : task_.bags.of(tokens_[token]))
      rows.push_back(placed_ ? placed_->row(placed_->places[place]) : task_.input_vectors.row(id)), place++;
    return place;
  }
  bool is_frozen(const T* row) const { return task_.input_vectors.holds(row) && task_.frozen[task_.input_vectors.id(row)]; }

  const Task<T>& task_;
  const PlacedRows<T>* placed_ = nullptr;
  std::span<const int32_t> tokens_;
  size_t entered_ = 0, left_ = 0, ahead_ = 0;  // tokens: up to which each was done
  size_t place_ = 0, ahead_place_ = 0;         // among the rows of all tokens, where the next one's begin
  std::vector<Slot> slots_;                    // the rows of the tokens within reach
  size_t mask_ = 0;
  RowCopies<T> memory_;  // two a slot: as it is trained, and as it was composed
  std::vector<T*> ahead_rows_;
};

}  // namespace wordmill
