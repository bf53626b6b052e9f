package io.sparkmics.scoring;

import io.sparkmics.data.Columns;
import io.sparkmics.data.ResponseSequence;
import io.sparkmics.model.ModelConfig;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.StructType;

/** All tokens of a column but the first of each row. */
public record ScoredTokens(String inputCol) implements Scored {

    private record WindowReader(int vocabularySize, int context) implements Reader {

        /** @param content the bytes of a text, or a sequence of ids */
        @Override
        public List<ResponseSequence> read(Object content) {
            return Windows.of(RowTokens.of(content, vocabularySize), context).stream()
                    .map(window -> new ResponseSequence(window, 1))
                    .toList();
        }
    }

    @Override
    public void require(Columns columns) {
        columns.requireTokens(inputCol);
    }

    @Override
    public Column content(StructType frame, ModelConfig config) {
        return new Columns(frame).tokens(inputCol);
    }

    @Override
    public Reader reader(StructType frame, ModelConfig config) {
        return new WindowReader(config.vocabularySize(), config.context());
    }
}
