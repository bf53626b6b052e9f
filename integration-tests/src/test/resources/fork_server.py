"""Runs scripts of this folder, each in a process of its own that has the libraries already: they take seconds to import.

Reads a line of JSON for each from the standard input: the script's name, its arguments, and the file that takes all it writes; prints
the exit status when it has ended. The end of the input ends it.
"""

import json
import os
import runpy
import sys
import traceback

# What the scripts import. Nothing may be computed here: a fork has the threads of nobody.
import double_precision  # noqa: F401
import peft  # noqa: F401
import torch  # noqa: F401
from transformers import (  # noqa: F401
    AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer, BertTokenizerFast, GPT2LMHeadModel, LlamaForCausalLM,
    MistralForCausalLM, Qwen2ForCausalLM, TopPLogitsWarper, pipeline,
)


def run(script, arguments, output):
    """In the fork; returns its exit status."""
    written = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(written, 1)
    os.dup2(written, 2)
    sys.argv = [script, *arguments]
    try:
        runpy.run_path(os.path.join(sys.path[0], script), run_name="__main__")
        return 0
    except SystemExit as end:
        return end.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(run(**json.loads(line)))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
