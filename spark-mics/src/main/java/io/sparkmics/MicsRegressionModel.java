package io.sparkmics;

import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.RegressionParams;
import io.sparkmics.scoring.Predictions;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.types.StructType;

/** What a {@link MicsRegressor} has trained: adds the numbers that it predicts of each row. */
public final class MicsRegressionModel extends PredictorModel<MicsRegressionModel>
        implements RegressionParams<MicsRegressionModel> {

    private static final long serialVersionUID = 1L;

    /** A model without weights, of use to look at params only. */
    public MicsRegressionModel() {
        this(Identifiable$.MODULE$.randomUID("MicsRegressionModel"), null, null);
    }

    /** @param training how it was trained; null where it was loaded */
    MicsRegressionModel(String uid, WeightsVersion weights, TrainingResult training) {
        super(uid, weights, training);
        Defaults.of((RegressionParams<?>) this);
    }

    @Override
    List<Predictions.Added> added() {
        List<Predictions.Added> added = new ArrayList<>(List.of(Predictions.Added.output(getPredictionCol(), 0)));
        for (int index = 0; index < getOutputCols().length; index++) {
            added.add(Predictions.Added.output(getOutputCols()[index], index));
        }
        return added;
    }

    @Override
    List<String> problems(StructType schema) {
        List<String> problems = new ArrayList<>(super.problems(schema));
        int outputs = isDefined(model()) && getModel() instanceof PredictorConfig config ? config.outputs() : 0;
        if (outputs > 0 && getOutputCols().length > 0 && getOutputCols().length != outputs) {
            problems.add("Cannot add the columns " + List.of(getOutputCols()) + ": the model predicts " + outputs
                    + " numbers. Set outputCols to a column for each.");
        }
        return problems;
    }

    @Override
    public MicsRegressionModel copy(ParamMap extra) {
        return copied(new MicsRegressionModel(uid(), version(), result()), extra);
    }

    public static MLReader<MicsRegressionModel> read() {
        return new FittedModelReader<>(
                MicsRegressionModel.class, (uid, weights) -> new MicsRegressionModel(uid, weights, null));
    }

    /** As {@link MicsModel#load}. */
    public static MicsRegressionModel load(String path) {
        return read().load(path);
    }
}
