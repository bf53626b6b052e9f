package io.sparkmics.bootstrap.meeting;

import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.bootstrap.groups.Place;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.resource.ResourceInformation;

/** The exchange among the tasks of a barrier stage, over Spark's own RPC with its authentication and encryption. */
public final class BarrierExchange implements Exchange {

    private static final long POLL_MILLIS = 100;

    private static final String CANCELLED = ": the task was cancelled.";

    private final BarrierTaskContext context;
    private final Duration timeout;

    /** @param timeout how long this task waits for the others; a cancelled one waits no longer, interrupted or not */
    public BarrierExchange(BarrierTaskContext context, Duration timeout) {
        this.context = context;
        this.timeout = timeout;
    }

    /** Where this task runs, for a rank that uses no GPU: those that Spark gave to the task stay idle. */
    public Place place() {
        return place(Optional.empty());
    }

    /** Where this task runs, for a rank that uses this GPU. */
    public Place place(String gpu) {
        return place(Optional.of(gpu));
    }

    private Place place(Optional<String> gpu) {
        return Place.here(partitionId(), host(context.getTaskInfos()[partitionId()].address()), gpu);
    }

    /** What Spark reaches an executor by, without the port. The colons of an IPv6 address are in brackets, if a port follows. */
    static String host(String address) {
        int colon = address.lastIndexOf(':');
        boolean port = colon >= 0 && (address.charAt(colon - 1) == ']' || address.indexOf(':') == colon);
        return port ? address.substring(0, colon) : address;
    }

    /**
     * The address of the GPU that Spark gave to this task.
     *
     * @throws IllegalStateException when it gave none, or more than one
     */
    public String gpu() {
        ResourceInformation gpus = context.resourcesJMap().get("gpu");
        return only(place(), gpus == null ? List.of() : List.of(gpus.addresses()));
    }

    static String only(Place place, List<String> addresses) {
        if (addresses.size() != 1) {
            throw new IllegalStateException("Cannot choose the GPU of " + place + ": Spark gave it "
                    + (addresses.isEmpty() ? "none" : addresses.size() + " (" + String.join(", ", addresses) + ")")
                    + ", and a rank computes on one. Set spark.task.resource.gpu.amount to 1.");
        }
        return addresses.get(0);
    }

    @Override
    public int size() {
        return context.getTaskInfos().length;
    }

    @Override
    public int partitionId() {
        return context.partitionId();
    }

    @Override
    public List<byte[]> exchange(byte[] message) {
        FutureTask<String[]> call =
                new FutureTask<>(() -> context.allGather(Base64.getEncoder().encodeToString(message)));
        // Spark waits a year by default. Its own wait ends with the task, whose failure follows from ours.
        Thread thread = new Thread(call, "barrier-exchange-" + partitionId());
        thread.setDaemon(true);
        thread.start();
        try {
            return Arrays.stream(result(call)).map(Base64.getDecoder()::decode).toList();
        } catch (ExecutionException e) {
            throw new PeerException(
                    cannotMeet()
                            + (context.isInterrupted()
                                    ? CANCELLED
                                    : ": " + e.getCause().getMessage()),
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PeerException(cannotMeet() + ": the task was interrupted.", e);
        }
    }

    private String[] result(FutureTask<String[]> call) throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                return call.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (context.isInterrupted()) {
                    throw new PeerException(cannotMeet() + CANCELLED);
                }
                if (System.nanoTime() > deadline) {
                    throw new PeerException(
                            cannotMeet() + ": this one waited " + timeout
                                    + " and not all of them came. Look at the tasks of this stage in Spark's UI: for"
                                    + " the first error of those that failed, or for one that still reads its rows.",
                            e);
                }
            }
        }
    }

    private String cannotMeet() {
        return "Cannot meet the other " + Names.count(size() - 1, "rank");
    }
}
