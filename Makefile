# `make help` lists what there is. Everything installs what it needs; only e2e, demo and ha need root.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)

NODE_TOOLS := node_modules/.package-lock.json
PYTHON_TOOLS := .venv/.installed

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

.PHONY: format
format: tools ## format TypeScript, JSON, Markdown
	prettier --log-level warn --write .

.PHONY: clean
clean: ## removes what was made here; the lab's cache stays
	rm -rf node_modules .venv dist cdktf.out bindings/hcloud/lib bindings/hcloud/generated
