package io.sparkmics.monitor;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.traffic.LinkClass;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What a finished training has to say for itself; {@code summary.json} holds it.
 *
 * @param worldSize how many ranks
 * @param partitionGroupSize how many of them hold one copy of the model states
 * @param parameters of the model, tied ones once
 * @param steps carried out, also those before a checkpoint that the run went on from
 * @param skippedSteps how many of them updated nothing, because loss or gradient was not finite
 * @param firstLoss mean training loss of the first step, in nats per token
 * @param lastLoss the same of the last step, before its update
 * @param finalLoss of the trained weights, without dropout, on the batch of the last update, in nats per token
 * @param validationLoss of the last evaluation, or null where there was none
 * @param tokens trained on, by all ranks together
 * @param seconds from the beginning of the first step to the end of the last
 * @param stepsOfBytes how many of the steps the attempt has carried out that came to the end
 * @param bytes sent by all ranks together in those steps, as the transport really sends them
 * @param data what became of the rows: counts by name, in the order given
 * @param extra anything else worth telling: written beside the rest, in the order given
 */
public record TrainingSummary(
        int worldSize,
        int partitionGroupSize,
        long parameters,
        long steps,
        long skippedSteps,
        double firstLoss,
        double lastLoss,
        double finalLoss,
        Double validationLoss,
        long tokens,
        double seconds,
        long stepsOfBytes,
        Map<GroupKind, Map<LinkClass, Long>> bytes,
        Map<String, Long> data,
        Map<String, Object> extra) {

    public static final String FILE_NAME = "summary.json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .addModule(new SimpleModule().addSerializer(Double.class, new NullWhereNotFinite.Writer()))
            .build();

    public TrainingSummary {
        if (partitionGroupSize < 1 || worldSize % partitionGroupSize != 0) {
            throw new IllegalArgumentException("Cannot sum up a training: world size " + worldSize
                    + " is not a multiple of partition group size " + partitionGroupSize + ".");
        }
        bytes = Map.copyOf(bytes);
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
        extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
    }

    /** Zero for a training without time. */
    public double tokensPerSecond() {
        return seconds > 0 ? tokens / seconds : 0;
    }

    /** The same with one more extra entry. */
    public TrainingSummary with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(extra);
        more.put(name, value);
        return new TrainingSummary(
                worldSize,
                partitionGroupSize,
                parameters,
                steps,
                skippedSteps,
                firstLoss,
                lastLoss,
                finalLoss,
                validationLoss,
                tokens,
                seconds,
                stepsOfBytes,
                bytes,
                data,
                more);
    }

    /** What {@code summary.json} says, in its order. Bytes are there for every kind of group and link class, zeros too. */
    public Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("worldSize", worldSize);
        description.put("partitionGroupSize", partitionGroupSize);
        description.put("parameters", parameters);
        description.put("steps", steps);
        description.put("skippedSteps", skippedSteps);
        description.put("firstLoss", firstLoss);
        description.put("lastLoss", lastLoss);
        description.put("finalLoss", finalLoss);
        if (validationLoss != null) {
            description.put("validationLoss", validationLoss);
        }
        description.put("tokens", tokens);
        description.put("seconds", seconds);
        description.put("tokensPerSecond", tokensPerSecond());
        description.put("bytes", describeBytes(1));
        // Every step sends the same.
        description.put("bytesPerStep", describeBytes(Math.max(1, stepsOfBytes)));
        description.put("data", data);
        extra.forEach((name, value) -> {
            if (description.putIfAbsent(name, value) != null) {
                throw new IllegalArgumentException(
                        "Cannot add " + name + " to the summary: it has an entry of that name. Choose another name.");
            }
        });
        return description;
    }

    /** Writes {@code summary.json} into a folder, over an older one. A number that is not finite is null in it. */
    public void write(Path folder, Configuration hadoop) {
        Path file = new Path(folder, FILE_NAME);
        try (OutputStream out = PlainFiles.create(file, hadoop)) {
            out.write(JSON.writeValueAsBytes(describe()));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the summary to " + file + ": " + e.getMessage(), e);
        }
    }

    private Map<String, Object> describeBytes(long divisor) {
        Map<String, Object> byKind = new LinkedHashMap<>();
        for (GroupKind kind : GroupKind.values()) {
            Map<String, Long> byLink = new LinkedHashMap<>();
            for (LinkClass link : LinkClass.values()) {
                byLink.put(camel(link), bytes.getOrDefault(kind, Map.of()).getOrDefault(link, 0L) / divisor);
            }
            byKind.put(camel(kind), byLink);
        }
        return byKind;
    }

    /** BETWEEN_NODES is betweenNodes. */
    private static String camel(Enum<?> constant) {
        StringBuilder name = new StringBuilder();
        for (String word : constant.name().toLowerCase(Locale.ROOT).split("_")) {
            name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return name.toString();
    }
}
