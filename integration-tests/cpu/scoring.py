"""ScoringComparison's rows and model in plain transformers: the mean loss of each row, or how likely its first class is.

Says `ready`; then, for each number of passes that it reads, scores all rows so often and prints the seconds of each pass, then
the mean losses over all tokens, or the mean probabilities of all rows.

Usage: scoring.py --model=FOLDER --rows=FILE --threads=N --batch=N [--sorted], the file a JSON list of texts of two bytes or
more. A batch is padded to its longest row; --sorted puts rows of like length together.
"""

import argparse
import json
import sys
import time

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification


def padded(rows):
    length = max(len(row) for row in rows)
    tokens = torch.zeros(len(rows), length, dtype=torch.long)
    mask = torch.zeros(len(rows), length, dtype=torch.long)
    for i, row in enumerate(rows):
        tokens[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return tokens, mask


def losses(model, rows):
    """As the model's own loss, a row at a time."""
    tokens, mask = padded(rows)
    logits = model(input_ids=tokens, attention_mask=mask).logits[:, :-1]
    each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
    return ((each * mask[:, 1:]).sum(1) / mask[:, 1:].sum(1)).tolist()


def probabilities(model, rows):
    tokens, mask = padded(rows)
    return model(input_ids=tokens, attention_mask=mask).logits.softmax(1)[:, 0].tolist()


def score(model, rows, batch):
    classifies = model.config.model_type == "bert"
    of = probabilities if classifies else losses
    found = []
    for begin in range(0, len(rows), batch):
        found.extend(of(model, rows[begin : begin + batch]))
    counts = [1 if classifies else len(row) - 1 for row in rows]
    return sum(each * count for each, count in zip(found, counts)) / sum(counts)


def load(folder):
    classifies = AutoConfig.from_pretrained(folder).model_type == "bert"
    return (AutoModelForSequenceClassification if classifies else AutoModelForCausalLM).from_pretrained(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--rows", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--sorted", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = load(args.model).eval()
    with open(args.rows) as file:
        rows = [list(text.encode()) for text in json.load(file)]
    print("ready", flush=True)
    for line in sys.stdin:
        seconds, means = [], []
        for _ in range(int(line)):
            begin = time.perf_counter()
            with torch.inference_mode():
                means.append(score(model, sorted(rows, key=len) if args.sorted else rows, args.batch))
            seconds.append(time.perf_counter() - begin)
        print(*seconds, *means, flush=True)


if __name__ == "__main__":
    main()
