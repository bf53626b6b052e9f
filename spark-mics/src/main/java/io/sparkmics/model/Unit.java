package io.sparkmics.model;

import java.util.List;
import java.util.stream.Stream;

/**
 * The part of a model that is gathered and released as one: a transformer block, the embedding, the head.
 *
 * <p>The decayed parameters come first, whatever order they were given in: so each rank's shard of the unit has one split
 * point between what weight decay touches and what it does not.
 *
 * @param name unique in the model
 * @param parameters at least one, of which the elements are together a long
 * @param trainable false: the parameters stay as they are. They are sharded and gathered as others, and have no gradient, no
 *     moments and no hop
 */
public record Unit(String name, List<Parameter> parameters, boolean trainable) {

    public Unit {
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("Cannot declare unit " + name + ": it has no parameters.");
        }
        parameters = Stream.concat(
                        parameters.stream().filter(Parameter::decay),
                        parameters.stream().filter(parameter -> !parameter.decay()))
                .toList();
        try {
            elements(parameters);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Cannot declare unit " + name + ": its " + parameters.size()
                            + " parameters have more elements than can be counted. Choose smaller sizes.",
                    e);
        }
    }

    /** Trained. */
    public Unit(String name, List<Parameter> parameters) {
        this(name, parameters, true);
    }

    public static Unit of(String name, Parameter... parameters) {
        return new Unit(name, List.of(parameters));
    }

    /** The same parameters, which stay as they are. */
    public Unit frozen() {
        return new Unit(name, parameters, false);
    }

    /** The number of elements, without padding. */
    public long size() {
        return elements(parameters);
    }

    private static long elements(List<Parameter> parameters) {
        return parameters.stream().mapToLong(Parameter::size).reduce(0, Math::addExact);
    }

    /** The number of elements that weight decay applies to; they come first. */
    public long decayedSize() {
        return parameters.stream()
                .filter(Parameter::decay)
                .mapToLong(Parameter::size)
                .sum();
    }
}
