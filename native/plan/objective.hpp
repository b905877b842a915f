// What windows ask of their centres: an objective turns a target word into output rows with the answers expected of them. It
// alone knows how many rows that is, what they stand for, and which answers are right.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "plan.hpp"

namespace wordmill {

// What consecutive windows ask.
struct Questions {
  std::vector<int32_t> rows;  // ids of rows of output_vectors, window after window; kRowBytes past the end may be read
  std::vector<size_t> ends;   // (windows + 1) in rows: window w asks those in [ends[w], ends[w + 1])
  std::vector<int8_t>
      signs;  // one a row, as in Asked, each window's rows being distinct; empty: yes to the first of each window alone
  std::vector<int64_t> positions;  // an objective's working memory
  std::vector<uint64_t> keys, counters;

  std::span<const int32_t> of(size_t from, size_t to) const { return {rows.data() + ends[from], ends[to] - ends[from]}; }
};

// How often a window is expected to ask, its target being drawn by frequency.
struct Expectation {
  double questions;          // in all
  std::vector<double> rows;  // each output row
};

// Ids [first, first + count).
struct Range {
  int32_t first, count;
};

class Objective {
 public:
  virtual ~Objective() = default;

  virtual int64_t rows() const = 0;                // of output_vectors
  virtual int64_t words() const = 0;               // targets are below
  virtual Range hottest(int32_t count) const = 0;  // of the rows: about those that are asked most, where words come by count
  // What windows [from, to) of a plan ask. It depends on seed, epoch, position and target alone.
  virtual void ask(const Plan& plan, size_t from, size_t to, uint64_t epoch, const Kernels& kernels,
                   Questions& questions) const = 0;
  virtual Expectation expectation(std::span<const double> frequencies) const = 0;  // (words) of targets, adding up to 1
};

}  // namespace wordmill
