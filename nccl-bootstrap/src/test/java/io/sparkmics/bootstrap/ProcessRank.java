package io.sparkmics.bootstrap;

import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.machine.Threads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/** One rank in a process of its own: checks all collectives, or dies while the others wait for it. */
public final class ProcessRank {

    private ProcessRank() {}

    /** @param arguments directory of the exchange, world size, partition id, task */
    public static void main(String[] arguments) throws Exception {
        int worldSize = Integer.parseInt(arguments[1]);
        int id = Integer.parseInt(arguments[2]);
        String task = arguments[3];
        Threads.hold(1);
        Exchange exchange = new FileExchange(Path.of(arguments[0]), worldSize, id, Duration.ofMinutes(1));
        Place place = new Place(id, "127.0.0.1", "node-" + id / 2, Optional.empty());
        CommunicationSettings settings = CommunicationSettings.of(worldSize).withChecking(task.equals("check"));
        try (RankContext rank = Bootstrap.join(exchange, place, GlooTransport.on("127.0.0.1"), new byte[0], settings)) {
            if (task.equals("check")) {
                for (GroupKind kind : GroupKind.values()) {
                    CollectiveCases.check(rank.device(), rank.communicator(kind), torch.ScalarType.Float, 1003);
                }
                System.out.println("all right");
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
        }
    }
}
