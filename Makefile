# The few commands a person types. `make` alone lists them.
#
# They need git, make, and Python 3.11 or newer with pip. All else is installed by them into .local/, from the pinned and
# hashed lists in requirements/. `make clean` takes .local/ away again.

PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

LOCAL := .local
ENVS := $(LOCAL)/envs
UV := $(LOCAL)/uv/bin/uv
DEV := $(ENVS)/dev/bin
SECONDS ?= 60
LOCALLY := PYTHONPATH=functions:layers/cleanup $(DEV)/python -m local
PIN := $(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --custom-compile-command 'make requirements'
STACK_ENVS := $(ENVS)/dev/.ready $(ENVS)/sam/.ready $(ENVS)/emulator/.ready

# `sam build` calls uv; it is this one.
export PATH := $(CURDIR)/$(LOCAL)/uv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export UV_PYTHON_DOWNLOADS := never
# Paths as they were typed, with whatever stands in them.
export ARTICLE_PATH := $(value ARTICLE)
export CORPORA_PATH := $(value CORPORA)
export FILE_PATH := $(value FILE)
export KEY_PREFIX := $(value PREFIX)
export EVENT_PATH := $(value EVENT)

.PHONY: help
help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

# ---- Try it on this machine ------------------------------------------------------------------------------------------

.PHONY: demo
demo: $(STACK_ENVS) ## Clean a sample article (or ARTICLE=path) in an AWS emulated on this machine
	@$(LOCALLY) demo "$$ARTICLE_PATH"

.PHONY: up
up: $(STACK_ENVS) ## Start that AWS, deploy to it, and leave it running
	@$(LOCALLY) up

.PHONY: drop
drop: $(STACK_ENVS) ## Clean FILE=path in it
	@$(LOCALLY) drop "$$FILE_PATH"

.PHONY: invoke
invoke: $(STACK_ENVS) ## Send it EVENT=events/....json, a sample event
	@$(LOCALLY) invoke "$$EVENT_PATH"

.PHONY: down
down: $(ENVS)/dev/.ready ## Stop it, and forget what is in it
	@$(LOCALLY) down

# ---- Use it ----------------------------------------------------------------------------------------------------------

.PHONY: deploy
deploy: $(ENVS)/sam/.ready ## Deploy to the AWS account of your profile
	@if env | grep '^AWS_ENDPOINT_URL' >&2; then \
		echo "That leads to an emulated AWS, and \`make deploy\` is for a real account: unset it first." >&2; \
		exit 1; \
	fi
	@$(ENVS)/sam/bin/sam build
	@$(ENVS)/sam/bin/sam deploy

.PHONY: redrive
redrive: $(ENVS)/dev/.ready ## Have the articles that were given up there tried again
	@$(LOCALLY) redrive

.PHONY: backfill
backfill: $(ENVS)/dev/.ready ## Clean what lies there already: PREFIX=2019/ of the input bucket, or PREFIX= for all
	@$(LOCALLY) backfill $(if $(filter-out undefined,$(origin PREFIX)),"$$KEY_PREFIX")

# ---- Work on it ------------------------------------------------------------------------------------------------------

.PHONY: test
test: $(STACK_ENVS) ## Run every test
	@$(DEV)/python -m pytest --numprocesses auto --dist loadfile

# It goes on from where the last search ended. With RUNS, so many inputs at most: in a clean checkout always the same.
.PHONY: fuzz
fuzz: $(ENVS)/fuzz/.ready ## Search for what breaks a promise, SECONDS=60 for each of its targets
	@for target in clean work load rebuild events; do \
		echo "Fuzzing $$target"; \
		PYTHONHASHSEED=0 PYTHONPATH=functions:layers/cleanup $(ENVS)/fuzz/bin/python -m tests.fuzz $$target \
			-max_total_time=$(SECONDS) $(if $(RUNS),-runs=$(RUNS) -seed=1); \
	done

.PHONY: check
check: lint template test ## Lint, types, template checks and tests: what CI runs

.PHONY: lint
lint: $(ENVS)/dev/.ready ## Lint and types
	@$(DEV)/ruff check
	@$(DEV)/ruff format --check
	@$(DEV)/mypy

.PHONY: template
template: $(STACK_ENVS) $(ENVS)/checkov/.ready ## Check the template, as it is and as CloudFormation sees it
	@$(LOCALLY) check-template

# It writes benchmarks/results.json, a plot of them, and docs/scale.md; not if LIMIT leaves anything out. It fails on ratios.
.PHONY: benchmark
benchmark: $(STACK_ENVS) $(ENVS)/benchmark/.ready ## Compare with other cleaners, on the corpora in CORPORA=folder (LIMIT=n rows of each)
	@PYTHONPATH=functions:layers/cleanup $(DEV)/python -m benchmarks.start_up $(if $(LIMIT),7,11) > $(LOCAL)/start-up.json
	@PYTHONPATH=layers/cleanup $(ENVS)/benchmark/bin/python -m benchmarks "$$CORPORA_PATH" --limit "$${LIMIT:-0}" \
		--start-up $(LOCAL)/start-up.json

.PHONY: scale
scale: $(ENVS)/dev/.ready ## Work out docs/scale.md, from the results of the benchmark and the prices of AWS
	@PYTHONPATH=layers/cleanup $(DEV)/python -m benchmarks.scale

.PHONY: reference
reference: $(ENVS)/dev/.ready ## Write docs/reference.md, from the docstrings
	@$(LOCALLY) reference

.PHONY: format
format: $(ENVS)/dev/.ready ## Format the code
	@$(DEV)/ruff check --fix
	@$(DEV)/ruff format

.PHONY: lexicons
lexicons: $(ENVS)/dev/.ready ## Compile the lexicons, after one was edited
	@PYTHONPATH=layers/cleanup $(DEV)/python layers/cleanup/compile_lexicons.py

.PHONY: requirements
requirements: $(LOCAL)/uv/.ready ## Pin the newest versions of everything
	@for group in uv dev sam emulator checkov fuzz benchmark; do \
		$(PIN) --universal --python-version 3.11 --group $$group --output-file requirements/$$group.txt; \
	done
	@$(PIN) --python-version 3.13 --group function --output-file functions/requirements.txt
	@$(MAKE) licences

.PHONY: licences
licences: $(ENVS)/dev/.ready ## List the licences of all that ships
	@rm -rf $(LOCAL)/licences
	@$(MAKE) --silent --directory functions build-CleanArticleFunction ARTIFACTS_DIR=$(CURDIR)/$(LOCAL)/licences
	@$(LOCALLY) licences $(LOCAL)/licences

.PHONY: clean
clean: ## Stop the local AWS, and take away all that was installed and built
	@if [ -e $(ENVS)/dev/.ready ]; then $(LOCALLY) down; fi
	@rm -rf $(LOCAL) .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis

# ---- What they stand on ----------------------------------------------------------------------------------------------

.PHONY: python
python:
	@command -v "$(PYTHON)" > /dev/null || { \
		echo "There is no '$(PYTHON)' here: install Python 3.11 or newer, or name yours: make PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "'$(PYTHON)' is $$("$(PYTHON)" --version 2>&1), and 3.11 or newer is needed. If you have one, name it:" \
			"make PYTHON=python3.12" >&2; \
		exit 1; }

# `--target` needs neither a virtual environment nor leave to touch the system's packages.
$(LOCAL)/uv/.ready: requirements/uv.txt | python
	@"$(PYTHON)" -m pip --version > /dev/null 2>&1 || { \
		echo "'$(PYTHON)' has no pip: install it, on Debian and Ubuntu with 'apt install python3-pip'." >&2; exit 1; }
	@echo "Setting up uv, which installs the rest (once)" >&2
	@rm -rf $(LOCAL)/uv
	@"$(PYTHON)" -m pip install -qq --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
		--target $(LOCAL)/uv --requirement requirements/uv.txt
	@touch $@

# aws-sam-cli, the emulator and checkov pin versions that they cannot share, so each has an environment of its own.
$(ENVS)/%/.ready: requirements/%.txt $(LOCAL)/uv/.ready | python
	@echo "Setting up the environment '$*' (once)" >&2
	@$(UV) venv --quiet --clear --python "$$("$(PYTHON)" -c 'import sys; print(sys.executable)')" $(@D)
	@$(UV) pip sync --quiet --require-hashes --python $(@D) requirements/$*.txt
	@touch $@
