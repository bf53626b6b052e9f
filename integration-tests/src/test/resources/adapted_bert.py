"""Makes a BERT with random weights and both heads that it is published with; or puts saved adapters beside it with PEFT, and prints as
JSON what that makes: the logits of sequences by the classifier, the largest differences of its logits, and of those of the model that
guesses tokens, from those of the merged models, what of the classifier's file PEFT did not know, and the losses of twenty steps of
training in float64 that begin where the first adapter is, with B = 0; at the end of these saves the adapter, and prints its logits.

Usage: adapted_bert.py BASE, or adapted_bert.py BASE FIRST TRAINED MERGED GUESSING MERGED_GUESSING NEXT SEQUENCES LABELS, the folders of
the base, of two adapters of a classifier and of the model that has the second one merged, of an adapter of a model that guesses tokens
and of the model that has it merged, the folder to save to, the sequences a JSON list of lists of token ids, the labels one of classes.
"""

import json
import sys

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification, BertConfig, BertForPreTraining

base = sys.argv[1]
if len(sys.argv) == 2:
    torch.manual_seed(7)
    model = BertForPreTraining(BertConfig(
        vocab_size=131, hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40, max_position_embeddings=16,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(base, safe_serialization=True)
    print("{}")
    sys.exit()

first, trained, merged, guessing, merged_guessing, next_folder = sys.argv[2:8]
tokens, labels = torch.tensor(json.loads(sys.argv[8])), torch.tensor(json.loads(sys.argv[9]))


def classifier(folder, **how):
    return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3, attn_implementation="eager", **how)


def logits(model):
    with torch.no_grad():
        return model.eval()(tokens).logits


def difference(one, other):
    return (logits(one) - logits(other)).abs().max().item()


tuned = PeftModel.from_pretrained(classifier(base), trained)
known = set(get_peft_model_state_dict(tuned))
guesser = PeftModel.from_pretrained(AutoModelForMaskedLM.from_pretrained(base), guessing)
answer = {
    "logits": logits(tuned).tolist(),
    "difference": difference(tuned, classifier(merged)),
    "guessing": difference(guesser, AutoModelForMaskedLM.from_pretrained(merged_guessing)),
    "change": difference(guesser, AutoModelForMaskedLM.from_pretrained(base)),
    "unknown": sorted(known ^ set(load_file(trained + "/adapter_model.safetensors"))),
}

model = PeftModel.from_pretrained(classifier(base, torch_dtype=torch.float64), first, is_trainable=True).double()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.zero_()
parameters = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(
    [{"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.1},
     {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0}],
    lr=1e-2, betas=(0.9, 0.95), eps=1e-8)
curve = []
for _ in range(20):
    loss = torch.nn.functional.cross_entropy(model.train()(tokens).logits, labels)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    curve.append(loss.item())
# It is made with a library that nothing else here needs.
model.create_or_update_model_card = lambda folder: None
model.save_pretrained(next_folder)
print(json.dumps({**answer, "curve": curve, "next": logits(model).tolist()}))
