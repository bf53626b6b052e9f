package io.sparkmics.gpu;

import io.sparkmics.engine.EngineSettings;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Unit;
import io.sparkmics.plan.MemoryModel;
import java.util.List;

/** What is predicted for one rank alone, in bytes; activations are not in it. */
public final class Plan {

    private Plan() {}

    public static long bytes(GptConfig config, EngineSettings settings) {
        Model model = config.build();
        List<Unit> units = model.units();
        return new MemoryModel(
                        units.stream().map(Unit::size).toList(),
                        model.stages().stream()
                                .map(stage -> stage.units().stream()
                                        .map(units::indexOf)
                                        .toList())
                                .toList(),
                        settings.elementBytes())
                .bytesPerRank(1);
    }
}
