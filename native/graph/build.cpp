#include "build.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "system/parallel.hpp"

namespace wordmill {
namespace {

constexpr int64_t kRowsAtOnce = 4096;
constexpr int64_t kParts = 8, kFewArcs = 1 << 16;  // fewer are not worth the passes

// Sorts a row, and adds up the weights of equal neighbours. Returns how many neighbours are left, at its front.
int64_t tidy(std::span<int32_t> row, std::span<float> weights, std::vector<std::pair<int32_t, float>>& room) {
  if (weights.empty()) {
    std::sort(row.begin(), row.end());
    return std::unique(row.begin(), row.end()) - row.begin();
  }
  room.clear();
  for (size_t i = 0; i < row.size(); i++) room.emplace_back(row[i], weights[i]);
  std::sort(room.begin(), room.end());  // by weight too: sums do not depend on the order of the edges
  int64_t left = 0;
  for (size_t i = 0; i < room.size();) {
    const int32_t neighbour = room[i].first;
    double sum = 0;
    for (; i < room.size() && room[i].first == neighbour; i++) sum += room[i].second;
    if (sum > 0) row[left] = neighbour, weights[left] = static_cast<float>(sum), left++;
  }
  return left;
}

template <class Visit> void each_arc(const std::vector<Edges>& edges, bool directed, const Visit& visit) {
  for (const auto& [sources, targets, weights] : edges)
    for (size_t e = 0; e < sources.size(); e++) {
      const float weight = weights.empty() ? 1 : weights[e];
      visit(sources[e], targets[e], weight);
      if (!directed && sources[e] != targets[e]) visit(targets[e], sources[e], weight);
    }
}

}  // namespace

BuiltGraph build_graph(int64_t nodes, const std::function<std::vector<Edges>()>& edges, bool directed, int threads,
                       const Forget& forget) {
  BuiltGraph graph;
  auto& [offsets, neighbours, weights] = graph;
  const std::vector<Edges> all = edges();
  offsets.assign(nodes + 1, 0);
  each_arc(all, directed, [&](int32_t from, int32_t, float) { offsets[from + 1]++; });
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  neighbours.resize(offsets[nodes]);
  if (!all.empty() && !all[0].weights.empty()) weights.resize(offsets[nodes]);
  std::vector<int64_t> ends(offsets.begin(), offsets.end() - 1);  // up to where each row is filled, then what is left of it
  const int64_t parts = forget && offsets[nodes] >= kFewArcs ? kParts : 1;
  for (int64_t part = 0, first = 0; part < parts; part++) {  // of about as many arcs each
    const auto bound = std::lower_bound(offsets.begin(), offsets.end(), offsets[nodes] / parts * (part + 1));
    const int64_t last = part + 1 < parts ? bound - offsets.begin() : nodes;
    each_arc(part ? edges() : all, directed, [&](int32_t from, int32_t to, float weight) {
      if (from < first || from >= last) return;
      if (!weights.empty()) weights[ends[from]] = weight;
      neighbours[ends[from]++] = to;
    });
    if (forget) forget(last);
    first = last;
  }
  parallel_for((nodes + kRowsAtOnce - 1) / kRowsAtOnce, threads, [&](size_t part) {
    std::vector<std::pair<int32_t, float>> room;
    const int64_t first = static_cast<int64_t>(part) * kRowsAtOnce;
    for (int64_t n = first; n < std::min(first + kRowsAtOnce, nodes); n++) {
      const int64_t size = offsets[n + 1] - offsets[n];
      ends[n] = tidy(std::span(neighbours).subspan(offsets[n], size),
                     weights.empty() ? std::span<float>() : std::span(weights).subspan(offsets[n], size), room);
    }
  });
  int64_t at = 0;
  for (int64_t n = 0; n < nodes; n++) {  // rows move together
    const int64_t from = std::exchange(offsets[n], at);
    std::copy_n(neighbours.begin() + from, ends[n], neighbours.begin() + at);
    if (!weights.empty()) std::copy_n(weights.begin() + from, ends[n], weights.begin() + at);
    at += ends[n];
  }
  offsets[nodes] = at;
  neighbours.resize(at);
  if (!weights.empty()) weights.resize(at);
  return graph;
}

}  // namespace wordmill
