package io.sparkmics;

import io.sparkmics.checkpoint.WeightsVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.MLReader;

/** Reads a model and remembers which weights it had then. */
final class MicsModelReader extends MLReader<MicsModel> {

    @Override
    public MicsModel load(String path) {
        Configuration hadoop = sparkSession().sessionState().newHadoopConf();
        try {
            SavedStage saved = SavedStage.find(path, MicsModel.class, sparkSession());
            Path folder = MicsModelWriter.huggingFace(saved.folder());
            MicsModel model = new MicsModel(saved.metadata().uid(), WeightsVersion.of(folder, hadoop), null);
            saved.setParams(model);
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
