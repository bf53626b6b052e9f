"""GpuBenchmark's model, batches and timing in eager PyTorch: what a step costs without sharding, gathers or flat buffers.

Weights and activations in bfloat16, without autocast; masters, moments and the gradients that AdamW sees in float32.
Prints a line of JSON for each size of the micro-batch.
"""

import argparse
import json
import math
import statistics
import time

import torch
import torch.nn.functional as F

MASK = (1 << 64) - 1


def sequence(step, slot, context, vocabulary):
    """As RandomTokens makes it."""
    x = (step << 20) + slot
    tokens = []
    for _ in range(context + 1):
        x = (6364136223846793005 * x + 1442695040888963407) & MASK
        tokens.append((x >> 33) % vocabulary)
    return tokens


class Gpt:
    """GPT-2 with a tied head. Its parameters are a dict, so that the same names serve masters and copies."""

    def __init__(self, args):
        self.args = args
        w, residual = args.width, 0.02 / math.sqrt(2 * args.layers)
        self.masters = {}
        self.normal("wte", 0.02, args.vocabulary, w)
        self.normal("wpe", 0.02, args.context, w)
        for layer in range(args.layers):
            name = f"h.{layer}."
            self.norm(name + "ln_1")
            self.linear(name + "c_attn", 0.02, w, 3 * w)
            self.linear(name + "c_proj", residual, w, w)
            self.norm(name + "ln_2")
            self.linear(name + "c_fc", 0.02, w, 4 * w)
            self.linear(name + "mlp_proj", residual, 4 * w, w)
        self.norm("ln_f")
        self.weights = {name: value.to(torch.bfloat16).requires_grad_() for name, value in self.masters.items()}

    def normal(self, name, deviation, *shape):
        self.masters[name] = torch.randn(shape, device=self.args.device) * deviation

    def linear(self, name, deviation, inputs, outputs):
        self.normal(name + ".weight", deviation, inputs, outputs)
        self.masters[name + ".bias"] = torch.zeros(outputs, device=self.args.device)

    def norm(self, name):
        self.masters[name + ".weight"] = torch.ones(self.args.width, device=self.args.device)
        self.masters[name + ".bias"] = torch.zeros(self.args.width, device=self.args.device)

    def project(self, x, name):
        return x @ self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def normed(self, x, name):
        return F.layer_norm(x, (self.args.width,), self.weights[name + ".weight"], self.weights[name + ".bias"])

    def block(self, x, name):
        b, t, w = x.shape
        heads = self.args.heads
        query, key, value = (
            part.view(b, t, heads, w // heads).transpose(1, 2)
            for part in self.project(self.normed(x, name + "ln_1"), name + "c_attn").split(w, 2)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.project(mixed.transpose(1, 2).reshape(b, t, w), name + "c_proj")
        wide = F.gelu(self.project(self.normed(x, name + "ln_2"), name + "c_fc"), approximate="tanh")
        return x + self.project(wide, name + "mlp_proj")

    def loss(self, tokens):
        x = F.embedding(tokens[:, :-1], self.weights["wte"]) + self.weights["wpe"]
        for layer in range(self.args.layers):
            x = self.block(x, f"h.{layer}.")
        logits = (self.normed(x, "ln_f") @ self.weights["wte"].t()).float()
        return F.cross_entropy(logits.view(-1, logits.size(-1)), tokens[:, 1:].reshape(-1))


def measure(args, batch):
    torch.manual_seed(42)
    cuda = args.device == "cuda"
    if cuda:
        # Each size of the micro-batch has a peak of its own.
        torch.cuda.reset_peak_memory_stats()
    model = Gpt(args)
    masters, weights = list(model.masters.values()), list(model.weights.values())
    decay = [{"params": [m for m in masters if m.dim() > 1], "weight_decay": 0.1}]
    plain = [{"params": [m for m in masters if m.dim() == 1], "weight_decay": 0.0}]
    fused = {"fused": True} if cuda else {}
    optimizer = torch.optim.AdamW(decay + plain, lr=3e-4, betas=(0.9, 0.95), eps=1e-8, **fused)
    batches = [
        torch.tensor([sequence(step, slot, args.context, args.vocabulary) for slot in range(batch)])
        for step in range(args.warm_up + args.steps)
    ]
    losses, seconds, allocations = [], [], 0
    for step, host in enumerate(batches):
        if cuda and step == args.warm_up:
            allocations = torch.cuda.memory_stats()["num_device_alloc"]
        begin = time.perf_counter()
        loss = model.loss(host.to(args.device, non_blocking=True))
        loss.backward()
        with torch.no_grad():
            for master, weight in zip(masters, weights):
                master.grad, weight.grad = weight.grad.float(), None
            torch.nn.utils.clip_grad_norm_(masters, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            torch._foreach_copy_(weights, masters)
        losses.append(loss.item())
        seconds.append(time.perf_counter() - begin)
    line = {
        "microBatchSize": batch,
        "parameters": sum(m.numel() for m in masters),
        "firstLoss": losses[0],
        "lastLoss": losses[-1],
        "tokensPerSecond": batch * args.context / statistics.median(seconds[args.warm_up :]),
    }
    if cuda:
        line["peakBytes"] = torch.cuda.max_memory_allocated()
        line["allocationsInSteadyState"] = torch.cuda.memory_stats()["num_device_alloc"] - allocations
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    for name, default in [
        ("layers", 24),
        ("heads", 16),
        ("width", 1024),
        ("context", 1024),
        ("vocabulary", 50257),
        ("warm-up", 10),
        ("steps", 20),
    ]:
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--batches", default="8,16,32")
    args = parser.parse_args()
    for batch in map(int, args.batches.split(",")):
        try:
            print(json.dumps(measure(args, batch)), flush=True)
        except RuntimeError as e:
            if "out of memory" not in str(e):
                raise
            print(json.dumps({"microBatchSize": batch, "outOfMemory": True}))
            return


if __name__ == "__main__":
    main()
