// Work for several threads, the calling thread among them.
#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace wordmill {

// Rethrows the exception in flight; a std::system_error gets the cure.
[[noreturn]] inline void refuse_threads(size_t started, int threads) {
  try {
    throw;
  } catch (const std::system_error& error) {
    const std::string given = std::to_string(started) + " of " + std::to_string(threads);
    throw std::system_error(error.code(), "the system gave " + given + " threads: ask for fewer (workers, threads)");
  }
}

// Runs work(0) ... work(threads - 1) at once, which may wait for each other: none starts before all threads are there. The first
// exception (by thread) is thrown again here; std::system_error if the system gives no more threads.
template <class Work> void run_threads(int threads, const Work& work) {
  enum : int { kStarting, kWorking, kGivenUp };
  std::atomic<int> state = kStarting;
  std::vector<std::exception_ptr> failures(threads);
  const auto guarded = [&](int thread) noexcept {
    state.wait(kStarting);
    if (state == kGivenUp) return;
    try {
      work(thread);
    } catch (...) { failures[thread] = std::current_exception(); }
  };
  const auto set = [&](int to) {
    state = to;
    state.notify_all();
  };
  std::vector<std::thread> helpers;
  const auto join = [&] {
    for (std::thread& helper : helpers) helper.join();
  };
  helpers.reserve(threads);
  try {
    for (int t = 1; t < threads; t++) helpers.emplace_back(guarded, t);
  } catch (...) {
    set(kGivenUp);
    join();
    refuse_threads(1 + helpers.size(), threads);
  }
  set(kWorking);
  guarded(0);
  join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

// Where threads wait for each other. They spin for some microseconds first: work between two meetings is as short as that.
class Meeting {
 public:
  explicit Meeting(int threads) : threads_(threads) {}

  void arrive_and_wait() {
    const uint32_t round = round_.load();
    if (arrived_.fetch_add(1) + 1 == threads_) {
      arrived_.store(0);
      round_.store(round + 1);
      round_.notify_all();
      return;
    }
    for (int spin = 0; spin < kSpins; spin++)
      if (round_.load() != round) return;
    round_.wait(round);
  }

 private:
  static constexpr int kSpins = 1 << 14;
  const int threads_;
  std::atomic<int> arrived_{0};
  std::atomic<uint32_t> round_{0};
};

// Calls work(i) for i in [0, items), in any order: threads take them from a queue.
template <class Work> void parallel_for(size_t items, int threads, const Work& work) {
  std::atomic<size_t> next{0};
  run_threads(items < static_cast<size_t>(threads) && items ? static_cast<int>(items) : threads, [&](int) {
    for (size_t i; (i = next.fetch_add(1)) < items;) work(i);
  });
}

}  // namespace wordmill
