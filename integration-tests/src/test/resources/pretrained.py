"""Saves a GPT-2 with random weights and a tokenizer as Hugging Face's library does, and prints as JSON the model's mean loss over
token sequences, and the tokenizer's ids of texts.

Usage: pretrained.py FOLDER TYPE LARGEST SEQUENCES TEXTS, the type of the weights as torch calls it, the size of the largest file
as save_pretrained takes it, the sequences a JSON list of lists of token ids, the texts a JSON list.
"""

import json
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

folder, type_name, largest = sys.argv[1:4]
sequences, texts = json.loads(sys.argv[4]), json.loads(sys.argv[5])
END = "<|endoftext|>"

pairs = Tokenizer(models.BPE())
pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
pairs.decoder = decoders.ByteLevel()
pairs.train_from_iterator(
    texts * 10,
    trainers.BpeTrainer(vocab_size=311, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
)
tokenizer = PreTrainedTokenizerFast(tokenizer_object=pairs, bos_token=END, eos_token=END)
tokenizer.save_pretrained(folder)

torch.manual_seed(7)
config = GPT2Config(
    vocab_size=311, n_positions=16, n_embd=24, n_layer=3, n_head=4, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
)
model = GPT2LMHeadModel(config).to(getattr(torch, type_name))
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.1)
model.save_pretrained(folder, max_shard_size=largest, safe_serialization=True)
model = model.float().eval()
with torch.no_grad():
    losses = [model(torch.tensor([s]), labels=torch.tensor([s])).loss.item() for s in sequences]
print(json.dumps({"losses": losses, "ids": [tokenizer(text)["input_ids"] for text in texts], "end": tokenizer.eos_token_id}))
