package io.sparkmics.bootstrap;

import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** One rank in a process of its own: checks all collectives, or dies or freezes while the others wait for it. */
public final class ProcessRank {

    public static final String TIME = "time ";

    private static final String REPORT = "report ";

    private ProcessRank() {}

    /** @param arguments directory of the exchange, world size, partition id, task, deadline in seconds, ranks per node, road */
    public static void main(String[] arguments) throws Exception {
        int worldSize = Integer.parseInt(arguments[1]);
        int id = Integer.parseInt(arguments[2]);
        String task = arguments[3];
        Threads.hold(1);
        Exchange exchange = new FileExchange(Path.of(arguments[0]), worldSize, id, Duration.ofMinutes(1));
        Place place = new Place(id, "127.0.0.1", "node-" + id / Integer.parseInt(arguments[5]), Optional.empty());
        boolean freeze = task.startsWith("freeze ");
        CommunicationSettings settings = CommunicationSettings.of(freeze ? 2 : worldSize)
                .withChecking(task.equals("check"))
                .withTimeout(Duration.ofSeconds(Integer.parseInt(arguments[4])))
                .withFirstTimeout(Duration.ofMinutes(5));
        try (RankContext rank = Bootstrap.join(exchange, place, transport(arguments[6]), new byte[0], settings)) {
            if (task.equals("check")) {
                CollectiveCases.checkAll(rank);
                for (torch.ScalarType type : CollectiveCases.TYPES) {
                    // In memory some rounds of slots.
                    CollectiveCases.check(rank.device(), rank.communicator(GroupKind.PARTITION), type, 500_009);
                }
                System.out.println("all right");
            } else if (task.equals("many")) {
                Endurance.run(rank, 10_000);
                System.out.println("all right");
            } else if (freeze) {
                steps(rank, task.equals("freeze " + id));
            } else if (task.equals("victim " + id)) {
                Thread.sleep(500);
                new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start();
                Thread.sleep(60_000);
            } else {
                rank.communicator(GroupKind.PARTITION)
                        .allReduce(torch.ones(1000))
                        .await();
            }
        } catch (CommunicationException e) {
            System.out.println(e.getMessage());
            System.out.println(TIME + System.currentTimeMillis());
            e.report().ifPresent(report -> System.out.println(REPORT + encoded(report)));
        }
    }

    private static Transport transport(String road) {
        GlooTransport connections = GlooTransport.on("127.0.0.1");
        return road.equals("memory") ? MemoryTransport.over(connections) : connections;
    }

    /** Sums over both groups for ever, as a training does; the victim freezes after some. */
    private static void steps(RankContext rank, boolean victim) throws IOException {
        for (int step = 0; ; step++) {
            try (Tensor tensor = torch.ones(100_000)) {
                rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
                rank.communicator(GroupKind.REPLICATION).allReduce(tensor).await();
            }
            rank.firstStepDone();
            if (victim && step == 20) {
                System.out.println(TIME + System.currentTimeMillis());
                new ProcessBuilder("kill", "-STOP", "" + ProcessHandle.current().pid()).start();
            }
        }
    }

    private static String encoded(WaitReport report) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(report);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** When a rank has failed or frozen, in milliseconds of the machine's clock. */
    public static long time(String output) {
        return Long.parseLong(line(output, TIME));
    }

    private static String line(String output, String prefix) {
        return output.lines()
                .filter(text -> text.startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + prefix + "in: " + output))
                .substring(prefix.length());
    }

    /** The report in what a rank has printed. */
    public static WaitReport report(String output) throws Exception {
        byte[] bytes = Base64.getDecoder().decode(line(output, REPORT));
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (WaitReport) in.readObject();
        }
    }
}
