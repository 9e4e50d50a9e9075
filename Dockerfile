# One image for web, worker and beat: what it runs is said by compose.yaml.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/gongxin
COPY . .
RUN make PYTHON=python3.11 static/built.stamp var/messages.stamp \
 && .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --only-binary :all: -r requirements/prod.txt \
 && rm -rf node_modules

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home gongxin
WORKDIR /srv/gongxin
COPY --from=build --chown=gongxin /srv/gongxin /srv/gongxin
USER gongxin
ENV PATH=/srv/gongxin/.venv/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 8000
