#!/usr/bin/env bash
# Tells Spark which GPUs a machine has: the value of spark.worker.resource.gpu.discoveryScript (standalone) or
# spark.executor.resource.gpu.discoveryScript (YARN, Kubernetes). Prints one line, as
#   {"name": "gpu", "addresses": ["0", "1"]}
# or ends with 1 and says on standard error why there are none.
set -euo pipefail

# A driver that hangs must not keep an executor from ending.
readonly DEADLINE=30

fail() {
    echo "Cannot find the GPUs of $(uname -n): $1" >&2
    exit 1
}

command -v nvidia-smi >/dev/null \
    || fail "there is no nvidia-smi on the PATH, $PATH. Install the NVIDIA driver, or ask for no GPUs here."

# What nvidia-smi has to complain about it says on standard output.
status=0
indices="$(timeout "$DEADLINE" nvidia-smi --query-gpu=index --format=csv,noheader 2>&1)" || status=$?
[ "$status" -ne 124 ] || fail "nvidia-smi did not answer in $DEADLINE s. The driver hangs: restart the machine."
[ "$status" -eq 0 ] || fail "nvidia-smi ended with $status: $indices. Load or install the NVIDIA driver."

addresses=""
# Warnings of the driver stand between the indices.
while IFS= read -r index; do
    if [[ "$index" =~ ^[0-9]+$ ]]; then
        addresses+="${addresses:+, }\"$index\""
    fi
done <<<"$indices"
[ -n "$addresses" ] || fail "nvidia-smi answered '$indices', in which there is no index of a GPU."

echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"
