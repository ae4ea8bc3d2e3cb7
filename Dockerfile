# The image of `tauroi`: one program, as nobody in particular, that writes to /app/signals and /app/state alone.
#
#   docker build -t tauroi .
#   docker run --env-file .env -v $(pwd)/signals:/app/signals tauroi           one run that looks for signals
#   docker run --network host tauroi serve                                     the dashboard on 127.0.0.1:8080
#
# Where nothing can be fetched, or the program is built already, images and program are named:
#
#   docker build --build-arg BINARY=prebuilt --build-arg RUN_IMAGE=my/debian --build-arg CERTIFICATES=my/debian .
#
# docs/deploy.md says how it is run.

# The compiler, of the version that rust-toolchain.toml names.
ARG BUILD_IMAGE=docker.io/library/rust:1.95-bookworm
# What the program runs on: the C library that it was linked with or a newer one, and bash for the health check.
ARG RUN_IMAGE=docker.io/library/debian:bookworm-slim
# An image with the authorities that exchanges and sources are known by, in /etc/ssl/certs.
ARG CERTIFICATES=${BUILD_IMAGE}
# `built`: from the sources; `prebuilt`: target/release/tauroi as `cargo xtask dist` or `cargo xtask image` has left it.
ARG BINARY=built

FROM ${BUILD_IMAGE} AS built
WORKDIR /src
COPY . .
ENV TAUROI_CACHE=/var/cache/tauroi
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/var/cache/tauroi \
    --mount=type=cache,target=/src/target \
    cargo xtask dist && cargo xtask sbom \
    && install -D --strip target/release/tauroi /out/tauroi \
    && install -D -m 644 target/release/tauroi.cdx.json /out/tauroi.cdx.json

FROM scratch AS prebuilt
LABEL tauroi.stage=prebuilt
COPY target/release/tauroi target/release/tauroi.cdx.json /out/

FROM ${BINARY} AS binary

FROM ${CERTIFICATES} AS certificates

FROM ${RUN_IMAGE}
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="tauroi" \
      org.opencontainers.image.description="Prices, nowcasts and makes markets in Kalshi's music contracts" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=certificates /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=binary --chmod=755 /out/tauroi /usr/local/bin/tauroi
COPY --from=binary --chmod=644 /out/tauroi.cdx.json /usr/local/share/tauroi/sbom.cdx.json
COPY --chmod=755 deploy/healthy.sh /usr/local/bin/healthy
COPY LICENSE-APACHE LICENSE-MIT /usr/local/share/tauroi/
WORKDIR /app
# Where what is written goes, and nowhere else: a volume that is new takes its owner from here.
COPY --chown=1000:1000 signals/.gitignore /app/signals/
COPY --chown=1000:1000 signals/.gitignore /app/state/
# The first user of most machines, who then owns what is written into a folder of theirs.
USER 1000:1000
ENV TAUROI_CACHE=/app/state
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["healthy"]
ENTRYPOINT ["tauroi"]
CMD ["signal"]
