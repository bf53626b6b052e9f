"""Trains a saved model on responses to prompts as Hugging Face's library has it, with labels of -100 where nothing is predicted, and
prints as JSON its own loss before, the losses of twenty steps of training in float64, and those of each example by what was trained.

Usage: responses.py FOLDER EXAMPLES, the examples a JSON list of pairs of lists of token ids. All of them are one batch, padded to the
longest, each step.
"""

import json
import sys

import double_precision
import torch
from transformers import AutoModelForCausalLM

folder, examples = sys.argv[1], json.loads(sys.argv[2])
IGNORED = -100

double_precision.use()
model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float64, attn_implementation="eager").eval()
end = model.config.eos_token_id
sequences = [prompt + response + [end] for prompt, response in examples]
longest = max(map(len, sequences))
tokens = torch.tensor([s + [end] * (longest - len(s)) for s in sequences])
mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])
labels = torch.tensor([
    [IGNORED] * len(prompt) + s[len(prompt):] + [IGNORED] * (longest - len(s))
    for (prompt, _), s in zip(examples, sequences)
])
with torch.no_grad():
    own = model(tokens, attention_mask=mask, labels=labels).loss.item()


def losses():
    """Of each token, without the library's rounding to float32."""
    logits = model.lm_head(model.base_model(tokens, attention_mask=mask)[0])[:, :-1]
    return torch.nn.functional.cross_entropy(
        logits.transpose(1, 2), labels[:, 1:], ignore_index=IGNORED, reduction="none")


predicted = labels[:, 1:] != IGNORED
decayed = [p for p in model.parameters() if p.dim() > 1]
others = [p for p in model.parameters() if p.dim() == 1]
# Llama's angles have a cosine and a sine in float32, whose last bit differs from one mathematical library to the next: with AdamW's
# usual 1e-8 a gradient of that size would be told from the one beside it.
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], lr=1e-2, betas=(0.9, 0.95), eps=1e-5
)
curve = []
for _ in range(20):
    loss = losses().sum() / predicted.sum()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    curve.append(loss.item())
with torch.no_grad():
    trained = (losses().sum(1) / predicted.sum(1)).tolist()
print(json.dumps({"own": own, "curve": curve, "trained": trained}))
