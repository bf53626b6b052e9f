"""The GPT, the weights and the batches that PyTorch has in common with us wherever the two are compared."""

import math

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


def read_weights(path):
    """One after another a line of text, name and shape, and the values as float32."""
    weights = {}
    with open(path, "rb") as file:
        while line := file.readline().split():
            shape = [int(size) for size in line[1:]]
            values = torch.frombuffer(bytearray(file.read(4 * math.prod(shape))), dtype=torch.float32).view(shape)
            weights[line[0].decode().removeprefix("transformer.")] = values
    return weights


class Attention(torch.nn.Module):
    def __init__(self, args):
        super().__init__()
        self.args = args
        self.c_attn = torch.nn.Linear(args.width, 3 * args.width)
        self.c_proj = torch.nn.Linear(args.width, args.width)
        self.register_buffer("past", torch.ones(args.context, args.context).tril().bool(), persistent=False)

    def forward(self, x):
        b, t, w = x.shape
        heads = self.args.heads
        query, key, value = (
            part.view(b, t, heads, w // heads).transpose(1, 2) for part in self.c_attn(x).split(w, 2)
        )
        dropout = self.args.dropout
        if self.args.fused:
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            scores = query @ key.transpose(-2, -1) * (w // heads) ** -0.5
            mixed = scores.masked_fill(~self.past[:t, :t], float("-inf")).softmax(-1) @ value
        return F.dropout(self.c_proj(mixed.transpose(1, 2).reshape(b, t, w)), dropout)


class Block(torch.nn.Module):
    def __init__(self, args):
        super().__init__()
        self.dropout = args.dropout
        self.ln_1 = torch.nn.LayerNorm(args.width)
        self.attn = Attention(args)
        self.ln_2 = torch.nn.LayerNorm(args.width)
        self.mlp = torch.nn.ModuleDict(
            {"c_fc": torch.nn.Linear(args.width, 4 * args.width), "c_proj": torch.nn.Linear(4 * args.width, args.width)}
        )

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        wide = F.gelu(self.mlp["c_fc"](self.ln_2(x)), approximate="tanh")
        return x + F.dropout(self.mlp["c_proj"](wide), self.dropout)


class Gpt(torch.nn.Module):
    """GPT-2 with a tied head."""

    def __init__(self, args):
        super().__init__()
        self.dropout = args.dropout
        self.wte = torch.nn.Embedding(args.vocabulary, args.width)
        self.wpe = torch.nn.Embedding(args.context, args.width)
        self.h = torch.nn.ModuleList(Block(args) for _ in range(args.layers))
        self.ln_f = torch.nn.LayerNorm(args.width)

    def forward(self, tokens):
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        x = F.dropout(self.wte(inputs) + self.wpe(torch.arange(inputs.shape[1])), self.dropout)
        for block in self.h:
            x = block(x)
        logits = F.linear(self.ln_f(x), self.wte.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def make(args):
    """Its weights are read from args.weights; its optimizer's groups follow from optimizer_groups."""
    model = Gpt(args)
    weights = read_weights(args.weights)
    # A Linear keeps its weight as [out, in].
    linear = {name + ".weight" for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)}
    model.load_state_dict({name: value.t().contiguous() if name in linear else value for name, value in weights.items()})
    return model


def make_optimizer(args, model):
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), eps=1e-8, fused=args.fused or None)


def batch(args, step, first):
    """A micro-batch whose sequences have slots from first on."""
    return torch.tensor([
        sequence(step, first + i, args.context, args.vocabulary) for i in range(args.micro_batch)
    ])


def add_sizes(parser):
    for name in ["layers", "heads", "width", "context", "vocabulary", "micro-batch", "threads"]:
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--fused", action="store_true", help="scaled_dot_product_attention and the fused AdamW")
