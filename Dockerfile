# syntax=docker/dockerfile:1
# One image for every role: docker-compose.yml says which command each service runs.
ARG PYTHON_VERSION=3.13

FROM python:${PYTHON_VERSION}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /app/.venv
COPY requirements.txt ./
# wheels only, each with the hash it was locked with: nothing is compiled here, so no compiler is needed
RUN /app/.venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY tasks tasks
COPY worker worker
RUN /app/.venv/bin/pip install --no-deps --no-build-isolation . \
    && /app/.venv/bin/python -m compileall -q /app/.venv/lib

FROM python:${PYTHON_VERSION}-slim AS runtime
LABEL org.opencontainers.image.title="Wirebeat" \
      org.opencontainers.image.description="Streaming news ingestion: feeds in, enriched records on Redis Streams out" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONFAULTHANDLER=1 \
    OPENBLAS_NUM_THREADS=1 \
    HOME=/tmp
RUN groupadd --gid 10001 wirebeat \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin wirebeat \
    && install -d -o 10001 -g 10001 /data
COPY --from=build /app/.venv /app/.venv
WORKDIR /app
USER 10001:10001
# only for `wirebeat run` with its embedded server; the roles of docker-compose.yml keep nothing on disk
ENV WIREBEAT_DATA_DIR=/data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "worker.health", "--max-age", "60"]
CMD ["wirebeat", "run"]
