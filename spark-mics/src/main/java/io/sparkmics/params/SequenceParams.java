package io.sparkmics.params;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * What becomes sequences of tokens: all rows one stream, or the prompt and the response of each row.
 *
 * @param <T> the stage itself
 */
public interface SequenceParams<T> extends Params {

    default Param<String> promptCol() {
        return new Param<>(
                uid(),
                "promptCol",
                "with responseCol, in the place of inputCol: the column of prompts, text (string) or token ids (array of int or"
                        + " bigint), which are read and not predicted; empty: rows are one stream",
                String.class);
    }

    default String getPromptCol() {
        return getOrDefault(promptCol());
    }

    default T setPromptCol(String value) {
        return Fluent.set(this, promptCol(), value);
    }

    default Param<String> responseCol() {
        return new Param<>(
                uid(),
                "responseCol",
                "with promptCol: the column of responses, whose tokens alone are predicted",
                String.class);
    }

    default String getResponseCol() {
        return getOrDefault(responseCol());
    }

    default T setResponseCol(String value) {
        return Fluent.set(this, responseCol(), value);
    }

    /** Whether rows are prompts and responses, or meant to be. */
    default boolean hasResponses() {
        return !getPromptCol().isBlank() || !getResponseCol().isBlank();
    }

    default IntParam endOfTextId() {
        return new IntParam(
                uid(),
                "endOfTextId",
                "the token id put behind every row, or response; -1: 256 behind text, behind responses of token ids the one that"
                        + " initialModel ends texts with, nothing behind other token ids; -2: nothing behind any token ids, for"
                        + " responses that end with tokens of their own. Text takes no other id than 256",
                Allowed.atLeast("endOfTextId", -2));
    }

    default int getEndOfTextId() {
        return (int) getOrDefault(endOfTextId());
    }

    default T setEndOfTextId(int value) {
        return Fluent.set(this, endOfTextId(), value);
    }
}
