#include "nearest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "best.hpp"
#include "block.hpp"
#include "directions.hpp"
#include "system/big_vector.hpp"
#include "system/parallel.hpp"

namespace wordmill {
namespace {

constexpr int64_t kPackedBytes = 1 << 20;  // of rows packed at a time: read by all threads, so in the cache that they share
constexpr int64_t kBlockBytes = 32 << 10;  // of rows that a tile of queries meets at a time: in the first cache
constexpr int64_t kQueriesAtOnce = 240;    // that a thread takes: whole tiles, of 3 or of 6
constexpr int64_t kFewQueries = 48;
constexpr int64_t kQueriesOfDirection = 4;  // for fewer, it takes longer than the rows
constexpr int64_t kPartNumbers = 1 << 20;   // of the rows that a thread of its own is worth

std::vector<float> directions_of(const NearestTask& task) {
  return shared_directions(task.rows + task.start * task.stride, task.stride, task.norms + task.start, task.stop - task.start,
                           task.size, task.count / kQueriesOfDirection, task.count < 16 ? 0.5 : 0.125);
}
Directions as_directions(const std::vector<float>& data, int64_t size) {
  return {data.data(), static_cast<int>(std::ssize(data) / padded_size(size))};
}

// What no score is above: 0 where a query is.
double most(const NearestTask& task, int64_t q) {
  const float* const query = task.queries + q * task.size;
  return std::all_of(query, query + task.size, [](float x) { return x == 0; }) ? 0 : std::numeric_limits<double>::infinity();
}

std::vector<int64_t> numbered(int64_t count) {
  std::vector<int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

void write(std::span<const Found> found, int k, int64_t* ids, float* scores) {
  std::fill_n(ids, k, -1);
  std::fill_n(scores, k, -std::numeric_limits<float>::infinity());
  for (size_t i = 0; i < found.size(); i++) ids[i] = found[i].row, scores[i] = found[i].score;
}

// Few queries meet the rows as they are: packing them would take longer.
class Scan {
 public:
  Scan(const NearestTask& task, const Screen& screen, int threads)
      : task_(task),
        screen_(screen),
        parts_(std::clamp<int64_t>((task.stop - task.start) * task.size / kPartNumbers, 1, threads)),
        room_(std::min<int64_t>(task.k, edge(1) - edge(0) + 1)),
        directions_(directions_of(task)),
        heaps_(parts_ * task.count * room_),
        numbers_(numbered(task.count)) {
    for (int64_t i = 0; i < parts_ * task.count; i++)
      best_.emplace_back(heaps_.data() + i * room_, static_cast<int>(room_), most(task, i % task.count));
  }

  void run(int threads) {
    parallel_for(parts_, threads, [&](size_t part) {
      const int64_t step = std::max<int64_t>(16, kBlockBytes / (4 * task_.size));
      Look look(task_, screen_, as_directions(directions_, task_.size), 0, task_.count);
      Block block(task_, screen_);
      Best* const best = &best_[part * task_.count];
      for (int64_t begin = edge(part); begin < edge(part + 1); begin += step) {
        const int64_t end = std::min(begin + step, edge(part + 1));
        look.set(begin, end), block.set(begin, end);
        block.offer(look.offer(numbers_, best), best);
      }
    });
  }

  std::span<const Found> found(int64_t q) {
    together_.clear();
    for (int64_t part = 0; part < parts_; part++)
      for (const Found& one : best_[part * task_.count + q].sorted()) together_.push_back(one);
    std::sort(together_.begin(), together_.end());
    return std::span(together_).first(std::min<size_t>(together_.size(), task_.k));
  }

 private:
  int64_t edge(int64_t part) const { return task_.start + (task_.stop - task_.start) * part / parts_; }

  const NearestTask& task_;
  const Screen& screen_;
  const int64_t parts_, room_;
  const std::vector<float> directions_;
  std::vector<Found> heaps_, together_;
  std::vector<Best> best_;
  const std::vector<int64_t> numbers_;
};

class Search {
 public:
  Search(const NearestTask& task, const Screen& screen)
      : task_(task),
        screen_(screen),
        tile_(screen.tile_queries),
        directions_(directions_of(task)),
        tile_words_(tile_words(screen, task.size, directions().count)),
        panel_words_(panel_words(screen, task.size, directions().count)),
        block_panels_(std::max<int64_t>(1, kBlockBytes / (4 * panel_words_))),
        packed_panels_(std::clamp<int64_t>(kPackedBytes / (4 * panel_words_), 1, panels_of(task.stop - task.start) + 1)),
        packed_(task.count),
        tiles_((task.count + tile_ - 1) / tile_ * tile_words_),
        panels_(packed_panels_ * panel_words_),
        heaps_(task.count * task.k),
        sieves_((task.count + tile_ - 1) / tile_, Sieve(screen.saved / alone(task.size), 1)),  // the first rows all pass
        numbers_(numbered(task.count)) {
    for (int64_t q = 0; q < task.count; q++) best_.emplace_back(heaps_.data() + q * task.k, task.k, most(task, q));
  }

  void run(int threads) {
    const int64_t groups = (task_.count + kQueriesAtOnce - 1) / kQueriesAtOnce, step = packed_panels_ * screen_.panel_rows;
    parallel_for(groups, threads, [&](size_t g) { pack_queries(g); });
    for (int64_t begin = task_.start; begin < task_.stop; begin += step) {
      const int64_t rows = std::min(step, task_.stop - begin), panels = panels_of(rows);
      std::vector<Longest> each(panels);
      parallel_for(panels, threads, [&](size_t p) { each[p] = pack_panel(begin, rows, p); });
      Longest longest = each[0];
      for (const Longest& one : each) longest = {std::max(longest.length, one.length), std::max(longest.reach, one.reach)};
      parallel_for(groups, threads, [&](size_t g) { search(g, begin, panels, longest); });
    }
  }

  std::span<const Found> found(int64_t q) { return best_[q].sorted(); }

 private:
  Directions directions() const { return as_directions(directions_, task_.size); }
  int64_t panels_of(int64_t rows) const { return (rows + screen_.panel_rows - 1) / screen_.panel_rows; }
  uint32_t* tile(int64_t q) { return tiles_.data() + q / tile_ * tile_words_; }
  std::span<const int64_t> tile_of(int64_t q) const {
    return std::span(numbers_).subspan(q, std::min<int64_t>(tile_, task_.count - q));
  }
  int64_t last(int64_t group) const { return std::min(task_.count, (group + 1) * kQueriesAtOnce); }

  void pack_queries(int64_t group) {
    std::vector<float> left(padded_size(task_.size));
    for (int64_t q = group * kQueriesAtOnce; q < last(group); q++)
      packed_[q] = screen_.pack_query(task_.queries + q * task_.size, task_.size, directions(), static_cast<int>(q % tile_),
                                      left.data(), tile(q));
  }

  Longest pack_panel(int64_t begin, int64_t rows, int64_t p) {
    const int64_t skipped = p * screen_.panel_rows, first = begin + skipped;
    std::vector<float> left(padded_size(task_.size));
    return screen_.pack_panel(task_.rows + first * task_.stride, task_.stride, task_.norms + first,
                              static_cast<int>(std::min<int64_t>(screen_.panel_rows, rows - skipped)), task_.size, directions(),
                              left.data(), panels_.data() + p * panel_words_);
  }

  // A group of queries meets the panels that are packed, block by block.
  void search(int64_t group, int64_t begin, int64_t panels, const Longest& longest) {
    std::vector<Hit> hits(block_panels_ * screen_.panel_rows * tile_);
    const int64_t begin_query = group * kQueriesAtOnce;
    Look look(task_, screen_, directions(), begin_query, last(group) - begin_query);
    Block block(task_, screen_);
    for (int64_t p = 0; p < panels; p += block_panels_) {
      const int64_t some = std::min(block_panels_, panels - p), first = begin + p * screen_.panel_rows;
      const int64_t end = std::min(task_.stop, first + some * screen_.panel_rows);
      std::vector<int64_t> rest;
      for (int64_t q = begin_query; q < last(group); q += tile_)
        if (!sieves_[q / tile_].use() || !screen_block(q, p, some, first, longest, hits.data()))
          rest.insert(rest.end(), tile_of(q).begin(), tile_of(q).end());
      look.set(first, end), block.set(first, end);
      block.offer(look.offer(rest, best_.data()), best_.data());
    }
  }

  // The tile of queries that begins with q meets a block, whose first row is `first`. False where so many rows pass that none is
  // scored.
  bool screen_block(int64_t q, int64_t panel, int64_t panels, int64_t first, const Longest& longest, Hit* hits) {
    double bars[kMostTileQueries];
    float weights[kMostTileQueries];
    for (int j = 0; j < tile_; j++) {
      const bool there = q + j < task_.count;
      bars[j] = there ? bar(q + j, longest) : std::numeric_limits<double>::infinity();
      weights[j] = there ? weight(q + j) : 0;
    }
    const int64_t found =
        screen_.find(panels_.data() + panel * panel_words_, panels, task_.size, directions().count, tile(q), bars, weights, hits);
    if (!sieves_[q / tile_].note(found, panels * screen_.panel_rows * tile_)) return false;
    Few few(task_, screen_, best_.data());
    for (const Hit& hit : std::span(hits, static_cast<size_t>(found))) {
      const int64_t query = q + hit.query, row = first + hit.row;
      if (query >= task_.count || row >= task_.stop) continue;
      const double risen = bar(query, longest) - bars[hit.query];
      if (!(hit.above * (1 + 0x1p-22) < risen)) few.add(query, row);
    }
    few.finish();
    return true;
  }

  // What a row's bound must be at least for it to be among the best: what their worst leaves room for, less the query's part of
  // the error, in the units of its whole numbers.
  double bar(int64_t q, const Longest& longest) const {
    const Packed& query = packed_[q];
    const double error =
        (query.rest + slack(task_.size) * query.length) * longest.length + lost(task_.size) * query.reach * longest.reach;
    return (best_[q].least() - error) / (query.scale > 0 ? query.scale : 1);
  }
  float weight(int64_t q) const {
    const Packed& query = packed_[q];
    return (query.length + query.rest) / (query.scale > 0 ? query.scale : 1);
  }

  const NearestTask& task_;
  const Screen& screen_;
  const int tile_;
  const std::vector<float> directions_;
  const int64_t tile_words_, panel_words_, block_panels_, packed_panels_;
  std::vector<Packed> packed_;  // what is left of each query beside its words
  BigVector<uint32_t> tiles_, panels_;
  std::vector<Found> heaps_;
  std::vector<Best> best_;
  std::vector<Sieve> sieves_;  // of the tiles
  const std::vector<int64_t> numbers_;
};

}  // namespace

void find_nearest(const NearestTask& task, const Screen& screen, int threads, int64_t* ids, float* scores) {
  const auto answer = [&](auto search) {
    search.run(threads);
    for (int64_t q = 0; q < task.count; q++) write(search.found(q), task.k, ids + q * task.k, scores + q * task.k);
  };
  if (task.count < kFewQueries)
    answer(Scan(task, screen, threads));
  else
    answer(Search(task, screen));
}

}  // namespace wordmill
