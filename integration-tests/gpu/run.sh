#!/usr/bin/env bash
# Proves the GPU's part on this machine, unattended: joins the pieces that pack.sh made, runs everything tagged gpu, the
# benchmark beside eager PyTorch, and two ranks on one GPU, and prints a table. Call it again after more pieces came.
#
#   run.sh [WORK [OUT]]      WORK: where it unpacks and writes, /tmp/spark-mics-gpu unless named; $WORK/table.md is the result
#                            OUT: where the table and all that was printed are copied to after each part
#
# Takes 560 s at most: what there is no time left for is in the table as not run. The table is made after each part, and when
# it is told to end (TERM, INT). What is unpacked stays in WORK, so that another call has all its time for the parts.
# Ends with 0 where all ran and succeeded, 1 where something failed or could not run, 3 where pieces are missing.
set -uo pipefail
SECONDS=0
allowed=560
# What the last table takes, and a part that does not end when it is asked to.
reserve=15
here="$(cd "$(dirname "$0")" && pwd)"
work="${1:-/tmp/spark-mics-gpu}"
mkdir -p "$work/pieces" "$work/results" ${2:+"$2"}
out="${2:+$(cd "$2" && pwd)}"
cd "$work" || exit 1

# Pieces that came are kept in WORK: the next go may not bring them again.
missing=()
while read -r sum name; do
    check() { [ -f "$1" ] && echo "$sum  $1" | sha256sum --check --status; }
    if ! check "pieces/$name"; then
        if check "$here/$name"; then
            cp "$here/$name" "pieces/$name"
        else
            missing+=("$name")
        fi
    fi
