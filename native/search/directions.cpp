#include "directions.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wordmill {
namespace {

constexpr int64_t kSample = 128, kSampleNumbers = 1 << 16;
constexpr int kRounds = 3;       // of the power method
constexpr double kOfChance = 4;  // rows, of whose squares a direction takes so much where they share nothing

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

void subtract(Vector& from, double times, const Vector& direction) {
  for (size_t d = 0; d < from.size(); d++) from[d] -= times * direction[d];
}

std::vector<Vector> unit_rows(const float* rows, int64_t stride, const float* norms, int64_t count, int64_t size) {
  std::vector<Vector> sample;
  const int64_t some = std::min({count, kSample, std::max<int64_t>(16, kSampleNumbers / size)});
  for (int64_t i = 0; i < some; i++) {
    const int64_t at = i * count / some;
    Vector unit(rows + at * stride, rows + at * stride + size);
    for (double& x : unit) x /= norms[at];
    const double square = dot(unit, unit);
    if (square > 0 && square < 4) sample.push_back(std::move(unit));  // 1, unless norms lie
  }
  return sample;
}

// Roughly the direction with the largest sum of squares; of length 0 where all is zero.
Vector main_direction(const std::vector<Vector>& sample, size_t size) {
  Vector direction(size);
  const auto longest =
      std::max_element(sample.begin(), sample.end(), [](const Vector& a, const Vector& b) { return dot(a, a) < dot(b, b); });
  if (longest != sample.end()) direction = *longest;
  for (int round = 0; round <= kRounds; round++) {
    const double length = std::sqrt(dot(direction, direction));
    if (!(length > 0)) return Vector(size);
    for (double& x : direction) x /= length;
    if (round == kRounds) break;
    Vector next(size);
    for (const Vector& row : sample) subtract(next, -dot(row, direction), row);
    direction = std::move(next);
  }
  return direction;
}

double squares(const std::vector<Vector>& sample) {
  double sum = 0;
  for (const Vector& row : sample) sum += dot(row, row);
  return sum;
}

}  // namespace

std::vector<float> shared_directions(const float* rows, int64_t stride, const float* norms, int64_t count, int64_t size,
                                     int64_t most, double worthwhile) {
  std::vector<Vector> sample = unit_rows(rows, stride, norms, count, size), found;
  std::vector<float> directions;
  worthwhile = std::max(worthwhile, kOfChance / static_cast<double>(std::max<size_t>(1, sample.size())));
  for (double before = squares(sample); before > 0 && std::ssize(found) < std::min<int64_t>({most, kMostDirections, size});) {
    Vector direction = main_direction(sample, static_cast<size_t>(size));
    for (const Vector& other : found) subtract(direction, dot(direction, other), other);
    const double length = std::sqrt(dot(direction, direction));
    if (!(length > 0.5)) break;
    for (double& x : direction) x /= length;
    for (Vector& row : sample) subtract(row, dot(row, direction), direction);
    const double after = squares(sample);
    if (before - after < worthwhile * before) break;
    before = after;
    directions.insert(directions.end(), direction.begin(), direction.end());
    directions.resize(found.size() * padded_size(size) + padded_size(size));
    found.push_back(std::move(direction));
  }
  return directions;
}

}  // namespace wordmill
