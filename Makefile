# Everything a checkout needs is behind these targets; a machine needs Node, npm and make, nothing else.
# Bun is pinned: it comes from the npm package `bun` into .bun/, and whatever Bun is on PATH is never used.

BUN_VERSION := 1.4.5
BUN_HOME := .bun/node_modules
BUN := $(BUN_HOME)/bun/bin/bun.exe
BINARY := dist/xserve
# Types of the SDK, which `xserve types` writes.
DECLARATIONS := dist/declarations.txt

# One ESM bundle with bytecode (`--version` in 9 ms instead of 26) and its source map. The program resolves modules of the
# user's files itself, so it reads package.json and tsconfig; .env and bunfig.toml of a folder it starts in are not its own.
BUILD_FLAGS := --compile --bytecode --format=esm --splitting --sourcemap=inline \
	--compile-autoload-package-json --compile-autoload-tsconfig \
	--no-compile-autoload-dotenv --no-compile-autoload-bunfig

# Tools and the tests' children find the pinned Bun first.
export PATH := $(CURDIR)/$(BUN_HOME)/.bin:$(CURDIR)/node_modules/.bin:$(PATH)

# Cross-checks against other implementations: the suite lies beside the checkout.
INTEROP ?= ../shared/interop
INTEROP_SUITE ?= v1
# Parts to leave out, by name: http,websocket,flow,gateway,reload.
INTEROP_WITHOUT ?= none
# The suites of both generations want a different schema by reflection of the same executor without declared types; ours tells
# the first, so the one call of grpcurl in the second's words is left out. A restart that is to be answered by the old executor
# first is over before the suite's client has connected, more often than not; tests/e2e/flow.test.ts counts those requests.
INTEROP_ARGS := $(if $(filter v1,$(INTEROP_SUITE)),--deselect=test_reload.py::test_no_request_fails_during_a_restart)
INTEROP_ARGS += $(if $(filter v2%,$(INTEROP_SUITE)),--deselect=test_protocol.py::test_grpcurl_can_describe_and_call)
GRPCURL_VERSION := v1.9.3
H2SPEC_VERSION := v2.2.1+incompatible
INTEROP_BIN ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/xserve-interop/bin

