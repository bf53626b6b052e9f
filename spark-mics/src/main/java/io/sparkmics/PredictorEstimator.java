package io.sparkmics;

import io.sparkmics.data.Columns;
import io.sparkmics.data.RowColumn;
import io.sparkmics.data.RowEncoder;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.ModelName;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.LabelParams;
import io.sparkmics.params.PredictionParams;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.types.StructType;

/**
 * Trains a model to predict a column from others: each row is a sequence of its own. Features, labels and weights are read as
 * float32, and none of them may be null.
 *
 * @param <E> the estimator itself
 * @param <M> what it makes
 */
public abstract class PredictorEstimator<E extends PredictorEstimator<E, M>, M extends PredictorModel<M>>
        extends TrainingEstimator<E, M> implements PredictionParams<E>, LabelParams<E> {

    private static final long serialVersionUID = 1L;

    PredictorEstimator(String uid) {
        super(uid);
        Defaults.of((LabelParams<?>) this);
    }

    /** Whether it trains models that tell classes apart. */
    abstract boolean classifies();

    /** Of the column that the model learns to predict. */
    abstract RowColumn label(PredictorConfig config);

    /** A model that a run could make, without weights. */
    abstract M empty();

    /** @throws IllegalArgumentException where the model predicts nothing, or something else */
    PredictorConfig config() {
        ModelConfig config = getModel();
        if (config instanceof PredictorConfig predictor) {
            if (predictor.classifies() != classifies()) {
                throw new IllegalArgumentException("Cannot train " + ModelName.of(config) + " with a "
                        + getClass().getSimpleName() + ": it "
                        + (predictor.classifies()
                                ? "tells classes apart. Train it with a MicsClassifier."
                                : "predicts numbers. Train it with a MicsRegressor."));
            }
            return predictor;
        }
        throw new IllegalArgumentException("Cannot train " + ModelName.of(config) + " with a "
                + getClass().getSimpleName() + ": " + config.getClass().getName()
                + " is no PredictorConfig. Set a model that predicts, for instance Perceptron.classifier(4), or train"
                + " this one with a MicsEstimator.");
    }

    @Override
    InputSettings inputSettings() {
        return InputSettings.rows(rows(), getValidationIndicatorCol());
    }

    private List<RowColumn> rows() {
        PredictorConfig config = config();
        List<RowColumn> rows = new ArrayList<>(RowSources.of(this, config));
        rows.add(label(config));
        if (!getWeightCol().isBlank()) {
            rows.add(RowColumn.weight(getWeightCol()));
        }
        return rows;
    }

    @Override
    public StructType transformSchema(StructType schema) {
        List<String> problems = new ArrayList<>();
        // The folder that it is to start from, which says what it reads, is not opened for this.
        if (isDefined(model())) {
            problems.addAll(new RowEncoder(rows()).problems(schema));
        }
        if (!getValidationIndicatorCol().isEmpty()) {
            problems.addAll(new Columns(schema)
                    .requireIndicator(getValidationIndicatorCol())
                    .problems());
        }
        M model = copyValues(empty(), ParamMap.empty());
        problems.addAll(model.problems(schema));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return model.predictions(List.of()).schema(schema);
    }
}
