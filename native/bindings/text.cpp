#include "text/text.hpp"

#include <string_view>

#include "arrays.hpp"
#include "bindings.hpp"
#include "text/renumber.hpp"

using namespace nb::literals;
using namespace wordmill;

namespace {

// A list of str as one sequence. Where one of them is no str, or empty, or holds a lone surrogate, nothing is added.
void add_words(Encoder& encoder, nb::list tokens) {
  std::vector<std::string_view> words;
  for (nb::handle token : tokens) {
    if (!PyUnicode_Check(token.ptr())) throw nb::type_error("a token is not str");
    Py_ssize_t size;
    const char* bytes = PyUnicode_AsUTF8AndSize(token.ptr(), &size);
    if (bytes == nullptr) throw nb::python_error();
    if (size == 0) throw nb::value_error("a token is empty");
    words.emplace_back(bytes, static_cast<size_t>(size));
  }
  for (std::string_view word : words) encoder.add(word);
  encoder.end_sequence();
}

// A list of int as one sequence. Where one of them is no int, or beyond 64 bits, nothing is added.
void add_integer_list(Encoder& encoder, nb::list tokens) {
  std::vector<int64_t> integers;
  for (nb::handle token : tokens) {
    if (!PyLong_CheckExact(token.ptr())) throw nb::type_error("a token is not int");
    const long long integer = PyLong_AsLongLong(token.ptr());
    if (integer == -1 && PyErr_Occurred()) throw nb::python_error();
    integers.push_back(integer);
  }
  for (int64_t integer : integers) encoder.add(integer);
  encoder.end_sequence();
}

void add_integers(Encoder& encoder, Array<const int64_t> integers, Array<const int64_t> ends) {
  size_t at = 0;
  for (int64_t end : span(ends)) {
    for (; at < static_cast<size_t>(end); at++) encoder.add(integers.data()[at]);
    encoder.end_sequence();
  }
}

nb::list words(const Encoder& encoder, Array<const int32_t> indexes) {
  nb::list texts;
  for (int32_t index : span(indexes)) {
    const std::string_view text = encoder.words().text(index);
    texts.append(nb::str(text.data(), text.size()));
  }
  return texts;
}

// Words [begin, end), a line each.
nb::bytes lines(const Encoder& encoder, int32_t begin, int32_t end) {
  std::string text;
  for (int32_t index = begin; index < end; index++) text.append(encoder.words().text(index)).push_back('\n');
  return nb::bytes(text.data(), text.size());
}

nb::object integers(const Encoder& encoder, Array<const int32_t> indexes) {
  std::vector<int64_t> values;
  for (int32_t index : span(indexes)) values.push_back(integer_of(encoder.words().text(index)));
  return to_numpy(std::move(values));
}

nb::object counts(const Encoder& encoder) {
  std::vector<int64_t> values;
  for (size_t index = 0; index < encoder.words().size(); index++)
    values.push_back(encoder.words().count(static_cast<int32_t>(index)));
  return to_numpy(std::move(values));
}

void bind_renumber(nb::module_& m) {
  m.def(
      "renumber",
      [](nb::object memory, Array<const int64_t> ends, Array<const int32_t> map_ids, Array<const int64_t> list_offsets,
         Array<const int32_t> list_ids, int threads) {
        const auto tickets = nb::cast<Array<int32_t>>(memory, false);  // itself: no copy
        Ids result;
        {
          nb::gil_scoped_release release;
          result = renumber(span(tickets), span(ends), {span(map_ids), span(list_offsets), span(list_ids)}, threads);
        }
        nb::object ids = nb::ndarray<nb::numpy, int32_t>(result.ids.data(), {result.ids.size()}, memory).cast();
        if (!result.memory.empty()) ids = to_numpy(std::move(result.memory));
        return nb::make_tuple(ids, to_numpy(std::move(result.ends)));
      },
      "tickets"_a, "ends"_a, "map_ids"_a, "list_offsets"_a, "list_ids"_a, "threads"_a,
      "Ids, and where sequences end among them, of some tickets and their ends; the tickets are lost (native/renumber.hpp).");
}

}  // namespace

void bind_text(nb::module_& m) {
  static const nb::exception<NotText> not_text(m, "NotTextError", PyExc_ValueError);  // for its name
  nb::register_exception_translator([](const std::exception_ptr& p, void*) {
    try {
      std::rethrow_exception(p);
    } catch (const NotText& error) {
      PyErr_SetObject(not_text.ptr(), nb::make_tuple(error.offset, error.byte).ptr());
    } catch (const std::length_error& error) { PyErr_SetString(PyExc_OverflowError, error.what()); }
  });

  nb::class_<Encoder>(m, "Encoder", "Counts and encodes text, words or integers in one read (native/text.hpp).")
      .def(nb::init<int, bool, int64_t, int64_t>(), "threads"_a, "replace_bad"_a, "max_words"_a, "piece_bytes"_a)
      .def("begin_file", &Encoder::begin_file, "drop_byte_order_mark"_a)
      .def(
          "read",
          [](Encoder& encoder, Array<const uint8_t> chunk) {
            const std::string_view text(reinterpret_cast<const char*>(chunk.data()), chunk.shape(0));
            nb::gil_scoped_release release;
            encoder.read(text);
          },
          "chunk"_a, "Read a chunk of a file; NotTextError(offset, byte) where it is not UTF-8.")
      .def("end_file", &Encoder::end_file)
      .def("add_words", &add_words, "tokens"_a)
      .def("add_integer_list", &add_integer_list, "tokens"_a)
      .def("add_integers", &add_integers, "integers"_a, "ends"_a)
      .def_prop_ro("pending", &Encoder::pending)
      .def("take",
           [](Encoder& encoder) {
             Tokens tokens = encoder.take();
             return nb::make_tuple(to_numpy(std::move(tokens.tickets)), to_numpy(std::move(tokens.ends)));
           })
      .def("counts", &counts)
      .def("tickets", [](const Encoder& encoder) { return to_numpy(std::vector(encoder.tickets())); })
      .def_prop_ro("tickets_issued", &Encoder::tickets_issued)
      .def_prop_ro("count_error", &Encoder::count_error)
      .def("words", &words, "indexes"_a)
      .def("lines", &lines, "begin"_a, "end"_a)
      .def("integers", &integers, "indexes"_a)
      .def(
          "ranked",
          [](const Encoder& encoder, Array<const int64_t> counts, int64_t least) {
            return to_numpy(encoder.ranked(span(counts), least));
          },
          "counts"_a, "least"_a);
  bind_renumber(m);
}
