# `make help` lists what there is. Every target installs what it needs; e2e, ha, demo and bench-up need root.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export CHECKPOINT_DISABLE := 1

NODE_TOOLS := node_modules/.package-lock.json
PYTHON_TOOLS := .venv/.installed
LAB_TOOLS := .venv/.lab-installed
PROGRAMS := dist/.built
SOURCES := $(shell find main.ts cluster stacks render drive cli lab -name '*.ts') tsconfig.json tsconfig.build.json bindings/hcloud/schema.json

KUBEHAUS := node dist/cli/main.js
LAB := node dist/lab/cli/main.js

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: tools
tools: $(NODE_TOOLS) $(PYTHON_TOOLS) ## what tests and demo need beside Node, Python, Go and Terraform

$(NODE_TOOLS): package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

$(PYTHON_TOOLS): test/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --requirement test/requirements.txt
	@touch $@

$(PROGRAMS): $(NODE_TOOLS) $(SOURCES)
	npm run --silent build
	@touch $@

.PHONY: build
build: $(PROGRAMS) ## compiles the programs kubehaus and kubehaus-lab into dist/

.PHONY: lint
lint: $(PROGRAMS) ## ESLint with the direction of imports, Prettier, types
	eslint .
	prettier --check --log-level warn .
	tsc --noEmit

.PHONY: test
test: lint $(PYTHON_TOOLS) ## lint, types, unit and golden tests, ansible-lint, syntax checks, terraform validate
	vitest run --project unit

$(LAB_TOOLS): $(PYTHON_TOOLS) lab/debian-packages lab/builds/debian-packages
	@[ "$$(id -u)" = 0 ] || { echo 'The lab needs root.' >&2; exit 7; }
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
	  $$(sed 's/#.*//' lab/debian-packages lab/builds/debian-packages test/e2e/debian-packages | sort -u) >/dev/null
	@touch $@

.PHONY: lab-tools
lab-tools: $(PROGRAMS) $(LAB_TOOLS) # Debian packages of the lab

.PHONY: e2e
e2e: lab-tools ## the tests in the lab: real servers, real clusters, and e2e-ha (root)
	vitest run --project e2e-lab --project e2e-clusters --project e2e-ha

.PHONY: e2e-ha
e2e-ha: lab-tools ## of these, the short form of ha: killed runs, a few faults, load balancers that are wrong (root)
	vitest run --project e2e-ha

.PHONY: ha
ha: lab-tools ## every fault five times on clusters of levels 3 and 4, with docs/ha.md and docs/ha.json of it; options in HA (root, hours)
	node --import tsx test/ha/run.ts $(HA)

.PHONY: demo
demo: lab-tools ## a lab and, in it, a cluster with three masters and two workers (root)
	$(LAB) up
	@folder=$$($(LAB) cluster examples/level-3/cluster.yaml); \
	export KUBECONFIG=$$folder/.kubehaus/kubeconfig; \
	kubehaus="$(LAB) exec -- $(KUBEHAUS) -C $$folder"; \
	$$kubehaus up --yes; \
	(umask 077; $$kubehaus kubeconfig --output $$KUBECONFIG); \
	$$kubehaus tunnel -- kubectl get nodes -o wide; \
	printf '%s\n' '' 'In the lab, from here:' \
	  "  $$kubehaus status" \
	  "  $$kubehaus ssh demo-master-1" \
	  "  KUBECONFIG=$$KUBECONFIG $$kubehaus tunnel -- kubectl get pods -A" \
	  "  $(LAB) fault power-off demo-master-2   # and power-on; faults and probes: docs/lab.md" \
	  '  make demo-down'

.PHONY: demo-down
demo-down: $(PROGRAMS) ## removes the demo's cluster and lab
	$(LAB) down

.PHONY: format
format: $(NODE_TOOLS) ## formats TypeScript, JSON and Markdown
	prettier --log-level warn --write .

.PHONY: clean
clean: ## removes what was made in this folder; the lab's cache stays
	rm -rf node_modules .venv dist cdktf.out bindings/hcloud/lib bindings/hcloud/generated

.PHONY: bench
bench: $(NODE_TOOLS) ## how long rendering takes, for 10, 100 and 1,000 workers
	node --import tsx bench/render.ts

.PHONY: bench-up
bench-up: lab-tools ## how long a cluster of level 3 takes in the lab, phase by phase (root)
	node --import tsx bench/up.ts
