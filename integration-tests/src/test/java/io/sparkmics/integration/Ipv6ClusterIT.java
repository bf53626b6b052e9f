package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors that Spark knows by IPv6 addresses, with settings that Spark itself hands on to them. */
@Tag("cluster")
@Tag("slow")
final class Ipv6ClusterIT {

    @TempDir
    Path folder;

    @Test
    void ranksReachEachOtherAndKnowTheSettingsOfSpark() throws IOException, InterruptedException {
        requireIpv6();
        Path input = Files.write(
                folder.resolve("rows.json"), Collections.nCopies(100, "{\"tokens\": [1, 2, 3, 4, 5, 6, 7]}"));
        SparkSubmit spark = SparkSubmit.cluster(2)
                .environment("SPARK_LOCAL_IP", "::1")
                .environment("SPARK_LOCAL_HOSTNAME", "[::1]")
                .environment("JAVA_TOOL_OPTIONS", "-Djava.net.preferIPv6Addresses=true")
                .set("spark.driver.host", "[::1]")
                .set("spark.mics.node", "rack-7")
                // Of the tasks of a barrier stage Spark makes no second copies.
                .set("spark.speculation", "true");

        Outcome run = spark.train(("--input " + input + " --format json --input-col tokens --output "
                        + folder.resolve("out") + " --layers 1 --heads 2 --width 16 --context 8 --num-workers 2"
                        + " --partition-group-size 2 --global-batch-size 8 --micro-batch-size 2 --max-steps 5")
                .split(" "));

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(spark.logs()).contains("[::1]", "2 ranks on 1 node (rack-7: [0, 1])");
    }

    private static void requireIpv6() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            assertThat(socket.isBound()).isTrue();
        } catch (IOException e) {
            Assumptions.abort("this machine has no IPv6: " + e.getMessage());
        }
    }
}
