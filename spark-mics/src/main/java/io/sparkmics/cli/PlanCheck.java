package io.sparkmics.cli;

import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.TrainingSchedule;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Cluster;
import io.sparkmics.plan.step.Instance;
import io.sparkmics.plan.step.Link;
import io.sparkmics.plan.step.Models;
import io.sparkmics.plan.step.Processor;
import io.sparkmics.plan.step.Recipe;
import io.sparkmics.plan.step.Transformer;
import io.sparkmics.plan.step.TransformerWorkload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a request of options, or says all that is wrong with them. */
final class PlanCheck {

    private static final int GLOBAL_BATCH = 8192;
    private static final double GIGA = 1e9;
    private static final double MICRO = 1e-6;
    private static final double GIBIBYTE = 1L << 30;

    private static final Map<String, Integer> REPLICATION_BYTES =
            new TreeMap<>(Map.of("float32", Float.BYTES, "bfloat16", Short.BYTES));

    private final PlanOptions options;
    private final List<String> problems = new ArrayList<>();

    PlanCheck(PlanOptions options) {
        this.options = options;
    }

    /** @throws IllegalArgumentException with a line for each problem */
    PlanRequest request() {
        Optional<Transformer> sizes = sizes();
        Optional<Instance> instance = Instance.named(options.instance);
        if (instance.isEmpty()) {
            refuse("--instance", options.instance, "there is no such instance", "Set one of " + instances());
        }
        boolean engine = options.recipe.equals("engine");
        if (!engine && !options.recipe.equals("article")) {
            refuse("--recipe", options.recipe, "there is no such recipe", "Set engine or article");
        }
        if (options.replicationPrecision != null && !REPLICATION_BYTES.containsKey(options.replicationPrecision)) {
            refuse(
                    "--replication-precision",
                    options.replicationPrecision,
                    "gradients are summed in no such type",
                    "Set one of " + String.join(", ", REPLICATION_BYTES.keySet()));
        }
        numbers();
        int ranksPerNode = orElse(
                options.ranksPerNode,
                instance.map(known -> known.cluster().ranksPerNode()).orElse(1));
        world(ranksPerNode);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        Recipe recipe = !engine ? Recipe.ARTICLE : instance.get().gpu() ? Recipe.ENGINE : Recipe.ENGINE_SINGLE;
        if (options.activationCheckpointing != null) {
            recipe = recipe.with(new ActivationCheckpointing(options.activationCheckpointing));
        }
        if (options.replicationPrecision != null) {
            recipe =
                    recipe.with(recipe.elements().withReplication(REPLICATION_BYTES.get(options.replicationPrecision)));
        }
        recipe = recipe.withSeparateDocuments(options.separateDocuments);
        Cluster node = adjusted(instance.get().ranks(ranksPerNode, ranksPerNode));
        return new PlanRequest(
                new TransformerWorkload(sizes.get(), recipe),
                instance.get().name(),
                options.nodes,
                count -> node.nodes(count),
                batch(),
                options.upToNodes,
                Path.of(options.output));
    }

    static String models() {
        return Models.all().stream().map(Transformer::name).collect(Collectors.joining(", "));
    }

    static String instances() {
        return Instance.all().stream().map(Instance::name).collect(Collectors.joining(", "));
    }

    private void refuse(String option, Object value, String reason, String remedy) {
        problems.add("Cannot use " + option + " " + value + ": " + reason + ". " + remedy + ".");
    }

    private Optional<Transformer> sizes() {
        Optional<Transformer> named = Optional.ofNullable(options.model).flatMap(Models::named);
        if (options.model != null && named.isEmpty()) {
            refuse("--model", options.model, "there is no such model", "Set one of " + models());
            return Optional.empty();
        }
        boolean whole = Stream.of(options.layers, options.heads, options.width, options.context, options.vocabularySize)
                .allMatch(size -> size != null);
        if (named.isEmpty() && !whole) {
            problems.add("Cannot plan without a model: set --model to one of " + models()
                    + ", or all of --layers, --heads, --width, --context and --vocabulary-size.");
            return Optional.empty();
        }
        Transformer base = named.orElseGet(() -> new Transformer("a model of these sizes", 1, 1, 1, 1, 1));
        try {
            GptConfig config = new GptConfig(
                    orElse(options.layers, base.layers()),
                    orElse(options.heads, base.heads()),
                    orElse(options.width, base.width()),
                    orElse(options.context, base.context()),
                    orElse(options.vocabularySize, base.vocabularySize()),
                    0);
            config.build();
            Transformer sizes = new Transformer(
                    base.name(),
                    config.layers(),
                    config.heads(),
                    config.width(),
                    config.context(),
                    config.vocabularySize());
            new TransformerWorkload(sizes, Recipe.ENGINE).memory();
            return Optional.of(sizes);
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
            return Optional.empty();
        }
    }

