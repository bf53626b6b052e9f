package io.sparkmics;

import io.sparkmics.cli.PlanCommand;
import io.sparkmics.cli.PlanRequest;
import io.sparkmics.monitor.PlanPicture;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Cluster;
import io.sparkmics.plan.step.PlanText;
import io.sparkmics.plan.step.Planner;
import io.sparkmics.plan.step.Prediction;
import io.sparkmics.plan.step.Scaling;
import io.sparkmics.plan.step.Transformer;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Plans from the command line, without Spark: {@code java -cp spark-mics-all.jar io.sparkmics.Plan}. Ends with 0, or with 1
 * and a line for each reason.
 */
public final class Plan {

    private final PlanRequest request;
    private final Transformer sizes;
    private final PrintWriter out;

    private Plan(PlanRequest request, PrintWriter out) {
        this.request = request;
        this.sizes = request.workload().sizes();
        this.out = out;
    }

    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true");
        int code = run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return PlanCommand.run(request -> new Plan(request, out).tell(), out, err, arguments);
    }

    private void tell() {
        Cluster cluster = request.cluster().apply(request.nodes());
        Batch batch = request.batch().apply(cluster.worldSize());
        List<Prediction> predictions = new Planner(cluster).predictions(request.workload(), batch);
        out.println(String.format(
                Locale.ROOT,
                "%s, %,d parameters, on %d x %s: %,d ranks, %,d sequences of %,d tokens a step.",
                sizes.name(),
                sizes.parameters(),
                request.nodes(),
                request.where(),
                cluster.worldSize(),
                batch.globalBatchSize(),
                sizes.context()));
        PlanText.table(predictions).forEach(out::println);
        out.println(PlanPicture.plan(
                sizes.name() + ", " + request.nodes() + " x " + request.where(), predictions, request.output()));
        if (request.upToNodes() > 0) {
            scaling();
        }
        Prediction best =
                Planner.best(predictions).orElseThrow(() -> new IllegalArgumentException(doesNotFit(predictions)));
        out.println(PlanText.choice(best, cluster.worldSize()));
        out.println(PlanText.speed(best, cluster.processor()));
    }

    private void scaling() {
        List<Scaling> rows =
                Scaling.doubling(request.workload(), request.upToNodes(), request.cluster(), request.batch());
        Scaling.table(rows).forEach(out::println);
        out.println(PlanPicture.scaling(
                sizes.name() + " on 1 to " + request.upToNodes() + " x " + request.where(), rows, request.output()));
    }

    private String doesNotFit(List<Prediction> predictions) {
        Prediction least = predictions.stream()
                .max(Comparator.comparingLong(prediction -> prediction.memory().left()))
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "Cannot fit %s into %,d bytes of a rank: with p = %d and micro-batches of %d it takes %,d for states and"
                        + " buffers and %,d for activations. Use more nodes, more memory, a smaller context or"
                        + " --activation-checkpointing 1, which recomputes activations.",
                sizes.name(),
                least.memory().limit(),
                least.partitionGroupSize(),
                least.microBatchSize(),
                least.memory().modelBytes(),
                least.memory().activationBytes());
    }
}
