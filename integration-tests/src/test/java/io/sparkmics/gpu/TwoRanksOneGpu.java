package io.sparkmics.gpu;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.bootstrap.nccl.NcclTransport;
import io.sparkmics.bootstrap.nccl.NcclVersion;
import java.time.Duration;
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

/**
 * Asks NCCL for two ranks on one GPU, and prints what they heard. It cannot hang: it ends itself, with 0 where every rank
 * was answered, be it with a refusal.
 */
public final class TwoRanksOneGpu {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** For both ranks together, and less than {@code gpu/run.sh} allows. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(60);

    private TwoRanksOneGpu() {}

    public static void main(String[] arguments) throws InterruptedException {
        FutureTask<Boolean> answer = new FutureTask<>(TwoRanksOneGpu::ask, true);
        Thread thread = new Thread(answer, "two-ranks");
        thread.setDaemon(true);
        thread.start();
        boolean answered = false;
        try {
            answered = answer.get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            e.getCause().printStackTrace(System.out);
        } catch (TimeoutException e) {
            System.out.println("no answer in " + LAST_WORDS.toSeconds() + " s");
        }
        System.out.flush();
        // A rank that hangs in native code must not hold the process.
        Runtime.getRuntime().halt(answered ? 0 : 1);
    }

    private static void ask() {
        NativeLibraries.loadNccl();
        int[] version = new int[1];
        nccl.ncclGetVersion(version);
        System.out.println("NCCL " + NcclVersion.text(version[0]));
        try {
            // No rank tells a GPU's address: two that tell the same one are refused before NCCL is asked.
            ThreadRanks.of(2)
                    .with(CommunicationSettings.of(2).withTimeout(TIMEOUT))
                    .over(() -> NcclTransport.on(0))
                    .run(TwoRanksOneGpu::sum);
        } catch (AssertionError e) {
            refused(e.getCause());
            for (Throwable other : e.getCause().getSuppressed()) {
                refused(other);
            }
        }
    }

    private static void refused(Throwable reason) {
        System.out.println("refused: " + reason);
    }

    /** Says so at once: what comes after it may hang. */
    private static Void sum(RankContext ranks) {
        try (PointerScope scope = new PointerScope()) {
            Tensor number = torch.ones(new long[] {1}, RankDevice.cuda(0).options(ScalarType.Float))
                    .mul_(new Scalar(ranks.rank() + 1.0));
            ranks.communicator(GroupKind.PARTITION).allReduce(number).await();
            ranks.synchronize();
            System.out.println("rank " + ranks.rank() + ": works: the sum of 1 and 2 is " + number.item_double());
            return null;
        }
    }
}
