package io.sparkmics.model.lora;

import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.Model;
import io.sparkmics.model.PretrainedNames;
import io.sparkmics.model.Projection;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model that stays as it is but for its {@linkplain Model#heads heads}, with adapters beside its projections: for each unit
 * that has some, one unit of its adapters. It has the tokens of the folder that it starts from, and no more: what is drawn for
 * others would never be trained.
 */
public class LoraModel implements Model {

    private final Model base;
    private final Map<String, Adapter> adapters = new LinkedHashMap<>();
    private final Map<String, Adapter> byWeight = new HashMap<>();
    private final List<Unit> heads;
    private final List<Stage> stages;

    private LoraModel(Model base, Lora lora) {
        this.base = base;
        heads = base.taskHeads();
        List<Projection> projections = base.projections().stream()
                .filter(projection -> heads.stream().noneMatch(head -> has(head, projection)))
                .toList();
        requireAll(lora.targets(), projections);
        for (Projection projection : projections) {
            if (lora.targets().isEmpty() || lora.targets().stream().anyMatch(projection::isTarget)) {
                Adapter adapter = new Adapter(projection, lora);
                adapters.put(projection.name(), adapter);
                byWeight.put(projection.weight(), adapter);
            }
        }
        stages = base.stages().stream().map(this::adapted).toList();
    }

    /** @throws IllegalArgumentException when the model has no such projections */
    static LoraModel of(Model base, Lora lora) {
        return base instanceof LanguageModel language ? new Language(language, lora) : new LoraModel(base, lora);
    }

    private static void requireAll(List<String> targets, List<Projection> projections) {
        TreeSet<String> known =
                projections.stream().map(Projection::kind).collect(Collectors.toCollection(TreeSet::new));
        if (known.isEmpty()) {
            throw new IllegalArgumentException("Cannot adapt the model: it names no projections. Let projections() name"
                    + " them, and its stages call adapted of their weights.");
        }
        List<String> unknown =
                targets.stream().filter(target -> !known.contains(target)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot adapt the model: it has no projection " + String.join(", ", unknown) + ". Choose of "
                            + String.join(", ", known) + ", or none for all of them.");
        }
    }

    private Stage adapted(Stage stage) {
        return AdaptedStage.of(
                stage, stage.units().stream().flatMap(this::adapted).toList(), adapters);
    }

    private Stream<Unit> adapted(Unit unit) {
        return Stream.concat(Stream.of(heads.contains(unit) ? unit : unit.frozen()), beside(unit).stream());
    }

    private static boolean has(Unit unit, Projection projection) {
        return unit.parameters().stream().anyMatch(parameter -> parameter.name().equals(projection.weight()));
    }

    /** The unit of the adapters beside a unit of the base. */
    public Optional<Unit> beside(Unit unit) {
        List<Adapter> own = adapters(unit);
        return own.isEmpty()
                ? Optional.empty()
                : Optional.of(new Unit(
                        unit.name() + ".lora",
                        own.stream()
                                .flatMap(adapter -> adapter.parameters().stream())
                                .toList()));
    }

    /** The adapters beside the projections of a unit of the base. */
    public List<Adapter> adapters(Unit unit) {
        return unit.parameters().stream()
                .map(parameter -> byWeight.get(parameter.name()))
                .filter(Objects::nonNull)
                .toList();
    }

    /** The units that are trained: those of the adapters, and the heads. */
    public List<Unit> trainedUnits() {
        return units().stream().filter(Unit::trainable).toList();
    }

    /** All of them. */
    public List<Adapter> adapters() {
        return List.copyOf(adapters.values());
    }

    @Override
    public List<Stage> stages() {
        return stages;
    }

    @Override
    public PretrainedNames pretrainedNames() {
        return base.pretrainedNames();
    }

    /** Those of the base: adapters begin as they are initialized. */
    @Override
    public List<Unit> pretrainedUnits() {
        return units().stream()
                .filter(unit -> !unit.trainable() || heads.contains(unit))
                .toList();
    }

    @Override
    public List<Unit> taskHeads() {
        return heads;
    }

    private static final class Language extends LoraModel implements LanguageModel {

        private final LanguageModel base;
        private final Stage logits;

        Language(LanguageModel base, Lora lora) {
            super(base, lora);
            this.base = base;
            logits = super.adapted(base.logits());
        }

        @Override
        public Stage logits() {
            return logits;
        }

        @Override
        public boolean readsPast() {
            return base.readsPast();
        }
    }
}
