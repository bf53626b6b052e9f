package org.example.demand;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;

import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;

/** The mean pinball loss of one of the predicted quantiles: smaller is better. */
public final class PinballLoss extends Evaluator {

    private static final long serialVersionUID = 1L;

    private final String uid = Identifiable$.MODULE$.randomUID("PinballLoss");
    private final String column;
    private final double quantile;

    /** @param column with the predicted quantile */
    public PinballLoss(String column, double quantile) {
        this.column = column;
        this.quantile = quantile;
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public double evaluate(Dataset<?> scored) {
        Column missing = col("units").minus(col(column));
        return scored.select(avg(greatest(missing.multiply(quantile), missing.multiply(quantile - 1))))
                .first()
                .getDouble(0);
    }

    @Override
    public boolean isLargerBetter() {
        return false;
    }

    @Override
    public PinballLoss copy(ParamMap extra) {
        return new PinballLoss(column, quantile);
    }
}