done <"$here/SHA256SUMS"
if [ ${#missing[@]} -gt 0 ]; then
    echo "Still missing ${#missing[@]} of $(wc -l <"$here/SHA256SUMS") pieces: ${missing[*]}"
    exit 3
fi

# A piece of an older commit must not be joined with those of this one.
for piece in pieces/*; do grep -q " ${piece#pieces/}\$" "$here/SHA256SUMS" || rm -f "$piece"; done

# Joins and unpacks the pieces of one name, unless that was done before.
unpack() {
    local sums
    sums="$(grep " $1\." "$here/SHA256SUMS")"
    [ "$(cat "$1.unpacked" 2>/dev/null)" = "$sums" ] && echo "unpacked before" && return
    rm -rf "$1" "$1.unpacked" && mkdir "$1"
    if command -v xz >/dev/null; then
        cat "pieces/$1".[0-9]* | xz -dc -T0 | tar -C "$1" -xf -
    else
        cat "pieces/$1".[0-9]* | python3 -c 'import sys, tarfile
tarfile.open(fileobj=sys.stdin.buffer, mode="r|xz").extractall(sys.argv[1])' "$1"
    fi && echo "$sums" >"$1.unpacked" && du -sh "$1"
}
export here
export -f unpack

table() {
    python3 "$here/report.py" results >table.new
    local state=$?
    mv table.new table.md
    if [ -n "$out" ]; then cp -r table.md results "$out/"; fi
    return $state
}

# Runs one part with a limit in seconds, less where less is left; its output goes to results/NAME.txt and the console, its end to
# results/NAME.exit, or why it was not begun to results/NAME.skipped.
child=
part() {
    local name="$1" limit="$2" begin=$SECONDS state left
    shift 2
    left=$((allowed - reserve - SECONDS))
    if [ $left -lt 5 ]; then
        echo "no time was left" >"results/$name.skipped"
        return 1
    fi
    [ $limit -le $left ] || limit=$left
    echo "== $name"
    # In the background: a signal is heard while it runs.
    timeout --kill-after=5 "$limit" "$@" >"results/$name.txt" 2>&1 </dev/null &
    child=$!
    wait $child
    state=$?
    child=
    [ $state -eq 124 ] && echo "Stopped after $limit s." >>"results/$name.txt"
    echo "$state $((SECONDS - begin))" >"results/$name.exit"
    cat "results/$name.txt"
    table
    return $state
}

stop() {
    trap '' TERM INT
    if [ -n "$child" ]; then
        kill -TERM "$child" 2>/dev/null
        wait "$child"
    fi
    echo "this was told to end" >results/stopped
    table
    echo
    cat table.md
    exit 1
}
trap stop TERM INT

rm -rf results && mkdir results
date -u +%Y-%m-%d >results/date
part unpack-program 60 bash -c 'set -o pipefail; unpack program' || { echo "Cannot unpack program: see above."; exit 1; }
cp program/commit program/natives results/
part unpack-natives 240 bash -c 'set -o pipefail; unpack natives'
if grep -q ' nccl\.' "$here/SHA256SUMS"; then
    part unpack-nccl 60 bash -c 'set -o pipefail; unpack nccl' || rm -rf nccl nccl.unpacked
else
    rm -rf nccl nccl.unpacked
fi

# NVIDIA's libraries are where Python keeps its packages; the driver's are where its container put them.
packages="$(python3 -c 'import os, site, sys
paths = [p for p in sys.path if p.endswith("-packages")] + site.getsitepackages()
print(":".join(dict.fromkeys(p for p in paths if os.path.isdir(os.path.join(p, "nvidia")))))' 2>/dev/null)"
export SPARK_MICS_CUDA_PATH="${SPARK_MICS_CUDA_PATH:-$packages}"
for driver in /usr/local/nvidia /usr/lib/x86_64-linux-gnu /usr/lib64; do
    for folder in "$driver/lib64" "$driver/lib" "$driver"; do
        [ -e "$folder/libcuda.so.1" ] && export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder"
    done
    [ -x "$driver/bin/nvidia-smi" ] && export PATH="$PATH:$driver/bin"
done

class_path="natives/natives.jar"
for entry in program/classes/*/ program/jars/*.jar; do class_path+=":$entry"; done
java=("$work/program/java/bin/java" -Xmx4g -Dorg.bytedeco.javacpp.cachedir="$work/cache" -cp "$class_path")

part driver 20 nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
part torch 60 python3 -c 'import torch; print(torch.__version__, "CUDA", torch.version.cuda, "GPU", torch.cuda.is_available())'
tiny=(--layers=2 --heads=2 --width=32 --context=32 --vocabulary=64 --warm-up=1 --steps=5 --batches=1,2)
if grep -q '^0 ' results/unpack-natives.exit 2>/dev/null; then
    part machine 60 "${java[@]}" io.sparkmics.bootstrap.machine.GpuMachine
    part tests 150 "${java[@]}" io.sparkmics.gpu.GpuTests
    if grep -q '^0 ' results/machine.exit 2>/dev/null; then
        part benchmark 120 "${java[@]}" io.sparkmics.benchmark.GpuBenchmark
    else
        # It shows that all of it starts here; there is no figure in it.
        part benchmark-on-cpu 60 "${java[@]}" io.sparkmics.benchmark.GpuBenchmark --device=cpu "${tiny[@]}"
    fi
else
    for name in machine tests benchmark two-ranks two-ranks-allowed; do
        echo "the natives are not unpacked" >"results/$name.skipped"
    done
fi
if grep -q '^0 ' results/torch.exit 2>/dev/null && grep -q 'GPU True' results/torch.txt; then
    part eager 90 python3 "$here/eager.py"
else
    part eager-on-cpu 60 python3 "$here/eager.py" --device=cpu "${tiny[@]}"
fi
if grep -q '^0 ' results/machine.exit 2>/dev/null; then
    part two-ranks 75 env NCCL_DEBUG=WARN "${java[@]}" io.sparkmics.gpu.TwoRanksOneGpu
    if [ -d nccl ]; then
        part two-ranks-allowed 75 env NCCL_DEBUG=WARN NCCL_MULTI_RANK_GPU_ENABLE=1 \
            SPARK_MICS_CUDA_PATH="$work/nccl:$SPARK_MICS_CUDA_PATH" "${java[@]}" io.sparkmics.gpu.TwoRanksOneGpu
    fi
fi

table
state=$?
echo
cat table.md
exit $state
