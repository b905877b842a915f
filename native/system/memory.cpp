#include "memory.hpp"

#include <cstdlib>
#include <new>

#ifdef _WIN32
#include <malloc.h>

#include <cstring>
#elif defined(__linux__)
#include <sys/mman.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace wordmill {
namespace {
constexpr int64_t kHugePage = 2 << 20;
}

#ifdef _WIN32

void* allocate_lines(int64_t bytes) {
  void* memory = _aligned_malloc(static_cast<size_t>(bytes ? bytes : 1), 64);
  if (!memory) throw std::bad_alloc();
  return std::memset(memory, 0, static_cast<size_t>(bytes));
}
void free_lines(void* memory) noexcept { _aligned_free(memory); }

#else

void* allocate_lines(int64_t bytes) {
  // calloc gives fresh pages, untouched until used: a matrix costs what it holds. Its own start is kept just before the lines.
  const int64_t align = bytes >= kHugePage ? kHugePage : 64;
  char* block = static_cast<char*>(std::calloc(1, static_cast<size_t>(bytes + align + 64)));
  if (!block) throw std::bad_alloc();
  char* lines = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(block) + sizeof(void*) + static_cast<uintptr_t>(align) - 1) /
                                        static_cast<uintptr_t>(align) * static_cast<uintptr_t>(align));
  reinterpret_cast<void**>(lines)[-1] = block;
#ifdef __linux__
  if (bytes >= kHugePage) madvise(lines, static_cast<size_t>(bytes), MADV_HUGEPAGE);  // a wish: nothing is lost if it fails
#endif
  return lines;
}
void free_lines(void* memory) noexcept { std::free(static_cast<void**>(memory)[-1]); }

#endif

void give_back_memory() noexcept {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace wordmill
