package io.sparkmics.cli;

import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Cluster;
import io.sparkmics.plan.step.TransformerWorkload;
import java.nio.file.Path;
import java.util.function.IntFunction;

/**
 * What a command line asks to be planned.
 *
 * @param workload the model, and how it is trained
 * @param where it is trained, as people call it
 * @param nodes how many there are
 * @param cluster of so many nodes
 * @param batch of so many ranks
 * @param upToNodes how far to look beyond; 0: nowhere
 * @param output the folder for pictures
 */
public record PlanRequest(
        TransformerWorkload workload,
        String where,
        int nodes,
        IntFunction<Cluster> cluster,
        IntFunction<Batch> batch,
        int upToNodes,
        Path output) {}
