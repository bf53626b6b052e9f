package io.sparkmics.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What other programs call our options. */
final class Synonyms {

    private static final Map<String, String> MEANT = Map.ofEntries(
            Map.entry("batch-size", "--global-batch-size or --micro-batch-size"),
            Map.entry("gradient-accumulation-steps", "--global-batch-size"),
            Map.entry("epochs", "--max-epochs"),
            Map.entry("num-epochs", "--max-epochs"),
            Map.entry("num-train-epochs", "--max-epochs"),
            Map.entry("steps", "--max-steps"),
            Map.entry("iterations", "--max-steps"),
            Map.entry("max-iters", "--max-steps"),
            Map.entry("lr", "--learning-rate"),
            Map.entry("min-lr", "--minimum-learning-rate-ratio"),
            Map.entry("warmup", "--warm-up-steps"),
            Map.entry("warmup-steps", "--warm-up-steps"),
            Map.entry("clip", "--gradient-clipping"),
            Map.entry("grad-clip", "--gradient-clipping"),
            Map.entry("max-grad-norm", "--gradient-clipping"),
            Map.entry("world-size", "--num-workers"),
            Map.entry("ranks", "--num-workers"),
            Map.entry("num-ranks", "--num-workers"),
            Map.entry("num-gpus", "--num-workers"),
            Map.entry("nproc-per-node", "--num-workers"),
            Map.entry("device", "--device-type"),
            Map.entry("dtype", "--precision"),
            Map.entry("bf16", "--precision bfloat16"),
            Map.entry("column", "--input-col"),
            Map.entry("text-column", "--input-col"),
            Map.entry("label-col", "--input-col"),
            Map.entry("n-layer", "--layers"),
            Map.entry("num-layers", "--layers"),
            Map.entry("n-head", "--heads"),
            Map.entry("num-heads", "--heads"),
            Map.entry("n-embd", "--width"),
            Map.entry("d-model", "--width"),
            Map.entry("hidden-size", "--width"),
            Map.entry("block-size", "--context"),
            Map.entry("seq-len", "--context"),
            Map.entry("max-length", "--context"),
            Map.entry("vocab-size", "--vocabulary-size"),
            Map.entry("data", "--input"),
            Map.entry("train-file", "--input"),
            Map.entry("output-dir", "--output"),
            Map.entry("out-dir", "--output"),
            Map.entry("eval-every", "--evaluate-every"),
            Map.entry("eval-steps", "--evaluate-every"),
            Map.entry("save-steps", "--checkpoint-interval"),
            Map.entry("save-every", "--checkpoint-interval"),
            Map.entry("save-interval", "--checkpoint-interval"),
            Map.entry("checkpoint-every", "--checkpoint-interval"),
            Map.entry("checkpoint-dir", "--checkpoint-directory"),
            Map.entry("save-total-limit", "--keep-checkpoints"),
            Map.entry("resume", "--resume-from"),
            Map.entry("resume-from-checkpoint", "--resume-from"),
            Map.entry("elastic", "--elastic-workers"));

    private Synonyms() {}

    /** @param option with its dashes, without its value; words may be joined by underscores too */
    static Optional<String> of(String option) {
        return Optional.ofNullable(MEANT.get(option.replaceFirst("^-+", "").replace('_', '-')));
    }

    static List<String> all() {
        return List.copyOf(MEANT.values());
    }
}
