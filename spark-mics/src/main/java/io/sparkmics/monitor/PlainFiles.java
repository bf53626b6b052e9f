package io.sparkmics.monitor;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Small files for people and their tools. */
final class PlainFiles {

    private PlainFiles() {}

    /**
     * Creates a file, over an older one. On a local disk without Hadoop's checksum file beside it: that one holds back
     * what is flushed, and people wonder what it is.
     */
    static FSDataOutputStream create(Path file, Configuration hadoop) throws IOException {
        FileSystem files = file.getFileSystem(hadoop);
        if (files instanceof LocalFileSystem local) {
            // An older file's checksums would not fit the new one.
            local.delete(file, false);
            files = local.getRaw();
        }
        return files.create(file, true);
    }
}
