// A loop over items that threads take from a queue, the calling thread among them.
#pragma once
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace wordmill {

// Calls work(i) for i in [0, items), in any order. The first exception (by thread) is thrown again here.
template <class Work>
void parallel_for(size_t items, int threads, const Work& work) {
  std::atomic<size_t> next{0};
  std::vector<std::exception_ptr> failures(threads);
  const auto take = [&](int thread) noexcept {
    try {
      for (size_t i; (i = next.fetch_add(1)) < items;) work(i);
    } catch (...) {
      failures[thread] = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  for (int t = 1; t < threads && t < static_cast<int>(items); t++) helpers.emplace_back(take, t);
  take(0);
  for (std::thread& helper : helpers) helper.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace wordmill
