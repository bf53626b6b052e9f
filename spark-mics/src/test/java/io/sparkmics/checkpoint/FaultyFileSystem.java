package io.sparkmics.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** The local disk, with somebody who is asked before each operation and may refuse it. Of a refused write, half arrives. */
public final class FaultyFileSystem extends RawLocalFileSystem {

    private static volatile Fault fault = (path, bytes) -> {};

    public interface Fault {
        /**
         * @param path what it is done to
         * @param bytes that are to be written; 0 for anything else
         */
        void before(Path path, int bytes) throws IOException;
    }

    public static void set(Fault next) {
        fault = next;
    }

    static Configuration configuration() {
        Configuration hadoop = new Configuration();
        hadoop.set("fs.faulty.impl", FaultyFileSystem.class.getName());
        return hadoop;
    }

    static Path path(java.nio.file.Path path) {
        return new Path("faulty:" + path);
    }

    @Override
    public URI getUri() {
        return URI.create("faulty:///");
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FSDataOutputStream create(
            Path file, boolean overwrite, int buffer, short copies, long block, Progressable progress)
            throws IOException {
        fault.before(file, 0);
        return new FSDataOutputStream(
                new Output(file, super.create(file, overwrite, buffer, copies, block, progress)), null);
    }

    @Override
    public FSDataInputStream open(Path file, int buffer) throws IOException {
        fault.before(file, 0);
        return super.open(file, buffer);
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        fault.before(path, 0);
        return super.delete(path, recursive);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        fault.before(path, 0);
        return super.listStatus(path);
    }

    private static final class Output extends FilterOutputStream {

        private final Path file;
        private boolean closed;

        Output(Path file, OutputStream disk) {
            super(disk);
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                fault.before(file, length);
            } catch (IOException | Error e) {
                out.write(bytes, offset, length / 2);
                out.flush();
                throw e;
            }
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                fault.before(file, 0);
                out.close();
            }
        }
    }
}
