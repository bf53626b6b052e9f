"""Saves a GPT-2 with random weights as Hugging Face's library does, and prints its mean loss over token sequences as JSON.

Usage: pretrained.py FOLDER TYPE LARGEST SEQUENCES, the type of the weights as torch calls it, the size of the largest file as
save_pretrained takes it, the sequences a JSON list of lists of token ids.
"""

import json
import sys

import torch
from transformers import GPT2Config, GPT2LMHeadModel

folder, type_name, largest, sequences = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
torch.manual_seed(7)
config = GPT2Config(
    vocab_size=311, n_positions=16, n_embd=24, n_layer=3, n_head=4, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0
)
model = GPT2LMHeadModel(config).to(getattr(torch, type_name))
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.1)
model.save_pretrained(folder, max_shard_size=largest, safe_serialization=True)
model = model.float().eval()
with torch.no_grad():
    losses = [model(torch.tensor([s]), labels=torch.tensor([s])).loss.item() for s in sequences]
print(json.dumps({"losses": losses}))
