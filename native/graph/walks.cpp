#include "walks.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <mutex>
#include <utility>

#include "system/parallel.hpp"
#include "system/random.hpp"

namespace wordmill {
namespace {

constexpr int64_t kTries = 16;     // of second order, and one more for each so many arcs: then a step is drawn exactly,
constexpr int64_t kArcsATry = 16;  // which looks at all of them
constexpr int kRounds = 4;
constexpr uint64_t kShuffles = uint64_t{1} << 63;  // draws of an epoch beyond those of its walks
constexpr int64_t kWalksAtOnce = 256;
constexpr size_t kVisitsAtOnce = 1 << 16;

// Vose's alias method for one row, as in plan/alias.hpp.
void make_cells(std::span<const float> weights, double total, std::span<uint64_t> cells, std::vector<double>& mass,
                std::vector<uint32_t>& small, std::vector<uint32_t>& large) {
  mass.clear(), small.clear(), large.clear();
  for (size_t i = 0; i < weights.size(); i++) {
    mass.push_back(weights[i] / total * static_cast<double>(weights.size()));
    (mass[i] < 1 ? small : large).push_back(static_cast<uint32_t>(i));
    cells[i] = static_cast<uint64_t>(i) << 32;  // its own other: the threshold does not matter
  }
  while (!small.empty() && !large.empty()) {
    const uint32_t poor = small.back(), rich = large.back();
    small.pop_back();
    cells[poor] = static_cast<uint64_t>(rich) << 32 | static_cast<uint64_t>(std::min(mass[poor] * 0x1p32, 0x1p32 - 1));
    if ((mass[rich] -= 1 - mass[poor]) < 1) {
      large.pop_back();
      small.push_back(rich);
    }
  }
}

}  // namespace

int64_t shuffled(uint64_t key, int64_t index, int64_t n) {
  const int half = (std::bit_width(static_cast<uint64_t>(n - 1)) + 1) / 2;
  const uint64_t mask = (uint64_t{1} << half) - 1;
  auto place = static_cast<uint64_t>(index);
  do {
    uint64_t left = place >> half, right = place & mask;
    for (uint64_t round = 0; round < kRounds; round++) {
      const uint64_t next = left ^ (draw_at(key, round << 32 | right) >> 32 & mask);
      left = right;
      right = next;
    }
    place = left << half | right;
  } while (place >= static_cast<uint64_t>(n));
  return static_cast<int64_t>(place);
}

Walker::Walker(const Graph& graph, const WalkRules& rules)
    : graph_(graph),
      rules_(rules),
      first_order_(rules.p == 1 && rules.q == 1),
      back_(1 / rules.p),
      common_(1),
      far_(1 / rules.q) {
  most_ = std::max(common_, far_);
  const auto chance = [&](double bias) { return static_cast<uint64_t>(std::min(bias / most_, 1.0) * 0x1p32); };
  take_back_ = chance(back_), take_common_ = chance(common_), take_far_ = chance(far_);
  take_ = std::min({take_back_, take_common_, take_far_});
  if (!graph.weights.empty()) make_alias_tables();
}

void Walker::make_alias_tables() {
  cells_.resize(graph_.neighbours.size());
  sums_.resize(graph_.nodes());
  std::vector<double> mass;
  std::vector<uint32_t> small, large;
  for (int64_t n = 0; n < graph_.nodes(); n++) {
    const int64_t begin = graph_.offsets[n], size = graph_.offsets[n + 1] - begin;
    for (int64_t arc = begin; arc < begin + size; arc++) sums_[n] += graph_.weights[arc];
    make_cells(graph_.weights.subspan(begin, size), sums_[n], std::span(cells_).subspan(begin, size), mass, small, large);
  }
}

int64_t Walker::candidate(int32_t node, uint64_t hash) const {
  const int64_t begin = graph_.offsets[node];
  const auto size = static_cast<uint64_t>(graph_.offsets[node + 1] - begin);
  const auto place = static_cast<int64_t>((hash >> 32) * size >> 32);
  if (cells_.empty()) return place;
  const uint64_t cell = cells_[begin + place];
  return static_cast<uint32_t>(hash) < static_cast<uint32_t>(cell) ? place : static_cast<int64_t>(cell >> 32);
}

// What the way back has beyond what a candidate can be taken with is drawn by itself: its share of everything, in 2^-32.
uint64_t Walker::share_of_way_back(int32_t before, int32_t node) const {
  if (back_ <= most_) return 0;
  const auto row = graph_.row(node);
  const auto arc = std::lower_bound(row.begin(), row.end(), before);
  if (arc == row.end() || *arc != before) return 0;
  const double beyond = weight(graph_.offsets[node] + (arc - row.begin())) * (back_ - most_);
  const double sum = sums_.empty() ? static_cast<double>(row.size()) : sums_[node];
  return static_cast<uint64_t>(beyond / (sum * most_ + beyond) * 0x1p32);
}

int32_t Walker::second(int32_t before, int32_t node, uint64_t key) const {
  const auto row = graph_.row(node);
  const uint64_t way_back = share_of_way_back(before, node);
  const int64_t tries = kTries + std::ssize(row) / kArcsATry;
  for (int64_t t = 0; t < tries; t++) {
    const uint64_t hash = draw_at(key, 2 * t + 1), luck = hash >> 32;
    if (static_cast<uint32_t>(hash) < way_back) return before;
    const int32_t next = row[candidate(node, draw_at(key, 2 * t))];
    if (luck < take_) return next;  // whichever it is
    if (luck < (next == before ? take_back_ : graph_.has_arc(before, next) ? take_common_ : take_far_)) return next;
  }
  return exact(before, node, draw_at(key, 2 * tries));
}

int32_t Walker::exact(int32_t before, int32_t node, uint64_t hash) const {
  const auto row = graph_.row(node), known = graph_.row(before);
  const int64_t begin = graph_.offsets[node];
  // Adds up weights until they exceed a bound; returns the place where they do, and the sum.
  const auto add_up = [&](double bound) {
    double sum = 0;
    int64_t place = -1;
    size_t at = 0;
    for (int64_t i = 0; i < std::ssize(row); i++) {
      while (at < known.size() && known[at] < row[i]) at++;
      const bool common = at < known.size() && known[at] == row[i];
      const double added = weight(begin + i) * (row[i] == before ? back_ : common ? common_ : far_);
      if (added > 0) place = i;
      if ((sum += added) > bound) break;
    }
    return std::pair(place, sum);
  };
  const double total = add_up(HUGE_VAL).second;
  return row[add_up(static_cast<double>(hash >> 11) * 0x1p-53 * total).first];
}

int64_t Walker::walk(uint64_t epoch, int64_t number, int32_t* nodes) const {
  const uint64_t of_epoch = stream_key(rules_.seed, epoch, Stream::kWalks), key = draw_at(of_epoch, number);
  const int64_t count = graph_.nodes(), round = number / count;
  nodes[0] = static_cast<int32_t>(shuffled(draw_at(of_epoch, kShuffles + round), number % count, count));
  for (int64_t step = 1; step < rules_.length; step++) {
    const int32_t node = nodes[step - 1];
    const int64_t begin = graph_.offsets[node];
    if (begin == graph_.offsets[node + 1]) return step;
    const uint64_t hash = draw_at(key, step);
    if (first_order_ || step == 1)
      nodes[step] = graph_.neighbours[begin + candidate(node, hash)];
    else
      nodes[step] = second(nodes[step - 2], node, hash);
  }
  return rules_.length;
}

std::vector<int64_t> Walker::count(uint64_t epoch, int threads) const {
  std::vector<int64_t> counts(graph_.nodes());
  std::mutex adding;
  std::atomic<int64_t> next{0};
  run_threads(threads, [&](int) {
    std::vector<int32_t> visited;  // counts of its own would be as many as nodes, for each thread
    visited.reserve(kVisitsAtOnce + rules_.length);
    const auto add = [&] {
      const std::lock_guard lock(adding);
      for (const int32_t node : visited) counts[node]++;
      visited.clear();
    };
    for (int64_t first; (first = next.fetch_add(kWalksAtOnce)) < walks();)
      for (int64_t number = first; number < std::min(first + kWalksAtOnce, walks()); number++) {
        const size_t before = visited.size();
        visited.resize(before + rules_.length);
        visited.resize(before + walk(epoch, number, &visited[before]));
        if (visited.size() >= kVisitsAtOnce) add();
      }
    add();
  });
  return counts;
}

}  // namespace wordmill
