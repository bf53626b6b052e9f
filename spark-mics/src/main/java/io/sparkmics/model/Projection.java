package io.sparkmics.model;

import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A linear map in a stage, [..., inputs] to [..., outputs], that can be adapted: see {@link Weights#adapted}.
 *
 * @param name as in {@code transformer.h.0.attn.c_attn}, of which the weight is {@code transformer.h.0.attn.c_attn.weight}
 * @param kind the end of its name, of whole parts, which every block has: {@code c_attn}
 * @param inputsFirst whether the weight is [inputs, outputs], as in GPT-2; [outputs, inputs] if not
 */
public record Projection(String name, String kind, long inputs, long outputs, boolean inputsFirst) {

    private static final String WEIGHT = ".weight";

    /** Its kind is the last part of its name. */
    public Projection(String name, long inputs, long outputs, boolean inputsFirst) {
        this(name, name.substring(name.lastIndexOf('.') + 1), inputs, outputs, inputsFirst);
    }

    /**
     * Those of some units.
     *
     * @param kinds the whole of {@link #kind}; of several that a name ends with the longest
     */
    public static List<Projection> of(Collection<Unit> units, Pattern kinds, boolean inputsFirst) {
        Pattern weights = Pattern.compile("((?:.+?\\.)??(" + kinds + "))" + Pattern.quote(WEIGHT));
        return units.stream()
                .flatMap(unit -> unit.parameters().stream())
                .filter(parameter -> parameter.shape().size() == 2)
                .flatMap(parameter -> of(parameter, weights.matcher(parameter.name()), inputsFirst))
                .toList();
    }

    private static Stream<Projection> of(Parameter weight, Matcher name, boolean inputsFirst) {
        if (!name.matches()) {
            return Stream.empty();
        }
        long inputs = weight.shape().get(inputsFirst ? 0 : 1);
        long outputs = weight.shape().get(inputsFirst ? 1 : 0);
        return Stream.of(new Projection(name.group(1), name.group(2), inputs, outputs, inputsFirst));
    }

    /** The name of its weight. */
    public String weight() {
        return name + WEIGHT;
    }

    /** Whether it is meant by what PEFT calls a target module: the end of a kind, of whole parts. */
    public boolean isTarget(String target) {
        return kind.equals(target) || kind.endsWith("." + target);
    }
}
