package io.sparkmics.engine;

import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Unit;
import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.step.Recipe;
import io.sparkmics.plan.step.Transformer;
import io.sparkmics.plan.step.TransformerWorkload;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a step needs to know besides the model.
 *
 * @param optimizer which, and its constants
 * @param gradientClipping the largest global norm that passes; 0: every norm does
 * @param seed of initialization and dropout
 * @param precision of the model states and of what is computed with them
 * @param reductionPrecision what hop 1 sums in, where precision is {@link Precision#BFLOAT16}
 * @param replicationPrecision what hop 2 sums in, with any precision
 * @param overlap which communication runs beside what is computed
 * @param checkpointing which stages run their forward pass again for their backward pass; what is computed is the same
 * @param sequences how they are weighed, and what a token sees of its own
 */
public record EngineSettings(
        OptimizerSettings optimizer,
        double gradientClipping,
        long seed,
        Precision precision,
        ReductionPrecision reductionPrecision,
        ReductionPrecision replicationPrecision,
        OverlapSettings overlap,
        ActivationCheckpointing checkpointing,
        SequenceSettings sequences)
        implements Serializable {

    /** With hop 2 in single precision, the standard overlap, and every stage keeps what its backward pass needs. */
    public EngineSettings(
            OptimizerSettings optimizer,
            double gradientClipping,
            long seed,
            Precision precision,
            ReductionPrecision reductionPrecision) {
        this(
                optimizer,
                gradientClipping,
                seed,
                precision,
                reductionPrecision,
                ReductionPrecision.FLOAT32,
                OverlapSettings.STANDARD,
                ActivationCheckpointing.NONE,
                SequenceSettings.STREAM);
    }

    /** Sums in single precision where there is a choice. */
    public EngineSettings(OptimizerSettings optimizer, double gradientClipping, long seed, Precision precision) {
        this(optimizer, gradientClipping, seed, precision, ReductionPrecision.FLOAT32);
    }

    public EngineSettings with(OverlapSettings changed) {
        return changed(replicationPrecision, changed, checkpointing, sequences);
    }

    public EngineSettings with(ActivationCheckpointing changed) {
        return changed(replicationPrecision, overlap, changed, sequences);
    }

    /** Where documents are separate the model {@link io.sparkmics.model.LanguageModel#readsPast}. */
    public EngineSettings with(SequenceSettings changed) {
        return changed(replicationPrecision, overlap, checkpointing, changed);
    }

    public EngineSettings withReplication(ReductionPrecision changed) {
        return changed(changed, overlap, checkpointing, sequences);
    }

    private EngineSettings changed(
            ReductionPrecision replication,
            OverlapSettings overlapped,
            ActivationCheckpointing recomputed,
            SequenceSettings ofSequences) {
        return new EngineSettings(
                optimizer,
                gradientClipping,
                seed,
                precision,
                reductionPrecision,
                replication,
                overlapped,
                recomputed,
                ofSequences);
    }

    /** What the plan knows of a model that is trained so: its units, and what their elements take. */
    public MemoryModel memoryModel(Model model) {
        List<Unit> units = model.units();
        Set<Integer> frozen = IntStream.range(0, units.size())
                .filter(unit -> !units.get(unit).trainable())
                .boxed()
                .collect(Collectors.toSet());
        return new MemoryModel(
                units.stream().map(Unit::size).toList(),
                model.stages().stream()
                        .map(stage -> stage.units().stream().map(units::indexOf).toList())
                        .toList(),
                frozen,
                types().bytes(),
                optimizer.moments(),
                false,
                overlap.gathersAhead());
    }

    /**
     * What the plan knows of the activations of a model that is trained so. Of a Gpt, a Llama and a Bert they are counted; see
     * {@link UnknownActivations} for others.
     *
     * @param cuda whether it is trained on GPUs
     */
    public ActivationModel activationModel(ModelConfig config, boolean cuda) {
        return CountedActivations.of(config, this, cuda)
                .orElseGet(() ->
                        UnknownActivations.of(config.build(), types().bytes().compute(), checkpointing));
    }

    /**
     * What the plan knows of a step of our Gpt.
     *
     * @param cuda whether it is trained on GPUs
     */
    public TransformerWorkload workload(GptConfig config, boolean cuda) {
        Transformer sizes = new Transformer(
                "", config.layers(), config.heads(), config.width(), config.context(), config.vocabularySize());
        return new TransformerWorkload(sizes, recipe(config.dropout() > 0, cuda));
    }

    /** How the engine trains a model that drops, or does not. */
    Recipe recipe(boolean dropout, boolean cuda) {
        return new Recipe(types().bytes(), checkpointing, true, true, dropout, sequences.separateDocuments(), cuda);
    }

    ElementTypes types() {
        return ElementTypes.of(precision, reductionPrecision, replicationPrecision);
    }
}
