package io.sparkmics.data;

import java.io.Serializable;

/**
 * What a partition of documents must hold when it is read for the second time, and where its tokens begin.
 *
 * @param trainingPosition of its first training token among all training tokens
 * @param validationPosition of its first validation token among all validation tokens
 */
record PartitionPlan(PartitionCounts expected, long trainingPosition, long validationPosition) implements Serializable {

    PartitionPlan next(PartitionCounts counts) {
        return new PartitionPlan(
                counts,
                trainingPosition + expected.get(Count.TRAINING_TOKENS),
                validationPosition + expected.get(Count.VALIDATION_TOKENS));
    }
}
