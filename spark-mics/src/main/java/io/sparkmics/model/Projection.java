package io.sparkmics.model;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A linear map in a stage, [..., inputs] to [..., outputs], that can be adapted: see {@link Weights#adapted}.
 *
 * @param name as in {@code transformer.h.0.attn.c_attn}, of which the weight is {@code transformer.h.0.attn.c_attn.weight}
 * @param inputsFirst whether the weight is [inputs, outputs], as in GPT-2; [outputs, inputs] if not
 */
public record Projection(String name, long inputs, long outputs, boolean inputsFirst) {

    private static final String WEIGHT = ".weight";

    /**
     * Those of some units.
     *
     * @param kinds the whole of {@link #kind}
     */
    public static List<Projection> of(Collection<Unit> units, Pattern kinds, boolean inputsFirst) {
        return units.stream()
                .flatMap(unit -> unit.parameters().stream())
                .filter(parameter ->
                        parameter.name().endsWith(WEIGHT) && parameter.shape().size() == 2)
                .map(parameter -> of(parameter, inputsFirst))
                .filter(projection -> kinds.matcher(projection.kind()).matches())
                .toList();
    }

    private static Projection of(Parameter weight, boolean inputsFirst) {
        String name = weight.name().substring(0, weight.name().length() - WEIGHT.length());
        long rows = weight.shape().get(0);
        long columns = weight.shape().get(1);
        return inputsFirst ? new Projection(name, rows, columns, true) : new Projection(name, columns, rows, false);
    }

    /** The name of its weight. */
    public String weight() {
        return name + WEIGHT;
    }

    /** The last part of its name, which every block has: {@code c_attn}. */
    public String kind() {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
