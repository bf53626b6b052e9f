package io.sparkmics.engine;

import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.SeparateDocuments;
import java.util.Optional;

/** A pass of a micro-batch, with what keeps the documents of its sequences apart. The caller's to close; the batch is not. */
final class SequencePass implements AutoCloseable {

    private final Optional<SeparateDocuments> documents;
    private final StagePass stagePass;

    private SequencePass(MicroBatch batch, EngineSettings settings, long seed, boolean training) {
        SequenceSettings sequences = settings.sequences();
        documents = sequences.separateDocuments()
                ? Optional.of(new SeparateDocuments(
                        batch.data(),
                        sequences.endOfTextId(),
                        settings.precision().compute()))
                : Optional.empty();
        stagePass = new StagePass(batch, seed, training, documents.map(each -> each));
    }

    static SequencePass training(MicroBatch batch, EngineSettings settings) {
        return new SequencePass(batch, settings, settings.seed(), true);
    }

    /** What is drawn is drawn alike in each evaluation, whatever the run's seed. */
    static SequencePass evaluation(MicroBatch batch, EngineSettings settings) {
        return new SequencePass(batch, settings, 0, false);
    }

    StagePass stagePass() {
        return stagePass;
    }

    @Override
    public void close() {
        documents.ifPresent(SeparateDocuments::close);
    }
}
