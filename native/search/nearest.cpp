#include "nearest.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "directions.hpp"
#include "system/big_vector.hpp"
#include "system/parallel.hpp"

namespace wordmill {
namespace {

constexpr int64_t kPackedBytes = 1 << 20;  // of rows packed at a time: read by all threads, so in the cache that they share
constexpr int64_t kBlockBytes = 32 << 10;  // of rows that a tile of queries meets at a time: in the first cache
constexpr int64_t kQueriesAtOnce = 240;    // that a thread takes: whole tiles, of 3 or of 6
constexpr int64_t kFewQueries = 16;
constexpr int64_t kMostLanes = 16;
constexpr int64_t kPartNumbers = 1 << 20;  // of the rows that a thread of its own is worth

struct Found {
  float score;
  int64_t row;
  bool operator<(const Found& other) const { return score > other.score || (score == other.score && row < other.row); }
};

// The k best rows so far of one query: a heap, the worst on top.
class Best {
 public:
  Best(Found* heap, int k) : heap_(heap), k_(k) {}

  float bar() const { return size_ < k_ ? -std::numeric_limits<float>::infinity() : heap_[0].score; }

  // Rows come in order, so that of equal scores the first stays.
  void offer(Found found) {
    if (!(found.score > bar())) return;
    if (size_ == k_) std::pop_heap(heap_, heap_ + size_--);
    heap_[size_++] = found;
    std::push_heap(heap_, heap_ + size_);
  }

  std::span<const Found> sorted() {
    std::sort_heap(heap_, heap_ + size_);
    return {heap_, static_cast<size_t>(size_)};
  }

 private:
  Found* heap_;
  int k_, size_ = 0;
};

float score(const NearestTask& task, const Screen& screen, int64_t q, int64_t row) {
  const float norm = task.norms[row];
  return norm > 0 ? static_cast<float>(screen.dot(task.queries + q * task.size, task.rows + row * task.stride, task.size) / norm)
                  : 0;
}

bool excluded(const NearestTask& task, int64_t q, int64_t row) {
  const auto begin = task.exclude.begin();
  return std::binary_search(begin + task.exclude_offsets[q], begin + task.exclude_offsets[q + 1], row);
}

void write(std::span<const Found> found, int k, int64_t* ids, float* scores) {
  std::fill_n(ids, k, -1);
  std::fill_n(scores, k, -std::numeric_limits<float>::infinity());
  for (size_t i = 0; i < found.size(); i++) ids[i] = found[i].row, scores[i] = found[i].score;
}

// Whether to screen the next rows. Where too many pass, scoring them all is quicker: screening then pauses, twice as long each
// time.
class Sieve {
 public:
  bool use() { return !left_ || !left_--; }

  // Returns whether few enough passed.
  bool note(int64_t passed, int64_t rows) {
    const bool few = passed * kFewPassed <= rows;
    left_ = pause_ = few ? 0 : std::min(2 * pause_ + 1, kLongestPause);
    return few;
  }

 private:
  static constexpr int64_t kFewPassed = 16;
  static constexpr int kLongestPause = 127;
  int pause_ = 0, left_ = 1;  // the first rows all pass
};

// Scores all rows of a block, converted to double precision once; of repeated rows it scores one.
class Block {
 public:
  Block(const NearestTask& task, const Screen& screen)
      : task_(task), screen_(screen), size_(padded_size(task.size)), queries_(screen.tile_queries * size_) {}

  void set(int64_t begin, int64_t end) { begin_ = begin, end_ = end, ready_ = false; }

  // Offers its rows to queries: to best[q].
  void offer(std::span<const int64_t> queries, Best* best) {
    if (queries.empty()) return;
    prepare();
    const int64_t rows = static_cast<int64_t>(norms_.size());
    for (size_t first = 0; first < queries.size(); first += screen_.tile_queries) {
      const auto tile = queries.subspan(first, std::min<size_t>(screen_.tile_queries, queries.size() - first));
      for (size_t j = 0; j < tile.size(); j++) widen(task_.queries + tile[j] * task_.size, &queries_[j * size_]);
      screen_.scores(rows_.data(), norms_.data(), rows, task_.size, queries_.data(), static_cast<int>(tile.size()),
                     scores_.data());
      for (size_t j = 0; j < tile.size(); j++) offer(tile[j], &scores_[j * rows], best[tile[j]]);
    }
  }

 private:
  static constexpr int64_t kKnown = 4;  // distinct rows that the next is compared with

