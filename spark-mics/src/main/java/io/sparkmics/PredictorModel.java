package io.sparkmics;

import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.data.RowColumn;
import io.sparkmics.data.RowEncoder;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.params.PredictionParams;
import io.sparkmics.scoring.Predictions;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * A trained model that predicts something of each row.
 *
 * @param <M> the model itself
 */
public abstract class PredictorModel<M extends PredictorModel<M>> extends FittedModel<M>
        implements PredictionParams<M> {

    private static final long serialVersionUID = 1L;

    PredictorModel(String uid, WeightsVersion weights, TrainingResult training) {
        super(uid, weights, training);
    }

    /** The columns that are added. */
    abstract List<Predictions.Added> added();

    /** Of the columns that are added, whatever the model reads. */
    List<String> problems(StructType schema) {
        return predictions(List.of()).problems(schema);
    }

    /** @param inputs empty where only what is added is asked for */
    Predictions predictions(List<RowColumn> inputs) {
        return new Predictions(inputs, added(), getBatchSize());
    }

    /**
     * Adds what the model predicts; all other columns stay as they are, in new columns of the same names. Lazy, in parallel on
     * the executors, some rows of a partition at once: rows that are to be left out are best left out before. A row whose
     * inputs are null, or not what the model reads, ends the query with an error, as in spark.ml.
     *
     * @throws IllegalArgumentException telling all that is wrong with the columns
     */
    @Override
    public Dataset<Row> transform(Dataset<?> frame) {
        transformSchema(frame.schema(), true);
        return predictions(RowSources.of(this, getModel())).add(frame.toDF(), source(frame.sparkSession()));
    }

    @Override
    public StructType transformSchema(StructType schema) {
        List<RowColumn> inputs = RowSources.of(this, getModel());
        List<String> problems = new ArrayList<>(new RowEncoder(inputs).problems(schema));
        problems.addAll(problems(schema));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return predictions(inputs).schema(schema);
    }
}
