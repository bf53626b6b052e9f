"""Makes a Llama of more than 5 GB, or looks at one that was trained with adapters and saved, and prints what it sees as JSON.

Usage: large.py make FOLDER, which saves one with random weights in float32 as the library does; large.py compare BASE SAVED, which
loads the saved model as anybody does, and prints what the library warned of, its largest difference from the base with the adapter
beside it (in logits by PEFT, in some tensors by hand) and the most memory that took.
"""

import gc
import json
import logging
import resource
import sys
import warnings

import torch
import transformers
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

TOKENS = torch.tensor([[(row * 131 + i * 37) % 311 for i in range(16)] for row in range(2)])
# With an adapter and without one, in every file.
TENSORS = [
    "model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "model.layers.0.input_layernorm.weight",
    "model.layers.12.self_attn.v_proj.weight", "model.layers.12.self_attn.k_proj.weight",
    "model.layers.24.self_attn.q_proj.weight", "model.layers.24.mlp.down_proj.weight", "lm_head.weight",
]


def make(folder):
    torch.manual_seed(7)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=32000, hidden_size=2048, intermediate_size=5504, num_hidden_layers=25, num_attention_heads=16,
        max_position_embeddings=16))
    model.save_pretrained(folder)
    return {"parameters": model.num_parameters()}


def tensor(folder, name):
    with open(folder + "/model.safetensors.index.json") as index:
        file = json.load(index)["weight_map"][name]
    with safe_open(folder + "/" + file, "pt") as tensors:
        return tensors.get_tensor(name)


def difference(base, saved, name):
    with open(saved + "/adapter/adapter_config.json") as config:
        adapter = json.load(config)
    with safe_open(saved + "/adapter/adapter_model.safetensors", "pt") as tensors:
        prefix = "base_model.model." + name[:-len("weight")]
        expected = tensor(base, name).double()
        if prefix + "lora_A.weight" in tensors.keys():
            down, up = (tensors.get_tensor(prefix + part + ".weight").double() for part in ("lora_A", "lora_B"))
            expected += adapter["lora_alpha"] / adapter["r"] * up @ down
    return (tensor(saved, name).double() - expected).abs().max().item()


def logits(model):
    with torch.no_grad():
        return model.eval()(TOKENS).logits


class Records(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


def compare(base, saved):
    transformers.logging.set_verbosity_warning()
    records = Records()
    transformers.logging.add_handler(records)
    with warnings.catch_warnings(record=True) as warned:
        model, report = AutoModelForCausalLM.from_pretrained(saved, output_loading_info=True)
    # What the library says of itself when it computes is not of what it has loaded.
    said = list(records.texts)
    ours = logits(model)
    loaded = {
        "warnings": said + [str(warning.message) for warning in warned],
        "missing": report["missing_keys"],
        "unexpected": report["unexpected_keys"],
        "type": str(model.dtype),
        "parameters": model.num_parameters(),
    }
    del model
    gc.collect()
    model = AutoModelForCausalLM.from_pretrained(base)
    alone = logits(model)
    theirs = logits(PeftModel.from_pretrained(model, saved + "/adapter"))
    return {
        **loaded,
        "difference": (ours - theirs).abs().max().item(),
        "change": (theirs - alone).abs().max().item(),
        "tensors": {name: difference(base, saved, name) for name in TENSORS},
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


print(json.dumps(make(sys.argv[2]) if sys.argv[1] == "make" else compare(*sys.argv[2:4])))