  void prepare() {
    if (std::exchange(ready_, true)) return;
    const int64_t rows = end_ - begin_;
    places_.resize(rows), originals_.clear(), norms_.clear();
    rows_.assign((rows + kScoredRows) * size_, 0);
    for (int64_t row = begin_; row < end_; row++) {
      const int64_t place = places_[row - begin_] = place_of(row);
      if (place < std::ssize(originals_)) continue;
      originals_.push_back(row), norms_.push_back(task_.norms[row]);
      widen(task_.rows + row * task_.stride, &rows_[place * size_]);
    }
    norms_.resize((norms_.size() + kScoredRows - 1) / kScoredRows * kScoredRows);
    scores_.resize(std::max<size_t>(scores_.size(), norms_.size() * screen_.tile_queries));
  }

  // Where its original stands, or where it will.
  int64_t place_of(int64_t row) const {
    const int64_t distinct = std::ssize(originals_);
    for (int64_t place = distinct - 1; place >= std::max<int64_t>(0, distinct - kKnown); place--) {
      const int64_t other = originals_[place];
      if (task_.norms[row] == task_.norms[other] &&
          !std::memcmp(task_.rows + row * task_.stride, task_.rows + other * task_.stride, task_.size * sizeof(float)))
        return place;
    }
    return distinct;
  }

  void widen(const float* from, double* to) const { std::copy(from, from + task_.size, to); }

  void offer(int64_t q, const float* scores, Best& best) const {
    bool any = false;
    for (size_t place = 0; place < norms_.size(); place++) any |= scores[place] > best.bar();
    for (int64_t row = begin_; any && row < end_; row++)
      if (const float score = scores[places_[row - begin_]]; score > best.bar() && !excluded(task_, q, row))
        best.offer({score, row});
  }

  const NearestTask& task_;
  const Screen& screen_;
  const int64_t size_;
  int64_t begin_ = 0, end_ = 0;
  bool ready_ = false;
  std::vector<int64_t> places_, originals_;
  std::vector<double> rows_, norms_, queries_;
  std::vector<float> scores_;
};

// Few queries meet the rows as they are: packing them would take longer.
class Scan {
 public:
  Scan(const NearestTask& task, const Screen& screen, int threads)
      : task_(task),
        screen_(screen),
        parts_(std::clamp<int64_t>((task.stop - task.start) * task.size / kPartNumbers, 1, threads)),
        room_(std::min<int64_t>(task.k, edge(1) - edge(0) + 1)),
        heaps_(parts_ * task.count * room_) {
    for (int64_t i = 0; i < parts_ * task.count; i++) best_.emplace_back(heaps_.data() + i * room_, static_cast<int>(room_));
    for (int64_t q = 0; q < task.count; q++) lengths_.push_back(std::sqrt(screen.dot(query(q), query(q), task.size)));
  }

