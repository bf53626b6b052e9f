package io.sparkmics.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of a plan. Numbers that are not set are null. */
@Command(
        name = "io.sparkmics.Plan",
        customSynopsis = "io.sparkmics.Plan --model=NAME --instance=NAME --nodes=INTEGER [OPTIONS]",
        description =
                "Predicts memory, bytes and time of a training step for every partition group size, and chooses one.",
        sortOptions = false,
        usageHelpWidth = 120)
final class PlanOptions {

    @Option(names = "--model", paramLabel = "NAME", description = "what to train: ${bundle:models}")
    String model;

    @Option(names = "--layers", paramLabel = "INTEGER", description = "transformer blocks, as of --model where not set")
    Integer layers;

    @Option(names = "--heads", paramLabel = "INTEGER", description = "attention heads; divides the width")
    Integer heads;

    @Option(names = "--width", paramLabel = "INTEGER", description = "size of a token's vector")
    Integer width;

    @Option(names = "--context", paramLabel = "INTEGER", description = "tokens of a sequence")
    Integer context;

    @Option(names = "--vocabulary-size", paramLabel = "INTEGER", description = "number of token ids")
    Integer vocabularySize;

    @Option(
            names = "--instance",
            required = true,
            paramLabel = "NAME",
            description = "what the nodes are: ${bundle:instances}")
    String instance;

    @Option(names = "--nodes", required = true, paramLabel = "INTEGER", description = "how many there are")
    int nodes;

    @Option(names = "--ranks-per-node", paramLabel = "INTEGER", description = "default: the instance's")
    Integer ranksPerNode;

    @Option(
            names = "--global-batch-size",
            paramLabel = "INTEGER",
            description = "sequences of a step, a multiple of the number of ranks; default: 8192")
    Integer globalBatchSize;

    @Option(
            names = "--sequences-per-rank",
            paramLabel = "INTEGER",
            description = "instead of --global-batch-size: so many for each rank")
    Integer sequencesPerRank;

    @Option(
            names = "--micro-batch-size",
            paramLabel = "INTEGER",
            description = "sequences of a micro-step and rank; 0: whatever is fastest; default: ${DEFAULT-VALUE}")
    int microBatchSize = 0;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "engine: bfloat16 on GPUs, else float32, activations kept; article: fp16 with 16 bytes a"
                    + " parameter, activations recomputed; default: ${DEFAULT-VALUE}")
    String recipe = "engine";

    @Option(
            names = "--replication-precision",
            paramLabel = "TYPE",
            description = "float32 or bfloat16: what hop 2 sums gradients in; default: the recipe's")
    String replicationPrecision;

    @Option(
            names = "--activation-checkpointing",
            paramLabel = "INTEGER",
            description = "0: no stage runs its forward pass again for its backward pass; 1: all do; k: every k-th;"
                    + " default: the recipe's")
    Integer activationCheckpointing;

    @Option(
            names = "--separate-documents",
            arity = "1",
            paramLabel = "BOOLEAN",
            description =
                    "whether a mask keeps the documents of a sequence apart: a number for each pair of its tokens;"
                            + " default: ${DEFAULT-VALUE}")
    boolean separateDocuments = false;

    @Option(
            names = "--overlap",
            arity = "1",
            paramLabel = "BOOLEAN",
            description = "whether collectives run while ranks compute; default: on GPUs")
    Boolean overlap;

    @Option(
            names = "--teraflops",
            paramLabel = "DOUBLE",
            description = "TFLOP/s that large matrix products attain; default: the instance's")
    Double teraflops;

    @Option(names = "--memory", paramLabel = "DOUBLE", description = "GiB that a rank has; default: the instance's")
    Double memory;

    @Option(
            names = "--inside-bandwidth",
            paramLabel = "DOUBLE",
            description = "GB/s that a rank attains inside its node; default: the instance's")
    Double insideBandwidth;

    @Option(
            names = "--between-bandwidth",
            paramLabel = "DOUBLE",
            description = "GB/s that a node attains to others; default: the instance's")
    Double betweenBandwidth;

    @Option(
            names = "--inside-latency",
            paramLabel = "DOUBLE",
            description = "microseconds of a ring's turn inside a node; default: the instance's")
    Double insideLatency;

    @Option(
            names = "--between-latency",
            paramLabel = "DOUBLE",
            description = "microseconds of a ring's turn between nodes; default: the instance's")
    Double betweenLatency;

    @Option(
            names = "--up-to-nodes",
            paramLabel = "INTEGER",
            description = "also shows one node, two, four and so on up to this; default: ${DEFAULT-VALUE}, none")
    int upToNodes = 0;

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            description = "where to draw plan.png, and scaling.png; default: ${DEFAULT-VALUE}")
    String output = ".";

    @Option(names = "--help", usageHelp = true, description = "show this help")
    boolean help;
}
