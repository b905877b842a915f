// Memory for matrices: zeroed, on cache lines, in huge pages where the system gives them.
#pragma once
#include <cstdint>

namespace wordmill {

void* allocate_lines(int64_t bytes);  // throws std::bad_alloc
void free_lines(void* memory) noexcept;

// Lets the system have pages that were freed, where the allocator would keep them.
void give_back_memory() noexcept;

}  // namespace wordmill
