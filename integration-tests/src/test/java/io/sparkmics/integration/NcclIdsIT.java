package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of NCCL needs no GPU: the real library makes an id in one executor, and all ranks of a barrier stage receive it. */
@Tag("cluster")
@Tag("slow")
final class NcclIdsIT {

    private static final int WORLD_SIZE = 4;

    @TempDir
    Path folder;

    @Test
    void allRanksReceiveTheOneIdAndNoLogHasIt() throws IOException, InterruptedException {
        SparkSubmit cluster = cluster(WORLD_SIZE)
                .set("spark.executorEnv.NCCL_DEBUG", "INFO")
                .set("spark.executorEnv.NCCL_DEBUG_SUBSYS", "ALL")
                .set("spark.executorEnv.NCCL_DEBUG_FILE", folder + "/nccl-%p.log");
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");

        Outcome run = cluster.program(NcclIds.class, "" + WORLD_SIZE, first.toString(), second.toString());

        assertThat(run.exitCode()).as(run.output()).isZero();
        byte[] id = agreed(first);
        byte[] another = agreed(second);
        assertThat(another).as("the id of the next run").isNotEqualTo(id);
        assertThat(secret(another)).isNotEqualTo(secret(id));
        String logs = run.output() + cluster.logs() + ncclLogs();
        assertThat(logs).as("NCCL was told to say all that it can").contains("NCCL INFO Bootstrap: Using");
        for (String form : forms(id)) {
            assertThat(logs).doesNotContain(form);
        }
        for (String form : forms(another)) {
            assertThat(logs).doesNotContain(form);
        }
    }

    @Test
    void anAddressInPlaceOfTheSecretIsRefused() throws IOException, InterruptedException {
        SparkSubmit cluster = cluster(2).set("spark.executorEnv.NCCL_COMM_ID", "127.0.0.1:4242");

        Outcome run = cluster.program(NcclIds.class, "2", folder.resolve("none").toString());

        assertThat(run.exitCode()).as(run.output()).isNotZero();
        assertThat(run.output())
                .contains(
                        "the environment variable NCCL_COMM_ID is set, and it replaces the secret in NCCL's ids. Unset it.")
                .doesNotContain("127.0.0.1:4242");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    private static SparkSubmit cluster(int executors) {
        return SparkSubmit.cluster(executors)
                .set(
                        "spark.executorEnv.SPARK_MICS_CUDA_PATH",
                        Environment.nccl().toString());
    }

    private String ncclLogs() throws IOException {
        StringBuilder text = new StringBuilder();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "nccl-*.log")) {
            for (Path file : files) {
                text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    /** The id that every rank received, each in a process of its own. */
    private static byte[] agreed(Path file) throws IOException {
        List<String[]> ranks = Files.readAllLines(file).stream()
                .map(line -> line.split(" ", 2))
                .toList();
        assertThat(ranks).hasSize(WORLD_SIZE);
        assertThat(ranks.stream().map(rank -> rank[0]).distinct())
                .as("processes")
                .hasSize(WORLD_SIZE);
        assertThat(ranks.stream().map(rank -> rank[1]).distinct())
                .as("what each received")
                .hasSize(1);
        List<byte[]> offers = Arrays.stream(ranks.get(0)[1].split(" "))
                .map(Base64.getDecoder()::decode)
                .toList();
        assertThat(offers).hasSize(WORLD_SIZE);
        assertThat(offers.subList(1, WORLD_SIZE))
                .as("the others tell their version and no secret")
                .allSatisfy(offer -> assertThat(offer).isEqualTo(version(offers.get(0))));
        byte[] id = Arrays.copyOfRange(offers.get(0), Integer.BYTES, offers.get(0).length);
        assertThat(id).hasSize(128);
        assertThat(secret(id)).isNotEqualTo(new byte[Long.BYTES]);
        return id;
    }

    private static byte[] version(byte[] offer) {
        return Arrays.copyOf(offer, Integer.BYTES);
    }

    /** An id begins with a random number that every rank must know to be let in; an address follows. */
    private static byte[] secret(byte[] id) {
        return Arrays.copyOf(id, Long.BYTES);
    }

    /** The ways in which a program would write the id, or its secret. */
    private static List<String> forms(byte[] id) {
        List<String> forms = new ArrayList<>();
        // Eight characters of base64 are six bytes: at each of the three places in which they may begin.
        forms.add(Base64.getEncoder().encodeToString(id).substring(0, 8));
        for (int before = 1; before <= 2; before++) {
            ByteBuffer message =
                    ByteBuffer.allocate(before + id.length).position(before).put(id);
            forms.add(Base64.getEncoder().encodeToString(message.array()).substring(4, 12));
        }
        forms.add(HexFormat.of().formatHex(secret(id)));
        forms.add(Arrays.toString(secret(id)).replaceAll("[\\[\\]]", ""));
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            long number = ByteBuffer.wrap(secret(id)).order(order).getLong();
            forms.add(Long.toString(number));
            forms.add(Long.toUnsignedString(number));
            forms.add(Long.toHexString(number));
            forms.add(Long.toHexString(number).toUpperCase(Locale.ROOT));
        }
        return forms;
    }
}
