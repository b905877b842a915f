#include "trainer.hpp"

#include <atomic>

#include "system/parallel.hpp"

namespace wordmill {

template <class T> Sums Trainer<T>::train(uint64_t epoch, const Blocks& blocks, int threads) const {
  // Windows that ask together, and one more where a step would be cut in two.
  const size_t at_once = task_.composes() ? kComposedWindows : 256;
  Sums sums(blocks.size());
  std::atomic<size_t> next{0};
  run_threads(threads, [&](int) {
    Plan plan = this->plan(epoch);
    Questions questions;
    const auto trainer = window_trainer(task_);
    for (size_t b; (b = next.fetch_add(1)) < blocks.size();) {
      plan.load(blocks.begins[b], blocks.ends[b]);
      Trained trained;
      const auto windows = plan.windows();
      for (size_t from = 0, to; from < windows.size(); from = to) {
        to = std::min(from + at_once, windows.size());
        to += windows[to - 1].leads;
        ask(plan, from, to, epoch, questions);
        trained += trainer->train(plan, from, to, questions, 0, blocks.rate(b));
      }
      sums.set(b, plan, trained);
    }
  });
  return sums;
}

template Sums Trainer<float>::train(uint64_t, const Blocks&, int) const;
template Sums Trainer<double>::train(uint64_t, const Blocks&, int) const;

}  // namespace wordmill
