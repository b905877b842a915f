#include "huffman.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>

namespace wordmill {
namespace {

// A binary tree over leaves 0 ... V - 1, most frequent first, and inner nodes V ... 2V - 2, in the order of their making: the
// root is last.
struct Tree {
  std::vector<int32_t> parents;
  std::vector<int8_t> seconds;  // whether a node is its parent's second child
};

// As word2vec.c builds it: of equal counts an inner node is taken before a leaf, and leaves from the least frequent on.
Tree grow(const std::vector<int64_t>& counts) {
  const auto leaves = static_cast<int32_t>(counts.size()), nodes = 2 * leaves - 1;
  std::vector<int64_t> weights(counts);
  weights.resize(nodes);
  Tree tree{std::vector<int32_t>(nodes), std::vector<int8_t>(nodes)};
  int32_t leaf = leaves - 1, inner = leaves;  // the next of each that has no parent; the inner ones' weights rise, too
  for (int32_t made = leaves; made < nodes; made++) {
    const auto take = [&] { return leaf >= 0 && (inner == made || weights[leaf] < weights[inner]) ? leaf-- : inner++; };
    const int32_t first = take(), second = take();
    weights[made] = weights[first] + weights[second];
    tree.parents[first] = tree.parents[second] = made;
    tree.seconds[second] = 1;
  }
  return tree;
}

}  // namespace

HuffmanPaths::HuffmanPaths(std::span<const int64_t> counts) : ends_(counts.size() + 1) {
  if (counts.size() < 2 || counts.size() > INT32_MAX / 2)
    throw std::invalid_argument("hierarchical softmax needs two words or more");
  if (*std::min_element(counts.begin(), counts.end()) < 0) throw std::invalid_argument("counts must be at least 0");
  const auto leaves = static_cast<int32_t>(counts.size()), root = 2 * leaves - 2;
  std::vector<int32_t> words(counts.size()), leaf_of(counts.size());
  std::iota(words.begin(), words.end(), 0);
  std::stable_sort(words.begin(), words.end(), [&](int32_t a, int32_t b) { return counts[a] > counts[b]; });
  std::vector<int64_t> sorted;
  for (int32_t leaf = 0; leaf < leaves; leaf++) sorted.push_back(counts[words[leaf]]), leaf_of[words[leaf]] = leaf;
  const Tree tree = grow(sorted);
  for (int32_t word = 0; word < leaves; word++) {
    for (int32_t node = leaf_of[word]; node != root; node = tree.parents[node]) {
      nodes_.push_back(tree.parents[node] - leaves);
      signs_.push_back(tree.seconds[node] ? 1 : -1);
    }
    std::reverse(nodes_.begin() + static_cast<ptrdiff_t>(ends_[word]), nodes_.end());
    std::reverse(signs_.begin() + static_cast<ptrdiff_t>(ends_[word]), signs_.end());
    ends_[word + 1] = nodes_.size();
  }
}

void HuffmanPaths::ask(const Plan& plan, size_t from, size_t to, uint64_t, const Kernels&, Questions& questions) const {
  auto& [rows, ends, signs, positions, keys, counters] = questions;
  ends.assign(1, 0);
  for (size_t w = from; w < to; w++) {
    const int32_t target = plan.tokens()[plan.windows()[w].centre];
    ends.push_back(ends.back() + ends_[target + 1] - ends_[target]);
  }
  rows.resize(ends.back() + kRowBytes / sizeof(int32_t));
  signs.resize(ends.back());
  for (size_t w = from; w < to; w++) {
    const size_t begin = ends_[plan.tokens()[plan.windows()[w].centre]], at = ends[w - from], count = ends[w - from + 1] - at;
    std::memcpy(&rows[at], &nodes_[begin], count * sizeof(int32_t));
    std::memcpy(&signs[at], &signs_[begin], count);
  }
}

Expectation HuffmanPaths::expectation(std::span<const double> frequencies) const {
  Expectation expected{0, std::vector<double>(rows())};
  for (size_t word = 0; word < frequencies.size(); word++)
    for (size_t k = ends_[word]; k < ends_[word + 1]; k++) {
      expected.rows[nodes_[k]] += frequencies[word];
      expected.questions += frequencies[word];
    }
  return expected;
}

}  // namespace wordmill
