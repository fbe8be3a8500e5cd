# syntax=docker/dockerfile:1
# The gateway as one image: nothing is downloaded, built or generated when it starts.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Scripts of packages are left out: none is needed, and some would download.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/generate.mjs \
 && node scripts/run.mjs --build src/main.ts src/cli.ts \
 && for name in main cli; do ln -s "$(node -p "require('./dist/src-$name.json').entry")" "dist/$name.js"; done \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20-slim
ENV NODE_ENV=production GATEWAY_HOST=0.0.0.0 GATEWAY_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/prisma/migrations ./prisma/migrations
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The data folder holds the keys, and the embedded database where there is no DATABASE_URL.
RUN mkdir /data && chown node:node /data && chmod 700 /data
USER node
VOLUME /data
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.GATEWAY_PORT || 4000}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
