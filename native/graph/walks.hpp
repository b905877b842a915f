// Random walks on a graph, of first order, or of second order as node2vec has them (Grover, Leskovec, KDD 2016). Each step is a
// function of (seed, epoch, walk, step): of no thread, block or history. src/wordmill/graphs/definition.py says the same in
// NumPy.
//
// Of second order, a candidate is drawn as in first order and taken with a probability that falls with its bias: so the graph is
// all the memory it takes. The one arc back may have far more weight than all others: what it has beyond them is drawn by itself
// (Yang et al.: KnightKing, SOSP 2019). After many refusals a step is drawn exactly.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"

namespace wordmill {

struct WalkRules {
  int64_t length;    // nodes
  int64_t per_node;  // walks that begin at each node, an epoch
  double p, q;       // going back to the node before has weight 1/p, going on to one that it has no arc to 1/q, else 1
  uint64_t seed;
};

// Where number `index` of [0, n) goes in a shuffle that the key decides: a Feistel network (Luby, Rackoff, SIAM J. Comput. 17,
// 1988), walked on until it is within.
int64_t shuffled(uint64_t key, int64_t index, int64_t n);

class Walker {
 public:
  Walker(const Graph& graph, const WalkRules& rules);

  const Graph& graph() const { return graph_; }
  int64_t length() const { return rules_.length; }
  int64_t walks() const { return graph_.nodes() * rules_.per_node; }  // an epoch

  // Writes the nodes of a walk, `length` at most, fewer where it comes to a node without arcs; returns how many.
  int64_t walk(uint64_t epoch, int64_t number, int32_t* nodes) const;
  // How often each node is visited in an epoch, (N).
  std::vector<int64_t> count(uint64_t epoch, int threads) const;

 private:
  void make_alias_tables();
  int64_t candidate(int32_t node, uint64_t hash) const;  // its place in the row
  uint64_t share_of_way_back(int32_t before, int32_t node) const;
  int32_t second(int32_t before, int32_t node, uint64_t key) const;
  int32_t exact(int32_t before, int32_t node, uint64_t hash) const;
  double weight(int64_t arc) const { return graph_.weights.empty() ? 1.0 : graph_.weights[arc]; }

  Graph graph_;
  WalkRules rules_;
  bool first_order_;
  double back_, common_, far_, most_;                   // biases; the greater one of the last two
  uint64_t take_back_, take_common_, take_far_, take_;  // chances to be taken in 2^-32; the least of them
  std::vector<uint64_t> cells_;  // (E) of weighted arcs, an alias table a row: another place in the row, and a threshold
  std::vector<double> sums_;     // (N) weights of a row
};

}  // namespace wordmill
