# Every target sets up what it needs: .venv with pinned torch, Debian packages where apt may be used.
#   make demo [INPUT=my.wav]   export a model, render audio through it, draw before and after
#   make test                  C++ and Python tests, real-time core under sanitizers
#   make pd                    the Pure Data externals, in build/dev/pd/nn_tilde
#   make pd-package            the externals with all they need, in build/package/linux and dist
#   make pd-macos              the same for macOS on Apple silicon, compiled here with zig
#   make max-package           the Max package, in build/package/max; Linux: for the tests, with stand-in headers
#   make max-macos             the same for macOS on Apple silicon, compiled here with zig
#   make pd-hosts              a newer Pd and a double-precision one, for the tests (Debian)
#   make test-neon             the kernels of 64-bit Arm, compiled with zig, in an emulator (Debian)
#   make sanitize              the whole core under address, undefined and thread sanitizers
#   make bench                 the host against the bare TorchScript call; acceleration; RAVE playing and training
#   make rave-demo             sounds are made, a RAVE is trained on them and exported
#   make models                export the demonstration models to build/models
#   make soak                  long forms of the fuzz, churn and acceleration tests
#   make lint, make format

PYTHON ?= python3
TORCH ?= torch==2.13.0
ZIG ?= ziglang==0.17.1
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
BUILD := build/dev
SANITIZERS := UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
CORE := -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja -DNN_BUILD_PYTHON=OFF -DNN_BUILD_TESTS=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo
CPP := $(shell find cpp pd_external max_package tests -name '*.h' -o -name '*.cpp')
RELEASE = -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python \
  -DCMAKE_BUILD_TYPE=Release -DNN_BUILD_PYTHON=OFF -DNN_BUILD_PD=ON
PACKAGE = $(BIN)/python scripts/package_pd.py --models build/models --archive dist
# Built wherever Pd's header is.
PD = $(if $(wildcard /usr/include/pd/m_pd.h $(PD_INCLUDE_DIR)/m_pd.h),ON,OFF)
PY := python tests models scripts max_package
INPUT ?=
DEMO_OUT ?= demo-out

.PHONY: all setup build build-tests pd pd-hosts pd-package pd-macos max-package max-macos demo test test-cpp test-python test-pd test-max test-neon sanitize sanitize-rt bench rave-demo models soak lint format clean
all: build

$(VENV)/.ready: pyproject.toml scripts/setup.sh
	PYTHON="$(PYTHON)" TORCH="$(TORCH)" BIN="$(BIN)" sh scripts/setup.sh $(VENV)
	touch $@

setup: $(VENV)/.ready

# An editable install whose build folder keeps its objects.
INSTALL = $(BIN)/python -m pip install -q --no-build-isolation --no-deps -e . -Cbuild-dir=$(BUILD)
build: setup
	$(INSTALL)

build-tests: setup
	$(INSTALL) -Ccmake.define.NN_BUILD_TESTS=ON -Ccmake.define.NN_BUILD_PD=$(PD) -Ccmake.define.NN_BUILD_MAX=ON

