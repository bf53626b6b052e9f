package io.sparkmics;

import io.sparkmics.checkpoint.WeightsVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.MLReader;

/**
 * Reads a model and remembers which weights it had then.
 *
 * @param <M> the model
 */
final class FittedModelReader<M extends FittedModel<M>> extends MLReader<M> {

    private final Class<M> type;
    private final BiFunction<String, WeightsVersion, M> constructor;

    /** @param constructor of a model with a uid and weights */
    FittedModelReader(Class<M> type, BiFunction<String, WeightsVersion, M> constructor) {
        this.type = type;
        this.constructor = constructor;
    }

    @Override
    public M load(String path) {
        Configuration hadoop = sparkSession().sessionState().newHadoopConf();
        try {
            SavedStage saved = SavedStage.find(path, type, sparkSession());
            Path folder = FittedModelWriter.huggingFace(saved.folder());
            M model = constructor.apply(saved.metadata().uid(), WeightsVersion.of(folder, hadoop));
            saved.setParams(model);
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
