package io.sparkmics.params;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.Params;

/**
 * What documents that stand in one sequence have to do with each other.
 *
 * @param <T> the stage itself
 */
public interface DocumentParams<T> extends Params {

    default BooleanParam separateDocuments() {
        return new BooleanParam(
                uid(),
                "separateDocuments",
                "whether a token sees only those of its own document, whose positions begin at 0; else it sees all those"
                        + " before it in its sequence");
    }

    default boolean getSeparateDocuments() {
        return (boolean) getOrDefault(separateDocuments());
    }

    /**
     * Trains on each document as if it were alone in its sequence. A document ends with the end-of-text token, 256 behind text
     * or {@link SequenceParams#endOfTextId}, which there must be: a row whose ids contain that token is several documents. The
     * first token of the document that follows is predicted from the end-of-text token, and counts in the loss.
     */
    default T setSeparateDocuments(boolean value) {
        return Fluent.set(this, separateDocuments(), value);
    }
}
