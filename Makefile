# `make demo` and `make test` need Python >= 3.11, a C++20 compiler and make; everything else goes into .venv here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT)
  BIN := $(VENV)/Scripts
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
FORMATTED = $(wildcard native/*.?pp native/*/*.?pp tests/native/*.cpp)
NATIVE := CMakeLists.txt pyproject.toml $(wildcard native/*.?pp native/*/*.?pp)

.PHONY: demo test test-interop test-lowest test-kill test-large test-sanitize test-neon fuzz lint docs bench bench-full dist build clean
.DELETE_ON_ERROR:
.PRECIOUS: build/sanitize/%/wordmill

demo: $(VENV)/built  ## train on the bundled sample and look at the vectors
	$(BIN)/wordmill demo --output demo

# Several processes, a file in one of them, in the order of tests/conftest.py; PYTEST_ARGS=-n0: in this one.
IN_PARALLEL := -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder

test: $(VENV)/built $(VENV)/test
	$(BIN)/python -m pytest $(IN_PARALLEL) $(PYTEST_ARGS)

test-interop: $(VENV)/built $(VENV)/test $(VENV)/interop  ## against model2vec, sentence-transformers, gensim and fastText (heavy)
	$(BIN)/python -m pytest tests/interop

LOWEST := build/lowest/$(notdir $(BIN))/python
test-lowest: $(VENV)/tools $(VENV)/lowest  ## with the lowest version that pyproject.toml allows of each dependency
	$(PYTHON) -m venv --clear build/lowest
	$(BIN)/uv pip install --quiet --python $(LOWEST) --resolution lowest-direct -r pyproject.toml \
	  --constraint tests/lowest.txt \
	  --extra ann --extra arrow --extra hub --extra map --group build --group test
	$(BIN)/uv pip install --quiet --python $(LOWEST) --no-build-isolation --no-deps -Cbuild-dir=build/lowest/objects .
	$(LOWEST) -m pytest -p no:cacheprovider $(IN_PARALLEL) $(PYTEST_ARGS)

test-kill: $(VENV)/built $(VENV)/test  ## training killed at 500 random moments; a failure and a kill at every call that changes a file (an hour)
	WORDMILL_KILLS=500 $(BIN)/python -m pytest tests/cli/test_cli_train.py tests/faults -k "killed or faults"

test-large: $(VENV)/built $(VENV)/test  ## counting 50 million distinct words, serving 5 million (4 GB of memory, some minutes)
	WORDMILL_DISTINCT_WORDS=50000000 $(BIN)/python -m pytest -s tests/corpus/test_corpus_many_words.py
	WORDMILL_SERVED_KEYS=5000000 $(BIN)/python -m pytest tests/serving/test_serving_running.py -k many_keys

FUZZ_SECONDS ?= 60
fuzz: $(VENV)/built $(VENV)/test $(VENV)/fuzz  ## every reader fed with damaged files, guided by coverage (Linux): FUZZ_SECONDS=600 FUZZ_TARGETS="npz text"
	$(BIN)/python tests/fuzz/fuzz_run.py --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS)

