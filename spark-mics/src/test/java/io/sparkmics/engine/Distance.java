package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.model.GptConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;

/** How far all parameters of a model together are from others: one alone may be near zero, where half the bits see nothing. */
final class Distance {

    private Distance() {}

    static double between(Map<String, double[]> one, Map<String, double[]> other) {
        assertThat(one).containsOnlyKeys(other.keySet());
        double squares = 0;
        for (String name : one.keySet()) {
            for (int i = 0; i < one.get(name).length; i++) {
                squares += Math.pow(one.get(name)[i] - other.get(name)[i], 2);
            }
        }
        return Math.sqrt(squares);
    }

    /** Where training begins. */
    static Map<String, double[]> initial(GptConfig config, long seed) {
        Map<String, double[]> values = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            config.build().units().stream()
                    .flatMap(unit -> unit.parameters().stream())
                    .forEach(parameter ->
                            values.put(parameter.name(), Values.of(new Initializer(seed).values(parameter))));
        }
        return values;
    }
}
