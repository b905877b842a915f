// Rows of a matrix: the matrix's own, or copies of some of them.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "system/memory.hpp"

namespace wordmill {

template <class T> struct Matrix {
  T* data;
  int64_t rows, stride;  // in elements
  T* row(int64_t id) const { return data + id * stride; }
  int32_t id(const T* row) const { return static_cast<int32_t>((row - data) / stride); }
  bool holds(const T* row) const { return std::less_equal()(data, row) && std::less()(row, data + rows * stride); }
};

template <class T> class RowCopies {
 public:
  explicit RowCopies(int64_t stride) : stride_(stride) {}

  void make_room(int64_t copies) {  // forgets those that were there
    if (copies <= room_) return;
    memory_.reset(static_cast<T*>(allocate_lines(copies * stride_ * static_cast<int64_t>(sizeof(T)))));
    room_ = copies;
  }
  T* data() const { return memory_.get(); }
  T* copy(int64_t k) const { return data() + k * stride_; }

 private:
  struct Free {
    void operator()(T* memory) const { free_lines(memory); }
  };
  int64_t stride_, room_ = 0;
  std::unique_ptr<T, Free> memory_;
};

// Some rows of a matrix: where each is, its id in the matrix or ~ the number of a copy.
template <class T> struct PlacedRows {
  const Matrix<T>& own;
  const RowCopies<T>& copies;
  std::span<const int32_t> places = {};

  T* row(int32_t place) const {
    const int32_t is_copy = place >> 31;          // 0 or -1
    T* const data[] = {own.data, copies.data()};  // chosen without a branch: which rows are copies is as good as random
    return data[is_copy & 1] + (place ^ is_copy) * own.stride;
  }
};

}  // namespace wordmill
