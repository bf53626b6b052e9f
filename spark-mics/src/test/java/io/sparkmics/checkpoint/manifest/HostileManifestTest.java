package io.sparkmics.checkpoint.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import io.sparkmics.checkpoint.safetensors.TensorType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an enemy may have left instead of a manifest: with a right checksum, or nobody would look at it. */
class HostileManifestTest {

    private static final Path FILE = new Path("manifest.json");
    private static final long LITTLE_MEMORY = 64 << 20;
    private static final String GOOD = object(good());

    @TempDir
    java.nio.file.Path folder;

    static Stream<Arguments> manifests() {
        return Stream.of(
                // Fields
                arguments(
                        "it has a field sha256 where schedule must be",
                        GOOD.substring(0, GOOD.indexOf(",\"schedule\""))),
                arguments("it has a field pickle where run_id must be", GOOD.replace("\"run_id\"", "\"pickle\"")),
                arguments(
                        "it has a field attempt where step must be",
                        with("\"attempt\":0", "\"attempt\":0,\"attempt\":0")),
                arguments(
                        "the field x of schedule is unknown",
                        with("\"micro_batch_size\":1", "\"micro_batch_size\":1,\"x\":1")),
                arguments(
                        "unknown or there twice", with("\"micro_batch_size\":1", "\"micro_batch_size\":1,\"seed\":1")),
                arguments(
                        "format_version is 3, and 2 to 2 is possible",
                        with("\"format_version\":2", "\"format_version\":3")),
                arguments(
                        "settings has an entry that is there twice: a", with("\"a\":\"b\"", "\"a\":\"b\",\"a\":\"b\"")),
                // Types
                arguments("run_id is not a text", with("\"0123456789ab\"", "123456789012")),
                arguments("step is not a whole number", with("\"step\":10", "\"step\":\"10\"")),
                arguments("step is not a whole number", with("\"step\":10", "\"step\":1e1")),
                arguments("step is not a whole number", with("\"step\":10", "\"step\":null")),
                arguments("schedule is not an object", with("\"schedule\":{", "\"schedule\":[{")),
                arguments("shards is not an array", with("\"shards\":[", "\"shards\":{\"x\":[")),
                arguments("units has an element that is not an object", with("\"units\":[", "\"units\":[7,")),
                arguments("kinds has an element that is not a text", with("\"kinds\":[", "\"kinds\":[7,")),
                arguments("settings has an entry that is not a text: a", with("\"a\":\"b\"", "\"a\":{}")),
                arguments("not JSON as we write it", with("\"step\":10", "\"step\":NaN")),
                arguments("not JSON as we write it", with("\"settings\":{", "\"settings\":{{")),
                arguments("not JSON as we write it", with("\"config\":\"", "\"config\":\"" + "x".repeat(2 << 20))),
                // Numbers
                arguments("step is -1, and 0 to", with("\"step\":10", "\"step\":-1")),
                arguments("step is 9223372036854775808, and 0 to", with("\"step\":10", "\"step\":9223372036854775808")),
                arguments("not JSON as we write it", with("\"step\":10", "\"step\":" + "9".repeat(1000))),
                arguments("the run has 1000 steps", with("\"step\":10", "\"step\":1001")),
                arguments("steps are 0 to 999999999999", with("\"step\":10", "\"step\":1000000000000")),
                arguments("partition_group_size is 0, and 1 to", with("_size\":2}", "_size\":0}")),
                arguments(
                        "world_size is 4294967296, and 1 to 2147483647",
                        with("\"world_size\":4", "\"world_size\":4294967296")),
                arguments(
                        "partitionGroupSize 2 does not divide worldSize 3",
                        with("\"world_size\":4", "\"world_size\":3")),
                arguments("For input string: \"x\"", with("\"4711\"", "\"x\"")),
                arguments("more bytes than 63 bits can count", hugeUnit()),
                // Sizes
                arguments(
                        "last_norms has more than 1000 elements",
                        with("\"last_norms\":[", "\"last_norms\":[" + "\"1\",".repeat(2 << 20))),
                arguments(
                        "settings has more than 1000 elements",
                        with("\"settings\":{", "\"settings\":{" + entries(1_000_000))),
                arguments(
                        "kinds has more than 16 elements",
                        with("\"kinds\":[", "\"kinds\":[" + "\"1\",".repeat(2 << 20))),
                arguments(
                        "units has more than 65536 elements",
                        with(
                                "\"units\":[",
                                "\"units\":[" + "{\"name\":\"a\",\"elements\":1,\"trained\":true},".repeat(500_000))),
                arguments(
                        "shards has more than 2 elements",
                        with("\"shards\":[", "\"shards\":[" + shard(0, "deadbeef") + "," + shard(0, "deadbeef") + ",")),
                arguments(
                        "tensors has more than 1 elements",
                        with("\"tensors\":[", "\"tensors\":[" + tensor("deadbeef") + ",")),
                arguments(
                        "2147483647 shards of 1 tensors are more than 200000 in all",
                        with(
                                "\"world_size\":4,\"partition_group_size\":2",
                                "\"world_size\":2147483647,\"partition_group_size\":2147483647")),
                // Names
                arguments(
                        "the run id '../../etc/x' is not 12 hexadecimal digits",
                        with("\"0123456789ab\"", "\"../../etc/x\"")),
                arguments(
                        "named '../shard.safetensors'",
                        with("shard-00000-of-00002.safetensors", "../shard.safetensors")),
                arguments("named '/etc/passwd'", with("shard-00000-of-00002.safetensors", "/etc/passwd")),
                arguments(
                        "named 'hdfs://x/a.safetensors'",
                        with("shard-00000-of-00002.safetensors", "hdfs://x/a.safetensors")),
                arguments("its shard 0 is a.safetensors", with("shard-00000-of-00002.safetensors", "a.safetensors")),
                arguments(
                        "its shard 1 is shard-00000-of-00002.safetensors",
                        with("shard-00001-of-00002.safetensors", "shard-00000-of-00002.safetensors")),
                arguments("the dtype F16 is unknown", with("\"dtype\":\"F32\"", "\"dtype\":\"F16\"")),
                // Arithmetic
                arguments("it has 1 shards, and a partition group of 2", with("," + shard(1, "00000001"), "")),
                arguments(
                        "has 3 elements, and the unit's size makes 4",
                        with("\"name\":\"unit\",\"elements\":5", "\"name\":\"unit\",\"elements\":7")),
                arguments("bytes, and its tensors make", with("\"length\":1", "\"length\":2")),
                arguments(
                        "or no unit has such a state",
                        with("\"name\":\"unit\",\"elements\":5", "\"name\":\"other\",\"elements\":5")),
                arguments("its CRC-32C 'xyz' is not 8 hexadecimal digits", with("\"00000000\"", "\"xyz\"")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manifests")
    void aHostileManifestIsRefusedByNameWithLittleMemory(String reason, String object) {
        byte[] sealed = seal(object);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        assertThatThrownBy(() -> ManifestJson.parse(FILE, sealed))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot read manifest.json: ")
                .hasMessageContaining(reason)
                .hasMessageEndingWith(" The file is damaged, or of another version.");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(LITTLE_MEMORY);
    }

    @Test
    void aGoodOneIsReadAsItWasWritten() {
        assertThat(ManifestJson.parse(FILE, seal(GOOD))).isEqualTo(good());
    }

    @Test
    void whatIsTooLongIsNotRead() throws IOException {
        java.nio.file.Path file = folder.resolve("manifest.json");
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), 1L << 40);
        }

        assertThatThrownBy(() -> ManifestJson.read(new Path(file.toString()), new Configuration()))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Cannot read " + file + ": it has 1099511627777 bytes, and 16777216 are the most.");
    }

