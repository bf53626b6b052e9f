"""Makes a BERT with random weights and both heads that it is published with; or puts saved adapters beside it with PEFT, and prints as
JSON what that makes. Of the model that guesses tokens: the largest differences of its logits from those of the merged one, and of the
base. Of each predictor: the logits of sequences, the largest difference of them from those of the merged model, what of its file PEFT
did not know, and the losses of twenty steps of training in float64 that begin where its first adapter is, with B = 0; at the end of
these saves the adapter, and prints its logits.

Usage: adapted_bert.py BASE, or adapted_bert.py BASE GUESSING MERGED_GUESSING SEQUENCES FOLDER LABELS [FOLDER LABELS ...], the folders of
the base, of an adapter of a model that guesses tokens and of the model that has it merged; the sequences a JSON list of lists of token
ids; for each predictor a folder with the models that were saved first and last, which gets the adapter in next, and a JSON list of
labels: classes, or numbers with a decimal point.
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

guessing, merged_guessing = sys.argv[2:4]
tokens = torch.tensor(json.loads(sys.argv[4]))


def predictor(folder, labels, **how):
    outputs = 1 if labels.is_floating_point() else 3
    return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=outputs, attn_implementation="eager", **how)


def logits(model):
    with torch.no_grad():
        return model.eval()(tokens).logits


def difference(one, other):
    return (logits(one) - logits(other)).abs().max().item()


def loss(logits, labels):
    if labels.is_floating_point():
        return torch.nn.functional.mse_loss(logits.squeeze(1), labels)
    return torch.nn.functional.cross_entropy(logits, labels)


def predicted(folder, labels):
    trained = folder + "/saved/huggingface/adapter"
    tuned = PeftModel.from_pretrained(predictor(base, labels), trained)
    known = set(get_peft_model_state_dict(tuned))
    answer = {
        "logits": logits(tuned).tolist(),
        "difference": difference(tuned, predictor(folder + "/saved/huggingface", labels)),
        "unknown": sorted(known ^ set(load_file(trained + "/adapter_model.safetensors"))),
    }
    model = PeftModel.from_pretrained(
        predictor(base, labels, torch_dtype=torch.float64), folder + "/first/huggingface/adapter", is_trainable=True).double()
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
        step = loss(model.train()(tokens).logits, labels)
        optimizer.zero_grad()
        step.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        curve.append(step.item())
    # It is made with a library that nothing else here needs.
    model.create_or_update_model_card = lambda folder: None
    model.save_pretrained(folder + "/next")
    return {**answer, "curve": curve, "next": logits(model).tolist()}


guesser = PeftModel.from_pretrained(AutoModelForMaskedLM.from_pretrained(base), guessing)
print(json.dumps({
    "guessing": difference(guesser, AutoModelForMaskedLM.from_pretrained(merged_guessing)),
    "change": difference(guesser, AutoModelForMaskedLM.from_pretrained(base)),
    "predictors": [
        predicted(folder, torch.tensor(json.loads(labels), dtype=torch.float64 if "." in labels else torch.int64))
        for folder, labels in zip(sys.argv[5::2], sys.argv[6::2])],
}))
