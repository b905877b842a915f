// NumPy arrays in and out.
#pragma once
#include <nanobind/ndarray.h>

#include <span>
#include <utility>
#include <vector>

#include "bindings.hpp"

template <class T>
using Array = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <class T>
std::span<T> span(const Array<T>& array) {
  return {array.data(), array.shape(0)};
}

template <class T>
nb::object to_numpy(std::vector<T> values) {
  auto* owned = new std::vector<T>(std::move(values));
  nb::capsule owner(owned, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::ndarray<nb::numpy, T>(owned->data(), {owned->size()}, owner).cast();
}
