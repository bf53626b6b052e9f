package io.sparkmics.job.rank;

import io.sparkmics.data.TokenBatch;
import java.util.ArrayList;
import java.util.List;

/** This rank's part of the batch of the last update, as tokens: what the trained weights make of it is told at the end. */
final class LastBatch {

    /** Of the step that is under way and, where the reader is ahead of it, of the next one. */
    private final List<TokenBatch> read = new ArrayList<>();

    private List<TokenBatch> trained = List.of();

    TokenBatch add(TokenBatch batch) {
        read.add(batch);
        return batch;
    }

    /** @param skipped whether the step has updated nothing */
    void endStep(long step, boolean skipped) {
        if (!skipped) {
            trained = read.stream().filter(batch -> batch.step() == step).toList();
        }
        read.removeIf(batch -> batch.step() <= step);
    }

    /** Empty where there was no update. */
    List<TokenBatch> microBatches() {
        return trained;
    }
}
