package io.sparkmics.model;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The columns of a batch, by their names. */
public final class NamedColumns {

    private NamedColumns() {}

    /** @throws IllegalArgumentException naming those that there are */
    public static Tensor get(Map<String, Tensor> columns, String name) {
        Tensor column = columns.get(name);
        if (column == null) {
            throw new IllegalArgumentException("Cannot read column " + name + ": the rows have "
                    + (columns.isEmpty() ? "no columns but the tokens of data()" : String.join(", ", columns.keySet()))
                    + ". Name one of these, or let inputs() of the configuration name it.");
        }
        return column;
    }
}