pd: models
	$(INSTALL) -Ccmake.define.NN_BUILD_PD=ON
	mkdir -p $(BUILD)/pd/nn_tilde/models
	cp build/models/*.ts $(BUILD)/pd/nn_tilde/models

pd-hosts: setup
	sh scripts/pd_hosts.sh build/pd-hosts

pd-package: models
	$(BIN)/cmake -S . -B build/release $(RELEASE)
	$(BIN)/cmake --build build/release
	$(PACKAGE) build/release build/package/linux/nn_tilde

build/macos-root/.ready: scripts/macos_root.py scripts/binaries.py cmake/libc++.txt | setup
	$(BIN)/python -m pip install -q --disable-pip-version-check "$(ZIG)"
	$(BIN)/python scripts/macos_root.py build/macos-root --torch "$(TORCH)"
	touch $@

pd-macos: models build/macos-root/.ready
	$(BIN)/cmake -S . -B build/macos $(RELEASE) -DCMAKE_TOOLCHAIN_FILE=cmake/zig-macos.cmake \
	  -DNN_MACOS_ROOT=$(CURDIR)/build/macos-root
	$(BIN)/cmake --build build/macos
	$(PACKAGE) build/macos build/package/macos/nn_tilde --torch build/macos-root/torch

PACKAGE_MAX = $(BIN)/python scripts/package_max.py --models build/models --archive dist
max-package: models
	$(BIN)/cmake -S . -B build/release $(RELEASE) -DNN_BUILD_MAX=ON
	$(BIN)/cmake --build build/release
	$(PACKAGE_MAX) build/release build/package/max/nn_tilde

max-macos: models build/macos-root/.ready
	$(BIN)/cmake -S . -B build/macos $(RELEASE) -DNN_BUILD_MAX=ON -DCMAKE_TOOLCHAIN_FILE=cmake/zig-macos.cmake \
	  -DNN_MACOS_ROOT=$(CURDIR)/build/macos-root
	$(BIN)/cmake --build build/macos
	$(PACKAGE_MAX) build/macos build/package/max-macos/nn_tilde --torch build/macos-root/torch

demo: build
	$(BIN)/python scripts/demo.py --out $(DEMO_OUT) $(if $(INPUT),--input "$(INPUT)")

test: test-cpp test-python test-pd test-max sanitize-rt

test-cpp: build-tests
	$(BIN)/ctest --test-dir $(BUILD) --output-on-failure

# Two at a time; each on one thread, for small networks gain nothing from more. What plays files through the host
# does so once more without acceleration.
HOSTED = $(addprefix tests/python/test_,$(addsuffix .py,attributes failing_models host render settings)) \
  tests/python/rave/test_rave_instrument.py
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal
test-python: build
	$(PYTEST) tests/python
	NN_TILDE_ACCELERATE=0 $(PYTEST) $(HOSTED)

test-pd: build-tests pd-hosts
	$(BIN)/python -m pytest tests/pd

test-max: build-tests
	$(BIN)/python -m pytest tests/max

test-neon: setup
	BIN="$(CURDIR)/$(BIN)" ZIG="$(ZIG)" sh scripts/test_neon.sh build/neon

sanitize-rt: setup
	$(BIN)/cmake -S . -B build/rt-address $(CORE) -DNN_TORCH=OFF -DNN_SANITIZE=address
	$(BIN)/cmake --build build/rt-address
	$(SANITIZERS) build/rt-address/tests/cpp/test_rt
	$(SANITIZERS) build/rt-address/tests/cpp/test_accel
	$(BIN)/cmake -S . -B build/rt-thread $(CORE) -DNN_TORCH=OFF -DNN_SANITIZE=thread -DNN_BUILD_MAX=ON
	$(BIN)/cmake --build build/rt-thread
	$(SANITIZERS) build/rt-thread/tests/cpp/test_rt
	$(SANITIZERS) build/rt-thread/tests/cpp/test_accel
	$(SANITIZERS) build/rt-thread/tests/max/test_max_threads

sanitize: sanitize-rt
	$(BIN)/cmake -S . -B build/address $(CORE) -DNN_SANITIZE=address -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python
	$(BIN)/cmake --build build/address
	ASAN_OPTIONS=detect_leaks=0 $(SANITIZERS) $(BIN)/ctest --test-dir build/address --output-on-failure

bench: build
	$(BIN)/python scripts/bench.py --out bench-out
	$(BIN)/python scripts/bench_rave.py
	$(BIN)/python scripts/bench_acceleration.py --models v2 raspberry --blocks 2048 --rounds 24
	$(BIN)/python scripts/bench_rave_training.py --capacity 0

rave-demo: build
	$(BIN)/python scripts/rave_demo.py --out rave-demo

models: build
	$(BIN)/python models/export.py build/models

soak: build-tests pd-hosts
	NN_SOAK=1 $(BUILD)/tests/cpp/test_model "mutants*"
	NN_SOAK=1 $(BUILD)/tests/cpp/test_model "loads under*"
	NN_SOAK=1 $(BUILD)/tests/cpp/test_purity
	NN_SOAK=1 $(BIN)/python -m pytest tests/pd/test_storm.py -s
	NN_SOAK=1 $(PYTEST) tests/python/rave/test_rave_acceleration.py

lint: setup
	$(BIN)/ruff check $(PY)
	$(BIN)/ruff format --check $(PY)
	$(BIN)/clang-format --dry-run --Werror $(CPP)

format: setup
	$(BIN)/ruff check --fix $(PY)
	$(BIN)/ruff format $(PY)
	$(BIN)/clang-format -i $(CPP)

clean:
	rm -rf build dist demo-out bench-out rave-demo
