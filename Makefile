# `make` lists what there is. The work is done by the scripts in scripts/ and local/.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# The local stack's port on 127.0.0.1.
PORT ?= 4566
# More for pytest, as in `make e2e PYTEST_ARGS="-k play -x"`.
PYTEST_ARGS ?=
# A deployment on AWS, as in `make e2e API_URL=https://... STACK_NAME=videoms`, `make seed API_URL=https://...` and
# `make audit STACK_NAME=videoms`. Without them it is the local stack.
API_URL ?=
STACK_NAME ?=

PYTHON := .venv-local/bin/python
OPERATE := $(PYTHON) -m ops.stack "$(STACK_NAME)"
PYTEST := .venv-local/bin/pytest tests/e2e $(PYTEST_ARGS)
# The pinned sam, cargo-lambda and zig go before any others.
WITH_SAM := PATH="$(CURDIR)/.venv-sam/bin:$$PATH" SAM_CLI_TELEMETRY=0

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: tools ## Build, start the local stack, play a video and follow the functions' logs; Ctrl-C stops it
	@$(PYTHON) -m local.stack run --port $(PORT)

.PHONY: up
up: tools ## The same, but leave the stack running and return
	@$(PYTHON) -m local.stack up --port $(PORT)

.PHONY: down
down: ## Stop the local stack; its data stays in .local
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m local.stack down; else echo "The stack is not running."; fi

.PHONY: url
url: once-run ## Print the local API's base URL, as for curl "$(make -s url)/health"
	@$(PYTHON) -m local.stack url

.PHONY: logs
logs: once-run ## Follow the local functions' logs until Ctrl-C
	@$(PYTHON) -m local.stack logs

.PHONY: seed
seed: ## Fill the catalogue: the local stack's, or a deployment's with API_URL=https://...
	@scripts/check.sh
	@scripts/venv.sh local
	@$(PYTHON) -m $(if $(API_URL),ops.seed $(API_URL),local.stack seed)

.PHONY: build
build: tools ## Compile and pack the functions for this machine
	@$(PYTHON) -m local.stack build

.PHONY: watch
watch: once-run ## Serve the functions on port 9000, rebuilt as their sources change, on the local stack's tables and queue
	@$(PYTHON) -m local.watch --port $(or $(WATCH_PORT),9000)

.PHONY: sam-local
sam-local: once-run ## Serve the API on port 3000 by `sam local start-api`, in containers, on the local stack
	@$(PYTHON) -m local.sam_local --port $(or $(SAM_LOCAL_PORT),3000)

.PHONY: lint
lint: ## Check formatting, the template, the dependencies and, with clippy, the code
	@scripts/check.sh rustfmt clippy
	@scripts/venv.sh sam
	@scripts/venv.sh checkov
	@scripts/test.sh lint

.PHONY: test
test: ## Run every check and test there is, the end-to-end tests on a stack of their own
	@scripts/check.sh rustfmt clippy
	@scripts/venv.sh sam
	@scripts/venv.sh checkov
	@scripts/venv.sh local
	@scripts/test.sh

.PHONY: e2e
e2e: tools ## Run the end-to-end tests: on a stack of their own, or with API_URL=https://... STACK_NAME=...
	@$(if $(API_URL),API_URL="$(API_URL)" STACK_NAME="$(or $(STACK_NAME),videoms)",$(PYTHON) -m local.stack private --) $(PYTEST)

.PHONY: deploy
deploy: ## Build for arm64 and deploy to AWS, with the credentials and region of your AWS settings
	@scripts/check.sh
	@scripts/venv.sh sam
	@[ -d "$$(rustc --print target-libdir --target aarch64-unknown-linux-gnu)" ] || \
	    { echo "error: Rust cannot build for arm64 yet: rustup target add aarch64-unknown-linux-gnu" >&2; exit 1; }
	$(WITH_SAM) cargo lambda build --release --arm64
	$(WITH_SAM) sam build
	$(WITH_SAM) sam deploy

.PHONY: faults
faults: ## Run the long fault campaign: a million plays while everything fails, as in `make faults EVENTS=100000 SEED=7`
	cargo run --locked --profile campaign --package faults -- $(EVENTS) $(SEED)

.PHONY: mutations
mutations: ## Break the ledger on purpose, in three ways, and see the fault campaign notice each
	@tests/faults/mutations.sh

.PHONY: bench
bench: tools ## Measure starts, plays, load, sizes and cost beside peers, and write docs/benchmarks.md: minutes
	@scripts/venv.sh bench
	@bench/run.sh

.PHONY: bench-counting
bench-counting: ## Measure counting beside two other ways of doing it
	cargo run --locked --profile campaign --package bench --bin counting

.PHONY: audit
audit: ## Recompute the counters from the markers and compare; ARGS="--save FILE" keeps a snapshot
	@scripts/venv.sh local
	@$(OPERATE) audit $(ARGS)

.PHONY: recover
recover: ## Queue the views that play could only log, as in `make recover FILE=log.json`
	@scripts/venv.sh local
	@$(OPERATE) recover "$(FILE)"

.PHONY: redrive
redrive: ## Send dead letters back to be counted
	@scripts/venv.sh local
	@$(OPERATE) redrive

.PHONY: clean
clean: down ## Remove all that was built, installed and stored here
	rm -rf .aws-sam .local .venv-checkov .venv-local .venv-sam
	cargo clean

# What running the stack takes: prerequisites are asked for, the pinned tools are installed.
.PHONY: tools
tools:
	@scripts/check.sh
	@scripts/venv.sh sam
	@scripts/venv.sh local

.PHONY: once-run
once-run:
	@[ -x $(PYTHON) ] || { echo "error: the stack is not running; \`make up\` starts it" >&2; exit 1; }
