#include "block.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace wordmill {
namespace {

constexpr size_t kWorthConverting = 4;  // queries that rows are converted for
constexpr int64_t kKnown = 4;           // distinct rows that the next is compared with
constexpr int64_t kMostLanes = 16;
constexpr double kSmallest = 0x1p-40, kLargest = 0x1p+60;  // of lengths whose squares stay within floats
constexpr double kInfinite = std::numeric_limits<double>::infinity();

void widen(const float* from, int64_t size, double* to) { std::copy(from, from + size, to); }

bool excluded(const NearestTask& task, int64_t q, int64_t row) {
  const auto begin = task.exclude.begin();
  return std::binary_search(begin + task.exclude_offsets[q], begin + task.exclude_offsets[q + 1], row);
}

}  // namespace

void Few::add(int64_t q, int64_t row) {
  if (excluded(task_, q, row)) return;
  if (q != query_ || count_ == kScoredRows) finish();
  query_ = q, rows_[count_++] = row;
}

void Few::finish() {
  if (!count_) return;
  const float* rows[kScoredRows];
  double dots[kScoredRows];
  for (int i = 0; i < kScoredRows; i++) rows[i] = task_.rows + rows_[std::min(i, count_ - 1)] * task_.stride;
  screen_.dots(task_.queries + query_ * task_.size, rows, task_.size, dots);
  for (int i = 0; i < count_; i++) {
    const double norm = task_.norms[rows_[i]];
    best_[query_].offer({norm > 0 ? static_cast<float>(dots[i] / norm) : 0, rows_[i]});
  }
  count_ = 0;
}

Look::Look(const NearestTask& task, const Screen& screen, Directions directions, int64_t first, int64_t count)
    : task_(task),
      screen_(screen),
      directions_(directions),
      first_(first),
      queries_(count, Query{.sieve = Sieve(kSaved / alone(task.size), 0)}) {}

std::vector<int64_t> Look::offer(std::span<const int64_t> queries, Best* best) {
  std::vector<int64_t> rest, taken;
  for (const int64_t q : queries) {
    const bool look = best[q].bar() > -std::numeric_limits<float>::infinity() && queries_[q - first_].sieve.use();
    (look ? taken : rest).push_back(q);
  }
  if (taken.empty()) return rest;
  measure();
  for (size_t first = 0; first < taken.size(); first += kProductQueries) {
    const auto tile = std::span(taken).subspan(first, std::min<size_t>(kProductQueries, taken.size() - first));
    const float* lefts[kProductQueries];
    for (int j = 0; j < kProductQueries; j++) lefts[j] = ready(tile[std::min<size_t>(j, tile.size() - 1)]).left;
    screen_.products(lefts, static_cast<int>(tile.size()), task_.rows + begin_ * task_.stride, task_.stride, end_ - begin_,
                     task_.size, products_.data(), step_);
    for (size_t j = 0; j < tile.size(); j++)
      if (!pick(tile[j], &products_[j * step_], best)) rest.push_back(tile[j]);
  }
  return rest;
}

// Lengths and parts of the rows. Of norm 0 is a row of zeros, whose score is 0; where it is not, it must pass.
void Look::measure() {
  if (std::exchange(measured_, true)) return;
  step_ = (end_ - begin_ + kMostLanes) / kMostLanes * kMostLanes;
  rows_.assign((2 + directions_.count) * step_, 0);
  products_.resize((kProductQueries + 3) * step_), passed_.resize(step_);
  screen_.lengths(task_.rows + begin_ * task_.stride, task_.stride, end_ - begin_, task_.size, products_.data());
  for (int64_t r = 0; r < end_ - begin_; r++) {
    const float* const row = task_.rows + (begin_ + r) * task_.stride;
    const double length = products_[r] * (1 + 0x1p-10), norm = task_.norms[begin_ + r];
    rows_[r] = norm > 0 ? norm : 1;
    rows_[step_ + r] = length < kLargest && (norm > 0 || length == 0) ? std::max(length, kSmallest) : kInfinite;
    double parts[kMostDirections];
    screen_.parts_along(row, task_.size, directions_, parts);
    for (int n = 0; n < directions_.count; n++) rows_[(2 + n) * step_ + r] = parts[n];
  }
}

