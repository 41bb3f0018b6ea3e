# `make` lists the commands. The programs behind them are in scripts/, local/, ops/ and bench/.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# SAM and boto3 read the region from another variable than the Rust SDK and curl's examples.
ifdef AWS_REGION
export AWS_DEFAULT_REGION ?= $(AWS_REGION)
endif

# scripts/venv.sh compiles no bytecode, so Python must be allowed to cache it.
unexport PYTHONDONTWRITEBYTECODE

# The local stack's port on 127.0.0.1.
PORT ?= 4566
# The port of the page.
WEB_PORT ?= 8080
# Further arguments of pytest, as in `make e2e PYTEST_ARGS="-k play -x"`.
PYTEST_ARGS ?=
# A deployment on AWS, as in `make e2e API_URL=https://... STACK_NAME=videoms`, `make seed API_URL=https://...` and
# `make audit STACK_NAME=videoms`. Without them, the local stack.
API_URL ?=
# Parameters of the template for `make deploy`. One that is not named keeps its value.
PARAMETERS ?=
STACK_NAME ?=

PYTHON := .venv-local/bin/python
STACK := $(PYTHON) -m local.stack
# Python with STACK_NAME in its environment.
ON_STACK := $(if $(STACK_NAME),STACK_NAME="$(STACK_NAME)",$(STACK) on --) $(PYTHON)
PYTEST := .venv-local/bin/pytest tests/e2e $(PYTEST_ARGS)
# The pinned sam, cargo-lambda and zig are found before any others.
WITH_SAM := PATH="$(CURDIR)/.venv-sam/bin:$$PATH" SAM_CLI_TELEMETRY=0

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: tools ## Build, start the local stack, play a video and follow the logs until Ctrl-C; VERBOSE=1 shows cargo's output
	@$(STACK) run --port $(PORT) --web-port $(WEB_PORT)

.PHONY: up
up: tools ## Do the same, but return and leave the stack running
	@$(STACK) up --port $(PORT) --web-port $(WEB_PORT)

.PHONY: down
down: ## Stop the local stack and save its data in .local; a `kill -9` loses it
	@if [ -x $(PYTHON) ]; then $(STACK) down; else echo "The stack is not running."; fi

.PHONY: url
url: running ## Print the local API's base URL, as for curl "$(make -s url)/health"
	@$(STACK) url

.PHONY: web-url
web-url: running ## Print the address of the local page
	@$(STACK) web-url

.PHONY: logs
logs: running ## Follow the local functions' logs until Ctrl-C
	@$(STACK) logs

.PHONY: seed
seed: ## Fill the catalogue of the local stack, or of a deployment with API_URL=https://...
	@scripts/check.sh
	@scripts/venv.sh local
	@$(if $(API_URL),$(PYTHON) -m ops.seed "$(API_URL)",$(STACK) seed)

.PHONY: build
build: ## Compile and pack the release build of the functions for this machine
	@scripts/check.sh
	@scripts/venv.sh sam local
	@$(STACK) build

.PHONY: watch
watch: running ## Serve the functions on port 9000 and rebuild them as their sources change, on the local stack's data
	@$(PYTHON) -m local.watch --port $(or $(WATCH_PORT),9000)

.PHONY: sam-local
sam-local: running ## Serve the API on port 3000 by `sam local start-api`, in containers, on the local stack's data
	@$(PYTHON) -m local.sam_local --port $(or $(SAM_LOCAL_PORT),3000)

.PHONY: lint
lint: ## Run every formatter and linter: Rust, Python, shell, the template, workflows and dependencies
	@scripts/check.sh rustfmt clippy
	@scripts/venv.sh sam checkov lint
	@scripts/test.sh lint

.PHONY: format
format: ## Format Rust and Python
	@scripts/check.sh rustfmt
	@scripts/venv.sh lint
	cargo fmt --all
	.venv-lint/bin/ruff format --quiet

.PHONY: test
test: ## Run every check and test, the end-to-end tests on a stack of their own
	@scripts/check.sh rustfmt clippy
	@scripts/venv.sh sam checkov lint local fuzz web
	@scripts/test.sh

.PHONY: e2e
e2e: tools ## Run the end-to-end tests on a stack of their own, or on a deployment with API_URL=https://... STACK_NAME=...
	@$(if $(API_URL),API_URL="$(API_URL)" STACK_NAME="$(or $(STACK_NAME),videoms)",$(STACK) private --) $(PYTEST)

.PHONY: e2e-web
e2e-web: tools ## Run the page's tests in Chromium beside a stack of its own; CHROMIUM names another browser
	@scripts/venv.sh web
	@.venv-web/bin/python -m tests.web.chromium
	@$(STACK) private -- .venv-web/bin/pytest tests/web $(PYTEST_ARGS)

