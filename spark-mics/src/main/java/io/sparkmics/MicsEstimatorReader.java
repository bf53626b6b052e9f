package io.sparkmics;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.ml.util.MLReader;

final class MicsEstimatorReader extends MLReader<MicsEstimator> {

    @Override
    public MicsEstimator load(String path) {
        try {
            SavedStage saved = SavedStage.find(path, MicsEstimator.class, sparkSession());
            MicsEstimator estimator = new MicsEstimator(saved.metadata().uid());
            saved.setParams(estimator);
            return estimator;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
