package io.sparkmics.bootstrap.machine;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What Spark calls a GPU and what CUDA calls it. An address comes from the discovery script: an index among all GPUs of the
 * machine, or a UUID. CUDA numbers only those that {@code CUDA_VISIBLE_DEVICES} shows to the process, in its order.
 */
public final class GpuAddress {

    /** The environment variable that hides GPUs from a process and puts the others in order. */
    public static final String VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES";

    private GpuAddress() {}

    /**
     * The CUDA ordinal of a GPU.
     *
     * @param address an index or a UUID
     * @param visibleDevices the value of {@link #VISIBLE_DEVICES}, empty where it is not set
     * @param uuids the UUIDs of all GPUs of this machine, by index
     * @throws IllegalArgumentException where the process cannot see that GPU
     */
    public static int ordinal(String address, Optional<String> visibleDevices, List<String> uuids) {
        List<String> visible = visible(visibleDevices, uuids);
        String wanted = uuid(address, uuids);
        for (int ordinal = 0; ordinal < visible.size(); ordinal++) {
            if (visible.get(ordinal).equals(wanted)) {
                return ordinal;
            }
        }
        String machine = uuids.isEmpty()
                ? "this machine shows none"
                : "this machine has " + uuids.size() + " (" + String.join(", ", uuids) + ")";
        throw new IllegalArgumentException("Cannot use GPU " + address + ": " + machine
                + visibleDevices
                        .map(devices ->
                                ", and " + VISIBLE_DEVICES + "=" + devices + " hides all of them but " + visible.size())
                        .orElse("")
                + ". Let the discovery script print addresses that the executors can see, or set " + VISIBLE_DEVICES
                + " for none of them.");
    }

    /**
     * The UUIDs of the GPUs that a process can see, by CUDA ordinal. As CUDA does it: what follows an entry that names no
     * GPU is not seen either.
     *
     * @param visibleDevices the value of {@link #VISIBLE_DEVICES}, empty where it is not set
     * @param uuids the UUIDs of all GPUs of this machine, by index
     */
    public static List<String> visible(Optional<String> visibleDevices, List<String> uuids) {
        return visibleDevices
                .map(devices -> Arrays.stream(devices.split(","))
                        .map(entry -> uuid(entry.strip(), uuids))
                        .takeWhile(uuid -> !uuid.isEmpty())
                        .toList())
                .orElse(uuids);
    }

    /** Where there is one: CUDA takes the first letters of a UUID for the whole, when they fit one GPU only. */
    private static String uuid(String address, List<String> uuids) {
        // A part of a GPU is in no list of whole ones.
        if (address.startsWith("MIG-")) {
            return address;
        }
        List<String> found = IntStream.range(0, uuids.size())
                .filter(index -> address.equals(Integer.toString(index))
                        || address.startsWith("GPU-") && uuids.get(index).startsWith(address))
                .mapToObj(uuids::get)
                .toList();
        return found.size() == 1 ? found.get(0) : "";
    }
}
