"""Scores token sequences with Hugging Face's library: prints, as JSON, the log-probabilities of what comes next, what the saved
tokenizer makes of texts, and how the first of them goes on.

Usage: score.py FOLDER SEQUENCES TEXTS, the sequences a JSON list of lists of token ids, the texts a JSON list.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

folder, sequences, texts = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
model, report = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
model.eval()
with torch.no_grad():
    scores = [torch.log_softmax(model(torch.tensor([s])).logits[0, -1].double(), -1).tolist() for s in sequences]
    losses = [model(torch.tensor([s]), labels=torch.tensor([s])).loss.item() if len(s) > 1 else None for s in sequences]
tokenizer = AutoTokenizer.from_pretrained(folder)
ids = [tokenizer(text)["input_ids"] for text in texts]
generator = pipeline("text-generation", model=folder)
print(json.dumps({
    "missing": report["missing_keys"],
    "unexpected": report["unexpected_keys"],
    "parameters": model.num_parameters(),
    "scores": scores,
    "losses": losses,
    "ids": ids,
    "decoded": [tokenizer.decode(i) for i in ids],
    "end": tokenizer.eos_token_id,
    "vocabulary": len(tokenizer),
    "generated": generator(texts[0], max_new_tokens=5, do_sample=False)[0]["generated_text"],
}))
