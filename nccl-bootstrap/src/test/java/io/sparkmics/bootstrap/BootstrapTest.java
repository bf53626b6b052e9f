package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.bootstrap.meeting.Exchange;
import io.sparkmics.bootstrap.meeting.Introduction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapTest {

    private static final CommunicationSettings PAIRS =
            CommunicationSettings.of(2).withTimeout(Duration.ofSeconds(30));

    @Test
    void ranksFollowTheNodesAndNotThePartitions() throws Exception {
        List<String> seen = join(List.of("b", "a", "b", "a"), id -> PAIRS, rank -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor whole = torch.zeros(2);
                rank.communicator(GroupKind.PARTITION)
                        .gather(torch.ones(1).mul_(torch.tensor((float) rank.rank())), whole)
                        .await();
                float first = whole.narrow(0, 0, 1).item_float();
                float second = whole.narrow(0, 1, 1).item_float();
                List<Integer> partitions = rank.payloads().stream()
                        .map(payload -> (int) payload[0])
                        .toList();
                return rank.rank() + " " + partitions + " " + (int) first + (int) second;
            }
        });
        assertThat(seen)
                .containsExactly("2 [1, 3, 0, 2] 23", "0 [1, 3, 0, 2] 01", "3 [1, 3, 0, 2] 23", "1 [1, 3, 0, 2] 01");
    }

    @Test
    void onlyHierarchicalGatherHasGroupsOfNodes() throws Exception {
        CommunicationSettings four = CommunicationSettings.of(4);
        List<String> nodes = List.of("a", "a", "b", "b");
        assertThat(join(
                        nodes,
                        id -> four,
                        rank -> rank.hierarchical() + " "
                                + rank.communicator(GroupKind.INTER_NODE)
                                        .group()
                                        .ranks()))
                .containsExactly("true [0, 2]", "true [1, 3]", "true [0, 2]", "true [1, 3]");
        List<String> flat = join(nodes, id -> four.withGather(GatherMode.FLAT), rank -> {
            assertThatThrownBy(() -> rank.communicator(GroupKind.INTRA_NODE))
                    .hasMessageStartingWith("Cannot give a communicator of the INTRA_NODE group");
            return "" + rank.hierarchical();
        });
        assertThat(flat).containsOnly("false");
    }

    @Test
    void hierarchicalGatherThatTheLayoutForbidsIsAnErrorOnEveryRank() throws Exception {
        CommunicationSettings settings = CommunicationSettings.of(3).withGather(GatherMode.HIERARCHICAL);
        assertThat(join(List.of("a", "a", "b"), id -> settings, rank -> "joined"))
                .allSatisfy(message -> assertThat(message)
                        .startsWith("Cannot gather hierarchically: partition group [0, 1, 2] has [2, 1] ranks"));
        assertThat(join(List.of("a", "b", "c"), id -> settings, rank -> "joined"))
                .containsOnly("Cannot gather hierarchically: each partition group has one rank on each of its 3 nodes."
                        + " Set gather to flat or auto; hierarchical gather needs two or more ranks of each partition"
                        + " group, and the same number, on each of its nodes.");
        assertThat(join(List.of("a", "a", "a"), id -> settings, rank -> "" + rank.hierarchical()))
                .containsOnly("false");
    }

    @Test
    void settingsThatDifferAreAnErrorOnEveryRank() throws Exception {
        assertThat(join(List.of("a", "a"), id -> CommunicationSettings.of(id + 1), rank -> "joined"))
                .containsOnly("Cannot join the ranks: partition 0 wants partition groups of 1 with AUTOMATIC gather,"
                        + " partition 1 wants 2 with AUTOMATIC. Give all ranks the same settings.");
    }

    @Test
    void aGroupSizeThatDoesNotDivideIsAnErrorOnEveryRank() throws Exception {
        assertThat(join(List.of("a", "a", "a"), id -> PAIRS, rank -> "joined"))
                .allSatisfy(message -> assertThat(message).startsWith("Cannot divide 3 ranks"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aCancelledTaskStopsWaitingForARankThatNeverConnects(int silent) throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        CommunicationSettings settings =
                PAIRS.withTimeout(Duration.ofMinutes(10)).withCancelled(cancelled::get);
        assertThat(messageBesideASilentRank(silent, settings, joining -> cancelled.set(true)))
                .isEqualTo("Cannot connect 127.0.0.1 with the other 1 rank: the task was cancelled.");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anInterruptedTaskStopsWaitingForARankThatNeverConnects(int silent) throws Exception {
        CommunicationSettings settings = PAIRS.withTimeout(Duration.ofMinutes(10));
        assertThat(messageBesideASilentRank(silent, settings, Thread::interrupt))
                .isEqualTo("Cannot connect 127.0.0.1 with the other 1 rank: the thread was interrupted.");
    }

    /** What ends the joining of the one rank, while the other has given a real offer and does no more. */
    private static String messageBesideASilentRank(
            int silent, CommunicationSettings settings, Consumer<Thread> disturbance) throws Exception {
        List<Exchange> exchanges = LocalExchange.among(2, Duration.ofSeconds(30));
        AtomicReference<String> message = new AtomicReference<>();
        try (GlooTransport listening = GlooTransport.on("127.0.0.1")) {
            byte[] offer = listening.offer(place(silent, "a"), 2, PAIRS);
            Thread joining = new Thread(() -> message.set(message(() -> Bootstrap.join(
                    exchanges.get(1 - silent),
                    place(1 - silent, "a"),
                    GlooTransport.on("127.0.0.1"),
                    new byte[0],
                    settings))));
            joining.setDaemon(true);
            joining.start();
            exchanges
                    .get(silent)
                    .exchange(
                            new Introduction(place(silent, "a"), 2, GatherMode.AUTOMATIC, offer, new byte[0]).bytes());
            joining.join(200);
            assertThat(message).hasValue(null);
            disturbance.accept(joining);
            joining.join(60_000);
        }
        return message.get();
    }

    @Test
    void aRankThatDiesAfterTheExchangeIsAnErrorAtTheDeadline() throws Exception {
        CommunicationSettings hasty = PAIRS.withTimeout(Duration.ofSeconds(1));
        List<Exchange> exchanges = LocalExchange.among(2, Duration.ofSeconds(30));
        List<String> messages = all(List.of(
                () -> {
                    // What this rank offers is no address, as if its process were gone.
                    exchanges
                            .get(1)
                            .exchange(new Introduction(place(1, "a"), 2, GatherMode.AUTOMATIC, dead(), new byte[0])
                                    .bytes());
                    return "";
                },
                () -> message(() -> Bootstrap.join(
                        exchanges.get(0), place(0, "a"), GlooTransport.on("127.0.0.1"), new byte[0], hasty))));
        assertThat(messages.get(1))
                .startsWith("Cannot connect 127.0.0.1 with the other 1 rank: ")
                .endsWith("Check that the hosts reach each other at the addresses that Spark knows them by.");
    }

    @Test
    void anAddressThatIsNotOursIsAnError() {
        Exchange exchange = LocalExchange.among(2, Duration.ofSeconds(30)).get(0);
        assertThatThrownBy(() ->
                        Bootstrap.join(exchange, place(0, "a"), GlooTransport.on("192.0.2.1"), new byte[0], PAIRS))
                .isInstanceOf(CommunicationException.class)
                .hasMessageStartingWith("Cannot connect 192.0.2.1 with the other 1 rank: Cannot resolve 192.0.2.1");
    }

    /** A real key of a rank whose listener is closed. */
    private static byte[] dead() throws InterruptedException {
        byte[] key;
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        try (GlooTransport transport = GlooTransport.on("127.0.0.1")) {
            key = transport.offer(place(1, "a"), 2, PAIRS);
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("gloo-release-1") && !others.contains(thread)) {
                thread.join(60_000);
            }
        }
        return key;
    }

    @FunctionalInterface
    private interface SettingsOf {
        CommunicationSettings partition(int id);
    }

    /** What each partition's body says, or its error. */
    private static List<String> join(List<String> nodes, SettingsOf settings, ThreadRanks.Body<String> body)
            throws Exception {
        Threads.hold(1);
        List<Exchange> exchanges = LocalExchange.among(nodes.size(), Duration.ofSeconds(30));
        List<Callable<String>> tasks = new ArrayList<>();
        for (int partition = 0; partition < nodes.size(); partition++) {
            int id = partition;
            tasks.add(() -> {
                try (RankContext rank = Bootstrap.join(
                        exchanges.get(id),
                        place(id, nodes.get(id)),
                        GlooTransport.on("127.0.0.1"),
                        new byte[] {(byte) id},
                        settings.partition(id))) {
                    return body.run(rank);
                } catch (RuntimeException e) {
                    return e.getMessage();
                }
            });
        }
        return all(tasks);
    }

    private static List<String> all(List<Callable<String>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<String> results = new ArrayList<>();
            for (Future<String> result : threads.invokeAll(tasks, 2, TimeUnit.MINUTES)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdown();
        }
    }

    private static String message(Supplier<RankContext> joining) {
        try (RankContext joined = joining.get()) {
            return "joined as rank " + joined.rank();
        } catch (CommunicationException e) {
            return e.getMessage();
        }
    }

    private static Place place(int partitionId, String node) {
        return new Place(partitionId, "127.0.0.1", node, Optional.empty());
    }
}
