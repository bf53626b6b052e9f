package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Spark that authenticates and encrypts, between processes: what it refuses, and what it keeps to itself. */
@Tag("cluster")
@Tag("slow")
final class EncryptedClusterIT {

    private static final String PLANTED = "planted-hunter2";

    @TempDir
    Path folder;

    @Test
    void aSparkThatEncryptsIsRefusedUnlessPlainTextIsAccepted() throws IOException, InterruptedException {
        Outcome run = train(encrypted(1));

        assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
        assertThat(run.lines("Cannot"))
                .as(run.output())
                .singleElement()
                .asString()
                .isEqualTo(
                        "Cannot keep the collectives as private as this Spark is told to be: spark.network.crypto.enabled is"
                                + " true, and ranks send weights and gradients in plain text. Set acceptPlainTextCollectives if the"
                                + " network between the executors is trusted.");
    }

    @Test
    void whereItIsAcceptedItTrainsAndNoLogHasASecret() throws IOException, InterruptedException {
        Path events = Files.createDirectory(folder.resolve("events"));
        SparkSubmit submit = encrypted(2)
                .set("spark.log.level", "INFO")
                .set("spark.eventLog.enabled", "true")
                .set("spark.eventLog.compress", "false")
                .set("spark.eventLog.dir", events.toUri().toString());

        Outcome run = train(submit, "--accept-plain-text-collectives", "--verbose");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder.resolve("out/huggingface/model.safetensors")).isNotEmptyFile();
        String logs = submit.logs();
        // They are there: both ranks have worked, and each has said so.
        assertThat(logs).contains("Running task 0.0", "Running task 1.0").doesNotContain(PLANTED);
        assertThat(run.output()).doesNotContain(PLANTED);
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .doesNotContain(PLANTED));
        }
    }

    private static SparkSubmit encrypted(int executors) {
        return SparkSubmit.cluster(executors)
                .set("spark.authenticate", "true")
                .set("spark.authenticate.secret", PLANTED + "-spark")
                .set("spark.network.crypto.enabled", "true")
                .set("spark.hadoop.fs.s3a.secret.key", PLANTED + "-s3a");
    }

    private Outcome train(SparkSubmit submit, String... more) throws IOException, InterruptedException {
        Path rows = Files.write(
                folder.resolve("rows.json"), Collections.nCopies(20, "{\"tokens\": [1, 2, 3, 4, 5, 6, 7]}"));
        String arguments = "--input " + rows + " --format json --input-col tokens --output " + folder.resolve("out")
                + " --layers 1 --heads 2 --width 16 --context 8 --num-workers 2 --partition-group-size 2"
                + " --global-batch-size 4 --micro-batch-size 2 --max-steps 2";
        return submit.train(
                Stream.concat(Stream.of(arguments.split(" ")), Stream.of(more)).toArray(String[]::new));
    }
}
