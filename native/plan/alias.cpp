#include "alias.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace wordmill {

AliasTable::AliasTable(std::span<const double> weights) : cells_(weights.size()), cumulative_(weights.size() + 1) {
  const size_t n = weights.size();
  int positive = 0;
  for (size_t i = 0; i < n; i++) {
    if (!(weights[i] >= 0)) throw std::invalid_argument("noise weights must be numbers of at least 0");
    cumulative_[i + 1] = cumulative_[i] + weights[i];
    positive += cumulative_[i + 1] > cumulative_[i] && positive < 2;
  }
  if (positive < 2 || n > INT32_MAX) throw std::invalid_argument("negative sampling needs two words or more of positive weight");
  std::vector<double> mass(n);  // in units of one cell
  std::vector<uint32_t> small, large;
  for (size_t i = 0; i < n; i++) {
    mass[i] = weights[i] / cumulative_[n] * static_cast<double>(n);
    (mass[i] < 1 ? small : large).push_back(static_cast<uint32_t>(i));
    cells_[i] = static_cast<uint64_t>(i) << 32;  // its own other: the threshold does not matter
  }
  while (!small.empty() && !large.empty()) {
    const uint32_t poor = small.back(), rich = large.back();
    small.pop_back();
    cells_[poor] = static_cast<uint64_t>(rich) << 32 | static_cast<uint64_t>(std::min(mass[poor] * 0x1p32, 0x1p32 - 1));
    if ((mass[rich] -= 1 - mass[poor]) < 1) {
      large.pop_back();
      small.push_back(rich);
    }
  }
}

int32_t AliasTable::draw_excluding(uint64_t hash, int32_t excluded) const {
  const double below = cumulative_[excluded], end = cumulative_.back(), above = end - cumulative_[excluded + 1];
  const double u = static_cast<double>(hash >> 11) * 0x1p-53 * (below + above);
  const bool lower = u < below || above == 0;
  const double place = lower ? std::min(u, std::nextafter(below, 0.0))
                             : std::min(cumulative_[excluded + 1] + (u - below), std::nextafter(end, 0.0));
  // The word whose share of the line holds the place: the last that starts at or before it.
  return static_cast<int32_t>(std::upper_bound(cumulative_.begin(), cumulative_.end(), place) - cumulative_.begin()) - 1;
}

}  // namespace wordmill
