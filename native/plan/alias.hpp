// Draws from a fixed distribution in constant time: Vose, A Linear Algorithm for Generating Random Numbers with a Given
// Distribution, IEEE TSE 17 (1991). Eight bytes a word, so that the table of a common vocabulary stays in the L2 cache.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace wordmill {

class AliasTable {
 public:
  explicit AliasTable(std::span<const double> weights);

  // Cell: the other word in the high half, the threshold below which the cell's own word is drawn in the low half.
  const uint64_t* cells() const { return cells_.data(); }
  uint32_t size() const { return static_cast<uint32_t>(cells_.size()); }
  double weight(int32_t word) const { return cumulative_[word + 1] - cumulative_[word]; }
  int32_t draw(uint64_t hash) const {
    const uint64_t cell = (hash >> 32) * size() >> 32, entry = cells_[cell];
    return static_cast<int32_t>(static_cast<uint32_t>(hash) < static_cast<uint32_t>(entry) ? cell : entry >> 32);
  }
  // The same distribution without `excluded`, by bisection: for the rare window whose redraws keep hitting its target.
  int32_t draw_excluding(uint64_t hash, int32_t excluded) const;

 private:
  std::vector<uint64_t> cells_;
  std::vector<double> cumulative_;  // weights before each word, and their total
};

}  // namespace wordmill
