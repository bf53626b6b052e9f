package io.sparkmics.params;

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
}
