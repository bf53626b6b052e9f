package io.sparkmics.checkpoint.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The small file beside a safetensors file that says how it was written. */
public final class ShardFileJson {

    private static final long VERSION = 1;
    private static final int MOST_TENSORS = 1 << 16;

    private ShardFileJson() {}

    /** Writes it; one of that name must not exist. */
    public static void write(Path path, ShardFile shard, Configuration hadoop) {
        byte[] sealed = JsonObject.sealed(json -> {
            json.writeNumberField("format_version", VERSION);
            write(json, shard);
        });
        SealedJson.write(path, sealed, hadoop);
    }

    public static ShardFile read(Path path, Configuration hadoop) {
        return parse(path, SealedJson.read(path, hadoop));
    }

    /** Empty where it is not written to its end. */
    public static Optional<ShardFile> readIfWhole(Path path, Configuration hadoop) {
        return SealedJson.readIfWhole(path, hadoop).map(bytes -> parse(path, bytes));
    }

    static ShardFile parse(Path path, byte[] bytes) {
        return StrictJson.read(path, bytes, json -> {
            json.number("format_version", VERSION, VERSION);
            ShardFile shard = read(json, MOST_TENSORS);
            json.text(SealedJson.SEAL, StrictJson.SHORT_TEXT);
            return shard;
        });
    }

    static void write(JsonGenerator json, ShardFile shard) throws IOException {
        json.writeStringField("file", shard.file());
        json.writeNumberField("length", shard.length());
        json.writeArrayFieldStart("tensors");
        for (TensorChecksum tensor : shard.tensors()) {
            json.writeStartObject();
            json.writeStringField("name", tensor.name());
            json.writeNumberField("elements", tensor.elements());
            json.writeStringField("crc32c", tensor.crc32c());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static ShardFile read(StrictJson json, int mostTensors) throws IOException {
        return new ShardFile(
                json.text("file", StrictJson.SHORT_TEXT),
                json.number("length", 0, Long.MAX_VALUE),
                json.objects(
                        "tensors",
                        mostTensors,
                        tensor -> new TensorChecksum(
                                tensor.text("name", StrictJson.SHORT_TEXT),
                                tensor.number("elements", 0, Long.MAX_VALUE),
                                tensor.text("crc32c", StrictJson.SHORT_TEXT))));
    }
}