    @Test
    void whatFollowsTheEndIsRefused() throws IOException {
        byte[] sealed = seal(GOOD);
        java.nio.file.Path file = folder.resolve("manifest.json");
        Files.write(file, Arrays.copyOf(sealed, sealed.length + 1));
        assertThatThrownBy(() -> ManifestJson.read(new Path(file.toString()), new Configuration()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("it is cut short or damaged");

        assertThatThrownBy(() -> ManifestJson.parse(
                        FILE, (new String(sealed, StandardCharsets.UTF_8) + "{}").getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("it goes on after its end");
    }

    @Test
    void aChangedManifestIsRefusedOrAnotherGoodOne() {
        mutate(5_000, 17);
    }

    @Test
    @Tag("slow")
    void ofManyChangedManifestsEachIsRefusedOrAnotherGoodOne() {
        mutate(100_000, 18);
    }

    /** Sealed again, as somebody would who wants it to be believed. */
    private static void mutate(int times, long seed) {
        byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < times; i++) {
            byte[] changed = good.clone();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                int at = random.nextInt(changed.length);
                changed[at] = random.nextBoolean() ? (byte) random.nextInt() : good[random.nextInt(good.length)];
            }
            byte[] sealed = SealedJson.seal(changed);
            try {
                Manifest read = ManifestJson.parse(FILE, sealed);
                assertThat(ManifestJson.parse(FILE, ManifestJson.toBytes(read))).isEqualTo(read);
            } catch (CheckpointException e) {
                assertThat(e).hasMessageStartingWith("Cannot read manifest.json: ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(times / 2);
    }

    private static String with(String part, String other) {
        assertThat(GOOD).contains(part);
        int at = GOOD.indexOf(part);
        return GOOD.substring(0, at) + other + GOOD.substring(at + part.length());
    }

    private static String hugeUnit() {
        return GOOD.replace("\"name\":\"unit\",\"elements\":5", "\"name\":\"unit\",\"elements\":9223372036854775807")
                .replace("\"elements\":3", "\"elements\":4611686018427387904");
    }

    private static String entries(int count) {
        StringBuilder entries = new StringBuilder();
        for (int i = 0; i < count; i++) {
            entries.append('"').append(i).append("\":\"\",");
        }
        return entries.toString();
    }

    private static String shard(int index, String crc) {
        return "{\"file\":\"" + ShardFile.name(index, 2) + "\",\"length\":" + length() + ",\"tensors\":[" + tensor(crc)
                + "]}";
    }

    private static String tensor(String crc) {
        return "{\"name\":\"unit/parameters\",\"elements\":3,\"crc32c\":\"" + crc + "\"}";
    }

    private static long length() {
        return Manifest.header(TensorType.F32, List.of(new TensorChecksum("unit/parameters", 3, "00000000")))
                .fileLength();
    }

    private static Manifest good() {
        List<ShardFile> shards = new ArrayList<>();
        for (int index = 0; index < 2; index++) {
            shards.add(new ShardFile(
                    ShardFile.name(index, 2),
                    length(),
                    List.of(new TensorChecksum("unit/parameters", 3, "0000000" + index))));
        }
        return new Manifest(
                new CheckpointId("0123456789ab", 0, 10),
                new Manifest.Schedule(1000, -17, 8, 1),
                new Manifest.Sharding(4, 2),
                new Manifest.States("sgd", 10, List.of("parameters"), TensorType.F32),
                new Manifest.Data("0123456789abcdef", Map.of("trainingTokens", 4711L)),
                new Manifest.Model("{\"model_type\":\"gpt2\"}", List.of(new Manifest.UnitSize("unit", 5))),
                Map.of("a", "b"),
                new Manifest.Divergence(1, List.of(0.5, Double.NaN)),
                1_700_000_000_000L,
                shards);
    }

    /** Without its seal. */
    private static String object(Manifest manifest) {
        String sealed = new String(ManifestJson.toBytes(manifest), StandardCharsets.UTF_8);
        return sealed.substring(0, sealed.lastIndexOf(",\"sha256\""));
    }

    private static byte[] seal(String object) {
        return SealedJson.seal(object.getBytes(StandardCharsets.UTF_8));
    }
}
