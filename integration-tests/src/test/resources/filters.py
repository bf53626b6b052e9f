"""Prints as JSON made-up logits, and the probabilities of the tokens that Hugging Face's library draws from after its filters.

Usage: filters.py FILTERS, a JSON list of temperature, k (0: none) and p (1: none).
"""

import json
import sys

import torch
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

logits = torch.randn(1, 500, generator=torch.Generator().manual_seed(3)) * 4
probabilities = []
for temperature, k, p in json.loads(sys.argv[1]):
    left = TemperatureLogitsWarper(float(temperature))(None, logits)
    left = TopKLogitsWarper(int(k))(None, left) if k else left
    left = TopPLogitsWarper(float(p))(None, left) if p < 1 else left
    probabilities.append(torch.softmax(left[0].double(), -1).tolist())
print(json.dumps({"logits": logits[0].tolist(), "probabilities": probabilities}))
