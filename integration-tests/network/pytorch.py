"""One rank of NetworkBenchmark's contestants of PyTorch, over Gloo: DDP and FSDP2.

Says `ready`; then, for each contestant, number of steps and of micro-steps that it reads, trains so many and prints `turn`,
what each step took in seconds, the losses of its own micro-batches, and the norms of the gradient.
"""

import argparse
import contextlib
import datetime
import functools
import os
import pathlib
import sys
import time

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import gpt  # noqa: E402

DIFFERENT_STEPS = 8


class Ddp:
    """The bucket is reduced in the backward pass of the last micro-step."""

    def __init__(self, args):
        self.model = DistributedDataParallel(gpt.make(args), gradient_as_bucket_view=True, broadcast_buffers=False)

    def micro_step(self, last):
        return contextlib.nullcontext() if last else self.model.no_sync()


class Fsdp:
    """Each block is a unit, and what is left another. All ranks hold one copy, or those of each host."""

    def __init__(self, args, hybrid):
        self.hybrid = hybrid
        ranks = torch.arange(args.world)
        mesh = (
            DeviceMesh("cpu", ranks.view(-1, args.local), mesh_dim_names=("replicate", "shard"))
            if hybrid
            else DeviceMesh("cpu", ranks)
        )
        self.model = gpt.make(args)
        for block in self.model.h:
            fully_shard(block, mesh=mesh)
        fully_shard(self.model, mesh=mesh)
        # The next block's gather runs while one computes. Backwards that is what it does anyway.
        for block, following in zip(self.model.h, list(self.model.h)[1:]):
            block.set_modules_to_forward_prefetch([following])

    def micro_step(self, last):
        if self.hybrid:
            self.model.set_requires_all_reduce(last)
        return contextlib.nullcontext()


class Contestant:
    def __init__(self, args, name):
        self.args = args
        self.way = Ddp(args) if name == "ddp" else Fsdp(args, name == "fsdp-hybrid")
        self.optimizer = gpt.make_optimizer(args, self.way.model)
        self.done = 0

    @functools.lru_cache
    def batches(self, number, micro_steps):
        first = self.args.rank * micro_steps
        return [
            gpt.batch(self.args, number, (first + micro) * self.args.micro_batch) for micro in range(micro_steps)
        ]

    def prepare(self, steps, micro_steps):
        """Makes the batches of the next steps, so that it is no part of them."""
        for step in range(self.done, self.done + steps):
            self.batches(step % DIFFERENT_STEPS, micro_steps)

    def step(self, micro_steps):
        model, total = self.way.model, 0.0
        for number, batch in enumerate(self.batches(self.done % DIFFERENT_STEPS, micro_steps), 1):
            with self.way.micro_step(number == micro_steps):
                loss = model(batch) / micro_steps
                loss.backward()
            total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.done += 1
        return total, float(norm.full_tensor() if hasattr(norm, "full_tensor") else norm)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    gpt.add_sizes(parser)
    for name in ["rank", "world", "local", "timeout"]:
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--store", required=True, help="the file by which the ranks find each other")
    parser.add_argument("--contestants", required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    dist.init_process_group(
        "gloo",
        init_method="file://" + args.store,
        rank=args.rank,
        world_size=args.world,
        timeout=datetime.timedelta(seconds=args.timeout),
    )
    contestants = {name: Contestant(args, name) for name in args.contestants.split(",")}
    print("ready", flush=True)
    for line in sys.stdin:
        name, steps, micro_steps = line.split()
        seconds, results = [], []
        contestants[name].prepare(int(steps), int(micro_steps))
        for _ in range(int(steps)):
            begin = time.perf_counter()
            results.append(contestants[name].step(int(micro_steps)))
            seconds.append(time.perf_counter() - begin)
        print("turn", *seconds, *(loss for loss, _ in results), *(norm for _, norm in results), flush=True)
    # What others still send may not be waited for: the driver ends all of them together.
    os._exit(0)


if __name__ == "__main__":
    main()
