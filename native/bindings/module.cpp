#include "bindings.hpp"

NB_MODULE(_core, m) {
  m.doc() = "wordmill's compiled core. Private: use the classes of the package.";
  bind_text(m);
  bind_training(m);
}
