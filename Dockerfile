# syntax=docker/dockerfile:1
# One image for `mboa serve`, `mboa web` and `mboa worker`. Build: docker build -t mboa .
# The system's release decides which pg_dump backups are made with: it must be as new as the server's.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/mboa
# Every file of the lock by its hash; wheels only, so that nothing is run while it is installed.
COPY requirements.lock ./
RUN /opt/mboa/bin/pip install --require-hashes --only-binary=:all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN /opt/mboa/bin/pip install --no-deps --no-build-isolation . \
 && /opt/mboa/bin/pip uninstall --yes hatchling editables pathspec pluggy trove-classifiers tomlkit \
 && /opt/mboa/bin/python -m compileall -q /opt/mboa/lib \
 && /opt/mboa/bin/pip uninstall --yes pip setuptools

FROM ${PYTHON} AS mboa
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-client-15 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 mboa \
 && useradd --system --uid 10001 --gid mboa --home-dir /var/lib/mboa --shell /usr/sbin/nologin mboa \
 && install -d -o mboa -g mboa -m 0700 /var/lib/mboa
COPY --from=build /opt/mboa /opt/mboa
ENV PATH=/opt/mboa/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MBOA_ENV=production MBOA_HOST=0.0.0.0 MBOA_PORT=8000 MBOA_DATA_DIR=/var/lib/mboa
USER 10001:10001
WORKDIR /var/lib/mboa
VOLUME ["/var/lib/mboa"]
EXPOSE 8000
STOPSIGNAL SIGTERM
# Alive, not well: a web that is fine must not be taken away because a worker is late.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
ENTRYPOINT ["mboa"]
CMD ["serve"]
