"""Saves a small model with random weights and a tokenizer as Hugging Face's library does, and prints as JSON how the library goes on with
prompts, each alone and always by the likeliest token.

Usage: generate.py FOLDER FAMILY TYPE LARGEST PROMPTS TOKENS, the family as model_type says it, the type of the weights as torch
calls it, the size of the largest file as save_pretrained takes it, the prompts a JSON list of texts, and how many tokens are added at
most.
"""

import json
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast,
)

folder, family, type_name, largest = sys.argv[1:5]
prompts, tokens = json.loads(sys.argv[5]), int(sys.argv[6])
END = "<|endoftext|>"
VOCABULARY, CONTEXT = 311, 128

pairs = Tokenizer(models.BPE())
pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
pairs.decoder = decoders.ByteLevel()
pairs.train_from_iterator(
    prompts * 10,
    trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
)
tokenizer = PreTrainedTokenizerFast(tokenizer_object=pairs, bos_token=END, eos_token=END)
tokenizer.save_pretrained(folder)

torch.manual_seed(7)
sizes = dict(vocab_size=VOCABULARY, bos_token_id=tokenizer.bos_token_id)
scaling = dict(
    rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32
)
model = {
    "gpt2": lambda: GPT2LMHeadModel(GPT2Config(n_positions=CONTEXT, n_embd=24, n_layer=3, n_head=4, **sizes)),
    "llama": lambda: LlamaForCausalLM(LlamaConfig(
        hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=CONTEXT, rope_theta=500000.0, rope_scaling=scaling, **sizes)),
}[family]()
with torch.no_grad():
    for parameter in model.parameters():
        # Biases would say the same token again and again.
        parameter.add_(torch.randn_like(parameter) * (0.3 if parameter.dim() > 1 else 0.02))
model = model.to(getattr(torch, type_name))
ids = [torch.tensor([tokenizer(prompt)["input_ids"]]) for prompt in prompts]
wide = model.float().eval()
# What ends a text is in generation_config.json: a token that comes after some others.
first = wide.generate(ids[0], max_new_tokens=tokens, do_sample=False, eos_token_id=None, pad_token_id=0)[0].tolist()
first = first[ids[0].shape[1]:]
end = max(set(first), key=first.index)
model.generation_config.eos_token_id = [end, tokenizer.eos_token_id]
model.generation_config.pad_token_id = tokenizer.eos_token_id
model = model.to(getattr(torch, type_name))
model.save_pretrained(folder, max_shard_size=largest, safe_serialization=True)

model = type(model).from_pretrained(folder, torch_dtype=torch.float32).eval()
added, follows = [], []
for prompt in ids:
    new = model.generate(prompt, max_new_tokens=tokens, do_sample=False)[0, prompt.shape[1]:].tolist()
    new = [token for token in new if token not in model.generation_config.eos_token_id]
    added.append(new)
    begins = tokenizer.decode(prompt[0], clean_up_tokenization_spaces=False)
    text = tokenizer.decode(prompt[0].tolist() + new, clean_up_tokenization_spaces=False)
    follows.append(text[len(begins):])
print(json.dumps({
    "prompts": [prompt[0].tolist() for prompt in ids],
    "added": added,
    "texts": follows,
}))
