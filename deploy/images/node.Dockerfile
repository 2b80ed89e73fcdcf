# Node.js apps and static sites. Build from the root of the repository; see README.md.
FROM node:24-bookworm-slim
ARG OS_PACKAGES=""
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl tar unzip ${OS_PACKAGES} \
 && rm -rf /var/lib/apt/lists/*
# The user of the base image has the id that pods run as.
RUN usermod --login app node && groupmod --new-name app node \
 && mkdir -p /app /resources && chown app:app /app /resources
COPY packages/runtime-entry/bin /opt/app-store/entry
# What serves static sites; found by the entry program in the directory above its own.
RUN npm install --prefix /opt/app-store --omit=dev --no-audit --no-fund sirv@3 \
 && ln -s /opt/app-store/entry/app-store-entry /usr/local/bin/app-store-entry
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
USER 1000:1000
WORKDIR /app
CMD ["app-store-entry"]
