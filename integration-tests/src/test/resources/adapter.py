"""Puts a saved adapter beside its base with PEFT, and prints as JSON what that makes: the mean loss over token sequences, the largest
difference of its logits from those of the merged model, what of the adapter's file PEFT did not know, and the losses of twenty steps
of training in float64 that begin where the first adapter is, with B = 0.

Usage: adapter.py BASE FIRST TRAINED MERGED SEQUENCES, the folders of the base, of two adapters and of the model that has the second
one merged, the sequences a JSON list of lists of token ids. Trained is as in pretrained.py.
"""

import json
import sys

import double_precision
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

base, first, trained, merged = sys.argv[1:5]
sequences = json.loads(sys.argv[5])
CONTEXT = 16


def load(folder, **how):
    return AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", **how)


tuned = PeftModel.from_pretrained(load(base), trained).eval()
alone, report = load(merged, output_loading_info=True)
alone.eval()
tokens = torch.tensor(sequences)
with torch.no_grad():
    losses = [tuned(torch.tensor([s]), labels=torch.tensor([s])).loss.item() for s in sequences]
    difference = (tuned(tokens).logits - alone(tokens).logits).abs().max().item()
    change = (tuned(tokens).logits - load(base).eval()(tokens).logits).abs().max().item()
known = {name.replace(".default", "") for name, _ in tuned.named_parameters() if "lora_" in name}
saved = set(load_file(trained + "/adapter_model.safetensors"))

double_precision.use()
model = PeftModel.from_pretrained(load(base, torch_dtype=torch.float64), first, is_trainable=True).double()
parameters = [p for p in model.parameters() if p.requires_grad]
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.zero_()
document = torch.tensor([token for s in sequences for token in s] + sequences[0][:1])
batch = document.unfold(0, CONTEXT + 1, CONTEXT)
optimizer = torch.optim.AdamW(parameters, weight_decay=0.1, lr=1e-2, betas=(0.9, 0.95), eps=1e-8)
inside = model.base_model.model
curve = []
for _ in range(20):
    logits = inside.lm_head(inside.base_model(batch[:, :-1])[0])
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), batch[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    curve.append(loss.item())
print(json.dumps({
    "losses": losses,
    "difference": difference,
    "change": change,
    "unknown": sorted(known ^ saved),
    "missing": report["missing_keys"],
    "unexpected": report["unexpected_keys"],
    "curve": curve,
}))
