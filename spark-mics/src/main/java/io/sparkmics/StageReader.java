package io.sparkmics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.MLReader;

/**
 * Reads a stage that is its params.
 *
 * @param <S> the stage
 */
final class StageReader<S extends Params> extends MLReader<S> {

    private final Class<S> type;
    private final Function<String, S> constructor;

    /** @param constructor of a stage with a uid */
    StageReader(Class<S> type, Function<String, S> constructor) {
        this.type = type;
        this.constructor = constructor;
    }

    @Override
    public S load(String path) {
        try {
            SavedStage saved = SavedStage.find(path, type, sparkSession());
            S stage = constructor.apply(saved.metadata().uid());
            saved.setParams(stage);
            return stage;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
