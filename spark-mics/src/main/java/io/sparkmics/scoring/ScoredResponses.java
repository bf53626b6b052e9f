package io.sparkmics.scoring;

import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.data.Columns;
import io.sparkmics.data.ResponseEncoder;
import io.sparkmics.data.ResponseSequence;
import io.sparkmics.data.RowColumn;
import io.sparkmics.model.ModelConfig;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Responses to prompts, cut off where the training cuts them off.
 *
 * @param endOfTextId what ends a response; negative: of text the built-in tokenizer's, of token ids nothing
 */
public record ScoredResponses(String promptCol, String responseCol, int endOfTextId) implements Scored {

    private record RowReader(ResponseEncoder encoder) implements Reader {

        @Override
        public List<ResponseSequence> read(Object content) {
            return encoder.sequence((Row) content).stream().toList();
        }
    }

    @Override
    public void require(Columns columns) {
        columns.requireResponses(promptCol, responseCol);
    }

    @Override
    public Column content(StructType frame, ModelConfig config) {
        return encoder(frame, config).struct(frame);
    }

    @Override
    public Reader reader(StructType frame, ModelConfig config) {
        return new RowReader(encoder(frame, config));
    }

    private ResponseEncoder encoder(StructType frame, ModelConfig config) {
        boolean text = endOfTextId < 0 && new Columns(frame).isText(responseCol);
        return new ResponseEncoder(
                RowColumn.responses(promptCol, responseCol, config.context(), config.vocabularySize()),
                text ? ByteTokenizer.END_OF_TEXT : endOfTextId);
    }
}
