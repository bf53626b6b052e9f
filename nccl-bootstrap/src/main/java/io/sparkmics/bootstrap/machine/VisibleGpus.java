package io.sparkmics.bootstrap.machine;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The GPUs that CUDA shows to a process. Spark calls a GPU by its address, which comes from the discovery script: an index
 * among all GPUs of the machine, or a UUID. CUDA numbers only those that {@code CUDA_VISIBLE_DEVICES} shows, in its order.
 *
 * @param machine the UUIDs of all GPUs of the machine, by index
 * @param visibleDevices the value of that variable, empty where it is not set
 */
public record VisibleGpus(List<String> machine, Optional<String> visibleDevices) {

    private static final String VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES";

    /** Asks the driver; none where it does not answer. Takes a second or two, and no longer than half a minute. */
    public static VisibleGpus here() {
        return of(NvidiaSmi.ask("nvidia-smi", NvidiaSmi.DEADLINE).gpus());
    }

    /** Of these, what this process sees. */
    static VisibleGpus of(List<Gpu> gpus) {
        return new VisibleGpus(
                gpus.stream().map(Gpu::uuid).toList(), Optional.ofNullable(System.getenv(VISIBLE_DEVICES)));
    }

    /**
     * The CUDA ordinal of a GPU.
     *
     * @param address an index or a UUID
     * @throws IllegalArgumentException where the process cannot see that GPU
     */
    public int ordinal(String address) {
        List<String> visible = uuids();
        String wanted = uuid(address);
        for (int ordinal = 0; ordinal < visible.size(); ordinal++) {
            if (visible.get(ordinal).equals(wanted)) {
                return ordinal;
            }
        }
        String all = machine.isEmpty()
                ? "this machine shows none"
                : "this machine has " + machine.size() + " (" + String.join(", ", machine) + ")";
        throw new IllegalArgumentException("Cannot use GPU " + address + ": " + all
                + visibleDevices
                        .map(devices ->
                                ", and " + VISIBLE_DEVICES + "=" + devices + " hides all of them but " + visible.size())
                        .orElse("")
                + ". Let the discovery script print addresses that the executors can see, or set " + VISIBLE_DEVICES
                + " for none of them.");
    }

    /**
     * The UUIDs of those that the process can see, by CUDA ordinal. As CUDA does it: what follows an entry that names no GPU
     * is not seen either.
     */
    public List<String> uuids() {
        return visibleDevices
                .map(devices -> Arrays.stream(devices.split(","))
                        .map(entry -> uuid(entry.strip()))
                        .takeWhile(uuid -> !uuid.isEmpty())
                        .toList())
                .orElse(machine);
    }

    /** Where there is one: CUDA takes the first letters of a UUID for the whole, when they fit one GPU only. */
    private String uuid(String address) {
        // A part of a GPU is in no list of whole ones.
        if (address.startsWith("MIG-")) {
            return address;
        }
        List<String> found = IntStream.range(0, machine.size())
                .filter(index -> address.equals(Integer.toString(index))
                        || address.startsWith("GPU-") && machine.get(index).startsWith(address))
                .mapToObj(machine::get)
                .toList();
        return found.size() == 1 ? found.get(0) : "";
    }
}
