#include <system_error>

#include "bindings.hpp"

namespace {

void raise_os_error(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::system_error& error) {
    if (error.code().category() != std::generic_category() && error.code().category() != std::system_category()) throw;
    PyErr_SetObject(PyExc_OSError, nb::make_tuple(error.code().value(), error.what()).ptr());
  }
}

}  // namespace

NB_MODULE(_core, m) {
  m.doc() = "wordmill's compiled core. Private: use the classes of the package.";
  nb::set_leak_warnings(false);  // objects alive at exit (in tracebacks, notebooks) are no fault to report to users
  nb::register_exception_translator(raise_os_error);
  bind_nearest(m);
  bind_cut(m);
  bind_ngrams(m);
  bind_text(m);
  bind_phrases(m);
  bind_graph(m);
  bind_training(m);
}
