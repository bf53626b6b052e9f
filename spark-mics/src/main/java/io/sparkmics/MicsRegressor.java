package io.sparkmics;

import io.sparkmics.data.RowColumn;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.model.EncoderConfig;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.model.RowLayout;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.RegressionParams;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;

/**
 * Trains a model to predict a number: of rows of text, token ids or numbers. Its params are named as spark.ml's are, and its
 * evaluators and tuning work with it. What it makes the label of is the model's to say: its loss may be any.
 */
public final class MicsRegressor extends PredictorEstimator<MicsRegressor, MicsRegressionModel>
        implements RegressionParams<MicsRegressor> {

    private static final long serialVersionUID = 1L;

    public MicsRegressor() {
        this(Identifiable$.MODULE$.randomUID("MicsRegressor"));
    }

    public MicsRegressor(String uid) {
        super(uid);
        Defaults.of((RegressionParams<?>) this);
    }

    @Override
    ModelConfig suited(ModelConfig described) {
        return described instanceof EncoderConfig encoder ? encoder.regressor() : described;
    }

    @Override
    boolean classifies() {
        return false;
    }

    @Override
    RowColumn label(PredictorConfig config) {
        return new RowColumn(getLabelCol(), RowColumn.Role.LABEL, InputColumn.number(RowLayout.LABEL), 0);
    }

    @Override
    MicsRegressionModel empty() {
        return new MicsRegressionModel(uid(), null, null);
    }

    @Override
    MicsRegressionModel fitted(TrainingResult result) {
        return new MicsRegressionModel(uid(), result.weights(), result);
    }

    @Override
    public MicsRegressor copy(ParamMap extra) {
        return copied(defaultCopy(extra));
    }

    public static MLReader<MicsRegressor> read() {
        return new StageReader<>(MicsRegressor.class, MicsRegressor::new);
    }

    public static MicsRegressor load(String path) {
        return read().load(path);
    }
}
