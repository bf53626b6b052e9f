package io.sparkmics.cli;

import io.sparkmics.params.CheckpointParams;
import io.sparkmics.params.ClusterParams;
import io.sparkmics.params.DocumentParams;
import io.sparkmics.params.EarlyStoppingParams;
import io.sparkmics.params.LoraParams;
import io.sparkmics.params.OptimizerParams;
import io.sparkmics.params.PretrainedParams;
import io.sparkmics.params.ScheduleParams;
import io.sparkmics.params.ScoringParams;
import io.sparkmics.params.SequenceParams;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * An option for every param that trains: the model has options of its own, and how a trained model scores is asked of that
 * one.
 */
final class ParamOptions {

    private static final Map<Class<?>, String> HEADINGS = new LinkedHashMap<>();

    static {
        HEADINGS.put(ScoringParams.class, "The rows");
        HEADINGS.put(SequenceParams.class, "The sequences");
        HEADINGS.put(DocumentParams.class, "The packing");
        HEADINGS.put(PretrainedParams.class, "The start");
        HEADINGS.put(LoraParams.class, "Adapters");
        HEADINGS.put(ScheduleParams.class, "The run");
        HEADINGS.put(EarlyStoppingParams.class, "Early stopping");
        HEADINGS.put(OptimizerParams.class, "The optimizer");
        HEADINGS.put(ClusterParams.class, "The cluster");
        HEADINGS.put(CheckpointParams.class, "Checkpoints and restarts");
    }

    private final ScoringParams<?> stage;

    ParamOptions(ScoringParams<?> stage) {
        this.stage = stage;
    }

    /** A group for each interface of params, so that what belongs together stands together. */
    List<ArgGroupSpec> groups() {
        return HEADINGS.entrySet().stream()
                .map(entry -> group(entry.getKey(), entry.getValue()))
                .toList();
    }

    private ArgGroupSpec group(Class<?> declaring, String heading) {
        ArgGroupSpec.Builder group =
                ArgGroupSpec.builder().exclusive(false).validate(false).heading("%n" + heading + ":%n");
        params().stream()
                .filter(param -> declares(declaring, param.name()))
                .forEach(param -> group.addArg(option(param)));
        return group.build();
    }

    private static boolean declares(Class<?> declaring, String param) {
        return Arrays.stream(declaring.getDeclaredMethods())
                .anyMatch(method -> method.getName().equals(param));
    }

    /** Sets what the options say. */
    void apply(ParseResult parsed) {
        for (Param<?> param : params()) {
            String flag = TrainCommand.flag(param.name());
            if (parsed.hasMatchedOption(flag)) {
                set(param, parsed.matchedOptionValue(flag, null));
            }
        }
    }

    private void set(Param<?> param, Object value) {
        try {
            stage.set(param.name(), value);
        } catch (IllegalArgumentException e) {
            // It says what is allowed, by the name of the param.
            String flag = TrainCommand.flag(param.name());
            throw new IllegalArgumentException(
                    e.getMessage().replace("Cannot set " + param.name(), "Cannot set " + flag), e);
        }
    }

    private List<Param<?>> params() {
        Set<String> others = Stream.of(stage.model(), stage.lossCol(), stage.tokenCountCol(), stage.batchSize())
                .map(Param::name)
                .collect(Collectors.toSet());
        return Arrays.stream(stage.params())
                .filter(param -> !others.contains(param.name()))
                .<Param<?>>map(param -> param)
                .toList();
    }

    private OptionSpec option(Param<?> param) {
        Object fallback = stage.getDefault(param).get();
        boolean flag = param instanceof BooleanParam;
        return OptionSpec.builder(TrainCommand.flag(param.name()))
                .type(type(param))
                .arity(flag ? "0..1" : "1")
                .fallbackValue(flag ? "true" : "")
                .paramLabel(type(param).getSimpleName().toUpperCase(Locale.ROOT))
                .description(described(stage, param).replace("%", "%%")
                        + (fallback.equals("") ? "" : "; default: " + fallback))
                .build();
    }

    /** What the param means, where other params have the names of their options. */
    static String described(Params stage, Param<?> param) {
        String text = param.doc();
        for (Param<?> other : stage.params()) {
            String flag = TrainCommand.flag(other.name());
            // A name of one word is a word of the text.
            text = flag.lastIndexOf('-') > 1 ? text.replaceAll("\\b" + other.name() + "\\b", flag) : text;
        }
        return text;
    }

    private static Class<?> type(Param<?> param) {
        if (param instanceof IntParam) {
            return Integer.class;
        } else if (param instanceof LongParam) {
            return Long.class;
        } else if (param instanceof DoubleParam) {
            return Double.class;
        }
        return param instanceof BooleanParam ? Boolean.class : String.class;
    }
}