    private static int orElse(Integer value, int fallback) {
        return value == null ? fallback : value;
    }

    private void numbers() {
        positive("--teraflops", options.teraflops);
        positive("--memory", options.memory);
        positive("--inside-bandwidth", options.insideBandwidth);
        positive("--between-bandwidth", options.betweenBandwidth);
        notNegative("--inside-latency", options.insideLatency);
        notNegative("--between-latency", options.betweenLatency);
        notNegative("--micro-batch-size", options.microBatchSize);
        notNegative("--activation-checkpointing", options.activationCheckpointing);
        if (Files.exists(Path.of(options.output)) && !Files.isDirectory(Path.of(options.output))) {
            refuse("--output", options.output, "it is no folder", "Set a folder, which is made where it is not there");
        }
    }

    private void positive(String option, Double value) {
        if (value != null && !(value > 0 && value < Double.POSITIVE_INFINITY)) {
            refuse(option, value, "it is not a positive number", "Set a positive, finite number");
        }
    }

    private void notNegative(String option, Number value) {
        if (value != null && !(value.doubleValue() >= 0 && value.doubleValue() < Double.POSITIVE_INFINITY)) {
            refuse(option, value, "it is not a finite number from 0", "Set 0 or a positive number");
        }
    }

    private void world(int ranksPerNode) {
        int most = Cluster.MOST_RANKS / Math.max(1, ranksPerNode);
        between("--ranks-per-node", ranksPerNode, 1, Cluster.MOST_RANKS);
        between("--nodes", options.nodes, 1, most);
        between("--up-to-nodes", options.upToNodes, 0, most);
        if (options.globalBatchSize != null && options.sequencesPerRank != null) {
            problems.add("Cannot use both --global-batch-size and --sequences-per-rank: each says how large a step is."
                    + " Leave one of them out.");
        }
        if (options.nodes < 1 || options.nodes > most || ranksPerNode < 1 || options.microBatchSize < 0) {
            return;
        }
        int ranks = options.nodes * ranksPerNode;
        if (options.sequencesPerRank != null) {
            between("--sequences-per-rank", options.sequencesPerRank, 1, Integer.MAX_VALUE / Cluster.MOST_RANKS);
        }
        if (problems.isEmpty()) {
            problems.addAll(TrainingSchedule.problems(
                    ranks, batch().apply(ranks).globalBatchSize(), Math.max(1, options.microBatchSize)));
        }
    }

    private void between(String option, int value, int least, int most) {
        if (value < least || value > most) {
            refuse(option, value, "it is not from " + least + " to " + most, "Set a number of these");
        }
    }

    private IntFunction<Batch> batch() {
        return ranks -> new Batch(
                options.sequencesPerRank == null
                        ? orElse(options.globalBatchSize, GLOBAL_BATCH)
                        : options.sequencesPerRank * ranks,
                options.microBatchSize);
    }

    private Cluster adjusted(Cluster node) {
        Processor processor = node.processor();
        processor = options.teraflops == null ? processor : processor.attaining(options.teraflops * 1e12);
        processor = options.memory == null ? processor : processor.withMemory((long) (options.memory * GIBIBYTE));
        processor = options.overlap == null ? processor : processor.overlapping(options.overlap);
        return node.with(processor)
                .with(
                        link(node.inside(), options.insideBandwidth, options.insideLatency),
                        link(node.between(), options.betweenBandwidth, options.betweenLatency));
    }

    private static Link link(Link known, Double bandwidth, Double latency) {
        return new Link(
                bandwidth == null ? known.bytesPerSecond() : bandwidth * GIGA,
                latency == null ? known.latencySeconds() : latency * MICRO);
    }
}
