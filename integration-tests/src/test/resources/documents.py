"""Prints as JSON the mean loss of a saved model over sequences of several documents, each of which is run alone, in float64.

Usage: documents.py FOLDER SEQUENCES, the sequences a JSON list of lists of token ids, the last of which is only predicted. A document
ends with the end-of-text token of the model, or with its sequence.
"""

import json
import sys

import double_precision
import torch
from transformers import AutoModelForCausalLM

folder, sequences = sys.argv[1], json.loads(sys.argv[2])

double_precision.use()
model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float64, attn_implementation="eager").eval()
losses = []
for sequence in sequences:
    first = 0
    for last, token in enumerate(sequence[:-1]):
        if token == model.config.eos_token_id or last == len(sequence) - 2:
            with torch.no_grad():
                logits = model.lm_head(model.base_model(torch.tensor([sequence[first:last + 1]]))[0])[0]
            following = torch.tensor(sequence[first + 1:last + 2])
            losses += torch.nn.functional.cross_entropy(logits, following, reduction="none").tolist()
            first = last + 1
print(json.dumps({"loss": sum(losses) / len(losses)}))
