package io.sparkmics.job.rank;

import io.sparkmics.data.TokenBatch;
import java.util.ArrayList;
import java.util.List;

/** This rank's part of the batch of the last update, as tokens: what the trained weights make of it is told at the end. */
final class LastBatch {

    /** Of the step that is under way and, where the reader is ahead of it, of the next one. */
    private final List<TokenBatch> read = new ArrayList<>();

    private List<TokenBatch> trained = List.of();

    private boolean anyUpdate;

    TokenBatch add(TokenBatch batch) {
        read.add(batch);
        return batch;
    }

    /** @param skipped whether the step has updated nothing */
    void endStep(long step, boolean skipped) {
        if (!skipped || !anyUpdate) {
            trained = read.stream().filter(batch -> batch.step() == step).toList();
        }
        anyUpdate |= !skipped;
        read.removeIf(batch -> batch.step() <= step);
    }

    /** Where an attempt that goes on from a checkpoint has made no update, of its last step: it has read no other. */
    List<TokenBatch> microBatches() {
        return trained;
    }
}
