package io.sparkmics.model;

import java.util.List;

/** The sizes of a {@link Predictor}, whose rows are not packed into a stream: each is a sequence of its own. */
public interface PredictorConfig extends ModelConfig {

    /** The columns that it reads, at least one, none of them named {@link RowLayout#LABEL}. */
    @Override
    List<InputColumn> inputs();

    /** Whether its loss reads the label as a class, int64 [b]; if not, as a number. */
    boolean classifies();

    /** How many numbers it predicts of a row: the classes, or 1; 0 where the data is to say how many classes there are. */
    int outputs();

    /** The same with another number of them. */
    PredictorConfig withOutputs(int outputs);

    @Override
    Predictor build();

    /** Where it reads tokens, those of the longest such column; else 1. */
    @Override
    default int context() {
        return inputs().stream()
                .filter(InputColumn::isTokens)
                .mapToInt(InputColumn::size)
                .max()
                .orElse(1);
    }

    /** To be said by who reads tokens: text takes 257. */
    @Override
    default int vocabularySize() {
        return 1;
    }
}
