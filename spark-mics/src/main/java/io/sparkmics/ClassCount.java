package io.sparkmics;

import static org.apache.spark.sql.functions.max;

import io.sparkmics.data.Columns;
import io.sparkmics.job.cluster.JobDescription;
import java.util.OptionalInt;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.BinaryAttribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** How many classes a label column has: as its metadata say, which a StringIndexer writes, or as its largest label does. */
record ClassCount(Dataset<?> frame, String labelCol) {

    /** More than these are hardly classes, but numbers that nobody has indexed. */
    private static final int MOST = 10_000;

    private static final int LEAST = 2;

    /**
     * 2 or more.
     *
     * @throws IllegalArgumentException where there are too many to be classes
     */
    int get() {
        OptionalInt known = fromMetadata();
        return known.isPresent() ? Math.max(LEAST, known.getAsInt()) : counted();
    }

    /** Empty where they say nothing. */
    OptionalInt fromMetadata() {
        StructField field = frame.select(Columns.column(labelCol)).schema().fields()[0];
        Attribute attribute = Attribute.fromStructField(field);
        if (attribute instanceof BinaryAttribute) {
            return OptionalInt.of(2);
        }
        return attribute instanceof NominalAttribute nominal
                        && nominal.getNumValues().isDefined()
                ? OptionalInt.of((Integer) nominal.getNumValues().get())
                : OptionalInt.empty();
    }

    private int counted() {
        Column label = Columns.column(labelCol).cast(DataTypes.DoubleType);
        Row largest;
        try (JobDescription description =
                JobDescription.of(frame.sparkSession().sparkContext(), "Counting the classes of column " + labelCol)) {
            largest = frame.select(max(label)).first();
        }
        // Labels that are no classes are told with all else that is wrong with the rows.
        double last = largest.isNullAt(0) || Double.isNaN(largest.getDouble(0)) ? 0 : largest.getDouble(0);
        if (last >= MOST) {
            throw new IllegalArgumentException("Cannot count the classes of column '" + labelCol
                    + "': its largest label is " + last
                    + ", and it says nothing of classes. Index it with a StringIndexer,"
                    + " or say in the model how many there are.");
        }
        return Math.max(LEAST, (int) last + 1);
    }
}
