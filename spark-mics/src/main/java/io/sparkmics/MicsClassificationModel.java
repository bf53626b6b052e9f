package io.sparkmics;

import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.params.ClassificationParams;
import io.sparkmics.params.Defaults;
import io.sparkmics.scoring.Predictions;
import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;

/** What a {@link MicsClassifier} has trained: adds the class of each row, how likely each is, and the logits. */
public final class MicsClassificationModel extends PredictorModel<MicsClassificationModel>
        implements ClassificationParams<MicsClassificationModel> {

    private static final long serialVersionUID = 1L;

    /** A model without weights, of use to look at params only. */
    public MicsClassificationModel() {
        this(Identifiable$.MODULE$.randomUID("MicsClassificationModel"), null, null);
    }

    /** @param training how it was trained; null where it was loaded */
    MicsClassificationModel(String uid, WeightsVersion weights, TrainingResult training) {
        super(uid, weights, training);
        Defaults.of((ClassificationParams<?>) this);
    }

    /** How many classes it tells apart. */
    public int numClasses() {
        return ((PredictorConfig) getModel()).outputs();
    }

    @Override
    List<Predictions.Added> added() {
        return List.of(
                Predictions.Added.outputs(getRawPredictionCol()),
                Predictions.Added.probabilities(getProbabilityCol()),
                Predictions.Added.largest(getPredictionCol()));
    }

    @Override
    public MicsClassificationModel copy(ParamMap extra) {
        return copied(new MicsClassificationModel(uid(), version(), result()), extra);
    }

    public static MLReader<MicsClassificationModel> read() {
        return new FittedModelReader<>(
                MicsClassificationModel.class, (uid, weights) -> new MicsClassificationModel(uid, weights, null));
    }

    /** As {@link MicsModel#load}. */
    public static MicsClassificationModel load(String path) {
        return read().load(path);
    }
}
