package io.sparkmics.scoring;

import io.sparkmics.data.Columns;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.tokenizer.TokenizerSource;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Goes on with the prompts of a column, on the executors: texts by the model's tokenizer, token ids as they are.
 *
 * @param tokenizer null: prompts are token ids
 * @param ends the ids that end a text, as the model's folder says
 */
public record Generation(ModelSource source, TokenizerSource tokenizer, List<Integer> ends, GenerationSettings settings)
        implements Serializable {

    public Generation {
        ends = List.copyOf(ends);
    }

    /**
     * @param text whether prompts are texts
     * @throws IllegalArgumentException where they are and the model's tokenizer is not known, or the model knows no text
     */
    public static Generation of(ModelSource source, boolean text, GenerationSettings settings) {
        if (!(source.config().build() instanceof LanguageModel)) {
            throw new IllegalArgumentException("Cannot generate text: the model of "
                    + source.config().getClass().getName() + " is not a LanguageModel. Implement its logits().");
        }
        return new Generation(
                source,
                text
                        ? TokenizerSource.of(
                                source.config().vocabularySize(),
                                source.version().path(),
                                source.hadoop().value())
                        : null,
                TokenizerSource.ends(source.version().path(), source.hadoop().value()),
                settings);
    }

    /** The type of what is added to prompts of texts or of ids. */
    public static DataType type(boolean text) {
        return text ? DataTypes.StringType : DataTypes.createArrayType(DataTypes.IntegerType, false);
    }

    /** Adds the column of what follows each prompt; null where that is. Lazy, but of rows whoever asks for has their texts. */
    public Dataset<Row> add(Dataset<Row> frame, String inputCol, String outputCol) {
        boolean text = tokenizer != null;
        Column prompts = text
                ? Columns.column(inputCol).cast(DataTypes.StringType)
                : new Columns(frame.schema()).tokens(inputCol);
        return ComputedColumns.add(
                frame,
                prompts,
                new GeneratedRows(this),
                type(text),
                true,
                following -> List.of(following.as(outputCol)));
    }

    /** The caller's to close. */
    Prompts open() {
        return tokenizer == null
                ? new Prompts.Ids(source.config().vocabularySize(), ends::contains)
                : new Prompts.Texts(tokenizer.open());
    }
}
