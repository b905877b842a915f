// The best rows so far of a query, and whether a first look at the next is worth its time.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace wordmill {

struct Found {
  float score;
  int64_t row;
  bool operator<(const Found& other) const { return score > other.score || (score == other.score && row < other.row); }
};

// The k best rows so far of one query: a heap, the worst on top.
class Best {
 public:
  Best(Found* heap, int k, double most) : heap_(heap), k_(k), most_(most) {}  // no score is above `most`

  float bar() const { return size_ < k_ ? -std::numeric_limits<float>::infinity() : heap_[0].score; }

  // What a score is above, before it is rounded to float, or at, of a row that is better than the bar.
  double least() const {
    constexpr float kInfinite = std::numeric_limits<float>::infinity();
    if (bar() >= most_) return kInfinite;
    const float better = std::nextafter(bar(), kInfinite);
    return std::isinf(better) ? bar() : (static_cast<double>(bar()) + better) / 2;
  }

  // Rows come in order, so that of equal scores the first stays.
  void offer(Found found) {
    if (!(found.score > bar())) return;
    if (size_ == k_) std::pop_heap(heap_, heap_ + size_--);
    heap_[size_++] = found;
    std::push_heap(heap_, heap_ + size_);
  }

  std::span<const Found> sorted() {
    std::sort_heap(heap_, heap_ + size_);
    return {heap_, static_cast<size_t>(size_)};
  }

 private:
  Found* heap_;
  int k_, size_ = 0;
  double most_;
};

// Whether to look at the next rows first. Where more than one of `few` passes, the next way is quicker: looking then pauses,
// twice as long each time.
class Sieve {
 public:
  Sieve(double most, int pause) : most_(most), left_(pause) {}  // most: of the rows may pass

  bool use() { return !left_ || !left_--; }

  // Returns whether few enough passed.
  bool note(int64_t passed, int64_t rows) {
    const bool few = static_cast<double>(passed) <= most_ * static_cast<double>(rows);
    left_ = pause_ = few ? 0 : std::min(2 * pause_ + 1, kLongestPause);
    return few;
  }

 private:
  static constexpr int kLongestPause = 127;
  double most_;
  int pause_ = 0, left_;
};

}  // namespace wordmill
