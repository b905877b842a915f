// NumPy arrays in and out.
#pragma once
#include <nanobind/ndarray.h>

#include <span>
#include <utility>
#include <vector>

#include "bindings.hpp"

template <class T> using Array = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <class T> std::span<T> span(const Array<T>& array) { return {array.data(), array.shape(0)}; }

template <class Vector> nb::object to_numpy(Vector values) {
  auto* owned = new Vector(std::move(values));
  nb::capsule owner(owned, [](void* p) noexcept { delete static_cast<Vector*>(p); });
  return nb::ndarray<nb::numpy, typename Vector::value_type>(owned->data(), {owned->size()}, owner).cast();
}