  void run(int threads) {
    parallel_for(parts_, threads, [&](size_t part) {
      const int64_t step = std::max<int64_t>(1, kBlockBytes / (4 * task_.size));
      std::vector<float> products(step + kMostLanes);
      std::vector<Sieve> sieves(task_.count);
      Block block(task_, screen_);
      for (int64_t begin = edge(part); begin < edge(part + 1); begin += step) {
        const int64_t end = std::min(begin + step, edge(part + 1));
        block.set(begin, end);
        std::vector<int64_t> rest;
        Best* const best = &best_[part * task_.count];
        for (int64_t q = 0; q < task_.count; q++)
          if (!sieves[q].use() || !screen(best[q], sieves[q], q, begin, end, products.data())) rest.push_back(q);
        block.offer(rest, best);
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

  const float* query(int64_t q) const { return task_.queries + q * task_.size; }

  // False where so many rows pass that none is scored.
  bool screen(Best& best, Sieve& sieve, int64_t q, int64_t begin, int64_t end, float* products) const {
    screen_.products(query(q), task_.rows + begin * task_.stride, task_.stride, end - begin, task_.size, products);
    const auto passes = [&](int64_t row) {
      return may_be_above(best.bar(), products[row - begin], task_.norms[row], lengths_[q]);
    };
    int64_t passed = 0;
    for (int64_t row = begin; row < end; row++) passed += passes(row);
    if (!sieve.note(passed, end - begin)) return false;
    for (int64_t row = begin; passed && row < end; row++)
      if (passes(row) && !excluded(task_, q, row)) best.offer({score(task_, screen_, q, row), row});
    return true;
  }

  // Whether the score may be above the bar. Where floats overflow or lose their last bits, the product says nothing.
  bool may_be_above(double bar, double product, double norm, double length) const {
    const double most = norm * length;
    return !(most > 0x1p-100 && most < 0x1p100) || product + slack(task_.size) * most > bar * norm;
  }

  const NearestTask& task_;
  const Screen& screen_;
  const int64_t parts_, room_;
  std::vector<Found> heaps_, together_;
  std::vector<Best> best_;
  std::vector<double> lengths_;  // of the queries
};

class Search {
 public:
  Search(const NearestTask& task, const Screen& screen)
      : task_(task),
        screen_(screen),
        tile_(screen.tile_queries),
        directions_(shared_directions(task.rows + task.start * task.stride, task.stride, task.norms + task.start,
                                      task.stop - task.start, task.size)),
        tile_words_(tile_words(screen, task.size, directions().count)),
        panel_words_(panel_words(screen, task.size, directions().count)),
        block_panels_(std::max<int64_t>(1, kBlockBytes / (4 * panel_words_))),
        packed_panels_(std::clamp<int64_t>(kPackedBytes / (4 * panel_words_), 1, panels_of(task.stop - task.start) + 1)),
        packed_(task.count),
        tiles_((task.count + tile_ - 1) / tile_ * tile_words_),
        panels_(packed_panels_ * panel_words_),
        heaps_(task.count * task.k),
        sieves_((task.count + tile_ - 1) / tile_),
        numbers_(task.count) {
    std::iota(numbers_.begin(), numbers_.end(), 0);
    for (int64_t q = 0; q < task.count; q++) best_.emplace_back(heaps_.data() + q * task.k, task.k);
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
  Directions directions() const {
    return {directions_.data(), static_cast<int>(std::ssize(directions_) / padded_size(task_.size))};
  }
  int64_t panels_of(int64_t rows) const { return (rows + screen_.panel_rows - 1) / screen_.panel_rows; }
  uint32_t* tile(int64_t q) { return tiles_.data() + q / tile_ * tile_words_; }
  std::span<const int64_t> tile_of(int64_t q) const {
    return std::span(numbers_).subspan(q, std::min<int64_t>(tile_, task_.count - q));
  }
  int64_t last(int64_t group) const { return std::min(task_.count, (group + 1) * kQueriesAtOnce); }

  void pack_queries(int64_t group) {
    for (int64_t q = group * kQueriesAtOnce; q < last(group); q++)
      packed_[q] =
          screen_.pack_query(task_.queries + q * task_.size, task_.size, directions(), static_cast<int>(q % tile_), tile(q));
  }

  Longest pack_panel(int64_t begin, int64_t rows, int64_t p) {
    const int64_t skipped = p * screen_.panel_rows, first = begin + skipped;
    return screen_.pack_panel(task_.rows + first * task_.stride, task_.stride, task_.norms + first,
                              static_cast<int>(std::min<int64_t>(screen_.panel_rows, rows - skipped)), task_.size, directions(),
                              panels_.data() + p * panel_words_);
  }

  // A group of queries meets the panels that are packed, block by block.
  void search(int64_t group, int64_t begin, int64_t panels, const Longest& longest) {
    std::vector<Hit> hits(block_panels_ * screen_.panel_rows * tile_);
    Block block(task_, screen_);
    for (int64_t p = 0; p < panels; p += block_panels_) {
      const int64_t some = std::min(block_panels_, panels - p), first = begin + p * screen_.panel_rows;
      block.set(first, std::min(task_.stop, first + some * screen_.panel_rows));
      for (int64_t q = group * kQueriesAtOnce; q < last(group); q += tile_)
        if (!sieves_[q / tile_].use() || !screen_block(q, p, some, first, longest, hits.data()))
          block.offer(tile_of(q), best_.data());
    }
  }

  // The tile of queries that begins with q meets a block, whose first row is `first`. False where so many rows pass that none is
  // scored.
  bool screen_block(int64_t q, int64_t panel, int64_t panels, int64_t first, const Longest& longest, Hit* hits) {
    float bars[kMostTileQueries], weights[kMostTileQueries];
    for (int j = 0; j < tile_; j++) {
      const bool there = q + j < task_.count;
      bars[j] = there ? bar(q + j, longest) : std::numeric_limits<float>::infinity();
      weights[j] = there ? weight(q + j) : 0;
    }
    const int64_t found =
        screen_.find(panels_.data() + panel * panel_words_, panels, task_.size, directions().count, tile(q), bars, weights, hits);
    if (!sieves_[q / tile_].note(found, panels * screen_.panel_rows * tile_)) return false;
    for (const Hit& hit : std::span(hits, static_cast<size_t>(found))) {
      const int64_t query = q + hit.query, row = first + hit.row;
      if (!(hit.bound > bars[hit.query]) || excluded(task_, query, row)) continue;
      best_[query].offer({score(task_, screen_, query, row), row});
      bars[hit.query] = bar(query, longest);
    }
    return true;
  }

  // What Hit::bound must be above for a row to be among the best: their worst score, less the query's part of the error, in the
  // units of its whole numbers.
  float bar(int64_t q, const Longest& longest) const {
    const Packed& query = packed_[q];
    const double error = (query.rest + slack(task_.size) * query.length) * longest.length + kLost * query.reach * longest.reach;
    return static_cast<float>((best_[q].bar() - error) / (query.scale > 0 ? query.scale : 1));
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
  std::vector<Sieve> sieves_;     // of the tiles
  std::vector<int64_t> numbers_;  // of the queries: 0, 1, ...
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
