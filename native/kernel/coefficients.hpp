// Loss and gradients of scores: what the answers should have been, and how far off they are.
#pragma once
#include "kernel.hpp"
#include "simd.hpp"

namespace wordmill {
namespace {

// Factors of LossSum are at most 2: their product over all lanes of so many vectors is a double, and over the vectors a float.
// Nor are more terms added up in single precision.
constexpr int kMostVectors = 60;

template <class T> constexpr T kNoLoss = -100;  // a score so certain that 1 + its exponential is 1

template <class T> double take_loss(LossSum<T>& loss) {
  double product = 1;
  for (int i = 0; i < kLanes<T>; i++) {
    loss.sum += static_cast<double>(loss.terms[i]);
    if (loss.vectors) product *= static_cast<double>(loss.factors[i]);
    loss.terms[i] = 0;
  }
  const double taken = loss.sum + log(product);
  loss.vectors = 0;
  loss.sum = 0;
  return taken;
}

// In place: n scores S -> alpha * (Y - sigmoid(S)). Adds the loss, -log sigmoid(+-s). signs(k), from score k on, is -1 where Y is
// 1, else 1: so each score is brought to z = +-s, whose loss is softplus(z) = log(1 + exp(-|z|)) + max(z, 0), with the gradient
// sigmoid(z). `weights`, laid out as the scores are, multiply both.
template <bool Weighted, class T, class Signs>
WM_INLINE void coefficients(T* scores, const T* weights, int n, const Signs& signs, T alpha, LossSum<T>& loss) {
  Vec<T> terms = load(loss.terms), factors = loss.vectors ? load(loss.factors) : splat(T(1));
  for (int k = 0; k < n; k += kLanes<T>) {
    const Vec<T> sign = signs(k);
    const Vec<T> z = lane_numbers<T>() < n - k ? load_unaligned(scores + k) * sign : splat(kNoLoss<T>);
    Vec<T> sigmoid, e;  // e: exp(-|z|)
    logistic(z, sigmoid, e);
    Vec<T> g = sigmoid * (sign * -alpha);
    if constexpr (Weighted) {
      const Vec<T> w = load_unaligned(weights + k);
      terms += lane_numbers<T>() < n - k ? (log1p(e) + (z < 0 ? Vec<T>{} : z)) * w : Vec<T>{};
      g *= w;
    } else {
      terms += z < 0 ? Vec<T>{} : z;
      factors *= 1 + e;
    }
    if (++loss.vectors == kMostVectors) {
      store(loss.factors, factors);
      store(loss.terms, terms);
      loss.sum = take_loss(loss);
      terms = Vec<T>{};
      factors = splat(T(1));
    }
    store_unaligned(scores + k, g);
  }
  store(loss.factors, factors);
  store(loss.terms, terms);
}

}  // namespace
}  // namespace wordmill
