#include "bindings.hpp"

void bind_text(nb::module_&) {}
