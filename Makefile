# Aftermath: `make reports` is the main job, `make help` lists the rest.

PYTHON ?= python3

environment := .venv
bin := $(environment)/bin
python := $(bin)/python
# Touched when the environment holds all that its lock names: while they are newest, nothing is installed.
default := $(environment)/.default-installed
develop := $(environment)/.develop-installed
inputs := pyproject.toml requirements-installer.lock tools/install.py
sources := $(wildcard lib tests tools benchmarks)
notebooks = $(wildcard notebooks/*.ipynb notebooks/course/*.ipynb)
quick_benchmarks = $(filter-out $(addprefix benchmarks/,simulation.py build.py kills.py),$(wildcard benchmarks/*.py))
# a file of tests stays on one processor, so that what it makes once is made once
parallel := -n logical --dist loadfile
# one thread a process, where the processes are as many as processors: threads of linear algebra would wait for each other
alone := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help reports check test test-slow test-another reliability fuzz coverage mutation lab course bench simulation lint format lock lowest audit licences sbom check-environment environment citation package clean clean-all

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

reports: $(default) ## every case report, the comparison and the index; what is up to date stays (CASE=id WORKERS=n FORCE=1 WATCH=1)
	@$(python) -m aftermath build $(if $(CASE),--case $(CASE)) $(if $(WORKERS),--workers $(WORKERS)) $(if $(FORCE),--force) $(if $(WATCH),--watch)

check: $(default) ## look for faults in the case folders
	@$(python) -m aftermath check

test: $(develop) ## the tests, in a few minutes (SLOW=1 adds the slow ones, ONLY=tests/test_times.py picks)
	$(alone) $(python) -m pytest -q $(if $(SLOW),-m "") $(if $(ONLY),$(ONLY),$(parallel))

test-slow: $(develop) ## all tests, the slow ones too
	$(alone) $(python) -m pytest -q -m "" $(parallel)

test-another: ## the quick tests under another Python, in a copy of what is committed (PYTHON=python3.13, ONLY=tests/test_times.py picks)
	rm -rf build/another
	git clone --quiet --local --no-hardlinks . build/another
	$(MAKE) --no-print-directory -C build/another test

reliability: $(develop) ## what breaks nothing, counted: writes docs/reliability.md
	$(alone) $(python) -m pytest -q -m "bad_input or fault" $(parallel) --reliability docs/reliability.md

fuzz: $(develop) ## look for inputs that break what reads them (MINUTES=10; led by atheris where it is installed)
	$(python) tests/fuzz/search.py $(if $(MINUTES),--minutes $(MINUTES))

coverage: $(develop) ## which branches of the library the tests reach, the least reached first (SLOW=1 adds the slow ones)
	rm -rf build/coverage
	mkdir -p build/coverage
	$(python) -m coverage run -m pytest -q $(if $(SLOW),-m "") $(parallel)
	$(python) -m coverage combine -q
	$(python) -m coverage report

# mutmut looks for code in src; an hour on two processors
mutation: $(develop) ## do tests notice a change in what is computed? (ONLY="aftermath.times.*" picks)
	@$(python) -c "import mutmut" || { echo "mutmut is in no lock: $(bin)/pip install mutmut==3.8.1"; exit 1; }
	rm -rf build/mutation
	mkdir -p build/mutation
	cp -R lib build/mutation/src
	cp -R tests casestudies data docs notebooks pyproject.toml build/mutation
	cd build/mutation && $(CURDIR)/$(python) -m mutmut run $(ONLY) && $(CURDIR)/$(python) -m mutmut results

lab: $(default) ## JupyterLab, opened on notebooks/start_here.ipynb (OPTIONS="--no-browser" goes to JupyterLab)
	@$(python) -m aftermath lab $(OPTIONS)

course: $(develop) ## the lessons: a release for students and the solutions, in build/course
	@$(python) -m aftermath course

bench: $(default) ## measure speed (FULL=1 builds every case and 200 generated ones, and kills 50 builds)
	@for script in $(quick_benchmarks); do echo "$$script"; $(python) "$$script" || exit 1; done
	$(python) benchmarks/build.py $(if $(FULL),--full)
	$(if $(FULL),$(python) benchmarks/kills.py --kills 50)

simulation: $(default) ## do intervals keep their word? writes docs/simulation.md in an hour (DRAWS=n)
	$(alone) $(python) benchmarks/simulation.py --output docs/simulation.md $(if $(DRAWS),--draws $(DRAWS))

lint: $(develop) ## check style, types, notebooks and generated files
	$(bin)/ruff check $(sources)
	$(bin)/ruff format --check $(sources)
	$(bin)/basedpyright --level error
	$(bin)/nbstripout --verify --keep-id $(notebooks)
	$(python) tools/environment.py --check
	$(python) tools/citation.py --check
	$(python) tools/licences.py --check

format: $(develop) ## mend style, strip notebooks of their outputs
	$(bin)/ruff check --fix $(sources)
	$(bin)/ruff format $(sources)
	$(bin)/nbstripout --keep-id $(notebooks)

lock: $(default) ## pin every package anew (UPGRADE=1 takes the newest versions)
	$(python) tools/lock.py $(if $(UPGRADE),--upgrade)

lowest: $(default) ## the fast tests with the lowest versions that are allowed, in build/lowest (ONLY=tests/test_times.py picks)
	$(python) tools/lowest.py $(ONLY)

audit: $(default) ## is a vulnerability known of what the locks pin? (ADVISORIES=file or folder; else pip-audit asks the network)
	@$(python) tools/audit.py $(if $(ADVISORIES),"$(ADVISORIES)")

licences: $(develop) ## write docs/licences.md, the licences of all that the locks pin
	$(python) tools/licences.py

sbom: $(default) ## the bill of materials of the default install, as CycloneDX: build/sbom.cdx.json
	@$(python) tools/sbom.py

check-environment: ## see that every file of the environment is there, and mend it if not
	@$(PYTHON) tools/install.py check

environment: $(default) ## write environment.yml from pyproject.toml
	$(python) tools/environment.py

citation: $(default) ## write codemeta.json and .zenodo.json from CITATION.cff
	$(python) tools/citation.py

package: $(default) ## write the datapackage.json of every case
	@$(python) -m aftermath package

clean: ## remove everything that was built; the environment stays
	rm -rf build .pytest_cache .ruff_cache .hypothesis .coverage
	find $(sources) notebooks '(' -name __pycache__ -o -name .ipynb_checkpoints ')' -prune -exec rm -rf '{}' +

clean-all: clean ## remove the environment too
	rm -rf $(environment)

$(default): requirements.lock $(inputs)
	@$(PYTHON) tools/install.py default

$(develop): requirements.lock requirements-develop.lock $(inputs)
	@$(PYTHON) tools/install.py develop
