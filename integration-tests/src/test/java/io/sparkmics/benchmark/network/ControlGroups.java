package io.sparkmics.benchmark.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The kernel's control groups of processors, of whichever version is mounted. */
enum ControlGroups {
    V2 {
        @Override
        boolean offered(String type, String options, Path mount) {
            try {
                return type.equals("cgroup2")
                        && Files.readString(mount.resolve("cgroup.controllers"))
                                .strip()
                                .matches("(.* )?cpu( .*)?");
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        void offerBelow(Path mount) throws IOException {
            Files.writeString(mount.resolve("cgroup.subtree_control"), "+cpu");
        }

        @Override
        void hold(Path group, double cores) throws IOException {
            Files.writeString(
                    group.resolve("cpu.max"), String.format(Locale.ROOT, "%d %d", quota(cores), PERIOD_MICROS));
        }
    },

    V1 {
        @Override
        boolean offered(String type, String options, Path mount) {
            return type.equals("cgroup") && ("," + options + ",").contains(",cpu,");
        }

        @Override
        void offerBelow(Path mount) {}

        @Override
        void hold(Path group, double cores) throws IOException {
            Files.writeString(group.resolve("cpu.cfs_period_us"), Long.toString(PERIOD_MICROS));
            Files.writeString(group.resolve("cpu.cfs_quota_us"), Long.toString(quota(cores)));
        }
    };

    /** As short as the least quota allows: who has used up a period's waits for the next, and others for its messages. */
    private static final long PERIOD_MICROS = 20_000;

    /** The kernel takes no less. */
    private static final long LEAST_QUOTA_MICROS = 1000;

    /** The least that a group can be held to. */
    static final double LEAST_CORES = (double) LEAST_QUOTA_MICROS / PERIOD_MICROS;

    /**
     * @param version of it
     * @param mount the folder in which groups are folders
     */
    record Mounted(ControlGroups version, Path mount) {}

    /**
     * What there is.
     *
     * @param mounts as in {@code /proc/self/mounts}
     */
    static Optional<Mounted> find(String mounts) {
        for (ControlGroups version : values()) {
            for (String line : mounts.lines().toList()) {
                String[] words = line.split(" ");
                Path mount = Path.of(words[1]);
                if (version.offered(words[2], words[3], mount)) {
                    return Optional.of(new Mounted(version, mount));
                }
            }
        }
        return Optional.empty();
    }

    private static long quota(double cores) {
        return Math.round(cores * PERIOD_MICROS);
    }

    abstract boolean offered(String type, String options, Path mount);

    /** Lets groups that are made in this one be held. */
    abstract void offerBelow(Path mount) throws IOException;

    /** From now on the group's processes together have so many cores and no more. */
    abstract void hold(Path group, double cores) throws IOException;
}
