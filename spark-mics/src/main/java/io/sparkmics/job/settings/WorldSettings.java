package io.sparkmics.job.settings;

import io.sparkmics.plan.TrainingSchedule;
import java.io.Serializable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How many ranks train together, and what each of them takes at once.
 *
 * @param numWorkers the world size W
 * @param partitionGroupSize p; 0: the one that fits with the shortest predicted step
 * @param globalBatchSize sequences per step
 * @param microBatchSize sequences per micro-step and rank
 */
public record WorldSettings(int numWorkers, int partitionGroupSize, int globalBatchSize, int microBatchSize)
        implements Serializable {

    void check(Problems problems) {
        groups(problems);
        problems.addAll(TrainingSchedule.problems(numWorkers, globalBatchSize, microBatchSize));
    }

    private void groups(Problems problems) {
        int size = partitionGroupSize;
        if (numWorkers > 0 && (size < 0 || size > 0 && numWorkers % size != 0)) {
            String divisors = IntStream.rangeClosed(1, numWorkers)
                    .filter(divisor -> numWorkers % divisor == 0)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(", "));
            problems.add("Cannot split " + numWorkers + " workers into partition groups of " + size + ": " + numWorkers
                    + " is not a multiple of it. Set partitionGroupSize to one of " + divisors
                    + ", or to 0 for the one that fits with the shortest predicted step.");
        }
    }
}
