// Rows of the input vectors that stand for documents: inputs of each window in them, whatever words are made of.
#pragma once
#include <vector>

#include "task.hpp"

namespace wordmill {

template <class T> class DocumentRows {
 public:
  explicit DocumentRows(const Task<T>& task) : task_(task) {}

  // Begins with windows [from, to) of a plan. Their rows are in the matrix, or `placed`: the last of those.
  void begin(const Plan& plan, size_t from, size_t to, const PlacedRows<T>* placed) {
    passages_ = plan.passages(from, to);
    from_ = from;
    at_ = 0;
    rows_.clear();
    ends_.assign(1, 0);
    for (const Passage& passage : passages_) {
      for (int32_t id : task_.corpus.documents.of(passage.sequence)) rows_.push_back(task_.input_vectors.row(id));
      ends_.push_back(rows_.size());
    }
    if (!placed) return;
    const auto places = placed->places.last(rows_.size());
    for (size_t i = 0; i < places.size(); i++) rows_[i] = placed->row(places[i]);
  }
  // Those of window w of them; windows come in order.
  std::span<T* const> of(size_t w) {
    while (passages_[at_].end <= from_ + w) at_++;
    return std::span(rows_).subspan(ends_[at_], ends_[at_ + 1] - ends_[at_]);
  }

 private:
  const Task<T>& task_;
  std::span<const Passage> passages_;
  size_t from_ = 0, at_ = 0;
  std::vector<T*> rows_;
  std::vector<size_t> ends_;  // in rows_, of passages
};

}  // namespace wordmill
