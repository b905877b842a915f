// From edges in any order to the rows of a graph.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

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

// Called when all arcs of the first nodes, so many, have been taken: edges between two of these are needed no more.
using Forget = std::function<void(int64_t)>;

// The edges come in pieces, all of them with weights or none. Without direction an edge is two arcs, from a node to itself one.
// Edges that are given several times are one: their weights add up. An edge of weight 0 is none.
// They are taken for some nodes after the others, so that those which are forgotten make room for the graph.
BuiltGraph build_graph(int64_t nodes, const std::function<std::vector<Edges>()>& edges, bool directed, int threads,
                       const Forget& forget = {});

}  // namespace wordmill
