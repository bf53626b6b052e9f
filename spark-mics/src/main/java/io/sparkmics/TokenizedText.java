package io.sparkmics;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.data.TokenData;
import io.sparkmics.model.LanguageModelConfig;
import io.sparkmics.tokenizer.TokenizerFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A tokenizer of Hugging Face's library before an estimator that reads text: what the command line does where one is named, or
 * lies in the folder that the model starts from.
 *
 * @param folder with {@code tokenizer.json} in it
 */
record TokenizedText(Path folder, Configuration hadoop) {

    /**
     * The one for a column of text.
     *
     * @param named by the user; empty: none was
     * @return empty where text is to become bytes, or the column has ids
     */
    static Optional<TokenizedText> of(String named, MicsEstimator estimator, Dataset<Row> rows, Configuration hadoop)
            throws IOException {
        if (!named.isBlank()) {
            return Optional.of(new TokenizedText(StoragePaths.qualified(named, hadoop), hadoop));
        }
        if (estimator.getInitialModel().isBlank()
                || estimator.getModel().vocabularySize() == ByteTokenizer.VOCABULARY_SIZE
                || columns(estimator).stream().noneMatch(column -> TokenData.isText(rows.schema(), column))) {
            return Optional.empty();
        }
        Path initial = StoragePaths.qualified(estimator.getInitialModel(), hadoop);
        return TokenizerFile.isIn(initial, hadoop) ? Optional.of(new TokenizedText(initial, hadoop)) : Optional.empty();
    }

    /**
     * The rows with ids in the place of text. The estimator's model gets as many tokens as the tokenizer has, where it has
     * fewer, and texts end as the model that it starts from ends them, where nothing else was said.
     *
     * @param mayGrow whether the number of tokens was left to us
     */
    Dataset<Row> before(MicsEstimator estimator, Dataset<Row> rows, boolean mayGrow) throws IOException {
        int size = TokenizerFile.read(folder, hadoop).size();
        if (mayGrow
                && estimator.getModel() instanceof LanguageModelConfig model
                && (model.vocabularySize() < size || estimator.getInitialModel().isBlank())) {
            estimator.setModel(model.vocabularySize(size));
        }
        if (!estimator.isSet(estimator.endOfTextId())
                && !estimator.getInitialModel().isBlank()) {
            EndOfText.of(estimator.getInitialModel(), hadoop).ifPresent(estimator::setEndOfTextId);
        }
        Dataset<Row> tokenized = rows;
        for (String column : columns(estimator)) {
            tokenized = ids(tokenized, column, column.equals(estimator.getPromptCol()));
        }
        return tokenized;
    }

    /** That of a stream, or those of prompts and responses. */
    private static List<String> columns(MicsEstimator estimator) {
        return estimator.hasResponses()
                ? Stream.of(estimator.getPromptCol(), estimator.getResponseCol())
                        .filter(column -> !column.isBlank())
                        .toList()
                : List.of(estimator.getInputCol());
    }

    /** @param begins whether texts begin as those do that are gone on with */
    private Dataset<Row> ids(Dataset<Row> rows, String column, boolean begins) {
        MicsTokenizer tokenizer = new MicsTokenizer();
        String ids = tokenizer.uid();
        return tokenizer
                .setTokenizer(folder.toString())
                .setAddSpecialTokens(begins)
                .setInputCol(column)
                .setOutputCol(ids)
                .transform(rows)
                .drop(column)
                .withColumnRenamed(ids, column);
    }

    /** The saved model keeps it. */
    void copyInto(String model) throws IOException {
        Path saved = new Path(StoragePaths.qualified(model, hadoop), HuggingFaceFolder.NAME);
        new HuggingFaceFolder(saved, hadoop).copyTokenizer(PretrainedFolder.withConfig(folder, hadoop));
    }
}
