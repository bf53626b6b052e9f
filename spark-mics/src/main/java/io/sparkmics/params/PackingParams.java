package io.sparkmics.params;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Params;

/**
 * How rows become one stream of tokens.
 *
 * @param <T> the stage itself
 */
public interface PackingParams<T> extends Params {

    default IntParam endOfTextId() {
        return new IntParam(
                uid(),
                "endOfTextId",
                "the token id put behind every row; -1: 256 behind text, nothing behind token ids. "
                        + "Text takes no other id than 256",
                Allowed.atLeast("endOfTextId", -1));
    }

    default int getEndOfTextId() {
        return (int) getOrDefault(endOfTextId());
    }

    default T setEndOfTextId(int value) {
        return Fluent.set(this, endOfTextId(), value);
    }

    default BooleanParam separateDocuments() {
        return new BooleanParam(
                uid(),
                "separateDocuments",
                "whether a token sees only those of its own document, whose positions begin at 0; "
                        + "else it sees all those before it in its sequence");
    }

    default boolean getSeparateDocuments() {
        return (boolean) getOrDefault(separateDocuments());
    }

    /**
     * Trains on each document as if it were alone in its sequence. A document ends with the end-of-text token, 256 behind text or
     * {@link #endOfTextId}, which there must be: a row whose ids contain that token is several documents. The first token of the
     * document that follows is predicted from the end-of-text token, and counts in the loss.
     */
    default T setSeparateDocuments(boolean value) {
        return Fluent.set(this, separateDocuments(), value);
    }
}
