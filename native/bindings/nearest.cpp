#include "search/nearest.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <stdexcept>

#include "arrays.hpp"
#include "isa.hpp"

using namespace nb::literals;
using namespace wordmill;

namespace {

template <class T> nb::object matrix(std::vector<T> values, size_t rows, size_t columns) {
  auto* owned = new std::vector<T>(std::move(values));
  nb::capsule owner(owned, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::ndarray<nb::numpy, T>(owned->data(), {rows, columns}, owner).cast();
}

using Rows = nb::ndarray<const float, nb::ndim<2>, nb::device::cpu>;
using Queries = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

nb::tuple nearest(Rows rows, Array<const float> norms, Queries queries, int k, Array<const int64_t> exclude_offsets,
                  Array<const int64_t> exclude, int64_t start, int64_t stop, int threads, const std::string& isa) {
  const int64_t count = static_cast<int64_t>(rows.shape(0)), size = static_cast<int64_t>(rows.shape(1));
  if (size > 1 && rows.stride(1) != 1) throw std::invalid_argument("the numbers of a row must lie side by side");
  if (size < 1 || size > kMostDimensions) throw std::invalid_argument("rows must have 1 to 32768 dimensions");
  if (norms.shape(0) != rows.shape(0) || queries.shape(1) != rows.shape(1))
    throw std::invalid_argument("norms and queries must fit the rows");
  if (start < 0 || start > stop || stop > count) throw std::out_of_range("rows to search must exist");
  if (k < 1 || threads < 1) throw std::invalid_argument("k and threads must be at least 1");
  const auto offsets = span(exclude_offsets);
  if (offsets.size() != queries.shape(0) + 1 || offsets[0] != 0 || offsets.back() != static_cast<int64_t>(exclude.shape(0)) ||
      !std::is_sorted(offsets.begin(), offsets.end()))
    throw std::invalid_argument("exclude_offsets must rise from 0 to the number of exclusions");
  const NearestTask task{
      rows.data(), rows.stride(0), size, norms.data(), start, stop, queries.data(), static_cast<int64_t>(queries.shape(0)),
      offsets,     span(exclude),  k};
  std::vector<int64_t> ids(queries.shape(0) * static_cast<size_t>(k));
  std::vector<float> scores(ids.size());
  {
    nb::gil_scoped_release release;
    find_nearest(task, screen_for(isa), threads, ids.data(), scores.data());
  }
  return nb::make_tuple(matrix(std::move(ids), queries.shape(0), static_cast<size_t>(k)),
                        matrix(std::move(scores), queries.shape(0), static_cast<size_t>(k)));
}

}  // namespace

void bind_nearest(nb::module_& m) {
  m.attr("MOST_DIMENSIONS") = kMostDimensions;
  m.def("available_screens", &available_screens);
  m.def("nearest", &nearest, "rows"_a.noconvert(), "norms"_a.noconvert(), "queries"_a.noconvert(), nb::kw_only(), "k"_a,
        "exclude_offsets"_a, "exclude"_a, "start"_a, "stop"_a, "threads"_a, "isa"_a = "",
        "(rows, scores), each (Q, k), of the k best rows of each query (native/nearest.hpp).");
}
