"""Gives a model a larger tokenizer as Hugging Face's library does, and compares another's with it.

Usage: resized.py FOLDER LARGER [SAVED]. Without SAVED, saves into LARGER the tokenizer in FOLDER with more tokens, and prints as JSON
how many it has. With it, prints of the model in SAVED and of that in FOLDER, resized by the library to LARGER: the shapes of all
parameters, how many of them have a row for each token, how far old rows are from each other at most, the standard deviation of the new
ones in SAVED, and what both make of a text.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, larger = sys.argv[1:3]
TEXT = "the <new3> fox"
if len(sys.argv) == 3:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens([f"<new{i}>" for i in range(90)])
    assert len(tokenizer) > 311, len(tokenizer)
    tokenizer.save_pretrained(larger)
    print(json.dumps({"size": len(tokenizer)}))
    sys.exit()

tokenizer = AutoTokenizer.from_pretrained(larger)
theirs = AutoModelForCausalLM.from_pretrained(folder)
before = theirs.get_input_embeddings().weight.shape[0]
theirs.resize_token_embeddings(len(tokenizer))
saved = AutoModelForCausalLM.from_pretrained(sys.argv[3])
assert saved.config.vocab_size == theirs.config.vocab_size == len(tokenizer)
expected = dict(theirs.named_parameters())
farthest, new = 0.0, []
for name, parameter in saved.named_parameters():
    old = parameter.shape[0] if parameter.shape[0] != len(tokenizer) else before
    farthest = max(farthest, (parameter[:old] - expected[name][:old]).abs().max().item())
    if old == before:
        new.append(parameter[old:])
ours = AutoTokenizer.from_pretrained(sys.argv[3])
print(json.dumps({
    "shapes": {name: list(parameter.shape) for name, parameter in saved.named_parameters()},
    "theirs": {name: list(parameter.shape) for name, parameter in expected.items()},
    "tables": len(new),
    "farthest": farthest,
    "deviation": torch.cat(new).std().item(),
    "ids": ours(TEXT)["input_ids"],
    "theirIds": tokenizer(TEXT)["input_ids"],
    "end": saved.config.eos_token_id,
    "theirEnd": tokenizer.eos_token_id,
}))
