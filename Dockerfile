# perfloop as an image: docker build -t perfloop . && docker run --rm --network host perfloop --users 20 --time 10s http://127.0.0.1:5000/json
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo install --locked --path . --features otel --root /out

FROM debian:bookworm-slim
# The newest certificates are wanted, not those of some version.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home perfloop
COPY --from=build /out/bin/perfloop /usr/local/bin/perfloop
USER 10001
WORKDIR /home/perfloop
ENTRYPOINT ["perfloop"]
