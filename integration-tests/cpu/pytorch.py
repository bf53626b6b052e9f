"""CpuComparison's model, weights and batches in plain PyTorch.

Says `ready`; then, for each number of steps that it reads, trains so many and prints their seconds, then their losses.
"""

import argparse
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import gpt  # noqa: E402


def step(args, model, optimizer, batches):
    total = 0.0
    for batch in batches:
        loss = model(batch) / args.micro_steps
        loss.backward()
        total += loss.item()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    gpt.add_sizes(parser)
    parser.add_argument("--micro-steps", type=int, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = gpt.make(args)
    optimizer = gpt.make_optimizer(args, model)
    data = [
        [gpt.batch(args, number, micro * args.micro_batch) for micro in range(args.micro_steps)] for number in range(8)
    ]
    print("ready", flush=True)
    done = 0
    for line in sys.stdin:
        seconds, losses = [], []
        for _ in range(int(line)):
            begin = time.perf_counter()
            losses.append(step(args, model, optimizer, data[done % len(data)]))
            seconds.append(time.perf_counter() - begin)
            done += 1
        print(*seconds, *losses, flush=True)


if __name__ == "__main__":
    main()
