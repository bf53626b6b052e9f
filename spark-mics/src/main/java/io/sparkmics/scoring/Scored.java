package io.sparkmics.scoring;

import io.sparkmics.data.Columns;
import io.sparkmics.data.ResponseSequence;
import io.sparkmics.model.ModelConfig;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.StructType;

/** What of a frame's rows a model of language is asked about. */
public interface Scored {

    /** Reads the sequences of one row. Goes to the executors. */
    interface Reader extends Serializable {

        /**
         * @param content of a row: see {@link #content}
         * @return none where nothing is predicted
         */
        List<ResponseSequence> read(Object content);
    }

    /** There must be the columns that it reads. */
    void require(Columns columns);

    /** What is read of a row, as one column. */
    Column content(StructType frame, ModelConfig config);

    /** Reads it. */
    Reader reader(StructType frame, ModelConfig config);
}
