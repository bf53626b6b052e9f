"""Saves a small model with random weights and a tokenizer as Hugging Face's library does, and prints as JSON the model's mean loss
over token sequences, the losses of twenty steps of training in float64, and the tokenizer's ids of texts.

Usage: pretrained.py FOLDER FAMILY TYPE LARGEST SEQUENCES TEXTS, the family as model_type says it, the type of the weights as torch
calls it, the size of the largest file as save_pretrained takes it, the sequences a JSON list of lists of token ids, the texts a JSON
list. Trained is on one document, all the sequences one behind the other and the first token again, cut into pieces of the model's
context that share a token: one batch, each step.
"""

import json
import sys

import double_precision
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, PreTrainedTokenizerFast,
    Qwen2Config, Qwen2ForCausalLM,
)

folder, family, type_name, largest = sys.argv[1:5]
sequences, texts = json.loads(sys.argv[5]), json.loads(sys.argv[6])
END = "<|endoftext|>"
VOCABULARY, CONTEXT = 311, 16

pairs = Tokenizer(models.BPE())
pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
pairs.decoder = decoders.ByteLevel()
pairs.train_from_iterator(
    texts * 10,
    trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
)
tokenizer = PreTrainedTokenizerFast(tokenizer_object=pairs, bos_token=END, eos_token=END)
tokenizer.save_pretrained(folder)

ends = dict(vocab_size=VOCABULARY, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id)
sizes = dict(
    hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=CONTEXT, attn_implementation="eager", **ends
)
scaling = dict(
    rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8
)
torch.manual_seed(7)
model = {
    "gpt2": lambda: GPT2LMHeadModel(GPT2Config(
        n_positions=CONTEXT, n_embd=24, n_layer=3, n_head=4, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, **ends)),
    "llama": lambda: LlamaForCausalLM(LlamaConfig(rope_theta=500000.0, rope_scaling=scaling, **sizes)),
    "qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(tie_word_embeddings=True, **sizes)),
    "mistral": lambda: MistralForCausalLM(MistralConfig(sliding_window=None, **sizes)),
}[family]()
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.1)
model = model.to(getattr(torch, type_name))
model.save_pretrained(folder, max_shard_size=largest, safe_serialization=True)
# As anybody loads it: what is no weight is computed again, and not from rounded numbers.
model = type(model).from_pretrained(folder, torch_dtype=torch.float32, attn_implementation="eager").eval()
with torch.no_grad():
    losses = [model(torch.tensor([s]), labels=torch.tensor([s])).loss.item() for s in sequences]

double_precision.use()
model = model.double()
document = torch.tensor([token for s in sequences for token in s] + sequences[0][:1])
batch = document.unfold(0, CONTEXT + 1, CONTEXT)
decayed = [p for p in model.parameters() if p.dim() > 1]
others = [p for p in model.parameters() if p.dim() == 1]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], lr=1e-2, betas=(0.9, 0.95), eps=1e-8
)
curve = []
for _ in range(20):
    logits = model.lm_head(model.base_model(batch[:, :-1])[0])
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY), batch[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    curve.append(loss.item())
ids = [tokenizer(text)["input_ids"] for text in texts]
print(json.dumps({"losses": losses, "curve": curve, "ids": ids, "end": tokenizer.eos_token_id}))
