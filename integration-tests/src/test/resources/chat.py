"""Prints as JSON what Hugging Face's library makes of conversations by a chat template: the ids of the whole, and the mean loss (in
float64) of a model over the tokens of responses, nothing put behind them.

Usage: chat.py make FOLDER CONVERSATIONS RECIPE, which saves into a folder of each template's name a small model with random weights
and a tokenizer with that template, one that begins texts with a token of its own, and has the recipe, which is Python for Spark, render
the conversations there into chats; chat.py read FOLDER CONVERSATIONS, for a model that was saved with its tokenizer.
"""

import json
import os
import sys

import double_precision
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEMPLATES = {
    "chatml": (
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "llama3": (
        "{% for message in messages %}{% set content = '<|im_start|>' + message['role'] + '<|im_end|>\n\n'"
        "+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}"
        "{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_end|>\n\n' }}{% endif %}"
    ),
}
SPECIAL = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>"]
CONTEXT = 256
IGNORED = -100
# What the recipe's reader puts in their places.
MODEL, CHATS = "/models/qwen2.5-0.5b", "hdfs:///data/chats"


def make(folder, template, conversations):
    pairs = Tokenizer(models.BPE())
    pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pairs.decoder = decoders.ByteLevel()
    pairs.train_from_iterator(
        [message["content"] for chat in conversations for message in chat] * 10,
        trainers.BpeTrainer(vocab_size=311, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
    )
    pairs.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", pairs.token_to_id("<s>"))])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=pairs, bos_token="<s>", eos_token="</s>", additional_special_tokens=SPECIAL[2:])
    tokenizer.chat_template = TEMPLATES[template]
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=CONTEXT, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )).save_pretrained(folder)


def loss(folder, ids, lengths):
    double_precision.use()
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float64, attn_implementation="eager").eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for whole, prompt in zip(ids, lengths):
            labels = [IGNORED] * prompt + whole[prompt:]
            logits = model.lm_head(model.base_model(torch.tensor([whole]))[0])[0, :-1]
            total += torch.nn.functional.cross_entropy(
                logits, torch.tensor(labels[1:]), ignore_index=IGNORED, reduction="sum").item()
            count += len(whole) - prompt
    return total / count


def render(recipe, folders, conversations):
    """As in a notebook: the recipe finds a frame, and is a program of its own with each template."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    assert MODEL in recipe and CHATS in recipe, recipe
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    spark = SparkSession.builder.master("local[1]").config(map=quiet).getOrCreate()
    frame = spark.createDataFrame(
        [(chat,) for chat in conversations], "messages array<struct<role: string, content: string>>")
    for folder in folders:
        exec(recipe.replace(MODEL, folder).replace(CHATS, folder + "/chats"), {"__name__": "__main__", "frame": frame})
    spark.stop()


def read(folder, conversations):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = [tokenizer.apply_chat_template(chat, tokenize=True) for chat in conversations]
    lengths = [
        len(tokenizer.apply_chat_template(chat[:-1], tokenize=True, add_generation_prompt=True)) for chat in conversations
    ]
    return {"ids": ids, "loss": loss(folder, ids, lengths)}


folder, conversations = sys.argv[2], json.loads(sys.argv[3])
if sys.argv[1] == "make":
    folders = {template: folder + "/" + template for template in TEMPLATES}
    for template, own in folders.items():
        make(own, template, conversations)
    render(sys.argv[4], folders.values(), conversations)
    print(json.dumps({template: read(own, conversations) for template, own in folders.items()}))
else:
    print(json.dumps(read(folder, conversations)))
