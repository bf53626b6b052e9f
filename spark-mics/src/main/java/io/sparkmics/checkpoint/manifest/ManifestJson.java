package io.sparkmics.checkpoint.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sparkmics.checkpoint.safetensors.TensorType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A manifest as a file. */
public final class ManifestJson {

    private static final long VERSION = 2;
    private static final int MOST_SETTINGS = 1000;
    private static final int MOST_CHARACTERS = 1 << 20;

    private ManifestJson() {}

    /** Writes it; one of that name must not exist. */
    public static void write(Path path, Manifest manifest, Configuration hadoop) {
        byte[] bytes = toBytes(manifest);
        // Nothing is committed that could not be read again.
        parse(path, bytes);
        SealedJson.write(path, bytes, hadoop);
    }

    /** @throws io.sparkmics.checkpoint.CheckpointException that names the file and what is wrong with it */
    public static Manifest read(Path path, Configuration hadoop) {
        return parse(path, SealedJson.read(path, hadoop));
    }

    static byte[] toBytes(Manifest manifest) {
        return JsonObject.sealed(json -> write(json, manifest));
    }

    private static void write(JsonGenerator json, Manifest manifest) throws IOException {
        json.writeNumberField("format_version", VERSION);
        json.writeStringField("run_id", manifest.id().runId());
        json.writeNumberField("attempt", manifest.id().attempt());
        json.writeNumberField("step", manifest.id().step());
        json.writeNumberField("time", manifest.time());
        json.writeObjectFieldStart("schedule");
        json.writeNumberField("steps", manifest.schedule().steps());
        json.writeNumberField("seed", manifest.schedule().seed());
        json.writeNumberField("global_batch_size", manifest.schedule().globalBatchSize());
        json.writeNumberField("micro_batch_size", manifest.schedule().microBatchSize());
        json.writeEndObject();
        json.writeObjectFieldStart("sharding");
        json.writeNumberField("world_size", manifest.sharding().worldSize());
        json.writeNumberField("partition_group_size", manifest.sharding().partitionGroupSize());
        json.writeEndObject();
        json.writeObjectFieldStart("states");
        json.writeStringField("optimizer", manifest.states().optimizer());
        json.writeNumberField("updates", manifest.states().updates());
        writeTexts(json, "kinds", manifest.states().kinds());
        json.writeStringField("dtype", manifest.states().type().name());
        json.writeEndObject();
        json.writeObjectFieldStart("data");
        json.writeStringField("fingerprint", manifest.data().fingerprint());
        Map<String, String> counts = new LinkedHashMap<>();
        manifest.data().counts().forEach((name, count) -> counts.put(name, Long.toString(count)));
        writeMap(json, "counts", counts);
        json.writeEndObject();
        json.writeObjectFieldStart("model");
        json.writeStringField("config", manifest.model().config());
        json.writeArrayFieldStart("units");
        for (Manifest.UnitSize unit : manifest.model().units()) {
            json.writeStartObject();
            json.writeStringField("name", unit.name());
            json.writeNumberField("elements", unit.elements());
            json.writeBooleanField("trained", unit.trained());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        writeMap(json, "settings", manifest.settings());
        json.writeObjectFieldStart("divergence");
        json.writeNumberField("skipped_in_a_row", manifest.divergence().skippedInARow());
        // As text: JSON has no infinity.
        writeTexts(
                json,
                "last_norms",
                manifest.divergence().lastNorms().stream().map(String::valueOf).toList());
        json.writeEndObject();
        json.writeArrayFieldStart("shards");
        for (ShardFile shard : manifest.shards()) {
            json.writeStartObject();
            ShardFileJson.write(json, shard);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeTexts(JsonGenerator json, String field, List<String> texts) throws IOException {
        json.writeArrayFieldStart(field);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private static void writeMap(JsonGenerator json, String field, Map<String, String> map) throws IOException {
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, String> entry : map.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    static Manifest parse(Path path, byte[] bytes) {
        return StrictJson.read(path, bytes, ManifestJson::read);
    }

    private static Manifest read(StrictJson json) throws IOException {
        json.number("format_version", VERSION, VERSION);
        String runId = json.text("run_id", StrictJson.SHORT_TEXT);
        int attempt = json.count("attempt", 0);
        CheckpointId id = new CheckpointId(runId, attempt, json.number("step", 0, Long.MAX_VALUE));
        long time = json.number("time", 0, Long.MAX_VALUE);
        Manifest.Schedule schedule = json.object(
                "schedule",
                fields -> new Manifest.Schedule(
                        fields.number("steps", 1, Long.MAX_VALUE),
                        fields.number("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                        fields.count("global_batch_size", 1),
                        fields.count("micro_batch_size", 1)));
        Manifest.Sharding sharding = json.object(
                "sharding",
                fields ->
                        new Manifest.Sharding(fields.count("world_size", 1), fields.count("partition_group_size", 1)));
        Manifest.States states = json.object(
                "states",
                fields -> new Manifest.States(
                        fields.text("optimizer", StrictJson.SHORT_TEXT),
                        fields.number("updates", 0, Long.MAX_VALUE),
                        fields.texts("kinds", 16),
                        type(fields.text("dtype", StrictJson.SHORT_TEXT))));
        Manifest.Data data = json.object(
                "data",
                fields -> new Manifest.Data(
                        fields.text("fingerprint", StrictJson.SHORT_TEXT),
                        counts(fields.textMap("counts", MOST_SETTINGS))));
        Manifest.Model model = json.object(
                "model",
                fields -> new Manifest.Model(
                        fields.text("config", MOST_CHARACTERS),
                        fields.objects(
                                "units",
                                Manifest.MOST_UNITS,
                                unit -> new Manifest.UnitSize(
                                        unit.text("name", StrictJson.SHORT_TEXT),
                                        unit.number("elements", 1, Long.MAX_VALUE),
                                        unit.flag("trained")))));
        Map<String, String> settings = json.textMap("settings", MOST_SETTINGS);
        Manifest.Divergence divergence = json.object(
                "divergence",
                fields -> new Manifest.Divergence(
                        fields.count("skipped_in_a_row", 0),
                        fields.texts("last_norms", MOST_SETTINGS).stream()
                                .map(Double::valueOf)
                                .toList()));
        // Known before the shards are read, so that nobody makes us hold more of them.
        int tensors = new ShardCheck(sharding, states, model).tensors();
        List<ShardFile> shards =
                json.objects("shards", sharding.partitionGroupSize(), shard -> ShardFileJson.read(shard, tensors));
        json.text(SealedJson.SEAL, StrictJson.SHORT_TEXT);
        return new Manifest(id, schedule, sharding, states, data, model, settings, divergence, time, shards);
    }

    private static Map<String, Long> counts(Map<String, String> texts) {
        Map<String, Long> counts = new LinkedHashMap<>();
        texts.forEach((name, text) -> counts.put(name, Long.valueOf(text)));
        return counts;
    }

    /** What states are kept in. */
    private static TensorType type(String name) {
        return Stream.of(TensorType.F32, TensorType.F64)
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the dtype " + name + " is unknown"));
    }
}
