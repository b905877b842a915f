// Rows of a matrix, and changes to them that are kept apart from it.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "kernel.hpp"

namespace wordmill {

template <class T> struct Matrix {
  T* data;
  int64_t rows, stride;  // in elements
  T* row(int32_t id) const { return data + id * stride; }
  int32_t id(const T* row) const { return static_cast<int32_t>((row - data) / stride); }
};

// Changes to rows of a matrix, kept apart from it: a zeroed row for each row that is asked for, in the order of asking.
template <class T> class Changes {
 public:
  explicit Changes(const Matrix<T>& matrix) : matrix_(matrix) { clear(); }

  T* of(const T* row) {
    const int32_t id = matrix_.id(row);
    size_t slot = find(id);
    if (slots_[slot] < 0) {
      if (2 * (ids_.size() + 1) > slots_.size()) slot = grow(id);
      slots_[slot] = static_cast<int32_t>(ids_.size());
      ids_.push_back(id);
      return append();
    }
    return at(slots_[slot]);
  }
  std::span<const int32_t> ids() const { return ids_; }
  T* at(size_t k) const { return slabs_[k / kSlabRows].get() + k % kSlabRows * matrix_.stride; }
  void clear() {
    ids_.clear();
    slots_.assign(kSlabRows, -1);
  }

 private:
  static constexpr size_t kSlabRows = 1024;
  struct Free {
    void operator()(T* p) const { ::operator delete(p, std::align_val_t{kRowBytes}); }
  };

  size_t find(int32_t id) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = static_cast<uint32_t>(id) * size_t{0x9E3779B1} & mask;
    while (slots_[slot] >= 0 && ids_[slots_[slot]] != id) slot = (slot + 1) & mask;
    return slot;
  }
  size_t grow(int32_t id) {
    slots_.assign(2 * slots_.size(), -1);
    for (size_t k = 0; k < ids_.size(); k++) slots_[find(ids_[k])] = static_cast<int32_t>(k);
    return find(id);
  }
  T* append() {
    if (ids_.size() > slabs_.size() * kSlabRows) {
      const size_t bytes = kSlabRows * static_cast<size_t>(matrix_.stride) * sizeof(T);
      slabs_.emplace_back(static_cast<T*>(::operator new(bytes, std::align_val_t{kRowBytes})));
    }
    T* row = at(ids_.size() - 1);
    std::fill(row, row + matrix_.stride, T(0));
    return row;
  }

  Matrix<T> matrix_;
  std::vector<int32_t> ids_, slots_;  // slots: open addressing, places in ids, or -1
  std::vector<std::unique_ptr<T, Free>> slabs_;
};

}  // namespace wordmill
