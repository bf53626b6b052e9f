package io.sparkmics.bootstrap.gloo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strangers do who reach the ports that ranks listen on. */
class GlooStrangersTest {

    private static final int RANKS = 3;
    private static final int SIZE = 10_007;

    private final List<Socket> strangers = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : strangers) {
            socket.close();
        }
    }

    /** Some say nothing, some anything, some the numbers of connections that exist. */
    @Test
    void aThousandStrangersChangeNoBitOfWhatConnectedRanksCompute() {
        List<float[]> undisturbed = overSockets().run(rank -> computed(rank, () -> {}));
        CyclicBarrier together = new CyclicBarrier(RANKS);

        List<float[]> disturbed = overSockets()
                .run(rank -> computed(rank, () -> {
                    together.await(1, TimeUnit.MINUTES);
                    if (rank.rank() == 0) {
                        for (int port : GlooListeners.ports()) {
                            for (int stranger = 0; stranger < 1_000 / RANKS + 1; stranger++) {
                                connect(port, stranger);
                            }
                        }
                    }
                    together.await(1, TimeUnit.MINUTES);
                }));

        assertThat(strangers).hasSizeGreaterThanOrEqualTo(1_000);
        for (int rank = 0; rank < RANKS; rank++) {
            assertThat(disturbed.get(rank)).isEqualTo(undisturbed.get(rank));
        }
    }

    private static ThreadRanks overSockets() {
        return ThreadRanks.of(RANKS).over(() -> GlooTransport.on("127.0.0.1"));
    }

    /** As a rank of another run would that was told to come here. */
    @Test
    void whoDoesNotKnowTheSecretOfTheRunIsNotConnectedWith() throws Exception {
        List<byte[]> secrets = List.of(Handshake.newSecret(), Handshake.newSecret());
        List<byte[]> replayed = List.of(secrets.get(0), Handshake.newSecret());

        List<String> messages = connected(Duration.ofSeconds(30), () -> {}, secrets, replayed);

        assertThat(messages).doesNotContain("connected");
        assertThat(messages)
                .anyMatch(
                        message -> message.matches(
                                "Cannot connect with partition [01]: what answered in its place does"
                                        + " not know the secret of this run\\. Keep strangers off the network between the executors\\."));
    }

    /** Gloo takes them for the ranks: no harm to the result, but these ranks do not meet. */
    @Test
    void whoTakesThePlaceOfARankBeforeItConnectsIsFoundAtTheDeadline() throws Exception {
        List<byte[]> secrets = List.of(Handshake.newSecret(), Handshake.newSecret());

        List<String> messages = connected(
                Duration.ofSeconds(3),
                () -> {
                    for (int port : GlooListeners.ports()) {
                        for (int number = 0; number < 8; number++) {
                            Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
                            strangers.add(socket);
                            socket.getOutputStream().write(number(number));
                        }
                    }
                },
                secrets,
                secrets);

        assertThat(messages)
                .allMatch(
                        message -> message.matches(
                                "Cannot connect 127\\.0\\.0\\.1 with the other 1 rank: no end"
                                        + " within PT3S\\. Look for the first error of the other ranks; partition [01] has not answered\\..*"));
    }

    /** What becomes of two ranks that connect, each with the secrets that it believes in. */
    private static List<String> connected(
            Duration timeout, Disturbance disturbance, List<byte[]> zero, List<byte[]> one) throws Exception {
        CommunicationSettings settings = CommunicationSettings.of(2).withTimeout(timeout);
        try (Rendezvous first = new Rendezvous("127.0.0.1", 0, 2, settings);
                Rendezvous second = new Rendezvous("127.0.0.1", 1, 2, settings)) {
            List<byte[]> keys = List.of(first.key(), second.key());
            disturbance.happen();
            CompletableFuture<String> ofSecond = CompletableFuture.supplyAsync(() -> connect(second, keys, one));
            String ofFirst = connect(first, keys, zero);
            return List.of(ofFirst, ofSecond.get(1, TimeUnit.MINUTES));
        }
    }

    private static String connect(Rendezvous rendezvous, List<byte[]> keys, List<byte[]> secrets) {
        try (Mesh mesh = rendezvous.connect(keys, secrets)) {
            return "connected";
        } catch (CommunicationException e) {
            return e.getMessage();
        }
    }

    private void connect(int port, int stranger) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        strangers.add(socket);
        switch (stranger % 4) {
            case 0 -> {}
            case 1 -> {
                byte[] noise = new byte[1 + stranger];
                new Random(stranger).nextBytes(noise);
                socket.getOutputStream().write(noise);
            }
            case 2 -> socket.getOutputStream().write(number(stranger % 8));
            default -> {
                socket.getOutputStream().write(number(stranger % 8));
                socket.close();
            }
        }
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    /** Something done in the middle of a run. */
    @FunctionalInterface
    private interface Disturbance {
        void happen() throws Exception;
    }

    private static float[] computed(RankContext rank, Disturbance disturbance) throws Exception {
        try (PointerScope scope = new PointerScope()) {
            Tensor values = torch.arange(new Scalar(SIZE)).to(torch.ScalarType.Float);
            for (int step = 1; step <= 20; step++) {
                if (step == 5) {
                    disturbance.happen();
                }
                values.mul_(new Scalar(0.1 / (rank.rank() + 1))).add_(new Scalar(1.0 / step));
                rank.communicator(GroupKind.PARTITION).allReduce(values).await();
            }
            float[] result = new float[SIZE];
            new FloatPointer(values.data_ptr_float()).get(result);
            return result;
        }
    }
}
