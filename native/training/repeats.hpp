// Rows that occur several times in a window: where they do, and each distinct one with how often.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "kernel/kernel.hpp"

namespace wordmill {

// The distinct ones of some rows, and how often each occurs.
template <class T> class DistinctRows {
 public:
  void load(std::span<T* const> rows) {
    const bool few = rows.size() <= 16;
    if (!few) slots_.assign(std::bit_ceil(2 * rows.size()), -1);
    rows_.clear();
    weights_.clear();
    for (T* row : rows) {
      const size_t k = few ? std::find(rows_.begin(), rows_.end(), row) - rows_.begin() : find_slot(row);
      if (k == rows_.size()) rows_.push_back(row), weights_.push_back(0);
      weights_[k] += 1;
    }
  }
  std::span<T* const> rows() const { return rows_; }
  const T* weights() const { return weights_.data(); }

 private:
  size_t find_slot(T* row) {  // the row's place among the distinct ones; a new row gets the next
    const size_t mask = slots_.size() - 1;
    size_t slot = (reinterpret_cast<uintptr_t>(row) / kRowBytes * size_t{0x9E3779B1}) & mask;
    while (slots_[slot] >= 0 && rows_[slots_[slot]] != row) slot = (slot + 1) & mask;
    if (slots_[slot] < 0) slots_[slot] = static_cast<int32_t>(rows_.size());
    return slots_[slot];
  }

  std::vector<T*> rows_;
  std::vector<T> weights_;
  std::vector<int32_t> slots_;  // open addressing: which of the distinct rows a slot holds
};

// Where ids repeat.
class Repeats {
 public:
  // Those that do within `reach` places. kRowBytes past the ids' end may be read.
  void find(const Kernels& kernels, std::span<const int32_t> ids, size_t reach) {
    ends_.resize(ids.size() + kRowBytes / sizeof(int32_t));
    kernels.find_repeats(ids.data(), static_cast<int64_t>(ids.size()), static_cast<int64_t>(reach), ends_.data());
  }
  bool within(size_t begin, size_t end) const { return ends_[begin] < static_cast<int32_t>(end); }

 private:
  std::vector<int32_t> ends_;
};

}  // namespace wordmill
