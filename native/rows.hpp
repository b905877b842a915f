// Rows of a matrix: the matrix's own, or copies of some of them.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
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

// Copies of the rows that others use at the same time: each is made when it is first asked for.
template <class T> class RowCopies {
 public:
  explicit RowCopies(const Matrix<T>& matrix) : matrix_(matrix) {}

  // Begins anew. `shared` says of each row that will be asked for, in the order of asking, whether it is to be a copy.
  void clear(std::span<const uint8_t> shared) {
    const size_t most = shared.size();
    shared_ = shared.data();
    ids_.clear();
    slots_.assign(std::bit_ceil(2 * most + 1), -1);
    if (most <= room_) return;
    room_ = most;
    copies_.reset(static_cast<T*>(::operator new(most * row_bytes(), std::align_val_t{kRowBytes})));
  }
  T* row(int32_t id) { return *shared_++ ? copy_of(id) : matrix_.row(id); }
  int32_t id(const T* row) const {
    const T* end = copy(ids_.size());
    return std::less_equal()(copies_.get(), row) && std::less()(row, end) ? ids_[(row - copies_.get()) / matrix_.stride] : matrix_.id(row);
  }

  std::span<const int32_t> ids() const { return ids_; }  // of the copies
  T* copy(size_t k) const { return copies_.get() + k * matrix_.stride; }
  T* original(size_t k) const { return matrix_.row(ids_[k]); }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete(p, std::align_val_t{kRowBytes}); }
  };
  T* copy_of(int32_t id) {
    const size_t mask = slots_.size() - 1;
    size_t slot = static_cast<uint32_t>(id) * size_t{0x9E3779B1} & mask;
    while (slots_[slot] >= 0 && ids_[slots_[slot]] != id) slot = (slot + 1) & mask;
    if (slots_[slot] < 0) {
      slots_[slot] = static_cast<int32_t>(ids_.size());
      ids_.push_back(id);
      std::memcpy(copy(ids_.size() - 1), matrix_.row(id), row_bytes());
    }
    return copy(slots_[slot]);
  }
  size_t row_bytes() const { return static_cast<size_t>(matrix_.stride) * sizeof(T); }

  Matrix<T> matrix_;
  std::vector<int32_t> ids_, slots_;  // slots: open addressing, places in ids, or -1
  std::unique_ptr<T, Free> copies_;
  size_t room_ = 0;
  const uint8_t* shared_ = nullptr;
};

}  // namespace wordmill
