package io.sparkmics.gpu;

import io.sparkmics.bootstrap.Bootstrap;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Exchange;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.LocalExchange;
import io.sparkmics.bootstrap.Place;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.RankDevice;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.bootstrap.nccl.NcclTransport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Asks NCCL for two ranks on one GPU, and prints what each of them heard. It cannot hang: it ends itself. */
public final class TwoRanksOneGpu {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LAST_WORDS = Duration.ofSeconds(60);

    private TwoRanksOneGpu() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.out.println(version());
        List<FutureTask<String>> ranks = LocalExchange.among(2, TIMEOUT).stream()
                .map(exchange -> new FutureTask<>(() -> rank(exchange)))
                .toList();
        for (FutureTask<String> rank : ranks) {
            Thread thread = new Thread(rank, "rank-" + ranks.indexOf(rank));
            thread.setDaemon(true);
            thread.start();
        }
        for (FutureTask<String> rank : ranks) {
            System.out.println("rank " + ranks.indexOf(rank) + ": " + answer(rank));
        }
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static String version() {
        try {
            NativeLibraries.loadNccl();
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
        int[] version = new int[1];
        nccl.ncclGetVersion(version);
        // As NCCL codes it: 22809 is 2.28.9.
        return "NCCL " + version[0] / 10000 + "." + version[0] / 100 % 100 + "." + version[0] % 100;
    }

    private static String answer(FutureTask<String> rank) throws InterruptedException {
        try {
            return rank.get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            return "refused: " + e.getCause();
        } catch (TimeoutException e) {
            return "no answer in " + LAST_WORDS.toSeconds() + " s";
        }
    }

    /** Neither rank tells a GPU's address: two that tell the same one are refused before NCCL is asked. */
    private static String rank(Exchange exchange) {
        Place place = new Place(exchange.partitionId(), "127.0.0.1", "one", Optional.empty());
        CommunicationSettings settings = CommunicationSettings.of(2).withTimeout(TIMEOUT);
        try (RankContext ranks = Bootstrap.join(exchange, place, NcclTransport.on(0), new byte[0], settings)) {
            return ranks.abortOnFailure(() -> "works: the sum of 1 and 2 is " + sum(ranks));
        }
    }

    private static double sum(RankContext ranks) {
        try (PointerScope scope = new PointerScope()) {
            Tensor number = torch.ones(new long[] {1}, RankDevice.cuda(0).options(ScalarType.Float))
                    .mul_(new Scalar(ranks.rank() + 1.0));
            ranks.communicator(GroupKind.PARTITION).allReduce(number).await();
            ranks.settle();
            return number.item_double();
        }
    }
}
