package io.sparkmics.data;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** Makes a row of 32-bit words of some columns of a frame's row, so many of every row. */
interface RowWords extends Serializable {

    /** What is wrong with the frame's columns, as sentences for the user; empty when they will do. */
    List<String> problems(StructType schema);

    /** The columns as one, which {@link #encode} takes. */
    Column struct(StructType schema);

    /** How many words a row has. */
    int words();

    /**
     * @param problems get all that is wrong with the row; what is returned then is nothing to train on
     */
    int[] encode(Row row, List<RowProblem> problems);
}
