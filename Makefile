# bnnm: build, run and test. `make help` lists the targets.

SHELL := /bin/bash
# Internals stay visible to tests, so that tests and programs share one build.
SWIFT_BUILD := swift build -c release -Xswiftc -enable-testing

.PHONY: help deps generate build run test check-full lib lib-aarch64 lib-armhf \
        check-library check-arm install deb check-packages wheel check-wheel check-sanitizers check-static check-soundness fuzz \
        bench lint site format clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

deps: ## Install what is missing (Debian packages; needs root or sudo)
	@scripts/install-dependencies.sh

generate: deps ## Bring generated sources in line with the installed FlatBuffers
	@scripts/generate-format.sh

build: generate ## Build everything; leaves .build/release/bnnm
	$(SWIFT_BUILD)

run: build ## Compile the trained digits models, report their layers, and classify the held-out images
	@scripts/run-digits.sh

test: generate ## Run the tests
	@scripts/test.sh

check-full: $(if $(TESTED),,test) check-library check-arm ## Tests (unless TESTED=1), the libraries, documentation, pages, threads, sanitizers, the zoo
	@scripts/check-full.sh

lib: ## Build the deployable library for this machine: build-lib/native/install
	@scripts/build-library.sh native

lib-aarch64: ## Build it for 64-bit ARM Linux: build-lib/aarch64/install
	@scripts/build-library.sh aarch64

lib-armhf: ## Build it for 32-bit ARM Linux (ARMv7, NEON): build-lib/armhf/install
	@scripts/build-library.sh armhf

check-library: lib ## Check the library's symbols and kernels, and programs in C and Swift that link it
	@scripts/check-library.sh native

check-arm: lib-aarch64 lib-armhf ## The same for both ARM builds, under QEMU
	@scripts/check-library.sh aarch64
	@scripts/check-library.sh armhf

PREFIX ?= /usr/local
LIBDIR ?= lib
install: lib ## Install library, header and bnnm-profile: make install PREFIX=/usr/local [LIBDIR=lib] [DESTDIR=]
	@cmake -S . -B build-lib/native -DCMAKE_INSTALL_PREFIX="$(PREFIX)" -DCMAKE_INSTALL_LIBDIR="$(LIBDIR)" >/dev/null
	DESTDIR="$(abspath $(DESTDIR))" cmake --install build-lib/native

deb: ## Make Debian packages for amd64, arm64 and armhf: build-deb/*.deb
	@scripts/build-packages.sh

check-packages: deb build ## Check them: lintian, installation, programs that are built against them
	@scripts/check-packages.sh

wheel: ## Make Python wheels for x86-64 and AArch64: build-wheel/*.whl
	@scripts/build-wheels.sh

check-wheel: wheel build ## Check them in a fresh environment, against what bnnm says
	@scripts/check-wheel.sh

check-sanitizers: generate ## Every test under AddressSanitizer and UndefinedBehaviorSanitizer (a quarter of an hour)
	@scripts/check-sanitizers.sh

check-static: ## Read all C and C++ without running it: compilers' warnings, clang-tidy, cppcheck
	@scripts/check-static.sh

check-soundness: build lib-aarch64 lib-armhf ## The library in many threads, after fork, for long, on ARM, with each sanitizer: docs/reliability.md
	@scripts/check-soundness.sh native
	@scripts/check-soundness.sh aarch64
	@scripts/check-soundness.sh armhf
	@scripts/check-soundness.sh thread
	@scripts/check-soundness.sh address

SECONDS ?= 60
fuzz: build ## Fuzz the loader with damaged models and the compiler with damaged ONNX files: make fuzz SECONDS=60
	@scripts/fuzz.sh models $(SECONDS)
	@scripts/fuzz.sh onnx $(SECONDS)

bench: build ## Measure layers and networks beside ONNX Runtime, LiteRT and the CPU's limits (about 10 minutes)
	@scripts/benchmark.sh

lint: ## Check formatting, links of the documentation, and that it has every message and function
	@scripts/lint.sh
	@scripts/check-links.py
	@scripts/check-diagnostics.py
	@scripts/generate-api-reference.py --check

site: ## Build the documentation as a site with search: build-site/html
	@scripts/build-site.sh

format: ## Format all sources
	@scripts/lint.sh --fix

clean: ## Remove everything that was built
	rm -rf .build .build-* build build-*
