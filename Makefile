# `make` alone lists the targets.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install dev ipfs-node compile ui run demo test soak check fresh bench endure gas lock clean

SHELL := bash
# Dozens of processes would each compile the same modules.
unexport PYTHONDONTWRITEBYTECODE
PYTHON_BIN := .venv/bin/python
# Processes that run the tests: two more than processors, since many tests wait for processes of theirs.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
# Further words for pytest, as in: make test PYTEST_ARGS='tests/chain -k tree'
PYTEST_ARGS ?=
# Databases of tests live in memory where there is room: nothing in them has to outlive the run.
test: export TMPDIR := $(shell test -w /dev/shm && echo /dev/shm || echo $${TMPDIR:-/tmp})
# Of `make endure`: how many posts, what decides the troubles, and further words, such as --spare.
POSTS ?= 10000
SEED ?= 1
ENDURE_ARGS ?=
UV_COMPILE = .venv/bin/uv pip compile setup.cfg --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header $(if $(UPGRADE),--upgrade)
SOURCES := $(shell find contracts -name '*.sol' 2>/dev/null) brownie-config.yaml package-lock.json

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Set up .venv and node_modules from the lock files; quick when nothing changed
	@PYTHON="$(PYTHON)" bin/install

dev: ## Set up what tests and checks need as well
	@PYTHON="$(PYTHON)" bin/install --dev

ipfs-node: tests/ipfs-node/node_modules/.troth ## Install a real IPFS node for the tests (250 MB, one to four minutes)

tests/ipfs-node/node_modules/.troth: tests/ipfs-node/package.json tests/ipfs-node/package-lock.json
	@cd tests/ipfs-node && npm install --no-save --no-progress --loglevel=error
	@touch $@

build/.compiled: $(SOURCES)
	@echo "Compiling the contracts"
	@$(PYTHON_BIN) -m chain.compiler
	@mkdir -p build && touch $@

compile: install build/.compiled ## Compile the contracts, if they changed

UI_SOURCES := $(shell find webapp/ui -type f 2>/dev/null) package-lock.json

build/ui/.built: $(UI_SOURCES)
	@echo "Building the web UI"
	@npx --no -- vite build webapp/ui --logLevel warn
	@touch $@

ui: install build/ui/.built ## Build the web UI, if it changed

run: compile build/ui/.built ## Start everything; Ctrl-C stops every process
	@exec .venv/bin/troth run

demo: compile ## Publish, anchor and verify with two new wallets
	@exec .venv/bin/troth demo

test: dev build/.compiled build/ui/.built ## Run all tests; what was skipped, and why, is listed at the end
	@$(PYTHON_BIN) -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

soak: dev build/.compiled ## Simulate kills, faults and reorgs: SECONDS=600 SEED=1, ONE=1 plays one again
	@SECONDS="$(SECONDS)" SEED="$(SEED)" STEPS="$(STEPS)" ONE="$(ONE)" PYTHONHASHSEED=0 \
		$(PYTHON_BIN) -m tests.simulation.soak

check: dev build/.compiled ## Lint, formatting, types, and generated files that are out of date
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	npx --no -- biome check
	@echo "mypy, and beside it tsc and the generators"; .venv/bin/mypy & types=$$!; \
	npx --no -- tsc -p webapp/ui && $(MAKE) --no-print-directory fresh; others=$$?; \
	wait $$types && exit $$others

# Every generated file is what its generator makes now: one line for each generator.
fresh:
	$(PYTHON_BIN) -m chain.codes --check
	$(PYTHON_BIN) -m chain.gas --check
	$(PYTHON_BIN) -m tools.slither --check
	$(PYTHON_BIN) -m tools.reference --check
	$(PYTHON_BIN) -m tools.attacks --check
	$(PYTHON_BIN) -m tools.ui_types --check

bench: dev build/.compiled build/ui/.built ## Measure speed, as ratios to bare loops on this machine
	@$(PYTHON_BIN) -m bench

endure: dev build/.compiled ## Publish POSTS=10000 while workers are killed, nodes fail and the chain reorganises
	@exec $(PYTHON_BIN) -m bench.endure --posts $(POSTS) --seed $(SEED) $(ENDURE_ARGS)

gas: dev build/.compiled ## Print what the contracts cost, beside their peers
	@$(PYTHON_BIN) -m chain.gas

lock: dev ## Write the lock files anew; UPGRADE=1 takes newer versions
	$(UV_COMPILE) -o requirements.lock
	$(UV_COMPILE) --extra dev -o requirements-dev.lock
	npm install --package-lock-only --ignore-scripts
	cd tests/ipfs-node && npm install --package-lock-only --ignore-scripts

clean: ## Remove build products and caches; keeps data, .venv and node_modules
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis troth.egg-info
	find . -name __pycache__ -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +
