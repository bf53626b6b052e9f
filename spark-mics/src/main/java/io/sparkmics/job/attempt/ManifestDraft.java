package io.sparkmics.job.attempt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.Saving;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.lora.LoraConfig;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.plan.TrainingSchedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the driver knows of all checkpoints of a run.
 *
 * @param settings of the run
 * @param schedule of the run
 * @param data what it trains on
 * @param saving what ranks save of their states
 */
public record ManifestDraft(TrainingSettings settings, TrainingSchedule schedule, Manifest.Data data, Saving saving) {

    private static final JsonMapper JSON = JsonMapper.builder()
            // A map of a model that keeps no order has another one in each process.
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final int NORMS_KEPT = 10;

    /**
     * Of one checkpoint.
     *
     * @param history every step until then
     * @param shards by partition rank
     */
    Manifest of(Attempt attempt, List<StepMetrics> history, List<ShardFile> shards) {
        return new Manifest(
                attempt.id(history.size()),
                new Manifest.Schedule(
                        schedule.steps(),
                        settings.schedule().seed(),
                        schedule.globalBatchSize(),
                        schedule.microBatchSize()),
                new Manifest.Sharding(attempt.worldSize(), attempt.partitionGroupSize()),
                states(history),
                data,
                model(settings.model()),
                optimization(),
                divergence(history),
                System.currentTimeMillis(),
                shards);
    }

    private Manifest.States states(List<StepMetrics> history) {
        boolean moments =
                saving.checkpoints() && settings.optimization().optimizer().equals("adamw");
        return new Manifest.States(
                settings.optimization().optimizer(),
                history.stream().filter(step -> !step.skipped()).count(),
                Stream.of(StateKind.values())
                        .filter(kind -> moments || kind == StateKind.PARAMETERS)
                        .map(StateKind::tensorName)
                        .toList(),
                settings.compute().stateType());
    }

    private static Manifest.Divergence divergence(List<StepMetrics> history) {
        int skipped = 0;
        for (int last = history.size() - 1; last >= 0 && history.get(last).skipped(); last--) {
            skipped++;
        }
        return new Manifest.Divergence(
                skipped,
                history.subList(Math.max(0, history.size() - NORMS_KEPT), history.size()).stream()
                        .map(StepMetrics::gradientNorm)
                        .toList());
    }

    /** What a model is known by: its configuration's class and what that says, and its units. */
    public static Manifest.Model model(ModelConfig config) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("class", config.getClass().getName());
        described.putAll(config.describe());
        if (config instanceof LoraConfig adapted) {
            described.put("lora", adapted.lora());
        }
        try {
            return new Manifest.Model(
                    JSON.writeValueAsString(described),
                    config.build().units().stream()
                            .map(unit -> new Manifest.UnitSize(unit.name(), unit.size(), unit.trainable()))
                            .toList());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "Cannot describe the model as JSON: " + e.getOriginalMessage() + ". Mend its describe().", e);
        }
    }

    /** What may be another when the run is gone on with; but separateDocuments, which is kept to be compared. */
    Map<String, String> optimization() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("learningRate", settings.optimization().learningRate());
        values.put("warmUpSteps", settings.optimization().warmUpSteps());
        values.put("minimumLearningRateRatio", settings.optimization().minimumLearningRateRatio());
        values.put("weightDecay", settings.optimization().weightDecay());
        values.put("beta1", settings.optimization().beta1());
        values.put("beta2", settings.optimization().beta2());
        values.put("epsilon", settings.optimization().epsilon());
        values.put("gradientClipping", settings.optimization().gradientClipping());
        values.put("precision", settings.compute().precision());
        values.put("reductionPrecision", settings.compute().reductionPrecision());
        values.put("replicationPrecision", settings.compute().replicationPrecision());
        values.put("separateDocuments", settings.input().separateDocuments());
        return values.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().toString(),
                        (one, other) -> one,
                        LinkedHashMap::new));
    }
}
