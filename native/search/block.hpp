// A block of rows meets queries for which 8 bits said too little, or were not asked.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "best.hpp"
#include "nearest.hpp"
#include "screen.hpp"

namespace wordmill {

// Scores rows of a query exactly, a few at a time, and offers them, in the order in which they come.
class Few {
 public:
  Few(const NearestTask& task, const Screen& screen, Best* best) : task_(task), screen_(screen), best_(best) {}

  void add(int64_t q, int64_t row);
  void finish();

 private:
  const NearestTask& task_;
  const Screen& screen_;
  Best* best_;
  int64_t query_ = 0, rows_[kScoredRows];
  int count_ = 0;
};

// A look at all rows in float arithmetic, as quick as any product of them. With q = sum beta b + w, of the directions b that rows
// share, q . row = sum beta (b . row) + w . row: the sum in double precision, and w, all that floats round, is short.
class Look {
 public:
  // For queries `first` to `first` + `count`.
  Look(const NearestTask& task, const Screen& screen, Directions directions, int64_t first, int64_t count);

  void set(int64_t begin, int64_t end) { begin_ = begin, end_ = end, measured_ = false; }

  // Offers the rows to queries, to best[q]. Returns the queries for which too many pass, or would.
  std::vector<int64_t> offer(std::span<const int64_t> queries, Best* best);

 private:
  struct Query {
    bool ready = false;
    Sieve sieve;
    const float* left = nullptr;  // w: D numbers
  };
  static constexpr double kSaved = 1.2;  // of the time of products(), where not all rows are scored: roughly

  void measure();
  Query& ready(int64_t q);
  bool pick(int64_t q, const float* products, Best* best);

  const NearestTask& task_;
  const Screen& screen_;
  const Directions directions_;
  const int64_t first_;
  int64_t begin_ = 0, end_ = 0, step_ = 0;
  bool measured_ = false;
  std::vector<Query> queries_;
  std::vector<float> lefts_, products_;
  std::vector<double> weights_, rows_;  // as Screen::sift takes them
  std::vector<Passed> passed_;
};

// Scores all rows of a block, converted to double precision once; of repeated rows it scores one.
class Block {
 public:
  Block(const NearestTask& task, const Screen& screen)
      : task_(task), screen_(screen), size_(padded_size(task.size)), queries_(screen.tile_queries * size_) {}

  void set(int64_t begin, int64_t end) { begin_ = begin, end_ = end, ready_ = false; }

  // Offers its rows to queries: to best[q].
  void offer(std::span<const int64_t> queries, Best* best);

 private:
  void offer_unconverted(std::span<const int64_t> queries, Best* best) const;
  void prepare();
  int64_t place_of(int64_t row) const;
  void offer(int64_t q, const float* scores, Best& best) const;

  const NearestTask& task_;
  const Screen& screen_;
  const int64_t size_;
  int64_t begin_ = 0, end_ = 0;
  bool ready_ = false;
  std::vector<int64_t> places_, originals_;
  std::vector<double> rows_, norms_, queries_;
  std::vector<float> scores_;
};

}  // namespace wordmill
