#!/usr/bin/env bash
# From nothing to a conversation, on a cluster in containers of this machine.
#
#   k8s/walk-through.sh kind        or k3d; needs docker, helm, kubectl and that program
#   k8s/walk-through.sh kind down   removes the cluster and everything in it
#
# May be run again: what is there already is kept.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly CLUSTER=spectral
readonly NAMESPACE=spectral
readonly TAG="${IMAGE_TAG:-0.1.0}"
readonly IMAGES=(gateway relay operator agent)

main() {
  local program="${1:-}" verb="${2:-up}"
  case "$program" in
    kind | k3d) ;;
    *) fail "which cluster? Give kind or k3d, such as: k8s/walk-through.sh kind" ;;
  esac
  case "$verb" in
    up) up "$program" ;;
    down) "remove_$program" ;;
    *) fail "\"$verb\" is nothing to do; give up (default) or down" ;;
  esac
}

up() {
  local program="$1"
  need docker "$program" helm kubectl make

  step "building the images"
  IMAGE_TAG="$TAG" make images

  step "a cluster"
  "create_$program"

  step "the images into the cluster"
  "load_$program"

  step "the kinds of a fleet, then Spectral"
  kubectl apply --filename k8s/namespace.yaml
  helm upgrade --install spectral-crds charts/spectral-crds --namespace "$NAMESPACE" --wait
  helm upgrade --install spectral charts/spectral --namespace "$NAMESPACE" \
    --values charts/spectral/examples/eval.yaml --set "image.tag=$TAG" --wait --timeout 5m
  helm test spectral --namespace "$NAMESPACE"

  step "two machines"
  kubectl --namespace "$NAMESPACE" wait agentpool/shared --for=jsonpath='{.status.ready}'=2 --timeout=3m
  kubectl --namespace "$NAMESPACE" get agentpools,agents

  converse
}

# Both ends are forwarded: the page speaks to the gateway at 8080 and to the relay at 8081.
converse() {
  local link
  link="$(kubectl --namespace "$NAMESPACE" exec deployment/spectral-gateway -- node services/gateway/src/main.ts login-link)"

  step "open this, pick a machine, make a project in /workspace, and say something to the demo model"
  printf '\n  %s\n\nCtrl-C ends the forwarding; the cluster stays.\n' "$link"
  kubectl --namespace "$NAMESPACE" port-forward service/spectral-relay 8081:8081 >/dev/null &
  local relay=$!
  # shellcheck disable=SC2064 # the number is known now
  trap "kill $relay 2>/dev/null || true" EXIT
  kubectl --namespace "$NAMESPACE" port-forward service/spectral-gateway 8080:8080 >/dev/null
}

create_kind() {
  kind get clusters | grep --quiet --line-regexp "$CLUSTER" || kind create cluster --config k8s/kind-cluster.yaml --wait 2m
  kubectl config use-context "kind-$CLUSTER"
}

create_k3d() {
  k3d cluster list "$CLUSTER" >/dev/null 2>&1 || k3d cluster create "$CLUSTER" --agents 2 --wait
  kubectl config use-context "k3d-$CLUSTER"
}

load_kind() {
  local names
  mapfile -t names < <(image_names)
  kind load docker-image --name "$CLUSTER" "${names[@]}"
}

load_k3d() {
  local names
  mapfile -t names < <(image_names)
  k3d image import --cluster "$CLUSTER" "${names[@]}"
}

image_names() {
  local name
  for name in "${IMAGES[@]}"; do
    printf 'localhost/spectral/%s:%s\n' "$name" "$TAG"
  done
}

remove_kind() {
  kind delete cluster --name "$CLUSTER"
}

remove_k3d() {
  k3d cluster delete "$CLUSTER"
}

need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || fail "$program is needed and not on the PATH"
  done
}

step() {
  printf '\n== %s\n' "$1"
}

fail() {
  printf 'walk-through: %s\n' "$1" >&2
  exit 1
}

main "$@"