.PHONY: screenshots
screenshots: tools ## Take README's pictures of the page into docs/screenshots
	@scripts/venv.sh web
	@SCREENSHOTS=docs/screenshots $(STACK) private -- .venv-web/bin/pytest --quiet tests/web/test_screenshots.py

.PHONY: fuzz-api
fuzz-api: tools ## Send requests drawn from api/openapi.yaml to a stack of its own, as in `make fuzz-api EXAMPLES=500 SEED=7`
	@scripts/venv.sh fuzz
	@$(STACK) private -- scripts/fuzz.sh --max-examples $(or $(EXAMPLES),100) $(if $(SEED),--seed $(SEED))

.PHONY: deploy
deploy: ## Build and deploy to AWS, as in `make deploy PARAMETERS="LogLevel=DEBUG" STACK_NAME=videoms`
	@scripts/check.sh
	@scripts/venv.sh sam
	@$(WITH_SAM) STACK_NAME="$(STACK_NAME)" .venv-sam/bin/python -m ops.deploy $(PARAMETERS)

.PHONY: deploy-web
deploy-web: ## Deploy the page to AWS beside the API's stack, as in `make deploy-web STACK_NAME=videoms`
	@scripts/venv.sh sam local
	@$(WITH_SAM) STACK_NAME="$(STACK_NAME)" $(PYTHON) -m ops.deploy_web $(PARAMETERS)

.PHONY: faults
faults: ## Run the long fault campaign: a million plays while everything fails, as in `make faults EVENTS=100000 SEED=7`
	@mkdir -p target
	cargo run --locked --profile campaign --package faults -- $(EVENTS) $(SEED) | tee target/faults.txt
	@python3 -m scripts.figures faults target/faults.txt

.PHONY: mutations
mutations: ## Break counting and repair in five ways and check that the fault campaign notices each
	@mkdir -p target
	@tests/faults/mutations.sh | tee target/mutations.txt
	@python3 -m scripts.figures mutations target/mutations.txt

.PHONY: bench
bench: ## Measure starts, plays, load, counting, sizes and cost beside peers, and write docs/benchmarks.md; takes minutes
	@scripts/check.sh
	@scripts/venv.sh sam local bench
	@bench/run.sh

.PHONY: load
load: ## Play at a fixed rate and check that every view is counted, as in `make load PLAYS=2000 RATE=20 USERS=100 ASSETS=10`
	@scripts/venv.sh local
	@$(if $(API_URL),$(if $(STACK_NAME),,$(error API_URL needs STACK_NAME)))$(ON_STACK) -m ops.stack load $(if $(PLAYS),--plays $(PLAYS)) $(if $(RATE),--rate $(RATE)) \
	    $(if $(USERS),--users $(USERS)) $(if $(ASSETS),--assets $(ASSETS)) $(if $(YES),--yes) $(ARGS)

.PHONY: audit
audit: ## Recompute the counters from the markers and compare; ARGS="--save FILE" keeps a snapshot
	@scripts/venv.sh local
	@$(ON_STACK) -m ops.stack audit $(ARGS)

.PHONY: export-user
export-user: ## List what is held about a user, as in `make export-user USER=8`
	@$(if $(filter command line,$(origin USER)),,$(error a user is missing: make export-user USER=8))scripts/venv.sh local
	@$(ON_STACK) -m ops.stack export-user "$(USER)"

.PHONY: recover
recover: ## Queue the views in a log or in a directory of failed events, as in `make recover FILE=log.json`
	@scripts/venv.sh local
	@$(ON_STACK) -m ops.stack recover $(if $(FILE),"$(FILE)")

.PHONY: redrive
redrive: ## Send dead letters back to the queue to be counted
	@scripts/venv.sh local
	@$(ON_STACK) -m ops.stack redrive

.PHONY: drain
drain: ## Empty the queues and recover the log before a stack is deleted; says what is left to do
	@scripts/venv.sh local
	@$(ON_STACK) -m ops.drain $(ARGS)

.PHONY: adopt
adopt: ## Import what a deleted stack has left, as in `make adopt STACK_NAME=videoms`; `make deploy` adds the rest
	@scripts/venv.sh local
	@STACK_NAME="$(STACK_NAME)" $(PYTHON) -m ops.adopt

.PHONY: pins
pins: ## Pin the Python requirements with their hashes; ARGS=--upgrade takes newer versions
	@scripts/pin.sh $(ARGS)

.PHONY: clean
clean: down ## Remove everything that was built, installed and stored here
	rm -rf .aws-sam .local .venv-*
	cargo clean

# Installs what the local stack needs while the functions compile.
.PHONY: tools
tools:
	@scripts/check.sh
	@python3 -m local.prepare sam local

.PHONY: running
running:
	@[ -x $(PYTHON) ] || { echo "error: the stack is not running; \`make up\` starts it" >&2; exit 1; }
