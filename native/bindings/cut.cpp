#include "text/cut.hpp"

#include "arrays.hpp"

using namespace nb::literals;
using namespace wordmill;

void bind_cut(nb::module_& m) {
  m.def(
      "cut_rows",
      [](nb::bytes block, nb::ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu> to) {
        const CutRows rows =
            cut_rows({block.c_str(), block.size()}, to.shape(1) * sizeof(float), to.shape(0), reinterpret_cast<char*>(to.data()));
        return nb::make_tuple(nb::bytes(rows.keys.data(), rows.keys.size()), to_numpy(rows.ends));
      },
      "block"_a, "to"_a.noconvert(), "(keys, ends) of the rows that a block begins with, which go into `to` (native/cut.hpp).");
}
