// Hierarchical softmax: yes or no at each inner node on the way from the root of a Huffman tree to the target's leaf (Morin and
// Bengio 2005; Mikolov et al. 2013b, section 2.1). Frequent words have short ways; the probabilities of all words add up to 1.
#pragma once
#include "objective.hpp"

namespace wordmill {

class HuffmanPaths final : public Objective {
 public:
  explicit HuffmanPaths(std::span<const int64_t> counts);  // (V) of words, at least 2

  int64_t rows() const override { return words() - 1; }
  int64_t words() const override { return static_cast<int64_t>(ends_.size()) - 1; }
  Range hottest(int32_t count) const override {  // the root is the last row
    return {static_cast<int32_t>(rows()) - count, count};
  }
  void ask(const Plan& plan, size_t from, size_t to, uint64_t epoch, const Kernels& kernels, Questions& questions) const override;
  Expectation expectation(std::span<const double> frequencies) const override;

  // Word w's way is [ends()[w], ends()[w + 1]) of these, root first: inner nodes' rows, and signs as in Asked.
  const std::vector<size_t>& ends() const { return ends_; }
  const std::vector<int32_t>& nodes() const { return nodes_; }
  const std::vector<int8_t>& signs() const { return signs_; }

 private:
  std::vector<size_t> ends_;
  std::vector<int32_t> nodes_;
  std::vector<int8_t> signs_;
};

}  // namespace wordmill
