package io.sparkmics.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/** The local disk under another name, where {@link StorageFault}s happen. It has no checksums of its own. */
public final class FaultyFileSystem extends RawLocalFileSystem {

    /** Hadoop's setting: the {@link FaultFolder}. */
    static final String FOLDER = "fs.faulty.folder";

    /** The name under which it tells of each operation, before it is carried out. */
    static final String OPERATIONS = "operations";

    private static final URI NAME = URI.create("faulty:///");

    @Override
    public URI getUri() {
        return NAME;
    }

    @Override
    public String getScheme() {
        return NAME.getScheme();
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
        if (!exists(path)) {
            happen("mkdirs", path);
        }
        return super.mkdirs(path);
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        if (!exists(path)) {
            happen("mkdirs", path);
        }
        return super.mkdirs(path, permission);
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        happen("delete", path);
        return super.delete(path, recursive);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        happen("rename", from);
        return super.rename(from, to);
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        happen("open", path);
        return super.open(path, bufferSize);
    }

    @Override
    protected OutputStream createOutputStream(Path path, boolean append) throws IOException {
        happen("create", path);
        return new Output(path, super.createOutputStream(path, append));
    }

    @Override
    protected OutputStream createOutputStreamWithMode(Path path, boolean append, FsPermission permission)
            throws IOException {
        happen("create", path);
        return new Output(path, super.createOutputStreamWithMode(path, append, permission));
    }

    private final class Output extends OutputStream {

        private final Path path;
        private final OutputStream out;
        private boolean closed;

        private Output(Path path, OutputStream out) {
            this.path = path;
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            boolean flip = happen("write", path);
            byte[] written = new byte[length];
            System.arraycopy(bytes, from, written, 0, length);
            if (flip) {
                written[length / 2] ^= 1;
            }
            out.write(written);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                happen("close", path);
            } finally {
                out.close();
            }
        }
    }

    /** Returns whether a bit is to be flipped. */
    private boolean happen(String operation, Path path) throws IOException {
        FaultFolder folder = new FaultFolder(getConf().get(FOLDER));
        String place = path.toUri().getPath();
        folder.tell(
                OPERATIONS,
                Map.of(
                        "time",
                        System.currentTimeMillis(),
                        "process",
                        ProcessHandle.current().pid(),
                        "operation",
                        operation,
                        "path",
                        place));
        if (folder.isClaimed(StorageFault.Action.CUT_OFF.name()) && !operation.equals("open")) {
            throw cutOff(operation, place);
        }
        boolean flip = false;
        List<StorageFault> faults = folder.ordered(StorageFault.class);
        for (int index = 0; index < faults.size(); index++) {
            StorageFault fault = faults.get(index);
            if (!fault.matches(operation, place)) {
                continue;
            }
            long number = folder.count("storage-" + index);
            if (number >= fault.from() && number <= fault.last()) {
                folder.tell(
                        FaultStage.DONE,
                        Map.of(
                                "time",
                                System.currentTimeMillis(),
                                "process",
                                ProcessHandle.current().pid(),
                                "operation",
                                operation,
                                "path",
                                place));
                commit(fault, operation, place, folder);
                flip |= fault.action() == StorageFault.Action.FLIP;
            }
        }
        return flip;
    }

    private static void commit(StorageFault fault, String operation, String place, FaultFolder folder)
            throws IOException {
        switch (fault.action()) {
            case NO_SPACE -> throw new IOException("No space left on device");
            case CUT_OFF -> {
                folder.claim(StorageFault.Action.CUT_OFF.name());
                throw cutOff(operation, place);
            }
            case BLOCK -> block(fault.seconds());
            case KILL -> {
                Processes.signal("KILL", ProcessHandle.current().pid());
                block(Double.MAX_VALUE);
            }
            case FLIP -> {}
        }
    }

    private static IOException cutOff(String operation, String place) {
        return new IOException("The storage is off: " + operation + " of " + place);
    }

    private static void block(double seconds) {
        long end = System.nanoTime() + (long) Math.min(seconds * 1e9, 1e18);
        boolean interrupted = false;
        while (System.nanoTime() - end < 0) {
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
