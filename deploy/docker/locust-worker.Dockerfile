# Locust with workers of perfloop, as Locust's operators need it: one image for master and workers.
#   docker build -t perfloop . && docker build -t perfloop-locust -f deploy/docker/locust-worker.Dockerfile deploy/docker
# The image that was built just before.
# hadolint ignore=DL3006
FROM perfloop AS perfloop

FROM locustio/locust:2.47.0
COPY --from=perfloop /usr/local/bin/perfloop /usr/local/bin/perfloop
COPY --chmod=755 locust-or-worker.sh /usr/local/bin/locust-or-worker
ENTRYPOINT ["locust-or-worker"]
