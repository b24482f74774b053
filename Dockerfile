# Three stages: assets with Node, packages with their hashes checked, and a small image without either tool.
# By digest where you give one: see docs/settings.md, "Images by digest".
ARG NODE_IMAGE=node:22-slim
ARG PYTHON_IMAGE=python:3.13-slim
FROM ${NODE_IMAGE} AS assets
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY static static
RUN node static/build.mjs

FROM ${PYTHON_IMAGE} AS packages
COPY requirements requirements
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
# The emulator's packages go into the image that is built with --build-arg EXTRA=demo, never into production's.
ARG EXTRA=
RUN if [ -n "$EXTRA" ]; then /venv/bin/pip install --no-cache-dir --require-hashes -r "requirements/$EXTRA.txt"; fi

FROM ${PYTHON_IMAGE}
# pg_dump and psql, for backups: of the server's major version in docker-compose.yml, or newer (docs/backup.md).
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home console
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    IAMCONSOLE_PRODUCTION=1 IAMCONSOLE_STATE=/tmp/iam-console STATIC_ROOT=/app/assets
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=assets /src/static/dist static/dist
# Hashed names for the assets; the secrets here are for this one command and are in no layer's environment.
RUN IAMCONSOLE_STATE=/tmp/build SECRET_KEY=build AUDIT_KEY=build SEAL_KEYS=build python manage.py collectstatic --noinput --skip-checks \
 && rm -r /tmp/build && mkdir /imports /audit /counter /emulator && chown console /imports /audit /counter /emulator
USER console
EXPOSE 8000
CMD ["gunicorn", "--config", "python:iamconsole.web_server", "--bind", "0.0.0.0:8000", "--workers", "2"]
