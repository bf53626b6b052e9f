package io.sparkmics.scoring;

import static org.apache.spark.sql.functions.udf;

import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.data.Columns;
import io.sparkmics.data.ResponseEncoder;
import io.sparkmics.data.ResponseSequence;
import io.sparkmics.data.RowColumn;
import io.sparkmics.model.ModelConfig;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Responses to prompts, cut off where the training cuts them off.
 *
 * @param endOfTextId what ends a response; negative: of text the built-in tokenizer's, of token ids nothing
 */
public record ScoredResponses(String promptCol, String responseCol, int endOfTextId) implements Scored {

    /** The mean loss of one response. Each task has its own copy of this object. */
    private static final class Loss implements UDF1<Row, Double> {

        private static final long serialVersionUID = 1L;

        private final TaskModel model;
        private final ResponseEncoder encoder;

        Loss(ModelSource source, ResponseEncoder encoder) {
            this.model = new TaskModel(source);
            this.encoder = encoder;
        }

        @Override
        public Double call(Row row) {
            return encoder.sequence(row)
                    .map(sequence -> model.get().loss(sequence.tokens(), sequence.targets()))
                    .orElse(null);
        }
    }

    @Override
    public void require(Columns columns) {
        columns.requireResponses(promptCol, responseCol);
    }

    @Override
    public Column loss(StructType frame, ModelSource source, int batchSize) {
        ResponseEncoder encoder = encoder(frame, source.config());
        return udf(new Loss(source, encoder), DataTypes.DoubleType)
                .withName("loss")
                .apply(encoder.struct(frame));
    }

    @Override
    public Column tokenCount(StructType frame, ModelSource source) {
        ResponseEncoder encoder = encoder(frame, source.config());
        UDF1<Row, Long> count = row ->
                encoder.sequence(row).map(ResponseSequence::predicted).orElse(0).longValue();
        return udf(count, DataTypes.LongType)
                .withName("tokenCount")
                .asNonNullable()
                .apply(encoder.struct(frame));
    }

    private ResponseEncoder encoder(StructType frame, ModelConfig config) {
        boolean text = endOfTextId < 0 && new Columns(frame).isText(responseCol);
        return new ResponseEncoder(
                RowColumn.responses(promptCol, responseCol, config.context(), config.vocabularySize()),
                text ? ByteTokenizer.END_OF_TEXT : endOfTextId);
    }
}
