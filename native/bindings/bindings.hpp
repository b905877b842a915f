// One registrar per topic; bindings only bind.
#pragma once
#include <nanobind/nanobind.h>

namespace nb = nanobind;

void bind_nearest(nb::module_& m);
void bind_cut(nb::module_& m);
void bind_ngrams(nb::module_& m);
void bind_text(nb::module_& m);
void bind_phrases(nb::module_& m);
void bind_graph(nb::module_& m);
void bind_training(nb::module_& m);
