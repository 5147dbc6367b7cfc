# bnnm: build, run and test. `make help` lists the targets.

SHELL := /bin/bash
# Internals stay visible to tests, so that tests and programs share one build.
SWIFT_BUILD := swift build -c release -Xswiftc -enable-testing

.PHONY: help deps generate build run test check-full lint format clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

deps: ## Install what is missing (Debian packages; needs root or sudo)
	@scripts/install-dependencies.sh

generate: deps ## Bring generated sources in line with the installed FlatBuffers
	@scripts/generate-format.sh

build: generate ## Build everything; leaves .build/release/bnnm
	$(SWIFT_BUILD)

run: build ## Compile the trained digits model, report its layers, and classify the held-out images
	@scripts/run-digits.sh

test: generate ## Run the tests
	@scripts/test.sh

check-full: $(if $(TESTED),,test) ## Tests (unless TESTED=1), then formatting and sanitizers
	@scripts/check-full.sh

lint: ## Check formatting
	@scripts/lint.sh

format: ## Format all sources
	@scripts/lint.sh --fix

clean: ## Remove everything that was built
	rm -rf .build .build-* build build-*