SOURCES := $(shell find cli.ts lib proto -type f 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help install build dist package demo test check types lint dead-code architecture interop h2spec peers topology yaml exports cluster cluster-up bench fmt clean

help: ## say what can be done here
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: node_modules/.installed ## get the pinned Bun and the packages of bun.lock

build: $(BINARY) ## make dist/xserve, one executable that needs nothing else

demo: build ## serve an executor, call it, print the answer and the time to ready
	@$(BUN) tests/demo.ts $(BINARY)

test: build ## run all tests (ARGS=tests/wire for some of them)
	@XSERVE_BINARY=$(CURDIR)/$(BINARY) $(BUN) tests/run.ts $(ARGS)

check: types lint dead-code architecture ## types, lint, format, dead code, architecture rules

types: install
	$(BUN) --bun node_modules/.bin/tsc --noEmit -p .

lint: install
	$(BUN) --bun node_modules/.bin/biome check --error-on-warnings .

dead-code: install $(DECLARATIONS)
	$(BUN) --bun node_modules/.bin/knip

architecture: install
	$(BUN) test tests/architecture.test.ts

interop: build $(INTEROP_BIN)/grpcurl-$(GRPCURL_VERSION) ## run the cross-checks with Python Jina and grpcurl against the binary
	@test -x $(INTEROP)/run.sh || { echo "make interop: $(INTEROP)/run.sh is not there; INTEROP=FOLDER names another place" >&2; exit 1; }
	XSERVE=$(CURDIR)/$(BINARY) XSERVE_ROOT=$(CURDIR) XSERVE_INTEROP_BIN=$(INTEROP_BIN) PYTHONDONTWRITEBYTECODE=1 \
		XSERVE_INTEROP_WITHOUT=$(INTEROP_WITHOUT) $(INTEROP)/run.sh $(INTEROP_SUITE) $(INTEROP_ARGS) $(ARGS)

# Bun's compiler for another platform comes from npm, like the one for this.
TARGETS := linux-x64 linux-arm64 darwin-arm64 darwin-x64

dist: build ## make dist/release: executables for Linux and macOS, x64 and arm64, with checksums and licences
	@mkdir -p dist/release
	@for target in $(TARGETS); do \
	  $(BUN) build $(BUILD_FLAGS) --target=bun-$$target cli.ts --outfile dist/release/xserve-$$target || exit 1; \
	done
	@rm -f dist/release/*.map
	@cp LICENSE dist/release/ && $(BUN) tests/notices.ts dist/release/THIRD-PARTY-NOTICES.txt
	@cd dist/release && sha256sum xserve-* > SHA256SUMS && cat SHA256SUMS
	@$(BUN) tests/release.ts dist/release

package: $(DECLARATIONS) ## make the npm package, dist/xserve-VERSION.tgz
	@$(BUN) tests/package.ts

EXPORTS ?= ../shared/exports

RECORDED := $(addprefix $(EXPORTS)/topology/,graphs.json routing.json reduce.json when.json shards.json errors.json query-language.json)

topology: build ## run the recorded Flows of Jina against the binary, by Jina's own client
	$(EXPORTS)/run_topology.py --binary $(CURDIR)/$(BINARY) $(RECORDED)

yaml: build ## check the recorded YAML files of Jina with the binary
	$(EXPORTS)/run_yaml.py --binary $(CURDIR)/$(BINARY) --quiet

exports: build ## compare exports with those that Jina was recorded to make (needs python3 with PyYAML)
	@$(BUN) tests/exports.ts $(EXPORTS) $(CURDIR)/$(BINARY)

CLUSTER ?= ../shared/cluster

cluster: build ## deploy exports to a real Docker engine and a real Kubernetes (root; the first time builds both, 20 minutes)
	@bash tests/cluster/run.sh $(CLUSTER) $(EXPORTS) $(CURDIR)/$(BINARY) $(BUN) $(ARGS)

cluster-up: ## start the Docker engine and the Kubernetes that `make cluster` needs
	@bash tests/cluster/run.sh $(CLUSTER) up

h2spec: build $(INTEROP_BIN)/h2spec-$(H2SPEC_VERSION) ## run the conformance tests of HTTP/2, plain and TLS
	@XSERVE_BINARY=$(CURDIR)/$(BINARY) $(BUN) tests/h2spec.ts $(INTEROP_BIN)/h2spec

peers: build ## call the gRPC port by grpc-go, the C core, grpc-js, nghttp2 and curl (needs Go, nghttp2-client, make interop before)
	@XSERVE_BINARY=$(CURDIR)/$(BINARY) $(BUN) tests/run.ts --timeout 90000 ./tests/peers/peers.ts

bench: build ## measure rate, CPU per request, latency, start, memory (needs h2load)
	@XSERVE_BINARY=$(CURDIR)/$(BINARY) $(BUN) tests/bench/bench.ts $(ARGS)

fmt: install ## format and fix what can be fixed
	$(BUN) --bun node_modules/.bin/biome check --write .

clean: ## remove what was built and installed
	rm -rf dist node_modules .bun

# npm 11 runs no install scripts and npm 10 does, so the script that puts the binary in place is run by hand, once: a second
# run fails. A half-finished installation is therefore thrown away first.
$(BUN):
	rm -rf $(BUN_HOME)
	npm install --prefix .bun --no-save --ignore-scripts --no-audit --no-fund --loglevel=error bun@$(BUN_VERSION)
	node $(BUN_HOME)/bun/install.js
	@test "$$($(BUN) --version)" = $(BUN_VERSION) || { rm -rf $(BUN_HOME); echo "make: the installed Bun is not $(BUN_VERSION)" >&2; exit 1; }

# Also run when this Makefile names another version of Bun than the one installed.
.bun/$(BUN_VERSION): | $(BUN)
	@test "$$($(BUN) --version)" = $(BUN_VERSION) || { rm -rf $(BUN_HOME) && $(MAKE) $(BUN); }
	@touch $@

node_modules/.installed: package.json bun.lock .bun/$(BUN_VERSION)
	$(BUN) install --frozen-lockfile
	@touch $@

$(DECLARATIONS): $(SOURCES) tests/declarations.ts tsconfig.json node_modules/.installed
	@mkdir -p dist
	$(BUN) tests/declarations.ts $@

$(BINARY): $(SOURCES) $(DECLARATIONS) Makefile package.json tsconfig.json node_modules/.installed
	$(BUN) build $(BUILD_FLAGS) cli.ts --outfile $(BINARY)
	@rm -f dist/*.map  # the maps are in the binary; a split bundle leaves copies of them beside it

$(INTEROP_BIN)/grpcurl-$(GRPCURL_VERSION):
	@command -v go >/dev/null || { echo "make interop: Go is needed to build grpcurl" >&2; exit 1; }
	GOBIN=$(INTEROP_BIN) go install github.com/fullstorydev/grpcurl/cmd/grpcurl@$(GRPCURL_VERSION)
	@touch $@

$(INTEROP_BIN)/h2spec-$(H2SPEC_VERSION):
	@command -v go >/dev/null || { echo "make h2spec: Go is needed to build h2spec" >&2; exit 1; }
	GOBIN=$(INTEROP_BIN) go install github.com/summerwind/h2spec/cmd/h2spec@$(H2SPEC_VERSION)
	@touch $@
