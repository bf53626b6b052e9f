package io.sparkmics;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.MLReader;

final class MicsGeneratorReader extends MLReader<MicsGenerator> {

    @Override
    public MicsGenerator load(String path) {
        try {
            SavedStage saved = SavedStage.find(path, MicsGenerator.class, sparkSession());
            Path model = new Path(saved.folder(), MicsGeneratorWriter.MODEL);
            boolean inside = model.getFileSystem(sparkSession().sessionState().newHadoopConf())
                    .exists(model);
            MicsGenerator generator =
                    new MicsGenerator(saved.metadata().uid(), inside ? MicsModel.load(model.toString()) : null);
            saved.setParams(generator);
            return generator;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
