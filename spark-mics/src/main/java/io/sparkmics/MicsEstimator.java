package io.sparkmics;

import io.sparkmics.data.Columns;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.LoraParams;
import io.sparkmics.params.PackingParams;
import io.sparkmics.params.ScoringParams;
import io.sparkmics.scoring.Scoring;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.StructType;

/**
 * Trains a model of language from the rows of a DataFrame: all of them are one stream of tokens, of which each predicts the next.
 */
public final class MicsEstimator extends TrainingEstimator<MicsEstimator, MicsModel>
        implements ScoringParams<MicsEstimator>, PackingParams<MicsEstimator>, LoraParams<MicsEstimator> {

    private static final long serialVersionUID = 1L;

    public MicsEstimator() {
        this(Identifiable$.MODULE$.randomUID("MicsEstimator"));
    }

    public MicsEstimator(String uid) {
        super(uid);
        Defaults.of((ScoringParams<?>) this);
        Defaults.of((PackingParams<?>) this);
        Defaults.of((LoraParams<?>) this);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Columns columns = new Columns(schema).requireTokens(getInputCol()).requireNew(getLossCol(), getTokenCountCol());
        if (!getValidationIndicatorCol().isEmpty()) {
            columns.requireIndicator(getValidationIndicatorCol());
        }
        columns.check();
        return new Scoring(getInputCol(), getLossCol(), getTokenCountCol()).schema(schema);
    }

    @Override
    ModelConfig trainedModel() {
        return adapted(getModel());
    }

    @Override
    InputSettings inputSettings() {
        return new InputSettings(getInputCol(), getValidationIndicatorCol(), getEndOfTextId(), getSeparateDocuments());
    }

    @Override
    MicsModel fitted(TrainingResult result) {
        return new MicsModel(uid(), result.weights(), result);
    }

    @Override
    public MicsEstimator copy(ParamMap extra) {
        return copied(defaultCopy(extra));
    }

    public static MLReader<MicsEstimator> read() {
        return new StageReader<>(MicsEstimator.class, MicsEstimator::new);
    }

    public static MicsEstimator load(String path) {
        return read().load(path);
    }
}
