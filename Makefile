# Another door to the npm scripts; nothing is done here.

.PHONY: help install start test check build clean format images

help:
	@echo "make start    run Spectral here (data in .spectral-data/)"
	@echo "make test     everything: types, lint, format, unit, contracts, end to end"
	@echo "make check    types, lint and format only"
	@echo "make build    the page and the agent's bundle"
	@echo "make format   rewrite files in the house format"
	@echo "make clean    remove data and build outputs"
	@echo "make images   the container images (docker or podman; IMAGE_REGISTRY, IMAGE_TAG, NODE_DIGEST)"
	@echo "make install  install the locked packages"

install:
	@node scripts/run.mjs install

start test check build clean format:
	@npm run --silent $@

images:
	@npm run --silent ts -- scripts/images/main.ts
