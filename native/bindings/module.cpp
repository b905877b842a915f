#include "bindings.hpp"

NB_MODULE(_core, m) {
  m.doc() = "wordmill's compiled core. Private: use the classes of the package.";
  nb::set_leak_warnings(false);  // objects alive at exit (in tracebacks, notebooks) are no fault to report to users
  bind_nearest(m);
  bind_cut(m);
  bind_text(m);
  bind_training(m);
}
