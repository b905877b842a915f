#include "trainer.hpp"

#include <algorithm>
#include <atomic>

#include "system/parallel.hpp"

namespace wordmill {

constexpr size_t kAtOnce = 256;  // windows that ask together

template <class T> Meetings Trainer<T>::meetings(const Blocks& blocks, int threads) {
  const auto rows = static_cast<int32_t>(std::min<int64_t>(kHotRows, task_.output_vectors.rows / kHotShare));
  const auto apart = static_cast<size_t>(threads > 1 ? kApart / (threads - 1) : 0);
  if (apart < kAtOnce || rows == 0 || !task_.outputs_learn || blocks.size() == 0 || task_.corpus.positions() < kManyTokens)
    return {};  // before what takes a look at the whole corpus
  const std::vector<float>& expected = this->expected().outputs;
  const double hottest = *std::max_element(expected.begin(), expected.end()) / kBatch;
  const double learnt = kLearntApart / std::max(hottest * blocks.alphas[0], 1e-9);
  const auto windows = static_cast<size_t>(std::min(learnt, static_cast<double>(apart)));
  return windows < kAtOnce ? Meetings{} : Meetings{rows, windows};
}

template <class T> Sums Trainer<T>::train(uint64_t epoch, const Blocks& blocks, int threads) {
  // One more where a step would be cut in two; a block whose words are composed stays whole.
  const size_t at_once = task_.composes() ? SIZE_MAX / 2 : kAtOnce;
  const Meetings meetings = this->meetings(blocks, threads);
  const Range hot = task_.objective->hottest(meetings.rows);
  RowLocks locks(meetings.rows);
  Sums sums(blocks.size());
  std::atomic<size_t> next{0};
  run_threads(threads, [&](int t) {
    HotRows<T> hot_outputs(task_.output_vectors, hot, locks, task_.kernels);
    size_t since = 0;  // windows since the threads met
    Plan plan = this->plan(epoch);
    Questions questions;
    const auto trainer = window_trainer(task_);
    trainer->use(hot_outputs);
    for (size_t b; (b = next.fetch_add(1)) < blocks.size();) {
      plan.load(blocks.begins[b], blocks.ends[b]);
      Trained trained;
      const auto windows = plan.windows();
      for (size_t from = 0, to; from < windows.size(); from = to) {
        to = std::min(from + at_once, windows.size());
        to += windows[to - 1].leads;
        ask(plan, from, to, epoch, questions);
        trained += trainer->train(plan, from, to, questions, 0, blocks.rate(b));
        if ((since += to - from) >= meetings.windows) hot_outputs.meet(t), since = 0;
      }
      sums.set(b, plan, trained);
    }
    hot_outputs.meet(t);
  });
  return sums;
}

template Sums Trainer<float>::train(uint64_t, const Blocks&, int);
template Sums Trainer<double>::train(uint64_t, const Blocks&, int);

}  // namespace wordmill