SANITIZED_TESTS ?= tests/native tests/parity/test_step.py tests/backends tests/training/test_training_freeze.py tests/corpus tests/vectors/test_subwords.py
SITE = $(shell $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
BASE_PYTHON = $(shell $(BIN)/python -c 'import sys; print(sys._base_executable)')
RUNTIME_address := asan
RUNTIME_thread := tsan
IGNORED_thread := --ignore=tests/corpus/test_corpus_sources.py  # Polars does not load beside it

test-sanitize: test-sanitize-address test-sanitize-thread  ## tests of the core under sanitizers (Linux, GCC): memory, undefined behaviour, races

# A second build of the package, found before the editable one, whose import hook a Python outside the venv does not run.
build/sanitize/%/wordmill: $(VENV)/tools $(NATIVE)
	CXX=$(CXX) $(PIP) install --no-build-isolation --no-deps --upgrade --target build/sanitize/$* \
	  -Cbuild-dir=build/sanitize/objects-$* -Ccmake.define.WORDMILL_SANITIZE=$* .
	@touch $@

test-sanitize-%: build/sanitize/%/wordmill $(VENV)/built $(VENV)/test
	PYTHONPATH=build/sanitize/$*:$(SITE) OPENBLAS_NUM_THREADS=1 \
	  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1 \
	  LD_PRELOAD="$(shell $(CXX) -print-file-name=lib$(RUNTIME_$*).so) $(shell $(CXX) -print-file-name=libstdc++.so)" \
	  WORDMILL_SANITIZED=build/sanitize/$* $(BASE_PYTHON) -m pytest -p no:cacheprovider $(IGNORED_$*) $(SANITIZED_TESTS)

CROSS_CXX ?= aarch64-linux-gnu-g++
EMULATOR ?= qemu-aarch64 -L /usr/aarch64-linux-gnu

test-neon: $(VENV)/built $(VENV)/test  ## the core on aarch64, emulated, beside this machine (skipped without compiler and emulator)
	@if command -v $(CROSS_CXX) >/dev/null && command -v $(firstword $(EMULATOR)) >/dev/null; \
	then $(MAKE) --no-print-directory build/neon/host.tsv build/neon/aarch64.tsv \
	  && WORDMILL_NEON=build/neon $(BIN)/python -m pytest -p no:cacheprovider tests/native/test_neon.py; \
	else echo "skipped: needs $(CROSS_CXX) and $(firstword $(EMULATOR)) (Debian: apt install g++-aarch64-linux-gnu qemu-user)"; fi

build/neon/host.tsv: CMAKE_ARGS := -DCMAKE_CXX_COMPILER=$(CXX)
build/neon/aarch64.tsv: CMAKE_ARGS := -DCMAKE_CXX_COMPILER=$(CROSS_CXX) -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64
build/neon/aarch64.tsv: RUN := $(EMULATOR)
build/neon/%.tsv: tests/native/core_alone.cpp $(NATIVE)
	$(BIN)/cmake -S . -B build/neon/$* -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja -DWORDMILL_CORE_ALONE=ON $(CMAKE_ARGS)
	$(BIN)/cmake --build build/neon/$*
	$(RUN) build/neon/$*/core_alone >$@

lint: $(VENV)/built $(VENV)/test $(VENV)/docs $(VENV)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run --Werror $(FORMATTED)
	$(BIN)/mypy

docs: $(VENV)/built $(VENV)/docs  ## the documentation, as web pages: site/index.html
	$(BIN)/python -m sphinx -W --keep-going -q -d build/doctrees docs site

bench: $(VENV)/built $(VENV)/bench  ## a quarter of an hour on two cores; BENCH_ARGS="--corpus text8.txt --output docs/benchmarks"
	$(BIN)/python benchmarks/compare.py --plot $(BENCH_ARGS)

bench-full: $(VENV)/built $(VENV)/bench  ## hours, in parts: BENCH_ARGS="--budget 60" stops after an hour, the next call goes on
	$(BIN)/python benchmarks/micro.py $(BENCH_ARGS)
	$(BIN)/python benchmarks/full.py $(BENCH_ARGS)

SMOKE = cd build/smoke && PATH= $(notdir $(BIN))/python -W error ../../tests/smoke.py
dist: $(VENV)/dist  ## sdist and wheel, and a smoke test of the wheel in an empty venv, then with the explorer's extra, out of reach of a compiler
	rm -rf dist build/smoke
	$(BIN)/python -m build --outdir dist .
	$(PYTHON) -m venv build/smoke
	build/smoke/$(notdir $(BIN))/python -m pip --disable-pip-version-check --quiet install dist/*.whl
	$(SMOKE)
	build/smoke/$(notdir $(BIN))/python -m pip --disable-pip-version-check --quiet install "$$(echo dist/*.whl)[explore]"
	$(SMOKE)

build: $(VENV)/built

# Packages too: the import hook of an editable install knows a module that has become one by its old file.
$(VENV)/built: $(VENV)/tools $(NATIVE) $(wildcard src/wordmill/*/__init__.py src/wordmill/*/*/__init__.py)
	@echo "compiling the core, once and after each change in native/: some two minutes on two cores"
	$(PIP) install --no-build-isolation --editable '.[map]'
	@touch $@

$(VENV)/tools:
	@echo "setting up $(VENV): the tools of the build are fetched, half a minute or so"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "wordmill needs Python 3.11 or later: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade 'pip>=25.1'
	$(PIP) install --group build
	@touch $@

$(VENV)/%: $(VENV)/tools pyproject.toml
	@echo "fetching the packages of the group $*"
	$(PIP) install --group $*
	@touch $@

clean:
	rm -rf $(VENV) build dist demo site
