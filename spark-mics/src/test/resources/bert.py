"""Makes a small BERT with random weights of a config.json and saves it as Hugging Face's library does, then prints as JSON what it
makes of given batches in float64: the logits of the first one, its gradients, and the losses of a training on all of them.

Usage: bert.py FOLDER BATCHES, the folder with config.json, the batches a file of JSON: of each what is read, lists of token ids, -1 where
nothing is; and either what is to be guessed, such lists too, or a label for each sequence.
"""

import json
import sys

import torch
import transformers

folder = sys.argv[1]
with open(sys.argv[2]) as file:
    batches = json.load(file)

torch.manual_seed(7)
config = transformers.BertConfig.from_pretrained(folder)
model = getattr(transformers, config.architectures[0])(config)
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.1)
model.save_pretrained(folder, safe_serialization=True)
model = model.double().train()


def outcome(batch, **more):
    read = torch.tensor(batch["read"])
    return model(input_ids=read.clamp_min(0), attention_mask=(read >= 0).long(), **more)


def loss(batch):
    """The library's; of guesses the mean over sequences of the mean over what is guessed of each."""
    if "labels" in batch:
        labels = torch.tensor(batch["labels"])
        return outcome(batch, labels=labels.double() if config.num_labels == 1 else labels).loss
    targets = torch.tensor(batch["targets"])
    scores = outcome(batch).logits
    losses = torch.nn.functional.cross_entropy(scores.transpose(1, 2), targets, ignore_index=-1, reduction="none")
    return (losses.sum(1) / (targets >= 0).sum(1).clamp_min(1)).mean()


first = outcome(batches[0]).logits.tolist()
loss(batches[0]).backward()
gradients = {name: p.grad.flatten().tolist() for name, p in model.named_parameters()}
decayed = [p for p in model.parameters() if p.dim() > 1]
others = [p for p in model.parameters() if p.dim() == 1]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], lr=1e-2, betas=(0.9, 0.95), eps=1e-8
)
curve = []
for batch in batches:
    optimizer.zero_grad()
    value = loss(batch)
    value.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    curve.append(value.item())
print(json.dumps({"logits": first, "gradients": gradients, "curve": curve}))
