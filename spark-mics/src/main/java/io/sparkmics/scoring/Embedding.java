package io.sparkmics.scoring;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.data.Columns;
import io.sparkmics.model.Pooling;
import io.sparkmics.tokenizer.TokenizerFile;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The column of vectors that an encoder adds to a frame; all others stay as they are.
 *
 * @param batchSize how many rows are computed at once
 * @param specialTokens whether those are added to text that the tokenizer puts before or behind it
 */
public record Embedding(String inputCol, String outputCol, Pooling pooling, int batchSize, boolean specialTokens) {

    /** The columns of {@link #add}. */
    public StructType schema(StructType frame) {
        return frame.add(outputCol, SQLDataTypes.VectorType(), true);
    }

    /**
     * Lazy, each partition by itself, rows in their order. Reads configuration and tokenizer now.
     *
     * @param folder in Hugging Face's format, or of a saved model of ours
     * @throws IllegalArgumentException when the folder's model makes no vectors, or has not all tensors
     * @throws CheckpointException when the folder cannot be read
     */
    public Dataset<Row> add(Dataset<Row> frame, Path folder) {
        Configuration hadoop = frame.sparkSession().sessionState().newHadoopConf();
        PooledConfig config = new PooledConfig(PretrainedFolder.config(folder, hadoop), pooling);
        PretrainedFolder weights = PretrainedFolder.open(folder, hadoop);
        List<String> problems = weights.problems(config.build());
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        ModelSource source =
                ModelSource.of(config, WeightsVersion.of(weights.path(), hadoop), null, frame.sparkSession());
        Columns columns = new Columns(frame.schema());
        boolean text = columns.isText(inputCol);
        TextEncoder encoder =
                new TextEncoder(text ? TokenizerFile.read(folder, hadoop) : null, specialTokens, source.config());
        Column input = text ? Columns.column(inputCol).cast(DataTypes.StringType) : columns.tokens(inputCol);
        return ComputedColumns.add(
                frame,
                input,
                new EmbeddedRows(source, encoder, batchSize),
                SQLDataTypes.VectorType(),
                true,
                vector -> List.of(vector.as(outputCol)));
    }
}
