// A graph as compressed sparse rows: of each node the nodes that an arc leads to.
#pragma once
#include <cstdint>
#include <span>

namespace wordmill {

struct Graph {                          // borrowed: the owner keeps the arrays alive
  std::span<const int64_t> offsets;     // (N + 1)
  std::span<const int32_t> neighbours;  // (E) of node n those of [offsets[n], offsets[n + 1]), rising, each once
  std::span<const float> weights;       // (E) above 0; empty: all alike

  int64_t nodes() const { return static_cast<int64_t>(offsets.size()) - 1; }
  std::span<const int32_t> row(int32_t node) const {
    return neighbours.subspan(offsets[node], offsets[node + 1] - offsets[node]);
  }
  bool has_arc(int32_t from, int32_t to) const {
    const int32_t* first = neighbours.data() + offsets[from];
    int64_t size = offsets[from + 1] - offsets[from];
    if (size == 0) return false;
    while (size > 1) {  // without branches, which nobody could foretell
      const int64_t half = size / 2;
      first += first[half - 1] < to ? half : 0;
      size -= half;
    }
    return *first == to;
  }
};

}  // namespace wordmill
