package io.sparkmics;

import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sparkmics.data.Columns;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.EvaluationParams;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Tells how well a model predicts rows that {@link MicsModel#transform} has scored, for a {@link
 * org.apache.spark.ml.tuning.CrossValidator} for instance: their perplexity, or their mean loss. The mean is over tokens, not
 * over rows: a row counts as often as it has predicted tokens. Smaller is better.
 */
public final class MicsEvaluator extends Evaluator implements EvaluationParams<MicsEvaluator>, DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;

    public MicsEvaluator() {
        this(Identifiable$.MODULE$.randomUID("MicsEvaluator"));
    }

    public MicsEvaluator(String uid) {
        this.uid = uid;
        Defaults.of(this);
    }

    @Override
    public String uid() {
        return uid;
    }

    /**
     * Runs a Spark job over all rows; those without a loss do not count. A loss that is no number makes the result none.
     *
     * @throws IllegalArgumentException when the columns are not there, or no token of any row is predicted
     */
    @Override
    public double evaluate(Dataset<?> scored) {
        if (scored.isStreaming()) {
            throw new IllegalArgumentException(
                    "Cannot evaluate a stream: it has no end. Write it out and evaluate that.");
        }
        new Columns(scored.schema())
                .requireNumbers("loss", getLossCol())
                .requireNumbers("token count", getTokenCountCol())
                .check();
        Column loss = Columns.column(getLossCol()).cast(DataTypes.DoubleType);
        Column tokens = Columns.column(getTokenCountCol()).cast(DataTypes.DoubleType);
        Row sums = scored.select(sum(loss.multiply(tokens)), sum(when(loss.isNotNull(), tokens)))
                .first();
        if (sums.isNullAt(1) || sums.getDouble(1) == 0) {
            throw new IllegalArgumentException("Cannot evaluate column '" + getLossCol()
                    + "': no row has a predicted token. Score rows of two tokens or more.");
        }
        double mean = sums.getDouble(0) / sums.getDouble(1);
        return getMetricName().equals("loss") ? mean : Math.exp(mean);
    }

    @Override
    public boolean isLargerBetter() {
        return false;
    }

    @Override
    public MicsEvaluator copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    public String toString() {
        return "MicsEvaluator: uid=" + uid + ", metricName=" + getMetricName();
    }

    public static MLReader<MicsEvaluator> read() {
        return new DefaultParamsReader<>();
    }

    public static MicsEvaluator load(String path) {
        return read().load(path);
    }
}
