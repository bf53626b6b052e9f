package io.sparkmics.bootstrap.machine;

import io.sparkmics.bootstrap.machine.Gpu.ComputeCapability;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * What the driver says of the GPUs, through its own command {@code nvidia-smi}.
 *
 * @param gpus by index; empty where there is a problem
 * @param driver the version of the driver
 * @param problem why nothing is known of a GPU here
 */
record NvidiaSmi(List<Gpu> gpus, Optional<String> driver, Optional<String> problem) {

    /** A driver that answers does so in a second or two; one that hangs needs its machine restarted. */
    static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final String FIELDS = "index,uuid,name,memory.total,compute_cap,driver_version";
    private static final long MEBIBYTE = 1L << 20;

    static NvidiaSmi ask(String command, Duration deadline) {
        try {
            CommandOutput output =
                    CommandOutput.of(deadline, command, "--query-gpu=" + FIELDS, "--format=csv,noheader,nounits");
            return output.exitCode() == 0
                    ? parse(output.text())
                    : nothing("it ended with " + output.exitCode() + " and said '"
                            + output.text().strip().lines().findFirst().orElse("")
                            + "'. Load or install the NVIDIA driver, version " + CudaRequirements.DRIVER + " or newer");
        } catch (IOException e) {
            return nothing("there is no such command to run (" + e.getMessage()
                    + "). Take a machine with an NVIDIA GPU and its driver, version " + CudaRequirements.DRIVER
                    + " or newer; start containers with the NVIDIA container toolkit");
        } catch (TimeoutException e) {
            return nothing(e.getMessage()
                    + ": the driver hangs. Look for Xid errors in the kernel's log, and restart the machine");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return nothing("this thread was interrupted. Ask again");
        }
    }

    static NvidiaSmi parse(String csv) {
        List<Gpu> gpus = new ArrayList<>();
        String driver = null;
        // It warns of broken hardware between the rows.
        for (String line :
                csv.lines().filter(text -> text.matches("\\s*\\d+\\s*,.*")).toList()) {
            String[] fields = line.split(",", -1);
            try {
                gpus.add(new Gpu(
                        Integer.parseInt(fields[0].strip()),
                        fields[1].strip(),
                        fields[2].strip(),
                        Long.parseLong(fields[3].strip()) * MEBIBYTE,
                        ComputeCapability.parse(fields[4].strip())));
                driver = fields[5].strip();
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                return nothing("it said '" + line.strip() + "', and " + FIELDS
                        + " was asked for. Update the NVIDIA driver to version " + CudaRequirements.DRIVER
                        + " or newer");
            }
        }
        return gpus.isEmpty()
                ? nothing("it names no GPU. Take a machine with one, or give one to this container")
                : new NvidiaSmi(List.copyOf(gpus), Optional.of(driver), Optional.empty());
    }

    private static NvidiaSmi nothing(String reason) {
        return new NvidiaSmi(
                List.of(), Optional.empty(), Optional.of("Cannot ask nvidia-smi for the GPUs: " + reason + "."));
    }
}
