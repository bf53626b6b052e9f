"""Loads a BERT as Hugging Face's library does and prints as JSON what the library has to say of the folder, the ids of texts, the
vectors that the encoder makes of them, and the logits, of the tokens of the first text or of all texts; before that, perhaps, makes
one with random weights and saves it.

Usage: encoder.py FOLDER ARCHITECTURE TYPE TEXTS, the architecture the class to make and save, or none to take what is there, the type
of the weights to save as torch calls it, the texts a JSON list.
"""

import json
import logging
import os
import sys

import torch
import transformers
from transformers import (
    AutoConfig, AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertTokenizerFast,
)

folder, architecture, type_name, texts = *sys.argv[1:4], json.loads(sys.argv[4])
CONTEXT = 16
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

if architecture != "none":
    os.makedirs(folder)
    words = SPECIAL + list("abcdefghijklmnopqrstuvwxyz") + ["##" + letter for letter in "abcdefghijklmnopqrstuvwxyz"]
    words += ["the", "quick", "##er", "fox"]
    with open(folder + "/vocab.txt", "w") as file:
        file.write("\n".join(words))
    BertTokenizerFast(folder + "/vocab.txt", model_max_length=CONTEXT).save_pretrained(folder)
    torch.manual_seed(7)
    made = getattr(transformers, architecture)(BertConfig(
        vocab_size=len(words), hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40,
        max_position_embeddings=CONTEXT))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    made.to(getattr(torch, type_name)).save_pretrained(folder, safe_serialization=True)

said = []
handler = logging.Handler()
handler.emit = lambda record: said.append(record.getMessage())
logging.getLogger("transformers").addHandler(handler)
classifies = AutoConfig.from_pretrained(folder).architectures == ["BertForSequenceClassification"]
model, report = (AutoModelForSequenceClassification if classifies else AutoModelForMaskedLM).from_pretrained(
    folder, torch_dtype=torch.float32, output_loading_info=True)
model.eval()
tokenizer = AutoTokenizer.from_pretrained(folder)
batch = tokenizer(texts, padding=True, truncation=True, max_length=CONTEXT, return_tensors="pt")
with torch.no_grad():
    hidden = model.bert(**batch).last_hidden_state
    present = batch["attention_mask"].unsqueeze(2)
    mean = (hidden * present).sum(1) / present.sum(1)
    first = tokenizer(texts[:1], truncation=True, max_length=CONTEXT, return_tensors="pt")
    logits = model(**batch).logits if classifies else model(**first).logits[0]
print(json.dumps({
    "missing": report["missing_keys"],
    "unexpected": report["unexpected_keys"],
    "said": said,
    "ids": [ids[:sum(mask)] for ids, mask in zip(batch["input_ids"].tolist(), batch["attention_mask"].tolist())],
    "mean": mean.tolist(),
    "first": hidden[:, 0].tolist(),
    "logits": logits.tolist(),
}))
