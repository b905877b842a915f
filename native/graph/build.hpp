// From edges in any order to the rows of a graph.
#pragma once
#include <cstdint>
#include <span>

#include "system/big_vector.hpp"

namespace wordmill {

struct Edges {
  std::span<const int32_t> sources, targets;
  std::span<const float> weights;  // of at least 0; empty: all alike
};

struct BuiltGraph {  // as in graph.hpp
  BigVector<int64_t> offsets;
  BigVector<int32_t> neighbours;
  BigVector<float> weights;
};

// The edges come in pieces, all of them with weights or none. Without direction an edge is two arcs, from a node to itself one.
// Edges that are given several times are one: their weights add up. An edge of weight 0 is none.
BuiltGraph build_graph(int64_t nodes, std::span<const Edges> edges, bool directed, int threads);

}  // namespace wordmill
