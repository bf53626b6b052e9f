package io.sparkmics;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLWriter;

/** Saves the params and, where the stage was made of a model, the model in a folder beside them. */
final class MicsGeneratorWriter extends MLWriter {

    static final String MODEL = "model";

    private final MicsGenerator generator;

    MicsGeneratorWriter(MicsGenerator generator) {
        this.generator = generator;
    }

    @Override
    public void saveImpl(String path) {
        try {
            if (generator.model() != null) {
                generator.model().write().save(new Path(path, MODEL).toString());
            }
            DefaultParamsWriter.saveMetadata(generator, path, sparkSession());
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
