// Memory for matrices: zeroed, on cache lines, in huge pages where the system gives them.
#pragma once
#include <cstdint>

namespace wordmill {

void* allocate_lines(int64_t bytes);  // throws std::bad_alloc
void free_lines(void* memory) noexcept;

}  // namespace wordmill