Look::Query& Look::ready(int64_t q) {
  const int64_t at = q - first_, size = task_.size, weights = 2 + directions_.count;
  Query& query = queries_[at];
  if (std::exchange(query.ready, true)) return query;
  if (lefts_.empty()) lefts_.resize(std::ssize(queries_) * size), weights_.resize(std::ssize(queries_) * weights);
  const float* const whole = task_.queries + q * size;
  double* const weight = &weights_[at * weights];
  double squares = 0, reach = std::sqrt(screen_.dot(whole, whole, size));
  screen_.parts_along(whole, size, directions_, weight + 2);
  for (int n = 0; n < directions_.count; n++) reach += std::abs(weight[2 + n]);
  for (int64_t d = 0; d < size; d++) {
    double left = whole[d];
    for (int n = 0; n < directions_.count; n++) left -= weight[2 + n] * directions_.data[n * padded_size(size) + d];
    lefts_[at * size + d] = static_cast<float>(left);
    squares += left * left;
  }
  const double lost = static_cast<double>(size + 64) * (0x1p-51 * reach + 0x1p-88);  // by doubles, and by floats close to 0
  weight[1] = reach < kLargest ? float_error(size) * std::sqrt(squares) + lost : kInfinite;
  query.left = &lefts_[at * size];
  return query;
}

// False where so many rows pass that none is scored.
bool Look::pick(int64_t q, const float* products, Best* best) {
  Query& query = queries_[q - first_];
  double* const weight = &weights_[(q - first_) * (2 + directions_.count)];
  weight[0] = best[q].least();
  const int64_t found = screen_.sift(products, rows_.data(), end_ - begin_, step_, weight, directions_.count, passed_.data());
  if (!query.sieve.note(found, end_ - begin_)) return false;
  Few few(task_, screen_, best);
  for (const Passed& passed : std::span(passed_).first(found))
    if (!(passed.bound < best[q].least() * rows_[passed.row])) few.add(q, begin_ + passed.row);
  few.finish();
  return true;
}

void Block::offer(std::span<const int64_t> queries, Best* best) {
  if (queries.size() < kWorthConverting) return offer_unconverted(queries, best);
  prepare();
  const int64_t rows = static_cast<int64_t>(norms_.size());
  for (size_t first = 0; first < queries.size(); first += screen_.tile_queries) {
    const auto tile = queries.subspan(first, std::min<size_t>(screen_.tile_queries, queries.size() - first));
    for (size_t j = 0; j < tile.size(); j++) widen(task_.queries + tile[j] * task_.size, task_.size, &queries_[j * size_]);
    screen_.scores(rows_.data(), norms_.data(), rows, task_.size, queries_.data(), static_cast<int>(tile.size()), scores_.data());
    for (size_t j = 0; j < tile.size(); j++) offer(tile[j], &scores_[j * rows], best[tile[j]]);
  }
}

void Block::offer_unconverted(std::span<const int64_t> queries, Best* best) const {
  Few few(task_, screen_, best);
  for (const int64_t q : queries)
    for (int64_t row = begin_; row < end_; row++) few.add(q, row);
  few.finish();
}

void Block::prepare() {
  if (std::exchange(ready_, true)) return;
  const int64_t rows = end_ - begin_;
  places_.resize(rows), originals_.clear(), norms_.clear();
  rows_.assign((rows + kScoredRows) * size_, 0);
  for (int64_t row = begin_; row < end_; row++) {
    const int64_t place = places_[row - begin_] = place_of(row);
    if (place < std::ssize(originals_)) continue;
    originals_.push_back(row), norms_.push_back(task_.norms[row]);
    widen(task_.rows + row * task_.stride, task_.size, &rows_[place * size_]);
  }
  norms_.resize((norms_.size() + kScoredRows - 1) / kScoredRows * kScoredRows);
  scores_.resize(std::max<size_t>(scores_.size(), norms_.size() * screen_.tile_queries));
}

// Where its original stands, or where it will.
int64_t Block::place_of(int64_t row) const {
  const int64_t distinct = std::ssize(originals_);
  for (int64_t place = distinct - 1; place >= std::max<int64_t>(0, distinct - kKnown); place--) {
    const int64_t other = originals_[place];
    if (task_.norms[row] == task_.norms[other] &&
        !std::memcmp(task_.rows + row * task_.stride, task_.rows + other * task_.stride, task_.size * sizeof(float)))
      return place;
  }
  return distinct;
}

void Block::offer(int64_t q, const float* scores, Best& best) const {
  bool any = false;
  for (size_t place = 0; place < norms_.size(); place++) any |= scores[place] > best.bar();
  for (int64_t row = begin_; any && row < end_; row++)
    if (const float score = scores[places_[row - begin_]]; score > best.bar() && !excluded(task_, q, row))
      best.offer({score, row});
}

}  // namespace wordmill
