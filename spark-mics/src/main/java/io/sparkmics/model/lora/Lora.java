package io.sparkmics.model.lora;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Which projections are adapted, and how.
 *
 * @param rank r, of each adapter's product
 * @param alpha adapters add alpha / r times their product
 * @param dropout probability of dropping a number of what an adapter is given, in [0, 1)
 * @param targets the kinds of projections, as in {@code c_attn}; empty: all that the model has
 */
public record Lora(int rank, double alpha, double dropout, List<String> targets) implements Serializable {

    public Lora {
        targets = List.copyOf(targets);
        List<String> problems = new ArrayList<>();
        if (rank < 1) {
            problems.add("rank = " + rank + " must be positive");
        }
        if (!(alpha > 0)) {
            problems.add("alpha = " + alpha + " must be positive");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            problems.add("dropout = " + dropout + " must be in [0, 1)");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Cannot configure adapters: " + String.join(", ", problems) + ".");
        }
    }

    /** What the product of an adapter is multiplied by. */
    public double scale() {
        return alpha / rank;
    }
}
