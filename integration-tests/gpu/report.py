"""Makes one Markdown table of what run.sh left in a folder; ends with 1 where anything failed or was not run."""

import collections
import json
import pathlib
import re
import sys

results = pathlib.Path(sys.argv[1])
complete = True


def text(name):
    file = results / f"{name}.txt"
    return file.read_text(errors="replace") if file.exists() else ""


def state(name):
    """The exit code, or None where it was not begun; 124 and 137 are those of a limit."""
    file = results / f"{name}.exit"
    return int(file.read_text().split()[0]) if file.exists() else None


def seconds(name):
    return int((results / f"{name}.exit").read_text().split()[1])


def read(name, otherwise="not known yet"):
    file = results / name
    return file.read_text().strip() if file.exists() else otherwise


def not_begun(name):
    """Why a part was not begun, as far as run.sh knows; empty where it is not over yet."""
    return read(f"{name}.skipped", "") or read("stopped", "")


def lines(name):
    """The objects among the output of a program."""
    found = []
    for line in text(name).splitlines():
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
    return found


def last(name):
    said = [line for line in text(name).splitlines() if line.strip()]
    return said[-1].strip() if said else "nothing was said"


def trouble(name):
    """What it ended for: the first line that names an error, else its last words."""
    for line in text(name).splitlines():
        # A crash of the JVM names its signal; the last words are an address for complaints.
        if re.search(r"(Exception|Error)\b.*: |^#  SIG", line):
            return line.strip("# ")
    return last(name)


def row(what, result):
    print("| " + what + " | " + result.replace("|", "\\|").replace("\n", "<br>") + " |")


def not_run(what, reason):
    global complete
    complete = False
    row(what, "not run: " + reason)


def problem():
    """Why ranks cannot compute on a GPU here, in one line; empty where they can."""
    if state("machine") == 0:
        return ""
    if state("driver") not in (0, None):
        return "no GPU"
    if state("machine") is None:
        return not_begun("machine") or "its turn has not come"
    beside = re.search(r" CUDA (\d+)\.", last("torch"))
    if beside and beside.group(1) != "13":
        return f"the Python packages here are those of CUDA {beside.group(1)}, and the natives need those of CUDA 13"
    refusals = [line for line in text("machine").splitlines() if line.startswith("Cannot")]
    return refusals[0].split(". Run ")[0] if refusals else last("machine")


def reason(name):
    """Why a part was not begun: what run.sh says, else what is wrong here; empty where nothing is."""
    return not_begun(name) or problem() or ("" if state("torch") is not None else "its turn has not come")


def heading():
    print("| GPU proof of spark-mics | |\n|---|---|")
    row("date", read("date"))
    row("commit", read("commit"))
    row("natives", read("natives"))
    row("GPU, driver, memory", last("driver") if state("driver") == 0 else "no GPU (" + last("driver") + ")")
    versions = text("machine").splitlines()
    row("versions found", versions[0] if versions else "not known: " + (not_begun("machine") or last("machine")))
    row("PyTorch beside it", last("torch"))
    for name in ("program", "natives", "nccl"):
        if state(f"unpack-{name}") is not None or read(f"unpack-{name}.skipped", ""):
            unpacked(name)


def unpacked(name):
    global complete
    part = f"unpack-{name}"
    if state(part) is None:
        not_run(f"unpacking of {name}", not_begun(part))
    elif state(part) == 0:
        row(f"unpacking of {name}", f"{seconds(part)} s ({last(part)})")
    else:
        complete = False
        row(f"unpacking of {name}", f"ended with {state(part)} after {seconds(part)} s: {last(part)}")


def tests():
    global complete
    if state("tests") is None:
        not_run("tests tagged gpu", not_begun("tests") or problem() or "its turn has not come")
        return
    said = text("tests").splitlines()
    counts = [line for line in said if line.startswith("gpu tests: ")]
    if counts and problem() and counts[0].startswith("gpu tests: 0 passed, 0 failed"):
        not_run("tests tagged gpu", f"{problem()} ({counts[0].removeprefix('gpu tests: ')})")
    elif counts:
        row("tests tagged gpu", counts[0].removeprefix("gpu tests: "))
    else:
        row("tests tagged gpu", f"did not come to their end ({state('tests')}): {last('tests')}")
    # On one GPU the tests of worlds of several ranks are skipped, and nothing is wrong with that.
    complete &= state("tests") == 0 and not problem()
    skipped = collections.Counter()
    for line in said:
        match = re.match(r"(PASSED|FAILED|SKIPPED) ([^|]*)(?: \| (.*))?$", line)
        if match:
            outcome, name, reason = match.groups()
            if outcome == "SKIPPED":
                skipped[re.sub(r" (\[\d+\] .*|repetition \d+ of \d+)", "", name), reason] += 1
            else:
                row("&nbsp; " + re.sub(r" in \d+ ms$", "", name), "passed" if outcome == "PASSED" else f"**failed**: {reason}")
    for (name, reason), count in skipped.items():
        row(f"&nbsp; {name}{f', {count} cases' if count > 1 else ''}", "not run: " + (problem() or reason))


