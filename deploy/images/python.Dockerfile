# Python and Wave apps. Build from the root of the repository; see README.md.
FROM node:24-bookworm-slim AS node

FROM python:3.12-slim-bookworm
ARG OS_PACKAGES=""
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl tar unzip ${OS_PACKAGES} \
 && rm -rf /var/lib/apt/lists/*
# The entry program is a program of Node.js.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
RUN groupadd --gid 1000 app && useradd --uid 1000 --gid app --home-dir /app app \
 && mkdir -p /app /resources && chown app:app /app /resources
COPY packages/runtime-entry/bin /opt/app-store/entry
RUN ln -s /opt/app-store/entry/app-store-entry /usr/local/bin/app-store-entry
ENV PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
USER 1000:1000
WORKDIR /app
CMD ["app-store-entry"]
