#!/usr/bin/env bash
# Packs all that proves the GPU's part on a machine that has a GPU, python3 with PyTorch, and nothing else: no Java, no
# network. Needs what builds the project, and python3, unzip, xz, readelf.
#
#   pack.sh FOLDER [CAPABILITY...]
#
# FOLDER gets run.sh, its helpers and the pieces program.* and natives.*, of at most 55 MB each, with their checksums. Carry
# all of it into one folder, in as many goes as it takes, and call run.sh there after each: it says what is missing, and
# begins when nothing is. With capabilities, as 9.0 for H100 and H200, the code for other GPUs is left out. Natives that are
# in FOLDER from before are kept. Where SPARK_MICS_NCCL names a folder with libnccl.so.2, that is carried, too, beside the
# machine's own: from 2.32 on NCCL can be told to have several ranks on one GPU.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
[ $# -ge 1 ] || { sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$1"
folder="$(cd "$1" && pwd)"
shift
capabilities="${*//./}"
slice=55000000
platform=linux-x86_64
work="$(mktemp -d "$folder/packing.XXXXXX")"
trap 'rm -rf "$work"' EXIT

echo "Building with the natives for GPUs."
"$root/mvnw" -f "$root/pom.xml" -B -q -Pgpu ${MAVEN_OFFLINE:+-o} -Dspotless.check.skip=true test-compile \
    dependency:build-classpath -Dmdep.outputFile="$work/class-path"
tr ':' '\n' <"$work/class-path" >"$work/class-path.lines"
jar_of() { grep -E "/$1\.jar$" "$work/class-path.lines" | head -1; }

# Slices of one compressed archive: NAME.000, NAME.001, ...
slices() {
    local name="$1" level="$2" directory="$3"
    rm -f "$folder/$name".[0-9]*
    # In blocks, which several cores unpack at once.
    tar -C "$directory" --sort=name --owner=0 --group=0 --mtime=@0 -cf - . \
        | xz -T0 "$level" --block-size=32MiB \
        | split -b "$slice" -d -a 3 - "$folder/$name."
}

# What changes from commit to commit, and the Java runtime.
program="$work/program"
mkdir -p "$program/classes" "$program/jars"
for module in nccl-bootstrap spark-mics integration-tests; do
    for part in classes test-classes; do
        if [ -d "$root/$module/target/$part" ]; then
            mkdir -p "$program/classes/$module-$part"
            cp -r "$root/$module/target/$part/." "$program/classes/$module-$part/"
        fi
    done
done
grep -E '/(pytorch|cuda|openblas|javacpp|junit-[a-z-]+|assertj-core|byte-buddy|opentest4j|apiguardian-api|slf4j-api)-[^/]*\.jar$' \
    "$work/class-path.lines" | grep -v -- "-$platform" | xargs -I{} cp {} "$program/jars/"
jlink --output "$program/java" --strip-java-debug-attributes --no-header-files --no-man-pages \
    --add-modules java.base,java.logging,java.management,java.instrument,java.naming,java.xml,jdk.unsupported,jdk.zipfs
git -C "$root" describe --always --dirty >"$program/commit"
pytorch="$(jar_of "pytorch-[^/]*-$platform-gpu")"
version="$(basename "$pytorch" .jar)${capabilities:+ for $capabilities}"
if [ -n "${SPARK_MICS_NCCL:-}" ]; then
    version+=", libnccl.so.2 $(sha256sum <"$SPARK_MICS_NCCL/libnccl.so.2" | cut -c1-8)"
fi
echo "$version" >"$program/natives"
slices program -6 "$program"

# What changes with the versions in the pom alone.
if [ "$(cat "$folder/natives" 2>/dev/null)" != "$version" ]; then
    echo "Packing $version, which takes minutes."
    rm -f "$folder/natives"
    natives="$work/natives"
    mkdir -p "$natives" "$work/nccl"
    unzip -q "$pytorch" 'org/*.so*' -d "$natives"
    unzip -q "$(jar_of "openblas-[^/]*-$platform")" 'org/*/libopenblas.so*' 'org/*/libjniopenblas.so' 'org/*/libjniopenblas_nolapack.so' \
        'org/*/libgfortran.so*' 'org/*/libquadmath.so*' 'org/*/libgcc_s.so*' -d "$natives"
    unzip -q "$(jar_of "javacpp-[^/]*-$platform")" 'org/*.so*' -d "$natives"
    for library in cublas cudart cudnn cupti cusolver cusparse nccl; do
        unzip -q "$(jar_of "cuda-[^/]*-$platform")" "org/*/libjni$library.so" -d "$natives"
    done
    if [ -n "${SPARK_MICS_NCCL:-}" ]; then
        cp -L "$SPARK_MICS_NCCL/libnccl.so.2" "$work/nccl/"
    fi
    if [ -n "$capabilities" ]; then
        find "$natives" "$work/nccl" -name libtorch_cuda.so -o -name libnccl.so.2 | while read -r library; do
            # shellcheck disable=SC2086
            python3 "$here/prune.py" "$library" $capabilities
        done
    fi
    # A jar that is not compressed: what is loaded takes the same way as from the jar that users have.
    mkdir "$work/jar"
    jar --create --no-compress --no-manifest --file "$work/jar/natives.jar" -C "$natives" org
    slices natives -6 "$work/jar"
    rm -f "$folder"/nccl.[0-9]*
    [ -z "${SPARK_MICS_NCCL:-}" ] || slices nccl -6 "$work/nccl"
    echo "$version" >"$folder/natives"
fi

cp "$here/run.sh" "$here/eager.py" "$here/report.py" "$folder/"
(cd "$folder" && find . -maxdepth 1 -type f -name '*.[0-9][0-9][0-9]' -printf '%f\n' | sort | xargs sha256sum >SHA256SUMS)
(cd "$folder" && du -b --apparent-size $(cut -c67- SHA256SUMS))
echo "$(wc -l <"$folder/SHA256SUMS") pieces in $folder, of commit $(cat "$program/commit")."