def gigabytes(count):
    return f"{count / 1e9:.2f} GB"


def figures(line):
    if line.get("outOfMemory"):
        return "does not fit"
    measured = line["tokensPerSecond"]
    said = [f"{measured:,.0f} tokens/s"]
    if "predictedTokensPerSecond" in line:
        predicted = line["predictedTokensPerSecond"]
        said.append(f"predicted {predicted:,.0f} ({100 * (predicted / measured - 1):+.0f} %)")
    if "shareOfPeak" in line:
        said.append(f"{100 * line['shareOfPeak']:.1f} % of the bf16 peak")
    if line.get("peakBytes"):
        said.append(f"peak {gigabytes(line['peakBytes'])}")
    if "plannedBytes" in line and "activationBytes" in line:
        said.append(
            f"planned {gigabytes(line['plannedBytes'])} + activations {gigabytes(line['activationBytes'])}"
            f" = {gigabytes(line['plannedBytes'] + line['activationBytes'])}"
        )
    if "allocationsInSteadyState" in line:
        said.append(f"{line['allocationsInSteadyState']} allocations in steady state")
    said.append(f"loss {line['firstLoss']:.3f} to {line['lastLoss']:.3f}")
    return ", ".join(said)


def benchmark(name, what):
    global complete
    if state(name) is None:
        not_run(what, reason(name) or "PyTorch sees no GPU")
        return
    for line in lines(name):
        row(f"{what}, micro-batch of {line['microBatchSize']}", figures(line))
    if state(name) != 0:
        complete = False
        row(what, f"ended with {state(name)}: {trouble(name)}")


def ratio():
    global complete
    ours = {line["microBatchSize"]: line for line in lines("benchmark") if "tokensPerSecond" in line}
    for line in lines("eager"):
        size = line["microBatchSize"]
        if size in ours and "tokensPerSecond" in line:
            what = f"spark-mics as a part of eager PyTorch, micro-batch of {size}"
            counts = [found["parameters"] for found in (ours[size], line)]
            if counts[0] == counts[1]:
                row(what, f"{ours[size]['tokensPerSecond'] / line['tokensPerSecond']:.2f}")
            else:
                complete = False
                row(what, "no ratio, they are two models: {:,} parameters here, {:,} there".format(*counts))


def two_ranks(name, what):
    global complete
    if state(name) is None:
        not_run(what, reason(name) or "no other NCCL was carried")
        return
    said = [line for line in text(name).splitlines() if re.match(r"rank \d|refused: |NCCL \d|.* NCCL WARN ", line)]
    # The version alone is no answer, and what came before a hang or a crash is not all of one.
    if state(name) != 0:
        said.append(f"ended with {state(name)}: {trouble(name)}")
        complete = False
    elif not any(re.match(r"rank \d|refused: ", line) for line in said):
        said.append(f"no rank has answered: {last(name)}")
        complete = False
    row(what, "\n".join(said))


def started(name, what):
    if state(name) is not None:
        good = state(name) == 0 and lines(name)
        row(what, "starts and ends" if good else f"ended with {state(name)}: {trouble(name)}")


heading()
tests()
benchmark("benchmark", "GPT of 355 M in bf16")
benchmark("eager", "the same in eager PyTorch")
ratio()
two_ranks("two-ranks", "two ranks on one GPU, the machine's NCCL")
two_ranks("two-ranks-allowed", "the same with the NCCL that was carried, and NCCL_MULTI_RANK_GPU_ENABLE=1")
started("benchmark-on-cpu", "benchmark of a tiny model on the CPU")
started("eager-on-cpu", "eager PyTorch, tiny, on the CPU")
print(
    "\nTokens/s are those of the median step. The share of the peak counts 6 N + 12 L T w operations a token (N without"
    " positions; PaLM, appendix B) and the dense bf16 peak of NVIDIA's data sheet. Predicted is what the planner"
    " says of them, and how much faster (+) that is: integration-tests/benchmarks/planner.md. Planned memory has no activations"
    " in it; those were measured apart, without the engine."
)
sys.exit(0 if complete else 1)
