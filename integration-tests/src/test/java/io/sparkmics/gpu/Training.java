package io.sparkmics.gpu;

import io.sparkmics.bootstrap.OneGpu;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.StepResult;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.Feed;
import io.sparkmics.model.GptConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;

/** A run that can be had on every device, of one rank. */
record Training(GptConfig config, OptimizerSettings optimizer, double learningRate, Precision precision) {

    private static final int MICRO_BATCH = 2;
    private static final int MICRO_STEPS = 2;
    private static final int STEPS = 5;

    /** What can be seen of a run from outside; the parameters are read before and after it. */
    record Outcome(
            List<Double> losses,
            List<Double> norms,
            double evaluation,
            Map<String, float[]> before,
            Map<String, float[]> after) {}

    Training in(Precision other) {
        return new Training(config, optimizer, learningRate, other);
    }

    Outcome on(RankDevice device) {
        return OneGpu.run(device, this::train);
    }

    private Outcome train(RankContext ranks) throws IOException {
        EngineSettings settings = new EngineSettings(optimizer, 1, 42, precision);
        List<Double> losses = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        try (MicsEngine engine = new MicsEngine(config.build(), settings, ranks);
                Feed training = feed(STEPS, ranks.device());
                Feed evaluation = feed(1, ranks.device())) {
            Map<String, float[]> before = parameters(engine);
            for (int step = 0; step < STEPS; step++) {
                StepResult result = engine.step(step, training.limit(MICRO_STEPS), learningRate);
                losses.add(result.loss());
                norms.add(result.gradientNorm());
            }
            return new Outcome(losses, norms, engine.evaluate(evaluation), before, parameters(engine));
        }
    }

    private Feed feed(int steps, RankDevice device) {
        return new Feed(RandomTokens.batches(config, steps, MICRO_STEPS, MICRO_BATCH), device);
    }

    private static Map<String, float[]> parameters(MicsEngine engine) throws IOException {
        Map<String, float[]> parameters = new LinkedHashMap<>();
        engine.forEachParameter((parameter, value) -> {
            float[] values = new float[Math.toIntExact(value.numel())];
            new FloatPointer(value.data_ptr()).get(values);
            parameters.put(parameter.name(), values);
        });
        return parameters;
    }

    /** For the names of tests. */
    @Override
    public String toString() {
        return config.layers() + " layers of width " + config.width() + " with "
                + optimizer.getClass().getSimpleName();
    }
}
