// Negative sampling: yes to the target, no to K words drawn as noise, none of which is the target (Mikolov et al. 2013b,
// section 2.2).
#pragma once
#include "alias.hpp"
#include "objective.hpp"

namespace wordmill {

class NegativeSampling final : public Objective {
 public:
  NegativeSampling(std::span<const double> noise, int negative, uint64_t seed);  // noise: (V) weights

  int64_t rows() const override { return noise_.size(); }
  int64_t words() const override { return noise_.size(); }
  Range hottest(int32_t count) const override { return {0, count}; }
  void ask(const Plan& plan, size_t from, size_t to, uint64_t epoch, const Kernels& kernels, Questions& questions) const override;
  Expectation expectation(std::span<const double> frequencies) const override;

 private:
  void redraw(uint64_t key, int32_t target, int32_t* negatives) const;

  AliasTable noise_;
  int negative_;
  uint64_t seed_;
};

}  // namespace wordmill
