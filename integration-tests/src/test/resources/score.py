"""Scores token sequences with Hugging Face's GPT-2: prints, as JSON, the log-probabilities of what comes next.

Usage: score.py FOLDER SEQUENCES, the sequences a JSON list of lists of token ids.
"""

import json
import sys

import torch
from transformers import GPT2LMHeadModel

folder, sequences = sys.argv[1], json.loads(sys.argv[2])
model, report = GPT2LMHeadModel.from_pretrained(folder, output_loading_info=True)
model.eval()
with torch.no_grad():
    scores = [torch.log_softmax(model(torch.tensor([s])).logits[0, -1].double(), -1).tolist() for s in sequences]
    losses = [model(torch.tensor([s]), labels=torch.tensor([s])).loss.item() if len(s) > 1 else None for s in sequences]
print(json.dumps({
    "missing": report["missing_keys"],
    "unexpected": report["unexpected_keys"],
    "parameters": model.num_parameters(),
    "scores": scores,
    "losses": losses,
}))
