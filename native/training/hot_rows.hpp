// The rows that all threads change all the time, such as those of the most frequent words: their lines would wander from cache to
// cache. Each thread trains copies of its own, and now and then gives their changes to the matrix and takes those of the others.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>

#include "task.hpp"

namespace wordmill {

inline constexpr int32_t kHotRows = 64, kHotShare = 16;  // at most, and one in so many
// Changes from the same old values add up, and too many overshoot. So a thread misses so many windows of the others at most
// between two meetings, and trains so many that the row that is asked most often gets gradients of this sum, times the rate.
inline constexpr int64_t kApart = 1024;
inline constexpr double kLearntApart = 64;
inline constexpr int64_t kManyTokens = 1 << 22;  // of a corpus: in shorter trainings each meeting counts for more

struct Meetings {
  int32_t rows = 0;           // of which each thread has copies
  size_t windows = SIZE_MAX;  // of a thread, between two
};

// Of the rows in the matrix, which threads change one at a time, so that nothing is lost.
class RowLocks {
 public:
  explicit RowLocks(int32_t rows) : locks_(std::make_unique<Lock[]>(rows)) {}
  void lock(int32_t row) {
    while (locks_[row].taken.test_and_set(std::memory_order_acquire)) locks_[row].taken.wait(true, std::memory_order_relaxed);
  }
  void unlock(int32_t row) {
    locks_[row].taken.clear(std::memory_order_release);
    locks_[row].taken.notify_one();
  }

 private:
  struct alignas(kRowBytes) Lock {
    std::atomic_flag taken;
  };
  std::unique_ptr<Lock[]> locks_;
};

// A thread's copies of the rows `which` of a matrix.
template <class T> class HotRows {
 public:
  HotRows(const Matrix<T>& matrix, Range which, RowLocks& locks, const Kernels& kernels)
      : matrix_(matrix), which_(which), locks_(locks), kernels_(kernels), memory_(matrix.stride) {
    memory_.make_room(2 * int64_t{which.count});
    for (int32_t k = 0; k < which_.count; k++) {
      locks_.lock(k);
      take(k);
      locks_.unlock(k);
    }
  }

  // Gives what the copies have learnt since the last time, and takes what others gave. Threads begin at different rows.
  void meet(int thread) {
    for (int32_t i = 0; i < which_.count; i++) {
      const int32_t k = (16 * thread + i) % which_.count;
      T* row = matrix_.row(which_.first + k);
      locks_.lock(k);
      step_functions<T>(kernels_).spread({&row, 1, copy(k), before(k)}, matrix_.stride);
      take(k);
      locks_.unlock(k);
    }
  }
  RowsOf<T> rows() const { return {matrix_.data, matrix_.stride, memory_.data(), which_.first, which_.count}; }

 private:
  T* copy(int32_t k) const { return memory_.copy(k); }
  T* before(int32_t k) const { return memory_.copy(which_.count + int64_t{k}); }
  void take(int32_t k) {
    const auto bytes = static_cast<size_t>(matrix_.stride) * sizeof(T);
    std::memcpy(copy(k), matrix_.row(which_.first + k), bytes);
    std::memcpy(before(k), copy(k), bytes);
  }

  const Matrix<T> matrix_;
  const Range which_;
  RowLocks& locks_;
  const Kernels& kernels_;
  RowCopies<T> memory_;
};

}  // namespace wordmill
