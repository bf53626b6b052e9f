package io.sparkmics.scoring;

import io.sparkmics.data.Columns;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.StructType;

/** What of a frame's rows a model of language is asked about. */
public interface Scored {

    /** There must be the columns that it reads. */
    void require(Columns columns);

    /** The mean loss of the tokens that are predicted, null where there are none. */
    Column loss(StructType frame, ModelSource source, int batchSize);

    /** How many those are: takes no weights. */
    Column tokenCount(StructType frame, ModelSource source);
}
