# The repository's commands. They need Go, Node.js with npm, git and make;
# everything else is built once into .sandbox from pinned modules.

.DEFAULT_GOAL := help

TOOLCHAIN := .sandbox/bin/toolchain
SANDBOX   := .sandbox/bin/sandbox

# Tests that link the AWS SDK take more than a gigabyte each to link, so the
# root module's packages are tested one at a time.
TEST_ROOT    := go test -p 1 -timeout 60m
TEST_SANDBOX := go test -p 2 -timeout 30m
# Vet reads all of Istio's code too, 40 s of CPU: lint does that.
TEST_MESH    := go test -vet=off -timeout 30m

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The builder itself depends on little and is compiled in seconds.
$(TOOLCHAIN): $(wildcard sandbox/toolchain/*.go sandbox/cmd/toolchain/*.go) sandbox/go.mod sandbox/go.sum
	@cd sandbox && go build -o ../$@ ./cmd/toolchain

.PHONY: build
build: $(TOOLCHAIN) ## build the program and what it runs on, as far as anything changed
	@$(TOOLCHAIN)

.PHONY: up
up: build ## deploy network and dev in the sandbox
	@$(SANDBOX) up $(STACK)

.PHONY: preview
preview: build ## show what a change does, without doing it (STACK=prod)
	@$(SANDBOX) preview $(STACK)

.PHONY: down
down: build ## take everything down again
	@$(SANDBOX) down $(STACK)

.PHONY: test
test: build ## run every test of the three modules
	@$(TOOLCHAIN) gotestsum
	@.sandbox/bin/gotestsum --format pkgname --raw-command -- sh -c 'status=0; \
		$(TEST_ROOT) -json ./... || status=1; \
		(cd sandbox && $(TEST_SANDBOX) -json ./...) || status=1; \
		cd tests/mesh; \
		if go list -test -deps ./... >/dev/null; then $(TEST_MESH) -json ./... || status=1; \
		else echo "SKIPPED: tests/mesh, as the modules of Istio cannot be had" >&2; test -z "$$CI" || status=1; fi; \
		exit $$status'

.PHONY: check
check: lint generated test ## everything that must hold before a change is merged

.PHONY: mutations
mutations: ## break the program on purpose, fault by fault: a named test must notice (minutes)
	@go run ./tests/mutations

# Vet alone looks at tests/mesh: the linters would analyse Istio's and Envoy's code for it.
.PHONY: lint
lint: $(TOOLCHAIN) ## formatting, vet and linters
	@$(TOOLCHAIN) golangci-lint
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
		test -z "$$unformatted" || { echo "gofmt: $$unformatted"; exit 1; }
	go vet ./... && (cd sandbox && go vet ./...) && cd tests/mesh && go vet .
	.sandbox/bin/golangci-lint run ./... && cd sandbox && ../.sandbox/bin/golangci-lint run ./...

.PHONY: generate
generate: build ## write the generated documents anew
	@go generate ./...
	@$(SANDBOX) coverage > docs/sandbox-coverage.md

.PHONY: generated
generated: ## fail when a generated document is stale
	@before=$$(git status --porcelain; git diff | cksum); \
		$(MAKE) --no-print-directory generate && \
		test "$$before" = "$$(git status --porcelain; git diff | cksum)" || \
		{ echo "generated documents were stale and are written anew: commit them"; git status --short; exit 1; }

.PHONY: campaign
campaign: build ## a fault at every AWS call of a first deployment, one at a time (an hour and more; CAMPAIGN="-campaign-after 0.5": less)
	go test -count 1 -timeout 12h -v -run Campaign ./tests/scenarios -campaign full $(CAMPAIGN)

.PHONY: stories
stories: build ## the long stories: drills of every zone of dev and prod, autoshift, the mesh's ladder and its upgrade, an upgrade of Kubernetes there and back
	go test -count 1 -timeout 3h -v -run '^(TestDrill|TestProdDrill|TestAutoshift|TestMesh|TestUpgrade|TestShiftIsOfWeightsAlone|TestAShiftGoesBackWhenTheColourFails)$$' ./tests/scenarios -stories

.PHONY: clean
clean: ## remove the sandbox with its worlds, and all that was built
	@test ! -x $(SANDBOX) || $(SANDBOX) stop
	rm -rf .sandbox bin
